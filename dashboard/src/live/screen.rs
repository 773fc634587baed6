//! Screens: the pages that have live parts of their own.

/// Page as a live reader names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// Live page.
    Live,
    /// Wall display.
    Wall,
    /// Table of zones.
    Zones,
    /// Tables of energy.
    Energy,
    /// Devices and sources.
    Sensors,
    /// Any other: it shows only that it is connected.
    Plain,
}

impl Screen {
    /// All screens, in the order of their discriminants.
    pub(crate) const ALL: [Self; 6] =
        [Self::Live, Self::Wall, Self::Zones, Self::Energy, Self::Sensors, Self::Plain];

    /// Name in addresses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Wall => "wall",
            Self::Zones => "zones",
            Self::Energy => "energy",
            Self::Sensors => "sensors",
            Self::Plain => "plain",
        }
    }

    /// Screen with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|screen| screen.name() == name)
    }
}
