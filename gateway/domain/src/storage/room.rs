//! Room of a store on its disk: who fills the disk, how long there has been too little, and how much must go.
//!
//! What others fill a disk with is no reason to give up history, since giving it up frees no byte for them: the file does
//! not shrink, and only the store writes into it again.

use std::time::Duration;

use crate::instant::Instant;
use crate::site::DiskGuard;

/// A shortage stands for so long before anything goes: so long somebody has the alert.
const STANDS_FOR: Duration = Duration::from_hours(24);
/// Looks are taken every quarter of an hour; a longer time between two, or a clock that jumps, counts no more than this.
const BETWEEN_LOOKS: Duration = Duration::from_mins(30);

/// A store on its disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What the store takes.
    pub stored_bytes: u64,
    /// The part of it that was given up and will be used again.
    pub reusable_bytes: u64,
    /// What is free on the disk.
    pub free_bytes: u64,
    /// How large the disk is.
    pub disk_bytes: u64,
}

impl Room {
    /// What the store can still take, on the disk and within itself.
    pub const fn left_bytes(&self) -> u64 {
        self.free_bytes.saturating_add(self.reusable_bytes)
    }

    /// What others have filled the disk with.
    pub const fn others_bytes(&self) -> u64 {
        self.disk_bytes.saturating_sub(self.free_bytes).saturating_sub(self.stored_bytes)
    }

    /// Whether what the store holds is at least half of what is used on the disk.
    pub const fn is_filled_by_store(&self) -> bool {
        let held = self.stored_bytes.saturating_sub(self.reusable_bytes);
        let used = self.disk_bytes.saturating_sub(self.free_bytes);
        held > 0 && held.saturating_mul(2) >= used
    }

    /// How many bytes are missing to what must remain; 0 when there is room.
    pub fn missing_bytes(&self, guard: &DiskGuard) -> u64 {
        guard.reserve_bytes(self.disk_bytes).saturating_sub(self.left_bytes())
    }
}

/// How long there has been too little room, counted look by look, so that it survives restarts and wrong clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// For how long it has stood.
    pub stood_for: Duration,
    /// When it was looked at last.
    pub seen_at: Instant,
}

impl Shortage {
    /// The shortage after a look at `now`; `None` when there is room.
    pub fn next(before: Option<Self>, is_short: bool, now: Instant) -> Option<Self> {
        if !is_short {
            return None;
        }
        let more = before.map_or(Duration::ZERO, |before| {
            let passed = Duration::try_from(now.since(before.seen_at)).unwrap_or_default();
            before.stood_for + passed.min(BETWEEN_LOOKS)
        });
        Some(Self { stood_for: more, seen_at: now })
    }
}

/// Decision about readings whose time has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is room.
    Enough,
    /// Others fill the disk: nothing goes.
    Others,
    /// The store fills the disk, and not for long enough: nothing goes yet.
    Waits,
    /// So many bytes of the oldest readings may go, as far as their retention, or a person, lets them.
    GiveUp(u64),
}

impl Verdict {
    /// The decision for this room, after a shortage that has stood.
    pub fn of(room: &Room, guard: &DiskGuard, shortage: Option<Shortage>) -> Self {
        match (room.missing_bytes(guard), shortage) {
            (0, _) => Self::Enough,
            _ if !room.is_filled_by_store() => Self::Others,
            (missing, Some(shortage)) if shortage.stood_for >= STANDS_FOR => Self::GiveUp(missing),
            _ => Self::Waits,
        }
    }
}

/// How many of the blocks of these sizes, oldest first, make up the missing bytes: all of them when they do not.
pub fn least_blocks(sizes: &[u64], missing: u64) -> usize {
    let mut sum = 0_u64;
    let enough = sizes.iter().position(|size| {
        sum = sum.saturating_add(*size);
        sum >= missing
    });
    if missing == 0 { 0 } else { enough.map_or(sizes.len(), |last| last + 1) }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::at;

    const GUARD: DiskGuard =
        DiskGuard { warn: 0.85, full: 0.95, min_free_bytes: 0, give_up_after: None };

    fn room(stored: u64, free: u64) -> Room {
        Room { stored_bytes: stored, reusable_bytes: 0, free_bytes: free, disk_bytes: 1000 }
    }

    fn stood(hours: u64) -> Shortage {
        Shortage { stood_for: Duration::from_hours(hours), seen_at: Instant::MIN }
    }

    #[test]
    fn only_what_is_missing_goes_and_only_after_a_day_and_only_when_the_store_fills_the_disk() {
        assert_eq!(Verdict::of(&room(700, 50), &GUARD, Some(stood(99))), Verdict::Enough);
        assert_eq!(Verdict::of(&room(700, 20), &GUARD, Some(stood(24))), Verdict::GiveUp(30));
        assert_eq!(Verdict::of(&room(700, 20), &GUARD, Some(stood(23))), Verdict::Waits);
        assert_eq!(Verdict::of(&room(700, 20), &GUARD, None), Verdict::Waits);
        assert_eq!(Verdict::of(&room(2, 0), &GUARD, Some(stood(99))), Verdict::Others);
        assert_eq!(Verdict::of(&room(480, 20), &GUARD, Some(stood(99))), Verdict::Others);
    }

    #[test]
    fn a_shortage_is_counted_by_looks_and_neither_a_jump_of_the_clock_nor_a_night_off_makes_it_older()
     {
        let start = at("2026-11-23T12:00:00Z");
        let minute = |minute| start + SignedDuration::from_mins(minute);
        let mut shortage = Shortage::next(None, true, minute(0));
        shortage = Shortage::next(shortage, true, minute(15));
        assert_eq!(shortage.unwrap().stood_for, Duration::from_mins(15));
        shortage = Shortage::next(shortage, true, at("2040-01-01T00:00:00Z"));
        assert_eq!(shortage.unwrap().stood_for, Duration::from_mins(45));
        shortage = Shortage::next(shortage, true, minute(30));
        assert_eq!(shortage.unwrap().stood_for, Duration::from_mins(45));
        assert_eq!(Shortage::next(shortage, false, minute(45)), None);
    }

    proptest! {
        #[test]
        fn nothing_goes_for_a_shortage_that_others_make(
            stored in 0_u64..1000, reusable in 0_u64..1000, free in 0_u64..1000, hours in 0_u64..1000,
        ) {
            let reusable_bytes = reusable.min(stored);
            let room = Room { reusable_bytes, ..room(stored, free.min(1000 - stored)) };
            let used = room.disk_bytes - room.free_bytes;
            let verdict = Verdict::of(&room, &GUARD, Some(stood(hours)));
            if let Verdict::GiveUp(bytes) = verdict {
                prop_assert!((stored - reusable_bytes) * 2 >= used && hours >= 24);
                prop_assert_eq!(room.left_bytes() + bytes, GUARD.reserve_bytes(1000));
            }
        }

        #[test]
        fn never_more_blocks_go_than_are_needed(
            sizes in proptest::collection::vec(0_u64..100, 0..40), missing in 0_u64..2000,
        ) {
            let count = least_blocks(&sizes, missing);
            let of = |count: usize| sizes[..count].iter().sum::<u64>();
            prop_assert!(of(count) >= missing || count == sizes.len());
            prop_assert!(count == 0 || of(count - 1) < missing, "one fewer would do");
        }
    }
}
