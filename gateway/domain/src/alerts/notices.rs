//! Notices to people: which changes are sent at once, which in the morning, and which not at all.

use std::collections::{HashMap, VecDeque};

use jiff::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::alert::Severity;
use super::lifecycle::{Change, ChangeSort, Standing};
use crate::calendar::{Step, period_of};
use crate::instant::Instant;

/// Most alerts that wait for the morning; newer ones are left out.
const WAITING: usize = 200;
/// Changes of an alert, raised or cleared, within [`FLAPPING_WITHIN`] beyond which it is muted for a while.
const FLAPPING: usize = 4;
const FLAPPING_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Times at which people get notices.
#[derive(Clone, Debug, PartialEq)]
pub struct NoticeRules {
    /// Hours in which only urgent alerts are sent, in civil time; they may cross midnight.
    pub quiet: Option<(Time, Time)>,
    /// Time of the digest of the night, in civil time.
    pub digest_at: Time,
    /// Least time between two notices of the same alert.
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

/// Message to be sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// One alert, sent at once.
    Alert {
        /// The entry of the log.
        standing: Standing,
        /// Whether it changes so often that it is muted from now on.
        comes_and_goes: bool,
    },
    /// Alerts raised while people were not to be disturbed; never empty.
    Digest(Vec<Standing>),
}

/// Key of an alert, and whether it is urgent: an urgent alert is sent however often the same was sent as a lesser one.
type Event = (String, bool);

fn event(standing: &Standing) -> Event {
    (standing.alert.matter.key(), standing.alert.severity == Severity::Urgent)
}

/// Decision on what is sent, and when.
#[derive(Debug)]
pub struct Notices {
    rules: NoticeRules,
    sent: HashMap<Event, Instant>,
    changed: HashMap<Event, VecDeque<Instant>>,
    muted: HashMap<Event, Instant>,
    waiting: Vec<Standing>,
    digested: Instant,
}

impl Notices {
    /// Begins at `now`; of the alerts in `open`, people have had notices already.
    pub fn resume(rules: NoticeRules, open: &[Standing], now: Instant) -> Self {
        let sent = open.iter().map(|it| (event(it), it.raised_at)).collect();
        Self {
            rules,
            sent,
            changed: HashMap::new(),
            muted: HashMap::new(),
            waiting: Vec::new(),
            digested: now,
        }
    }

    /// Replaces the rules; alerts that wait go on waiting.
    pub fn follow(&mut self, rules: &NoticeRules) {
        self.rules.clone_from(rules);
    }

    /// Notices to send at `now` of these changes, and of alerts that waited. `opens_today`: whether the building opens
    /// at all on this civil day; else the whole day is quiet.
    pub fn take(
        &mut self,
        changes: &[Change],
        timezone: &TimeZone,
        opens_today: bool,
        now: Instant,
    ) -> Vec<Notice> {
        let is_quiet = !opens_today || self.is_in_quiet_hours(timezone, now);
        self.forget(now);
        for change in changes {
            self.changed.entry(event(&change.standing)).or_default().push_back(now);
        }
        let mut notices: Vec<_> = changes
            .iter()
            .filter(|it| matches!(it.sort, ChangeSort::Raised | ChangeSort::Worsened))
            .filter_map(|change| self.alert(change, is_quiet, now))
            .collect();
        notices.extend(self.digest(timezone, now));
        notices
    }

    fn alert(&mut self, change: &Change, is_quiet: bool, now: Instant) -> Option<Notice> {
        let standing = &change.standing;
        let event = event(standing);
        let (key, urgent) = &event;
        let comes_and_goes = self.changed.get(&event).is_some_and(|times| times.len() > FLAPPING);
        if self.muted.contains_key(&event) {
            return None;
        }
        let was_sent = |urgent: bool| {
            let at = self.sent.get(&(key.clone(), urgent));
            at.is_some_and(|at| now < *at + self.rules.pause)
        };
        let is_repeated = was_sent(true) || (!urgent && was_sent(false));
        if comes_and_goes {
            self.muted.insert(event.clone(), now + self.rules.pause);
        } else if is_repeated {
            return None;
        }
        if !urgent && (standing.alert.severity == Severity::Info || is_quiet) {
            self.wait(standing);
            return None;
        }
        self.sent.insert(event, now);
        Some(Notice::Alert { standing: standing.clone(), comes_and_goes })
    }

    /// Keeps an alert for the morning, once and in its newest state.
    fn wait(&mut self, standing: &Standing) {
        let key = standing.alert.matter.key();
        if let Some(waiting) = self.waiting.iter_mut().find(|it| it.alert.matter.key() == key) {
            waiting.clone_from(standing);
        } else if self.waiting.len() < WAITING {
            self.waiting.push(standing.clone());
        }
    }

    /// The alerts that waited, once a day at the time of the digest.
    fn digest(&mut self, timezone: &TimeZone, now: Instant) -> Option<Notice> {
        let today = period_of(Step::Day, now, timezone).start();
        let zoned = today.to_jiff().to_zoned_datetime(timezone.clone());
        let at = zoned.date().to_datetime(self.rules.digest_at);
        let due: Instant = at.to_zoned_datetime(timezone.clone()).ok()?.timestamp().into();
        if now < due || (due..=now).contains(&self.digested) {
            return None;
        }
        self.digested = now;
        let waiting = std::mem::take(&mut self.waiting);
        (!waiting.is_empty()).then_some(Notice::Digest(waiting))
    }

    fn is_in_quiet_hours(&self, timezone: &TimeZone, now: Instant) -> bool {
        let time = now.to_jiff().to_zoned_datetime(timezone.clone()).time();
        self.rules.quiet.is_some_and(|(from, until)| {
            if from <= until { (from..until).contains(&time) } else { time >= from || time < until }
        })
    }

    fn forget(&mut self, now: Instant) {
        // What is dated later than now was dated by a clock that was ahead, and holds nothing up.
        let pause = self.rules.pause;
        self.muted.retain(|_, until| now < *until && *until <= now + pause);
        self.sent.retain(|_, at| *at <= now && now < *at + pause);
        self.changed.retain(|_, times| {
            times.retain(|at| *at <= now && now < *at + FLAPPING_WITHIN);
            !times.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::{Alert, AlertId, Matter};
    use crate::occupancy::opens_today;
    use crate::site::{self, Site};

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

    fn take(notices: &mut Notices, changes: &[Change], site: &Site, when: &str) -> Vec<Notice> {
        let now = at(when);
        notices.take(changes, &site.timezone, opens_today(site, now), now)
    }

    fn is_sent(notices: &mut Notices, change: Change, when: &str) -> bool {
        let sent = take(notices, &[change], &dreux(), when);
        sent.iter().any(|notice| matches!(notice, Notice::Alert { .. }))
    }

    #[test]
    fn an_event_is_sent_once_and_again_only_after_two_hours() {
        let mut notices = notices();
        assert!(is_sent(&mut notices, raised(Severity::Attention), "23T10:00"));
        assert!(!is_sent(&mut notices, raised(Severity::Attention), "23T11:00"));
        assert!(is_sent(&mut notices, raised(Severity::Attention), "23T12:30"));
        assert!(!is_sent(
            &mut notices,
            changed(ChangeSort::Cleared, Severity::Attention),
            "23T15:00"
        ));
    }

    #[test]
    fn what_was_sent_by_a_clock_that_was_ahead_neither_mutes_nor_delays_anything() {
        let mut notices = notices();
        for minute in ["00", "02", "04", "06", "08", "10"] {
            is_sent(&mut notices, raised(Severity::Attention), &format!("29T10:{minute}"));
        }
        assert!(is_sent(&mut notices, raised(Severity::Attention), "23T10:00"));
        assert!(!is_sent(&mut notices, raised(Severity::Attention), "23T22:00"));
        let morning = take(&mut notices, &[], &dreux(), "24T07:31");
        assert!(matches!(&morning[..], [Notice::Digest(items)] if items.len() == 1), "{morning:?}");
    }

    #[test]
    fn an_alert_that_gets_urgent_is_sent_at_once() {
        let mut notices = notices();
        assert!(is_sent(&mut notices, raised(Severity::Attention), "23T10:00"));
        let worse = changed(ChangeSort::Worsened, Severity::Urgent);
        assert!(is_sent(&mut notices, worse, "23T10:05"));
    }

    #[test]
    fn an_alert_that_comes_back_urgent_is_sent_though_it_was_sent_and_muted_as_a_lesser_one() {
        let mut notices = notices();
        assert!(is_sent(&mut notices, raised(Severity::Attention), "23T10:00"));
        for minute in ["02", "04", "06", "08", "10"] {
            is_sent(&mut notices, raised(Severity::Attention), &format!("23T10:{minute}"));
        }
        assert!(is_sent(&mut notices, raised(Severity::Urgent), "23T10:12"));
        assert!(!is_sent(&mut notices, raised(Severity::Urgent), "23T10:14"), "once");
    }

    #[test]
    fn coming_and_going_are_both_changes() {
        let mut notices = notices();
        let urgent = |sort| changed(sort, Severity::Urgent);
        let mut sent =
            |sort, time: &str| take(&mut notices, &[urgent(sort)], &dreux(), &format!("23T{time}"));
        assert_eq!(sent(ChangeSort::Raised, "10:00").len(), 1);
        assert_eq!(sent(ChangeSort::Cleared, "10:05").len(), 0);
        assert_eq!(
            sent(ChangeSort::Raised, "10:10").len(),
            0,
            "the same was sent within two hours"
        );
        assert_eq!(sent(ChangeSort::Cleared, "10:15").len(), 0);
        let fifth = sent(ChangeSort::Raised, "10:20");
        assert!(matches!(&fifth[..], [Notice::Alert { comes_and_goes: true, .. }]), "{fifth:?}");
    }

    #[test]
    fn an_alert_raised_several_times_in_a_night_stands_in_the_digest_once() {
        let mut notices = notices();
        for time in ["22:00", "23:00", "23:30"] {
            assert!(!is_sent(&mut notices, raised(Severity::Attention), &format!("23T{time}")));
        }
        let morning = take(&mut notices, &[], &dreux(), "24T07:31");
        assert!(matches!(&morning[..], [Notice::Digest(items)] if items.len() == 1), "{morning:?}");
    }

    #[test]
    fn at_night_only_urgent_alerts_wake_anybody_and_the_rest_is_sent_in_the_morning() {
        let mut notices = notices();
        assert!(!is_sent(&mut notices, raised(Severity::Attention), "23T22:00"));
        assert!(is_sent(&mut notices, raised(Severity::Urgent), "23T22:30"));
        assert_eq!(take(&mut notices, &[], &dreux(), "24T07:29"), []);
        let morning = take(&mut notices, &[], &dreux(), "24T07:31");
        assert!(matches!(&morning[..], [Notice::Digest(items)] if items.len() == 1), "{morning:?}");
        assert_eq!(take(&mut notices, &[], &dreux(), "24T07:32"), [], "sent once");
    }

    #[test]
    fn a_day_on_which_the_building_does_not_open_is_quiet() {
        let sunday = "29T11:00";
        assert!(!is_sent(&mut notices(), raised(Severity::Attention), sunday));
        assert!(is_sent(&mut notices(), raised(Severity::Urgent), sunday));
        // The site file does not give the hours of this building.
        let site = Site { opening: None, ..dreux() };
        let is_sent_on = |when| {
            let sent = take(&mut notices(), &[raised(Severity::Attention)], &site, when);
            sent.iter().any(|notice| matches!(notice, Notice::Alert { .. }))
        };
        assert!(!is_sent_on("28T11:00") && is_sent_on("27T11:00"));
        // A Wednesday in the week, and a public holiday.
        assert!(!is_sent(&mut notices(), raised(Severity::Attention), "11T11:00"));
    }

    #[test]
    fn an_alert_that_comes_and_goes_is_sent_as_such_and_then_muted() {
        let mut notices = notices();
        let times = ["10:00", "10:05", "10:10", "10:15", "10:20", "10:25"];
        let sent: Vec<_> = times
            .iter()
            .flat_map(|time| {
                let when = format!("23T{time}");
                take(&mut notices, &[raised(Severity::Urgent)], &dreux(), &when)
            })
            .map(|notice| matches!(notice, Notice::Alert { comes_and_goes: true, .. }))
            .collect();
        assert_eq!(sent, [false, true]);
    }

    #[test]
    fn other_quiet_hours_hold_at_once_and_no_alert_that_waits_is_lost() {
        let mut notices = notices();
        assert!(!is_sent(&mut notices, raised(Severity::Attention), "23T22:00"));
        notices.follow(&NoticeRules { quiet: None, ..NoticeRules::default() });
        assert!(is_sent(&mut notices, raised(Severity::Attention), "24T02:00"));
        let morning = take(&mut notices, &[], &dreux(), "24T07:31");
        assert!(matches!(&morning[..], [Notice::Digest(items)] if items.len() == 1), "{morning:?}");
    }
}
