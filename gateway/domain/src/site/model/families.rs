//! Settings of a device family.

/// Whether and where a device family is listened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilySettings {
    /// Whether it is listened to at all.
    pub enabled: bool,
    /// MQTT topic filters in place of its standard ones.
    pub topics: Option<Vec<String>>,
}
