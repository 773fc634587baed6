//! Rights at the embedded broker: who is one of ours, and which topics nobody else writes.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use domain::families::is_own_announcement_of_any_site;
use domain::native;

/// Longest filter of a subscription, in bytes.
const LONGEST_FILTER: usize = 512;
/// Names of ours that are remembered: a dashboard takes another at each start, and there is one.
const OWN_NAMES: usize = 16;

/// Rights of the clients.
#[derive(Debug)]
pub(crate) struct Rights {
    user: String,
    password: String,
    /// Names under which our own clients have come.
    own_names: Mutex<HashSet<String>>,
}

/// Who a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// One of ours.
    Own,
    /// Anybody of this machine.
    Anonymous,
    /// Somebody under the name of one of ours.
    Impostor,
    /// Somebody with a login that is not ours, and there is no other.
    Unknown,
}

impl Rights {
    /// Rights where our own clients show this login.
    pub(crate) fn new(user: &str, password: &str) -> Self {
        let (user, password) = (user.to_owned(), password.to_owned());
        Self { user, password, own_names: Mutex::default() }
    }

    /// User name of our own clients.
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// Who a client of this name and login is. A name of ours is reserved from then on.
    pub(super) fn identify(&self, name: &str, login: Option<(&str, &[u8])>) -> Identity {
        let mut own_names = self.own_names.lock().unwrap_or_else(PoisonError::into_inner);
        match login {
            Some((user, password)) if self.is_own(user, password) => {
                if own_names.len() < OWN_NAMES {
                    own_names.insert(name.to_owned());
                }
                Identity::Own
            }
            Some(_) => Identity::Unknown,
            None if own_names.contains(name) => Identity::Impostor,
            None => Identity::Anonymous,
        }
    }

    /// Whether this user may publish on `topic`.
    pub(super) fn may_publish(&self, user: Option<&str>, topic: &str) -> bool {
        user == Some(&self.user) || !is_reserved(topic)
    }

    /// Whether anybody may subscribe to `filter`.
    pub(super) const fn may_subscribe(filter: &str) -> bool {
        filter.len() <= LONGEST_FILTER
    }

    fn is_own(&self, user: &str, password: &[u8]) -> bool {
        let expected = self.password.as_bytes();
        // Every byte is compared, so that time tells nothing.
        let differs = expected.iter().zip(password).fold(0, |differs, (a, b)| differs | (a ^ b));
        user == self.user && expected.len() == password.len() && differs == 0
    }
}

/// Whether only Vigie writes this topic: its states, and its announcements to Home Assistant.
fn is_reserved(topic: &str) -> bool {
    native::is_state(topic) || is_own_announcement_of_any_site(topic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_clients_write_states_and_our_announcements() {
        let rights = Rights::new("vigie-own", "secret");
        for topic in [
            "vigie/v1/dreux/state/building",
            "vigie/v1/dreux/state/zones/fablab",
            "vigie/v1/autre/state/gateway",
            "homeassistant/sensor/vigie_dreux/zone_fablab_people/config",
            "homeassistant/binary_sensor/vigie_dreux/config",
        ] {
            assert!(!rights.may_publish(None, topic), "{topic}");
            assert!(!rights.may_publish(Some("vigie"), topic), "{topic}");
            assert!(rights.may_publish(Some("vigie-own"), topic), "{topic}");
        }
        for topic in [
            "vigie/v1/dreux/sensors/air-3/co2",
            "vigie/v1/dreux/sensors/state/co2",
            "homeassistant/sensor/0x00124b/temperature/config",
            "zigbee2mqtt/state/x",
        ] {
            assert!(rights.may_publish(None, topic), "{topic}");
        }
    }

    #[test]
    fn nobody_comes_under_the_name_of_one_of_ours() {
        let rights = Rights::new("vigie-own", "secret");
        let own = Some(("vigie-own", b"secret".as_slice()));
        assert_eq!(rights.identify("states", None), Identity::Anonymous);
        assert_eq!(rights.identify("states", own), Identity::Own);
        assert_eq!(rights.identify("states", own), Identity::Own);
        assert_eq!(rights.identify("states", None), Identity::Impostor);
        assert_eq!(rights.identify("sensor", None), Identity::Anonymous);
    }

    #[test]
    fn a_wrong_password_is_not_ours() {
        let rights = Rights::new("vigie-own", "secret");
        for password in ["", "secre", "secret2", "sEcret"] {
            let login = Some(("vigie-own", password.as_bytes()));
            assert_eq!(rights.identify("a", login), Identity::Unknown, "{password}");
        }
        assert_eq!(rights.identify("a", Some(("other", b"secret"))), Identity::Unknown);
    }
}
