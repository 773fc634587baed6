//! Indexes that cannot be. A checksum of six bits lets some damage through, and an index that is wrong once would
//! stand in the history for ever; so one that departs from what can be is believed only when the next frame agrees.

use std::collections::HashMap;

use crate::uptime::Uptime;

/// The most that a customer's meter lets through, in W, with half as much again for the tripping of its breaker: a
/// Linky is sold for 36 kVA at most.
const MAX_W: u64 = 54_000;

/// Growth always allowed, however soon the next frame comes, in Wh.
const STEP_WH: u64 = 20;

/// The indexes of one meter, by label.
#[derive(Debug, Default)]
pub(super) struct Indexes(HashMap<String, Track>);

#[derive(Clone, Copy, Debug, Default)]
struct Track {
    /// Index on which two frames agree.
    believed: Option<Mark>,
    /// Deviating index of one frame.
    claimed: Option<Mark>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    wh: u64,
    at: Uptime,
}

impl Indexes {
    /// Whether `wh` under `label` can be published: it follows from what is believed, or from the claim before it.
    pub(super) fn believe(&mut self, label: &str, wh: u64, at: Uptime) -> bool {
        let track = self.0.entry(label.to_owned()).or_default();
        let mark = Mark { wh, at };
        if [track.believed, track.claimed].into_iter().flatten().any(|last| follows(last, mark)) {
            *track = Track { believed: Some(mark), claimed: None };
            true
        } else {
            track.claimed = Some(mark);
            false
        }
    }
}

fn follows(last: Mark, next: Mark) -> bool {
    const MS_PER_HOUR: u64 = 3_600_000;
    let elapsed_ms = next.at.since_ms(last.at);
    let possible = STEP_WH + MAX_W.saturating_mul(elapsed_ms) / MS_PER_HOUR;
    next.wh.checked_sub(last.wh).is_some_and(|added| added <= possible)
}
