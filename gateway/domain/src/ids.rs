//! Names of things. Ids that we choose are short and safe in topics and addresses; names of devices
//! and channels come from outside and are only held to what a line of text can be.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

/// A text that cannot be a name of its sort.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    text: String,
    expected: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $check:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if $check(text) {
                    Ok(Self(text.into()))
                } else {
                    let text = text.chars().take(80).collect();
                    Err(InvalidId { text, expected: $expected })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A site in topics: `dreux`.
    SiteId, is_slug, "a site id of 1 to 64 of a-z, 0-9 and hyphen"
);
id!(
    /// A zone of the site: `fablab`.
    ZoneId, is_slug, "a zone id of 1 to 64 of a-z, 0-9 and hyphen"
);
id!(
    /// A role in the building: `fablab-co2`.
    PointId, is_slug, "a point id of 1 to 64 of a-z, 0-9 and hyphen"
);
id!(
    /// A doorway between two zones: `porte-fablab`.
    DoorwayId, is_slug, "a doorway id of 1 to 64 of a-z, 0-9 and hyphen"
);
id!(
    /// A meter of the meter tree: `laser`.
    MeterId, is_slug, "a meter id of 1 to 64 of a-z, 0-9 and hyphen"
);
id!(
    /// A physical node, by the name that its family gives it; may hold spaces and slashes.
    DeviceId, is_name, "a device name of 1 to 128 characters, not all of them blank and none a control character"
);
id!(
    /// Which of several like instruments on a device: `switch:0`, `em:0/a`.
    Channel, is_name, "a channel name of 1 to 128 characters, not all of them blank and none a control character"
);

fn is_slug(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 128 && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_ids_are_safe_in_topics_and_addresses() {
        assert!("fablab-2".parse::<ZoneId>().is_ok());
        for bad in ["", "Fablab", "a/b", "a b", "é", &"a".repeat(65)] {
            assert!(bad.parse::<ZoneId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_device_may_have_any_name_that_fits_on_a_line() {
        assert!("Esszimmer/Tisch/Licht".parse::<DeviceId>().is_ok());
        for bad in ["", " ", "a\nb", &"a".repeat(129)] {
            assert!(bad.parse::<DeviceId>().is_err(), "{bad}");
        }
    }
}
