//! How often a password may be guessed: by one machine, for one account, and by one browser that logged in before.

use std::collections::{HashMap, VecDeque};

use domain::Instant;
use jiff::SignedDuration;

use crate::machine::Machine;

/// Within this time so many tries may fail.
const WITHIN: SignedDuration = SignedDuration::from_mins(10);
const BY_A_MACHINE: usize = 10;
/// More, so that a machine that guesses is locked out before the one whose account it is.
const FOR_AN_ACCOUNT: usize = 20;
/// Machines and accounts that are watched at the same time; beyond that nobody is let in until the first expire.
const MOST: usize = 10_000;
/// Logins that are remembered, of which machine for which account.
const MOST_KNOWN: usize = 500;

/// Whose tries are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Machine(Machine),
    Name(String),
    /// The number of a browser that logged in before.
    Device(String),
}

impl Key {
    /// Of an account, whether there is one or not.
    pub(super) fn name(name: &str) -> Self {
        Self::Name(short(name))
    }

    fn allowed(&self) -> usize {
        match self {
            Self::Machine(_) | Self::Device(_) => BY_A_MACHINE,
            Self::Name(_) => FOR_AN_ACCOUNT,
        }
    }
}

fn short(name: &str) -> String {
    name.chars().take(40).collect()
}

/// Tries that have not been forgiven, and who succeeded lately.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// Oldest first.
    tries: HashMap<Key, Vec<Instant>>,
    /// The latest last.
    known: VecDeque<(Machine, String)>,
}

impl Failures {
    /// Counts a try before it is looked at, so that many at once are not let through; or says how long to wait.
    pub(super) fn attempt(&mut self, keys: &[Key], now: Instant) -> Result<(), SignedDuration> {
        let waits = keys.iter().filter_map(|key| self.wait(key, now));
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        if self.tries.len() >= MOST {
            self.tries
                .retain(|_, tries| tries.last().is_some_and(|last| now.since(*last) < WITHIN));
            if self.tries.len() >= MOST {
                return Err(WITHIN);
            }
        }
        for key in keys {
            let tries = self.tries.entry(key.clone()).or_default();
            tries.retain(|at| now.since(*at) < WITHIN);
            tries.push(now);
        }
        Ok(())
    }

    /// The password was right, given on this machine for this account.
    pub(super) fn forgive(&mut self, keys: &[Key], machine: Option<Machine>, name: &str) {
        for key in keys {
            self.tries.remove(key);
        }
        let Some(machine) = machine else { return };
        let login = (machine, short(name));
        self.known.retain(|known| *known != login);
        if self.known.len() >= MOST_KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(login);
    }

    /// Whether a login with this account succeeded lately on this machine.
    pub(super) fn knows(&self, machine: Machine, name: &str) -> bool {
        self.known.contains(&(machine, short(name)))
    }

    fn wait(&self, key: &Key, now: Instant) -> Option<SignedDuration> {
        let tries = self.tries.get(key)?;
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

    fn machine(text: &str) -> Machine {
        Machine::at(text.parse().unwrap())
    }

    #[test]
    fn a_machine_that_guesses_waits_and_may_try_again_later() {
        let mut failures = Failures::default();
        let keys = [Key::Machine(machine("192.168.1.7"))];
        for n in 0..10 {
            assert_eq!(failures.attempt(&keys, at(n)), Ok(()));
        }
        assert_eq!(failures.attempt(&keys, at(60)), Err(SignedDuration::from_secs(540)));
        assert_eq!(failures.attempt(&keys, at(601)), Ok(()));
    }

    #[test]
    fn many_machines_that_guess_one_account_wait_as_well_and_others_do_not() {
        let mut failures = Failures::default();
        let mut guess = |number: u8, name: &str| {
            let machine = Machine::at([10, 0, 0, number].into());
            failures.attempt(&[Key::Machine(machine), Key::name(name)], at(0)).is_ok()
        };
        assert_eq!((0..30).filter(|number| guess(*number, "marie")).count(), 20);
        assert!(guess(100, "rené"));
    }

    #[test]
    fn the_right_password_forgives_and_is_remembered_of_the_last_machines() {
        let mut failures = Failures::default();
        let here = machine("::1");
        let keys = [Key::Machine(here)];
        for _ in 0..9 {
            failures.attempt(&keys, at(0)).unwrap();
        }
        failures.forgive(&keys, Some(here), "marie");
        assert_eq!(failures.attempt(&keys, at(1)), Ok(()));
        assert!(failures.knows(here, "marie") && !failures.knows(here, "paul"));
        for n in 0..MOST_KNOWN {
            failures.forgive(&[], Some(here), &n.to_string());
        }
        assert!(!failures.knows(here, "marie"));
    }
}
