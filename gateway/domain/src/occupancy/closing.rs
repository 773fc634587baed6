//! Closing rule: when the people count of a place is set to nobody.
//!
//! A passage that a door misses stays in the count, so the count begins anew whenever nobody can be left inside:
//!
//! - in closed hours, once doors and detectors have been quiet for `rules.quiet`;
//! - each night at `rules.reset_at` in civil time, even while a detector sees somebody.
//!
//! Without a passage since the last reset there is nothing to reset, except in the first night of doors that are all
//! online: from then on their count is settled.
//!
//! What is still counted at that instant is the measured error of the day. It is published as the residual, and history
//! spreads it back over the day (`count::correction`).

use jiff::SignedDuration;

use super::hours;
use crate::instant::{Instant, Period};
use crate::site::Site;

/// How far back passages are folded: more than a day, so that a nightly reset is always among them.
const LEAD: SignedDuration = SignedDuration::from_hours(36);

/// Start of the readings that a figure at `instant` is folded from.
pub(super) fn fold_start(instant: Instant) -> Instant {
    instant - LEAD
}

/// Nightly resets of the days that `span` touches, and of one day more on either side, in order.
pub(super) fn nightly(site: &Site, span: Period) -> Vec<Instant> {
    hours::daily(site.rules.reset_at, span, &site.timezone)
}

/// Last nightly reset at or before the start of `span`.
pub(super) fn night_before(span: Period, site: &Site) -> Instant {
    let nights = nightly(site, empty_at(span.start()));
    nights.into_iter().rfind(|night| *night <= span.start()).unwrap_or(span.start())
}

/// First nightly reset at or after the end of `span`.
pub(super) fn night_after(span: Period, site: &Site) -> Instant {
    let nights = nightly(site, empty_at(span.end()));
    nights.into_iter().find(|night| *night >= span.end()).unwrap_or(span.end())
}

fn empty_at(instant: Instant) -> Period {
    Period::new(instant, instant).expect("an instant")
}

/// Closing rule of a site over a span.
#[derive(Debug)]
pub(super) struct Closing {
    nightly: Vec<Instant>,
    closed: Vec<Period>,
    /// How long doors and detectors must be quiet in closed hours.
    quiet: SignedDuration,
    /// The part of `quiet` that remains after the hold time of a detector.
    quiet_after_hold: SignedDuration,
}

/// State of a count on which its next reset depends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activity {
    pub(super) at: Instant,
    /// Whether anybody passed since the last reset.
    pub(super) has_passages: bool,
    /// Whether every door reports, and did not at any reset so far.
    pub(super) is_unsettled: bool,
    pub(super) last_passage: Instant,
    /// Start of the time without presence; `None` while detectors see somebody.
    pub(super) vacant_since: Option<Instant>,
}

impl Closing {
    pub(super) fn over(site: &Site, span: Period) -> Self {
        let (quiet, hold) = (site.rules.quiet, site.rules.hold);
        Self {
            nightly: nightly(site, span),
            closed: hours::closed_hours(site, span).unwrap_or_default(),
            quiet,
            // Detectors turn vacant only after their hold time, which is quiet already.
            quiet_after_hold: quiet.saturating_sub(hold).max(SignedDuration::ZERO),
        }
    }

    /// Next instant after `activity.at` and before `until` at which the count is set to nobody, if nothing more happens.
    pub(super) fn next_reset(&self, activity: &Activity, until: Instant) -> Option<Instant> {
        let night = self.next_night(activity).into_iter();
        night.chain(self.next_quiet_closing(activity)).min().filter(|at| *at < until)
    }

    fn next_night(&self, activity: &Activity) -> Option<Instant> {
        let after = self.nightly.partition_point(|at| *at <= activity.at);
        let is_due = activity.has_passages || activity.is_unsettled;
        self.nightly.get(after).copied().filter(|_| is_due)
    }

    /// First instant in closed hours by which doors and detectors have been quiet for long enough.
    fn next_quiet_closing(&self, activity: &Activity) -> Option<Instant> {
        let vacant_since = activity.vacant_since.filter(|_| activity.has_passages)?;
        let quiet = (activity.last_passage + self.quiet).max(vacant_since + self.quiet_after_hold);
        let earliest = quiet.max(activity.at);
        let after = self.closed.partition_point(|hours| hours.end() <= earliest);
        let reset = |hours: &Period| earliest.max(hours.start() + self.quiet);
        self.closed[after..].iter().find(|hours| hours.contains(reset(hours))).map(reset)
    }
}
