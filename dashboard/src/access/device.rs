//! A browser that logged in before is known by its cookie, also when the session in it is over: wrong passwords that
//! others try for its account do not lock it out.
//!
//! That proves nothing else: who has it still needs the password, and its own tries are counted. It is a number and a
//! keyed hash of it with a key that follows from the account's password, so it outlives a restart and ends with that
//! password.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;

use super::accounts::Account;
use super::mac::MacKey;
use super::secret::secret;

/// As long as browsers keep a cookie at most.
pub(crate) const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Signs of the number; half of a secret is enough.
const NUMBER: usize = 32;

/// By what a browser that has just logged in is known.
pub(super) fn issue(account: &Account) -> String {
    let mut number = secret();
    number.truncate(NUMBER);
    let tag = key(account).tag(&parts(account, &number));
    format!("{number}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The number of a browser that logged in with this account before.
pub(super) fn known(device: &str, account: &Account) -> Option<String> {
    let (number, tag) = device.split_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    let fits = number.len() == NUMBER && key(account).fits(&parts(account, number), &tag);
    fits.then(|| number.to_owned())
}

fn key(account: &Account) -> MacKey {
    MacKey::from_secret(account.hash())
}

fn parts<'a>(account: &'a Account, number: &'a str) -> [&'a str; 3] {
    ["device", account.name().as_str(), number]
}

#[cfg(test)]
mod tests {
    use domain::Instant;

    use super::*;
    use crate::access::Accounts;

    #[test]
    fn a_browser_is_known_for_the_account_it_logged_in_with_until_the_password_changes() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::in_folder(folder.path());
        for name in ["marie", "paul"] {
            let secret = "le chat dort ici".to_owned().try_into().unwrap();
            accounts.add(&name.parse().unwrap(), &secret, Instant::from_millis(0)).unwrap();
        }
        let [marie, paul] = accounts.list().unwrap().try_into().unwrap();
        let cookie = issue(&marie);

        assert!(known(&cookie, &marie).is_some());
        assert!(known(&cookie, &paul).is_none());
        for forged in
            ["", ".", "a.b", &cookie[1..], &cookie.replace('.', "0."), &format!("{cookie}A")]
        {
            assert!(known(forged, &marie).is_none(), "{forged}");
        }
        let other = "un autre secret".to_owned().try_into().unwrap();
        accounts.change_password(marie.name(), &other).unwrap();
        assert!(known(&cookie, &accounts.list().unwrap()[0]).is_none());
    }
}
