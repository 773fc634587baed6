//! Entries of the audit log, and which of them a later entry has undone.

use std::collections::HashSet;
use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::ids::{MeterId, PointId};
use crate::instant::{Instant, Period};
use crate::quantity::Kind;
use crate::reading::{Source, Value};
use crate::site::Site;

/// A stated value takes the place of readings for so long at most: it stands for a fault, not for an instrument.
const LONGEST_VALUE: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Identifier of an entry; grows with each new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(pub u64);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Entry before it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Instant of the entry.
    pub at: Instant,
    /// Author: an account, or a word in brackets where no login is required.
    pub author: String,
    /// Reason.
    pub reason: String,
    /// Content.
    pub deed: Deed,
    /// For a change of the site file: its text before, by which the change can be undone.
    pub before: Option<String>,
}

/// Entry of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its identifier.
    pub id: EntryId,
    /// Instant of the entry.
    pub at: Instant,
    /// Author.
    pub author: String,
    /// Reason.
    pub reason: String,
    /// Content.
    #[serde(flatten)]
    pub deed: Deed,
}

/// Content of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    /// A stretch of readings or energy was wrong.
    Correction(Correction),
    /// The site file was changed.
    Site(SiteChange),
    /// A person tried an instrument on the spot.
    Test(RoleTest),
    /// An earlier entry no longer holds.
    Undo {
        /// Which.
        entry: EntryId,
    },
}

/// A change of the site file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteChange {
    /// What was changed, in a sentence.
    pub summary: String,
    /// A checksum of the file after the change: as long as it is this, the change can be undone.
    pub after: String,
}

/// A test of a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleTest {
    /// Which role: `point:fablab-co2`.
    pub role: String,
    /// Which source filled it then.
    pub source: Source,
    /// Whether what was seen is what was done.
    pub passed: bool,
    /// What was seen.
    pub seen: String,
}

/// Correction of what was measured: its subject, its time and its effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Its subject.
    pub target: Target,
    /// First instant corrected.
    pub from: Instant,
    /// First instant no longer corrected.
    pub to: Instant,
    /// Its effect.
    pub effect: Effect,
}

/// Subject of a correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// One source, whatever role it fills.
    Source(Source),
    /// A point: the sources that fill it at that time.
    Point(PointId),
    /// A meter: its registers and powers at that time.
    Meter(MeterId),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(source) => write!(f, "source {source}"),
            Self::Point(point) => write!(f, "point {point}"),
            Self::Meter(meter) => write!(f, "meter {meter}"),
        }
    }
}

/// Effect of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: the readings do not count.
    Exclude,
    /// A meter took so much energy, in Wh, evenly over the time.
    EnergyWh(f64),
    /// A source or point had this value all the time, in its unit; a state 0 or 1.
    Value(f64),
    /// What was measured: only a remark for whoever looks at it.
    Note,
}

/// Reason why a correction cannot be entered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCorrection {
    /// The target is not there.
    #[error("there is no {0} in the site file")]
    NoTarget(String),
    /// The time runs backwards or is empty.
    #[error("`to` must be after `from`")]
    Empty,
    /// The time has not come.
    #[error("`to` must not be in the future: what is not measured yet cannot be wrong")]
    Future,
    /// The effect does not fit the target.
    #[error("{0}")]
    Unfit(&'static str),
}

impl Correction {
    /// The time that it is about; empty when it runs backwards.
    pub fn period(&self) -> Period {
        Period::new(self.from, self.to.max(self.from)).expect("the end is not before the start")
    }

    /// Whether it can be entered at `now`.
    ///
    /// # Errors
    /// When the site does not have its target, or it makes no sense.
    pub fn check(&self, site: &Site, now: Instant) -> Result<(), InvalidCorrection> {
        let kind = self.kind(site)?;
        if self.from >= self.to {
            return Err(InvalidCorrection::Empty);
        }
        if self.to > now {
            return Err(InvalidCorrection::Future);
        }
        match (self.effect, kind) {
            (Effect::EnergyWh(wh), None) if wh.is_finite() && wh >= 0.0 => Ok(()),
            (Effect::EnergyWh(_), None) => unfit("energy must be a number of Wh, 0 or more"),
            (Effect::EnergyWh(_), Some(_)) => unfit("energy can be stated for a meter only"),
            (Effect::Value(_), None | Some(Kind::Register)) => unfit(
                "a value can be stated where a present value is measured; for a meter state its energy",
            ),
            (Effect::Value(value), Some(Kind::State)) if !is_state(value) => {
                unfit("a state is 0 or 1")
            }
            (Effect::Value(value), Some(_)) if !value.is_finite() => {
                unfit("the value must be a number")
            }
            (Effect::Value(_), Some(_)) if self.period().length() > LONGEST_VALUE => {
                unfit("a value can be stated for 31 days at most; exclude the readings instead")
            }
            (Effect::Exclude | Effect::Note, _) | (Effect::Value(_), Some(_)) => Ok(()),
        }
    }

    /// What the target measures; `None` for a meter.
    fn kind(&self, site: &Site) -> Result<Option<Kind>, InvalidCorrection> {
        let missing = || InvalidCorrection::NoTarget(self.target.to_string());
        match &self.target {
            Target::Source(source) => Ok(Some(source.quantity.kind())),
            Target::Point(id) => {
                let point = site.point(id.as_str()).ok_or_else(missing)?;
                Ok(Some(point.quantity.kind()))
            }
            Target::Meter(id) => site.meter(id.as_str()).map(|_| None).ok_or_else(missing),
        }
    }
}

/// Whether a number stands for true or false.
fn is_state(value: f64) -> bool {
    Value::from_f64(Kind::State, value).as_f64().to_bits() == value.to_bits()
}

fn unfit(why: &'static str) -> Result<(), InvalidCorrection> {
    Err(InvalidCorrection::Unfit(why))
}

/// Corrections in force as known at an instant (as known now without one), in the order of their entry.
///
/// An entry that undoes another may be undone itself; then the first one holds again.
pub fn in_force(
    entries: &[Entry],
    known_at: Option<Instant>,
) -> impl Iterator<Item = (EntryId, &Correction)> {
    let undone = undone(entries, known_at);
    let known = known(entries, known_at).into_iter();
    known.filter_map(move |entry| match &entry.deed {
        Deed::Correction(correction) if !undone.contains(&entry.id) => Some((entry.id, correction)),
        _ => None,
    })
}

/// Whether an entry after it has undone this one, and still does.
pub fn is_undone(entries: &[Entry], id: EntryId) -> bool {
    undone(entries, None).contains(&id)
}

fn undone(entries: &[Entry], known_at: Option<Instant>) -> HashSet<EntryId> {
    let mut undone = HashSet::new();
    let known = known(entries, known_at).into_iter();
    // The newest first: whether an undo still holds is decided by what came after it.
    for entry in known.rev() {
        if let Deed::Undo { entry: of } = entry.deed
            && !undone.contains(&entry.id)
        {
            undone.insert(of);
        }
    }
    undone
}

/// The entries that were known at an instant, in their order. One is known at the latest when the next one was entered: a
/// later date is that of a clock that was ahead.
fn known(entries: &[Entry], known_at: Option<Instant>) -> Vec<&Entry> {
    let Some(known_at) = known_at else { return entries.iter().collect() };
    let mut next = Instant::MAX;
    let is_known = |entry: &&Entry| {
        next = next.min(entry.at);
        next <= known_at
    };
    let mut known: Vec<_> = entries.iter().rev().filter(is_known).collect();
    known.reverse();
    known
}
