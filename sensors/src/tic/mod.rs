//! Télé-information client (TIC): the serial output of a French meter on its customer terminals I1 and I2.
//!
//! ```text
//! bytes ──splitter──▶ groups of bytes ──group──▶ label, time, value ──frame──▶ frame ──meaning──▶ measurements
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `splitter` | where a frame and a group begin and end; bounded, never trims |
//! | `group` | label, time and value of a group, and its checksum, in both modes |
//! | `frame` | the groups of one frame; who the meter belongs to is not even kept |
//! | `stamp` | the meter's local time as an instant |
//! | `plausibility` | indexes that jump are believed only when the next frame says so, too |
//! | `meaning` | frame to measurements; the quantity of a label comes from the domain |
//!
//! Historic mode (*historique*) is 1200 baud, standard mode 9600 baud, both 7 data bits, even parity, one stop bit.
//! Source: Enedis-NOI-CPT_54E, "Sorties de télé-information client des appareils de comptage Linky".

mod frame;
mod group;
mod meaning;
mod plausibility;
mod splitter;
mod stamp;

use std::fmt;

pub use frame::{Frame, Frames, Tally};
pub use group::{BadGroup, Group};
pub use meaning::{FrameValue, Meter};
pub use stamp::instant as stamp;

/// Mode of the output. The customer's supplier changes it on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The mode of every meter as delivered: 1200 baud, few labels.
    Historic,
    /// 9600 baud, all labels.
    Standard,
}

impl Mode {
    /// Both, the one with more labels first.
    pub const BOTH: [Self; 2] = [Self::Standard, Self::Historic];

    /// The speed of the line, in bit/s.
    pub const fn baud(self) -> u32 {
        match self {
            Self::Historic => 1200,
            Self::Standard => 9600,
        }
    }

    /// Separator between the parts of a group.
    const fn separator(self) -> u8 {
        match self {
            Self::Historic => b' ',
            Self::Standard => b'\t',
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Historic => "historic",
            Self::Standard => "standard",
        })
    }
}

#[cfg(test)]
mod tests;
