//! Passwords: how long they must be, and how they are kept. The only file that names the hashing library.

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};

/// Length matters more than signs: a short sentence is easy to keep in mind and hard to guess.
const SHORTEST: usize = 12;
/// A hash works through all of it.
const LONGEST: usize = 256;

/// A password that may be given to an account. It never shows.
pub struct Password(String);

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password has {SHORTEST} to {LONGEST} characters; a short sentence does well")]
pub struct InvalidPassword;

impl TryFrom<String> for Password {
    type Error = InvalidPassword;

    fn try_from(text: String) -> Result<Self, InvalidPassword> {
        let length = text.chars().count();
        let is_one_sign = text.chars().all(|c| text.starts_with(c));
        if (SHORTEST..=LONGEST).contains(&length) && !is_one_sign {
            Ok(Self(text))
        } else {
            Err(InvalidPassword)
        }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// argon2id with the parameters that OWASP recommends (19 MiB, two passes), in the PHC format.
pub(super) fn hash(password: &Password) -> String {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password.0.as_bytes(), &salt);
    hash.expect("the parameters are the library's own").to_string()
}

/// Whether `password` is the one of which the hash was made. Without a hash it takes as long, so that time tells no names.
pub(super) fn fits(hash_of_account: Option<&str>, password: &str) -> bool {
    if password.len() > 4 * LONGEST {
        return false;
    }
    let Some(text) = hash_of_account else {
        drop(hash(&Password(password.to_owned())));
        return false;
    };
    PasswordHash::new(text)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_not_one_letter_over_and_over() {
        for bad in ["", "court", "aaaaaaaaaaaaaaaa", &"x1".repeat(200)] {
            assert_eq!(Password::try_from(bad.to_owned()).err(), Some(InvalidPassword), "{bad}");
        }
        let good = Password::try_from("le chat dort ici".to_owned()).unwrap();
        assert_eq!(format!("{good:?}"), "Password");
    }
}
