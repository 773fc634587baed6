//! Whom to wake and whom to let sleep: which changes are told at once, which in the morning, and which not at all.

use std::collections::{HashMap, VecDeque};

use jiff::SignedDuration;
use jiff::civil::{Time, Weekday};

use super::lifecycle::{Change, ChangeSort, Standing};
use crate::calendar::{Step, period_of};
use crate::instant::Instant;
use crate::site::Site;
use crate::wire::state::Severity;

/// So many alerts wait for the morning at most; the newest go beyond.
const WAITING: usize = 200;
/// An alert that changes, comes or goes, more often than so many times within [`FLAPPING_WITHIN`] is not told for a while.
const FLAPPING: usize = 4;
const FLAPPING_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// When people want to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeRules {
    /// From when until when only what is urgent is told, in civil time; the span may cross midnight.
    pub quiet: Option<(Time, Time)>,
    /// When the rest of the night is told, in civil time.
    pub digest_at: Time,
    /// The same alert is told again at the earliest after this.
    pub pause: SignedDuration,
}

impl Default for NoticeRules {
    fn default() -> Self {
        Self {
            quiet: Some((jiff::civil::time(20, 0, 0, 0), jiff::civil::time(7, 0, 0, 0))),
            digest_at: jiff::civil::time(7, 30, 0, 0),
            pause: SignedDuration::from_hours(2),
        }
    }
}

/// Something to be sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// An alert, told at once. `comes_and_goes`: it is not told again for a while, however often it changes.
    Alert {
        /// Which.
        standing: Standing,
        /// Whether it is muted from now on.
        comes_and_goes: bool,
    },
    /// What happened while people were not to be disturbed; never empty.
    Digest(Vec<Standing>),
}

/// What an alert is of, and whether it is urgent: what is urgent is told however often the same was told as less.
type Event = (String, bool);

fn event(standing: &Standing) -> Event {
    (standing.alert.matter.key(), standing.alert.severity == Severity::Urgent)
}

/// Decides what is sent when.
#[derive(Debug)]
pub struct Notices {
    rules: NoticeRules,
    told: HashMap<Event, Instant>,
    changed: HashMap<Event, VecDeque<Instant>>,
    muted: HashMap<Event, Instant>,
    waiting: Vec<Standing>,
    digested: Instant,
}

impl Notices {
    /// Begins at `now`; `open` are alerts that stood open before, of which people were told already.
    pub fn resume(rules: NoticeRules, open: &[Standing], now: Instant) -> Self {
        let told = open.iter().map(|it| (event(it), it.raised_at)).collect();
        Self {
            rules,
            told,
            changed: HashMap::new(),
            muted: HashMap::new(),
            waiting: Vec::new(),
            digested: now,
        }
    }

    /// People want to be told otherwise from now on; what waits goes on waiting.
    pub fn follow(&mut self, rules: &NoticeRules) {
        self.rules.clone_from(rules);
    }

    /// What is to be sent of these changes, and of what waited until `now`.
    pub fn take(&mut self, changes: &[Change], site: &Site, now: Instant) -> Vec<Notice> {
        self.forget(now);
        for change in changes {
            self.changed.entry(event(&change.standing)).or_default().push_back(now);
        }
        let mut notices: Vec<_> = changes
            .iter()
            .filter(|it| matches!(it.sort, ChangeSort::Raised | ChangeSort::Worsened))
            .filter_map(|change| self.alert(change, site, now))
            .collect();
        notices.extend(self.digest(site, now));
        notices
    }

    fn alert(&mut self, change: &Change, site: &Site, now: Instant) -> Option<Notice> {
        let standing = &change.standing;
        let event = event(standing);
        let (key, urgent) = &event;
        let comes_and_goes = self.changed.get(&event).is_some_and(|times| times.len() > FLAPPING);
        if self.muted.contains_key(&event) {
            return None;
        }
        let was_told = |urgent: bool| {
            let at = self.told.get(&(key.clone(), urgent));
            at.is_some_and(|at| now < *at + self.rules.pause)
        };
        let told = was_told(true) || (!urgent && was_told(false));
        if comes_and_goes {
            self.muted.insert(event.clone(), now + self.rules.pause);
        } else if told {
            return None;
        }
        if !urgent && (standing.alert.severity == Severity::Info || self.is_quiet(site, now)) {
            self.wait(standing);
            return None;
        }
        self.told.insert(event, now);
        Some(Notice::Alert { standing: standing.clone(), comes_and_goes })
    }

    /// Keeps an alert for the morning, each once and as it was at last.
    fn wait(&mut self, standing: &Standing) {
        let key = standing.alert.matter.key();
        if let Some(waiting) = self.waiting.iter_mut().find(|it| it.alert.matter.key() == key) {
            waiting.clone_from(standing);
        } else if self.waiting.len() < WAITING {
            self.waiting.push(standing.clone());
        }
    }

    /// What waited, once a day at its time.
    fn digest(&mut self, site: &Site, now: Instant) -> Option<Notice> {
        let today = period_of(Step::Day, now, &site.timezone).start();
        let zoned = today.to_jiff().to_zoned_datetime(site.timezone.clone());
        let at = zoned.date().to_datetime(self.rules.digest_at);
        let due: Instant = at.to_zoned_datetime(site.timezone.clone()).ok()?.timestamp().into();
        if now < due || self.digested >= due {
            return None;
        }
        self.digested = now;
        let waiting = std::mem::take(&mut self.waiting);
        (!waiting.is_empty()).then_some(Notice::Digest(waiting))
    }

    /// In the hours that the site file names, and on days on which the building does not open at all: where nobody tells
    /// its hours, at week-ends.
    fn is_quiet(&self, site: &Site, now: Instant) -> bool {
        let here = now.to_jiff().to_zoned_datetime(site.timezone.clone());
        let time = here.time();
        let is_week_end = matches!(here.weekday(), Weekday::Saturday | Weekday::Sunday);
        let opening = site.opening.as_ref();
        let closed_all_day =
            opening.map_or(is_week_end, |opening| opening.on(here.date()).is_empty());
        let in_hours = self.rules.quiet.is_some_and(|(from, until)| {
            if from <= until { (from..until).contains(&time) } else { time >= from || time < until }
        });
        closed_all_day || in_hours
    }

    fn forget(&mut self, now: Instant) {
        self.muted.retain(|_, until| now < *until);
        let pause = self.rules.pause;
        self.told.retain(|_, at| now < *at + pause);
        self.changed.retain(|_, times| {
            times.retain(|at| now < *at + FLAPPING_WITHIN);
            !times.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::AlertId;
    use crate::site;
    use crate::wire::state::{Alert, Matter};

    fn dreux() -> Site {
        site::parse(site::DREUX, "dreux.toml").unwrap()
    }

    fn at(text: &str) -> Instant {
        format!("2026-11-{text}:00+01:00").parse().unwrap()
    }

    fn raised(severity: Severity) -> Change {
        changed(ChangeSort::Raised, severity)
    }

    fn changed(sort: ChangeSort, severity: Severity) -> Change {
        let matter = Matter::Air { zone: "fablab".parse().unwrap(), co2_ppm: 1700.0 };
        let alert = Alert::new(matter, severity, at("23T10:00"));
        let raised_at = at("23T10:00");
        Change { sort, standing: Standing { id: AlertId(1), alert, raised_at, cleared_at: None } }
    }

    fn notices() -> Notices {
        Notices::resume(NoticeRules::default(), &[], at("23T09:00"))
    }

    fn is_told(notices: &mut Notices, change: Change, when: &str) -> bool {
        let sent = notices.take(&[change], &dreux(), at(when));
        sent.iter().any(|notice| matches!(notice, Notice::Alert { .. }))
    }

    #[test]
    fn an_event_is_told_once_and_again_only_after_two_hours() {
        let mut notices = notices();
        assert!(is_told(&mut notices, raised(Severity::Attention), "23T10:00"));
        assert!(!is_told(&mut notices, raised(Severity::Attention), "23T11:00"));
        assert!(is_told(&mut notices, raised(Severity::Attention), "23T12:30"));
        assert!(!is_told(
            &mut notices,
            changed(ChangeSort::Cleared, Severity::Attention),
            "23T15:00"
        ));
    }

    #[test]
    fn what_gets_urgent_is_told_at_once() {
        let mut notices = notices();
        assert!(is_told(&mut notices, raised(Severity::Attention), "23T10:00"));
        let worse = changed(ChangeSort::Worsened, Severity::Urgent);
        assert!(is_told(&mut notices, worse, "23T10:05"));
    }

    #[test]
    fn what_comes_back_urgent_is_told_though_it_was_told_and_muted_as_less() {
        let mut notices = notices();
        assert!(is_told(&mut notices, raised(Severity::Attention), "23T10:00"));
        for minute in ["02", "04", "06", "08", "10"] {
            is_told(&mut notices, raised(Severity::Attention), &format!("23T10:{minute}"));
        }
        assert!(is_told(&mut notices, raised(Severity::Urgent), "23T10:12"));
        assert!(!is_told(&mut notices, raised(Severity::Urgent), "23T10:14"), "once");
    }

    #[test]
    fn coming_and_going_are_both_changes() {
        let mut notices = notices();
        let urgent = |sort| changed(sort, Severity::Urgent);
        let mut sent =
            |sort, time: &str| notices.take(&[urgent(sort)], &dreux(), at(&format!("23T{time}")));
        assert_eq!(sent(ChangeSort::Raised, "10:00").len(), 1);
        assert_eq!(sent(ChangeSort::Cleared, "10:05").len(), 0);
        assert_eq!(
            sent(ChangeSort::Raised, "10:10").len(),
            0,
            "told two hours ago at the earliest"
        );
        assert_eq!(sent(ChangeSort::Cleared, "10:15").len(), 0);
        let fifth = sent(ChangeSort::Raised, "10:20");
        assert!(matches!(&fifth[..], [Notice::Alert { comes_and_goes: true, .. }]), "{fifth:?}");
    }

    #[test]
    fn what_came_several_times_in_a_night_stands_in_the_morning_once() {
        let mut notices = notices();
        for time in ["22:00", "23:00", "23:30"] {
            assert!(!is_told(&mut notices, raised(Severity::Attention), &format!("23T{time}")));
        }
        let morning = notices.take(&[], &dreux(), at("24T07:31"));
        assert!(matches!(&morning[..], [Notice::Digest(items)] if items.len() == 1), "{morning:?}");
    }

    #[test]
    fn at_night_only_what_is_urgent_wakes_anybody_and_the_rest_is_told_in_the_morning() {
        let mut notices = notices();
        assert!(!is_told(&mut notices, raised(Severity::Attention), "23T22:00"));
        assert!(is_told(&mut notices, raised(Severity::Urgent), "23T22:30"));
        assert_eq!(notices.take(&[], &dreux(), at("24T07:29")), []);
        let morning = notices.take(&[], &dreux(), at("24T07:31"));
        assert!(matches!(&morning[..], [Notice::Digest(items)] if items.len() == 1), "{morning:?}");
        assert_eq!(notices.take(&[], &dreux(), at("24T07:32")), [], "told once");
    }

    #[test]
    fn a_day_on_which_the_building_does_not_open_is_quiet() {
        let sunday = "29T11:00";
        assert!(!is_told(&mut notices(), raised(Severity::Attention), sunday));
        assert!(is_told(&mut notices(), raised(Severity::Urgent), sunday));
        // Nobody tells the hours of this building.
        let site = Site { opening: None, ..dreux() };
        let told = |when| {
            let sent = notices().take(&[raised(Severity::Attention)], &site, at(when));
            sent.iter().any(|notice| matches!(notice, Notice::Alert { .. }))
        };
        assert!(!told("28T11:00") && told("27T11:00"));
        // A Wednesday in the week, and a public holiday.
        assert!(!is_told(&mut notices(), raised(Severity::Attention), "11T11:00"));
    }

    #[test]
    fn what_comes_and_goes_is_told_as_such_and_then_left_alone() {
        let mut notices = notices();
        let times = ["10:00", "10:05", "10:10", "10:15", "10:20", "10:25"];
        let sent: Vec<_> = times
            .iter()
            .flat_map(|time| {
                let when = at(&format!("23T{time}"));
                notices.take(&[raised(Severity::Urgent)], &dreux(), when)
            })
            .map(|notice| matches!(notice, Notice::Alert { comes_and_goes: true, .. }))
            .collect();
        assert_eq!(sent, [false, true]);
    }

    #[test]
    fn other_quiet_hours_hold_from_when_they_are_known_and_nothing_that_waits_is_lost() {
        let mut notices = notices();
        assert!(!is_told(&mut notices, raised(Severity::Attention), "23T22:00"));
        notices.follow(&NoticeRules { quiet: None, ..NoticeRules::default() });
        assert!(is_told(&mut notices, raised(Severity::Attention), "24T02:00"));
        let morning = notices.take(&[], &dreux(), at("24T07:31"));
        assert!(matches!(&morning[..], [Notice::Digest(items)] if items.len() == 1), "{morning:?}");
    }
}
