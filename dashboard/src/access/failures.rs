//! How often a password may be guessed: by one machine, and for one account.

use std::collections::HashMap;
use std::net::IpAddr;

use domain::Instant;
use jiff::SignedDuration;

/// Within this time so many tries may fail.
const WITHIN: SignedDuration = SignedDuration::from_mins(10);
const BY_A_MACHINE: usize = 10;
/// More, so that a machine that guesses is locked out before the one whose account it is.
const FOR_AN_ACCOUNT: usize = 20;
/// Machines and accounts that are watched at the same time; beyond that nobody is let in until the first expire.
const MOST: usize = 10_000;

/// Whose tries are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Peer(IpAddr),
    Name(String),
}

impl Key {
    /// Of an account, whether there is one or not.
    pub(super) fn name(name: &str) -> Self {
        Self::Name(name.chars().take(40).collect())
    }

    fn allowed(&self) -> usize {
        match self {
            Self::Peer(_) => BY_A_MACHINE,
            Self::Name(_) => FOR_AN_ACCOUNT,
        }
    }
}

/// Tries that have not been forgiven, oldest first.
#[derive(Debug, Default)]
pub(super) struct Failures(HashMap<Key, Vec<Instant>>);

impl Failures {
    /// Counts a try before it is looked at, so that many at once are not let through; or says how long to wait.
    pub(super) fn attempt<'k>(
        &mut self,
        keys: impl Iterator<Item = &'k Key> + Clone,
        now: Instant,
    ) -> Result<(), SignedDuration> {
        let waits = keys.clone().filter_map(|key| self.wait(key, now));
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        if self.0.len() >= MOST {
            self.0.retain(|_, tries| tries.last().is_some_and(|last| now.since(*last) < WITHIN));
            if self.0.len() >= MOST {
                return Err(WITHIN);
            }
        }
        for key in keys {
            let tries = self.0.entry(key.clone()).or_default();
            tries.retain(|at| now.since(*at) < WITHIN);
            tries.push(now);
        }
        Ok(())
    }

    /// The password was right.
    pub(super) fn forgive<'k>(&mut self, keys: impl Iterator<Item = &'k Key>) {
        for key in keys {
            self.0.remove(key);
        }
    }

    fn wait(&self, key: &Key, now: Instant) -> Option<SignedDuration> {
        let tries = self.0.get(key)?;
        let recent: Vec<_> = tries.iter().filter(|at| now.since(**at) < WITHIN).collect();
        let first = recent.len().checked_sub(key.allowed())?;
        Some((*recent[first] + WITHIN).since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1000)
    }

    #[test]
    fn a_machine_that_guesses_waits_and_may_try_again_later() {
        let mut failures = Failures::default();
        let peer = [Key::Peer("192.168.1.7".parse().unwrap())];
        for n in 0..10 {
            assert_eq!(failures.attempt(peer.iter(), at(n)), Ok(()));
        }
        assert_eq!(failures.attempt(peer.iter(), at(60)), Err(SignedDuration::from_secs(540)));
        assert_eq!(failures.attempt(peer.iter(), at(601)), Ok(()));
    }

    #[test]
    fn many_machines_that_guess_one_account_wait_as_well_and_others_do_not() {
        let mut failures = Failures::default();
        let mut guess = |machine: u8, name: &str| {
            let keys = [Key::Peer([10, 0, 0, machine].into()), Key::name(name)];
            failures.attempt(keys.iter(), at(0)).is_ok()
        };
        assert_eq!((0..30).filter(|machine| guess(*machine, "marie")).count(), 20);
        assert!(guess(100, "rené"));
    }

    #[test]
    fn the_right_password_forgives() {
        let mut failures = Failures::default();
        let peer = [Key::Peer("::1".parse().unwrap())];
        for _ in 0..9 {
            failures.attempt(peer.iter(), at(0)).unwrap();
        }
        failures.forgive(peer.iter());
        assert_eq!(failures.attempt(peer.iter(), at(1)), Ok(()));
    }
}
