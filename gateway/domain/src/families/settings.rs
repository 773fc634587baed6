//! Choices of a site about a device family.

/// Whether and where the gateway listens to a device family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilySettings {
    /// Whether it listens to the family at all.
    pub enabled: bool,
    /// MQTT topic filters in place of the standard ones.
    pub topics: Option<Vec<String>>,
}
