//! Borders of frames and groups. Bounded, and nothing is trimmed: a checksum may be a space.

/// Begins a frame.
const STX: u8 = 0x02;
/// Ends a frame.
const ETX: u8 = 0x03;
/// Breaks a frame off: somebody reads the meter at its front.
const EOT: u8 = 0x04;

/// The longest group that is kept, in bytes; the longest of a meter, `PJOURF+1`, has 111.
const MAX_GROUP: usize = 256;

/// Part completed by a byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A frame begins.
    Start,
    /// A group, without the line feed before and the carriage return after it.
    Group(Vec<u8>),
    /// A group that is longer than any meter sends.
    TooLong,
    /// The frame is complete.
    End,
    /// The frame will not be completed.
    BrokenOff,
}

/// Splits a stream of bytes. A group ends with a carriage return; recorders that make a line feed of it, or
/// drop either, do no harm, since both only ever stand between groups.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    group: Vec<u8>,
    too_long: bool,
}

impl Splitter {
    /// Takes a byte and gives what it completes: at most a group and the end of the frame.
    pub(super) fn push(&mut self, byte: u8) -> [Option<Piece>; 2] {
        // Some adapters hand the parity bit on.
        match byte & 0x7f {
            STX => {
                // What came before it is the tail of a frame whose beginning was not received.
                self.take();
                [Some(Piece::Start), None]
            }
            ETX => [self.take(), Some(Piece::End)],
            EOT => {
                self.take();
                [Some(Piece::BrokenOff), None]
            }
            b'\n' | b'\r' => [self.take(), None],
            byte => {
                if self.group.len() < MAX_GROUP {
                    self.group.push(byte);
                } else {
                    self.too_long = true;
                }
                [None, None]
            }
        }
    }

    fn take(&mut self) -> Option<Piece> {
        let group = std::mem::take(&mut self.group);
        if std::mem::take(&mut self.too_long) {
            Some(Piece::TooLong)
        } else if group.is_empty() {
            None
        } else {
            Some(Piece::Group(group))
        }
    }
}
