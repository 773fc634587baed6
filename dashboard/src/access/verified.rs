//! Names and passwords that were right a moment ago, so that a program that sends them with each request costs one hash
//! now and then, and not one each time. Neither is kept: only a keyed hash of both, with a key of this run.

use std::collections::HashMap;

use domain::Instant;
use jiff::SignedDuration;

use super::accounts::Account;
use super::mac::MacKey;

/// They are proved anew after this.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// More programs than a building has; beyond that the one proved first is proved anew.
const MOST: usize = 64;

/// Keyed hash of a name and its password.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Tag([u8; 32]);

/// Credentials that were right.
pub(super) struct Verified {
    key: MacKey,
    known: HashMap<Tag, Proof>,
}

struct Proof {
    /// The hash of the account's password then: with another one, or none, nothing is proved.
    hash: String,
    at: Instant,
}

impl Default for Verified {
    fn default() -> Self {
        Self { key: MacKey::of_this_run(), known: HashMap::new() }
    }
}

impl Verified {
    /// Under which a name and a password are kept.
    pub(super) fn tag(&self, name: &str, password: &str) -> Tag {
        Tag(self.key.tag(&[name, password]))
    }

    /// Whether they were right lately, for the account as it is now.
    pub(super) fn holds(&self, tag: &Tag, account: &Account, now: Instant) -> bool {
        self.known
            .get(tag)
            .is_some_and(|proof| proof.is_fresh(now) && account.has_hash(&proof.hash))
    }

    /// Keeps that they were right.
    pub(super) fn keep(&mut self, tag: Tag, account: &Account, now: Instant) {
        self.known.retain(|_, proof| proof.is_fresh(now));
        if self.known.len() >= MOST {
            let first = self.known.iter().min_by_key(|(_, proof)| proof.at).map(|(tag, _)| *tag);
            first.map(|first| self.known.remove(&first));
        }
        self.known.insert(tag, Proof { hash: account.hash().to_owned(), at: now });
    }
}

impl Proof {
    /// A clock that was set back proves nothing.
    fn is_fresh(&self, now: Instant) -> bool {
        let age = now.since(self.at);
        !age.is_negative() && age < LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Accounts;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1000)
    }

    fn marie(accounts: &Accounts) -> Account {
        accounts.list().unwrap().remove(0)
    }

    #[test]
    fn what_was_right_holds_for_minutes_and_for_this_password_only() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::in_folder(folder.path());
        let (name, secret) = ("marie".parse().unwrap(), "un secret de marie".to_owned());
        accounts.add(&name, &secret.try_into().unwrap(), at(0)).unwrap();
        let (mut verified, account) = (Verified::default(), marie(&accounts));
        let tag = verified.tag("marie", "un secret de marie");
        verified.keep(tag, &account, at(0));

        assert!(verified.holds(&tag, &account, at(299)));
        assert!(!verified.holds(&tag, &account, at(300)));
        assert!(!verified.holds(&tag, &account, at(-1)));
        assert!(!verified.holds(&verified.tag("marie", "un autre"), &account, at(1)));
        let other = "un autre secret".to_owned().try_into().unwrap();
        accounts.change_password(&name, &other).unwrap();
        assert!(!verified.holds(&tag, &marie(&accounts), at(1)), "the password was changed");
    }

    #[test]
    fn there_is_a_bound_and_what_was_proved_first_gives_way() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::in_folder(folder.path());
        let secret = "un secret de marie".to_owned().try_into().unwrap();
        accounts.add(&"marie".parse().unwrap(), &secret, at(0)).unwrap();
        let (mut verified, account) = (Verified::default(), marie(&accounts));
        let tags: Vec<Tag> = (0..=MOST).map(|n| verified.tag("marie", &n.to_string())).collect();
        for (n, tag) in tags.iter().enumerate() {
            verified.keep(*tag, &account, at(i64::try_from(n).unwrap()));
        }
        assert!(!verified.holds(&tags[0], &account, at(65)));
        assert!(tags[1..].iter().all(|tag| verified.holds(tag, &account, at(65))));
    }
}
