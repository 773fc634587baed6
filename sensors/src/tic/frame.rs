//! Bytes to frames: the good groups of one frame, and what was wrong with the others.

use std::collections::BTreeMap;

use super::splitter::{Piece, Splitter};
use super::{BadGroup, Group, Mode};

/// Labels that identify the owner: the address of the meter and the delivery point. Their values go no further than this file.
const PRIVATE: [&str; 3] = ["ADCO", "ADSC", "PRM"];

/// A full frame begins with the address of the meter, in either mode.
const ADDRESS: [&str; 2] = ["ADCO", "ADSC"];

/// Most groups of a frame, more than any meter sends: three phases in standard mode have about 75.
const MAX_GROUPS: usize = 160;

/// A frame: the groups that a meter sends together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Mode in which it was written.
    pub mode: Mode,
    /// The groups that were right, in their order; without those that say whose meter it is.
    pub groups: Vec<Group>,
}

impl Frame {
    /// The group of this label.
    pub fn group(&self, label: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.label == label)
    }
}

/// Counts of received groups and frames, for people: bad groups are never silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Frames that were complete.
    pub frames: u64,
    /// Groups that were right.
    pub groups: u64,
    /// Groups that were not, by reason.
    pub bad: BTreeMap<String, u64>,
    /// Frames that were broken off or whose end was not received.
    pub broken_off: u64,
}

/// Makes frames of a stream of bytes.
#[derive(Debug, Default)]
pub struct Frames {
    splitter: Splitter,
    open: Option<Open>,
    tally: Tally,
}

#[derive(Debug, Default)]
struct Open {
    mode: Option<Mode>,
    groups: Vec<Group>,
    has_address: bool,
}

impl Frames {
    /// Takes a byte; gives the frame that it completes. A frame without a single good group is none.
    pub fn push(&mut self, byte: u8) -> Option<Frame> {
        let mut complete = None;
        for piece in self.splitter.push(byte).into_iter().flatten() {
            complete = self.take(piece).or(complete);
        }
        complete
    }

    /// The end of a recording: gives the frame that is complete but for its end.
    pub fn finish(&mut self) -> Option<Frame> {
        self.push(b'\r').or_else(|| self.close())
    }

    /// Counts so far.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    fn take(&mut self, piece: Piece) -> Option<Frame> {
        match piece {
            Piece::Start => {
                self.break_off();
                self.open = Some(Open::default());
                None
            }
            Piece::Group(bytes) => self.group(Group::parse(&bytes)),
            Piece::TooLong => self.group(Err(BadGroup::TooLong)),
            Piece::End => self.close(),
            Piece::BrokenOff => {
                self.break_off();
                None
            }
        }
    }

    /// Takes a group; gives the frame that it ends by beginning another, where a line or a recorder lost the marks.
    fn group(&mut self, group: Result<(Mode, Group), BadGroup>) -> Option<Frame> {
        let is_address =
            group.as_ref().is_ok_and(|(_, group)| ADDRESS.contains(&group.label.as_str()));
        let mut complete = None;
        if is_address && self.open.as_ref().is_none_or(|open| open.has_address) {
            complete = self.close();
            self.open = Some(Open::default());
        }
        // The tail of a frame whose beginning was not received is of no use, and no fault.
        let open = self.open.as_mut()?;
        match group {
            Ok((mode, group)) if open.mode.is_none_or(|open| open == mode) => {
                self.tally.groups += 1;
                open.mode = Some(mode);
                open.has_address |= is_address;
                let private = PRIVATE.contains(&group.label.as_str());
                let repeated = open.groups.iter().any(|other| other.label == group.label);
                if !private && !repeated && open.groups.len() < MAX_GROUPS {
                    open.groups.push(group);
                }
            }
            Ok(_) => self.bad(BadGroup::Shape),
            Err(bad) => self.bad(bad),
        }
        complete
    }

    fn bad(&mut self, bad: BadGroup) {
        *self.tally.bad.entry(bad.to_string()).or_default() += 1;
    }

    fn close(&mut self) -> Option<Frame> {
        let Open { mode, groups, .. } = self.open.take()?;
        let mode = mode?;
        self.tally.frames += 1;
        Some(Frame { mode, groups })
    }

    fn break_off(&mut self) {
        if self.open.take().is_some_and(|open| open.mode.is_some()) {
            self.tally.broken_off += 1;
        }
    }
}
