//! Who is logged in. Kept in memory: after a restart everybody logs in again.

use std::collections::HashMap;

use domain::Instant;
use jiff::SignedDuration;

use super::accounts::{Account, AccountName};
use super::secret::secret;

/// The name of the cookie.
pub(crate) const COOKIE: &str = "vigie-session";
/// A session ends so long after its login.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// And so long after it was used last: a phone that was left lying about.
const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// Sessions at the same time; then the one that was not used for longest ends.
const MOST: usize = 200;

/// Account that a request has proved to belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Whose account it is.
    pub(crate) name: AccountName,
    /// What a form must carry, which another site cannot know; none when the password came with the request itself.
    pub(crate) token: Option<String>,
}

/// All sessions, by the secret of their cookie.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<String, Session>);

#[derive(Debug)]
struct Session {
    name: AccountName,
    token: String,
    /// The hash of the password at the login: with another one the session is over.
    password: String,
    begun: Instant,
    used: Instant,
}

impl Session {
    fn is_over(&self, now: Instant) -> bool {
        now.since(self.begun) >= LONGEST || now.since(self.used) >= IDLE
    }
}

impl Sessions {
    pub(super) fn begin(&mut self, account: &Account, now: Instant) -> String {
        self.0.retain(|_, session| !session.is_over(now));
        if self.0.len() >= MOST {
            let oldest = self.0.iter().min_by_key(|(_, session)| session.used);
            if let Some(oldest) = oldest.map(|(cookie, _)| cookie.clone()) {
                self.0.remove(&oldest);
            }
        }
        let session = Session {
            name: account.name().clone(),
            token: secret(),
            password: account.hash().to_owned(),
            begun: now,
            used: now,
        };
        let cookie = secret();
        self.0.insert(cookie.clone(), session);
        cookie
    }

    /// Who it is, and the hash of the password that was given at the login.
    pub(super) fn resume(&mut self, cookie: &str, now: Instant) -> Option<(Identity, String)> {
        let session = self.0.get_mut(cookie)?;
        if session.is_over(now) {
            self.0.remove(cookie);
            return None;
        }
        session.used = session.used.max(now);
        let identity = Identity { name: session.name.clone(), token: Some(session.token.clone()) };
        Some((identity, session.password.clone()))
    }

    pub(super) fn end(&mut self, cookie: &str) {
        self.0.remove(cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Accounts;

    fn at(hours: i64) -> Instant {
        Instant::from_millis(hours * 3_600_000)
    }

    fn marie() -> Account {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::in_folder(folder.path());
        let password = "un secret de marie".to_owned().try_into().unwrap();
        accounts.add(&"marie".parse().unwrap(), &password, at(0)).unwrap();
        accounts.list().unwrap().remove(0)
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_in_any_case_after_a_week() {
        let mut sessions = Sessions::default();
        let cookie = sessions.begin(&marie(), at(0));
        let used: Vec<bool> =
            (1..=20).map(|n| sessions.resume(&cookie, at(11 * n)).is_some()).collect();
        assert_eq!(used.iter().filter(|used| **used).count(), 15, "{used:?}");

        let left = sessions.begin(&marie(), at(0));
        assert!(sessions.resume(&left, at(12)).is_none());
    }

    #[test]
    fn there_is_a_bound_and_the_session_unused_for_longest_gives_way() {
        let (mut sessions, marie) = (Sessions::default(), marie());
        let first = sessions.begin(&marie, at(0));
        let second = sessions.begin(&marie, at(0));
        sessions.resume(&first, at(1));
        for _ in 2..=MOST {
            sessions.begin(&marie, at(1));
        }
        assert!(sessions.resume(&first, at(1)).is_some());
        assert!(sessions.resume(&second, at(1)).is_none());
    }
}
