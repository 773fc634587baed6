//! Kinds of instruments that people are estimated from.

use std::ops::BitOr;

use serde::{Deserialize, Serialize};

/// Kind of instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// Door counters.
    Doors,
    /// Detectors of movement or presence.
    Detectors,
    /// The air, by its CO2.
    Air,
}

/// Kinds of instruments behind a figure; in JSON their names in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<Witness>", from = "Vec<Witness>")]
pub struct Witnesses(u8);

impl Witnesses {
    /// No instrument.
    pub const NOTHING: Self = Self(0);

    /// Those that are marked as having contributed.
    pub fn of(kinds: impl IntoIterator<Item = (Witness, bool)>) -> Self {
        let contributed = kinds.into_iter().filter(|(_, contributed)| *contributed);
        contributed.fold(Self::NOTHING, |all, (witness, _)| all | Self(1 << witness as u8))
    }

    /// The kinds, always in the same order.
    pub fn each(self) -> impl Iterator<Item = Witness> {
        let all = [Witness::Doors, Witness::Detectors, Witness::Air];
        all.into_iter().filter(move |witness| self.0 & (1 << *witness as u8) != 0)
    }
}

impl BitOr for Witnesses {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl From<Vec<Witness>> for Witnesses {
    fn from(witnesses: Vec<Witness>) -> Self {
        Self::of(witnesses.into_iter().map(|witness| (witness, true)))
    }
}

impl From<Witnesses> for Vec<Witness> {
    fn from(sources: Witnesses) -> Self {
        sources.each().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instruments_behind_a_figure_are_a_list_of_names_in_json() {
        let both = Witnesses::of([
            (Witness::Air, true),
            (Witness::Doors, true),
            (Witness::Detectors, false),
        ]);
        let json = serde_json::to_string(&both).unwrap();
        assert_eq!(json, r#"["doors","air"]"#);
        assert_eq!(serde_json::from_str::<Witnesses>(&json).unwrap(), both);
        assert_eq!(serde_json::to_string(&Witnesses::NOTHING).unwrap(), "[]");
    }
}
