//! One group: label, sometimes a time, a value, and the checksum over them.
//!
//! ```text
//! historic   label SP value SP checksum               the sum is over  label SP value
//! standard   label HT [time HT] value HT checksum     the sum is over  label HT [time HT] value HT
//! ```
//!
//! The checksum is the sum of the bytes, its low six bits, plus 0x20: it may be a space, and a value may be
//! padded with them. It cannot see a flip of the bits 6 and 7; the parity of the line and the plausibility of the
//! value must.

use super::Mode;

/// A group whose checksum is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Label of the value: `EAST`.
    pub label: String,
    /// The meter's local time that the value is of, in the groups that have one: `E210423054022`.
    pub stamp: Option<String>,
    /// The value as it was sent, padding included.
    pub value: String,
}

/// Reason why a group is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadGroup {
    /// A label, value or checksum is missing.
    #[error("a group has no label, value and checksum")]
    Shape,
    /// A bit was lost on the line.
    #[error("the checksum of a group is wrong")]
    Checksum,
    /// The group is longer than any that a meter sends.
    #[error("a group is longer than any that a meter sends")]
    TooLong,
    /// A character that no meter sends.
    #[error("a group has a character that no meter sends")]
    Character,
}

impl Group {
    /// Reads the bytes between line feed and carriage return; gives the mode that they are written in, too.
    ///
    /// # Errors
    /// When they are no group, or one that was damaged on the line.
    pub fn parse(bytes: &[u8]) -> Result<(Mode, Self), BadGroup> {
        if bytes.iter().any(|byte| !matches!(byte, b' '..=b'~' | b'\t')) {
            return Err(BadGroup::Character);
        }
        let (&checksum, rest) = bytes.split_last().ok_or(BadGroup::Shape)?;
        let (&separator, body) = rest.split_last().ok_or(BadGroup::Shape)?;
        let mode = Mode::BOTH.into_iter().find(|mode| mode.separator() == separator);
        let mode = mode.ok_or(BadGroup::Shape)?;
        let summed = match mode {
            Mode::Historic => body,
            Mode::Standard => rest,
        };
        if sum(summed) != checksum {
            return Err(BadGroup::Checksum);
        }
        let text = std::str::from_utf8(body).map_err(|_| BadGroup::Character)?;
        let (label, rest) = text.split_once(char::from(separator)).ok_or(BadGroup::Shape)?;
        let (stamp, value) = match rest.split_once('\t') {
            Some((stamp, value)) => (Some(stamp.to_owned()), value),
            None => (None, rest),
        };
        let is_label = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "+-".contains(c);
        if label.is_empty() || label.len() > 10 || !label.chars().all(is_label) {
            return Err(BadGroup::Shape);
        }
        Ok((mode, Self { label: label.to_owned(), stamp, value: value.to_owned() }))
    }

    /// The value as a whole number: digits and nothing else, as a meter pads its numbers with zeros.
    pub fn number(&self) -> Option<u64> {
        let is_number = !self.value.is_empty()
            && self.value.len() <= 12
            && self.value.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| self.value.parse().ok()).flatten()
    }

    /// The group as a meter sends it in `mode`, without line feed and carriage return.
    pub fn encode(&self, mode: Mode) -> Vec<u8> {
        let separator = char::from(mode.separator());
        let mut body = format!("{}{separator}", self.label);
        if let Some(stamp) = &self.stamp {
            body.push_str(stamp);
            body.push(separator);
        }
        body.push_str(&self.value);
        let mut bytes = body.into_bytes();
        let historic_sum = sum(&bytes);
        bytes.push(mode.separator());
        bytes.push(if mode == Mode::Historic { historic_sum } else { sum(&bytes) });
        bytes
    }
}

fn sum(bytes: &[u8]) -> u8 {
    let sum = bytes.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    (sum & 0x3f) + 0x20
}
