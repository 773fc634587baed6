//! Alerts from the last weeks: a meter that draws more at night than it used to, and CO2 instruments that drift.

use crate::air::InstrumentCheck;
use crate::alerts::{Alert, Matter, Severity};
use crate::alerts::{Rule, RuleId, Subject, Watch};
use crate::device::Fault;
use crate::ids::MeterId;
use crate::indicators::{Night, UsualNight, beside_usual};
use crate::instant::Instant;
use crate::live::LookBack;
use crate::site::{Meter, Site};
use crate::total::Total;

/// A night is over at this hour of its morning.
const MORNING: i8 = 5;
/// Age of the newest night of a meter beyond which it says nothing about now.
const STALE: jiff::SignedDuration = jiff::SignedDuration::from_hours(48);
/// Fewer instruments than this cannot say which of them differs.
const JURY: usize = 3;

/// Alerts from the figures of the last weeks.
pub(super) fn raised(site: &Site, look_back: &LookBack) -> Vec<Alert> {
    let risen: Vec<_> =
        site.meters.iter().filter_map(|meter| Risen::of(site, meter, look_back)).collect();
    let own = risen.iter().filter(|it| !it.is_of_parts(site, &risen));
    let instruments = look_back.instruments.iter();
    let suspects = instruments.filter_map(|it| suspect(site, it, look_back));
    own.map(Risen::alert).chain(suspects).collect()
}

/// A meter whose nights are above what they used to be.
#[derive(Debug)]
struct Risen<'a> {
    meter: &'a Meter,
    since: Instant,
    last: UsualNight,
    severity: Severity,
}

impl<'a> Risen<'a> {
    fn of(site: &Site, meter: &'a Meter, look_back: &LookBack) -> Option<Self> {
        let rule = site.alerts.rules.rule(RuleId::Baseload, &Subject::Meter(meter.id.clone()))?;
        let nights =
            look_back.nights.iter().find(|(id, _)| *id == meter.id).map(|(_, nights)| nights)?;
        let (since, last) = risen(site, rule, nights, look_back.until)?;
        Some(Self { meter, since, last, severity: rule.severity })
    }

    fn excess_w(&self) -> f64 {
        self.last.night.watts - self.last.usual_w
    }

    /// Whether what parts of it draw more explains what it draws more.
    fn is_of_parts(&self, site: &Site, risen: &[Risen<'_>]) -> bool {
        let parts = risen.iter().filter(|it| is_above(site, &self.meter.id, it.meter));
        let of_parts: f64 = parts.map(Risen::excess_w).total();
        of_parts > 0.0 && self.excess_w() - of_parts <= site.alerts.baseload_w
    }

    fn alert(&self) -> Alert {
        let UsualNight { night, usual_w } = self.last;
        let meter = self.meter.id.clone();
        let matter = Matter::Baseload { meter, usual_w, night_w: night.watts };
        Alert::new(matter, self.severity, self.since)
    }
}

/// Since the end of which night they are above, and the last one.
fn risen(
    site: &Site,
    rule: Rule,
    nights: &[Night],
    until: Instant,
) -> Option<(Instant, UsualNight)> {
    let mut watch = Watch::new(rule);
    let mut newest = None;
    for one in beside_usual(nights) {
        let morning =
            one.night.date.at(MORNING, 0, 0, 0).to_zoned_datetime(site.timezone.clone()).ok()?;
        let at: Instant = morning.timestamp().into();
        let excess_w = one.night.watts - one.usual_w;
        let is_much = excess_w > site.alerts.baseload_w || watch.raised(at).is_some();
        let ratio = one.night.watts / one.usual_w.max(1.0);
        watch.observe(at, if is_much { ratio } else { 0.0 });
        newest = Some((at, one));
    }
    let (at, last) = newest.filter(|(at, _)| until < *at + STALE)?;
    Some((watch.raised(at)?, last))
}

fn is_above(site: &Site, above: &MeterId, meter: &Meter) -> bool {
    let parent = |meter: &Meter| site.meter(meter.parent.as_ref()?.as_str());
    std::iter::successors(parent(meter), |meter| parent(meter)).any(|it| it.id == *above)
}

/// An alert for a defect that a whole week shows; a single value below outdoor air is only flagged where it is shown.
fn suspect(site: &Site, check: &InstrumentCheck, look_back: &LookBack) -> Option<Alert> {
    let point = site.point(check.point.as_str())?;
    let subject = Subject::Zone(point.zone.clone());
    let rule = site.alerts.rules.rule(RuleId::Co2Suspect, &subject)?;
    let counts = |fault: &&Fault| match fault {
        Fault::BelowOutdoor => false,
        Fault::DiffersFromBuilding => look_back.instruments.len() >= JURY,
        Fault::NightTooLow | Fault::NightTooHigh | Fault::Frozen => true,
    };
    let faults: Vec<Fault> = check.faults.iter().filter(counts).copied().collect();
    let mut watch = Watch::new(rule);
    watch.observe(look_back.until, if faults.is_empty() { 0.0 } else { 1.0 });
    watch.raised(look_back.until + rule.dwell)?;
    let matter = Matter::Instrument { zone: point.zone.clone(), point: point.id.clone(), faults };
    Some(Alert::new(matter, rule.severity, look_back.until))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "[[zone]]\nid = \"z\"\nname = \"Z\"\n\
        [[meter]]\nid = \"main\"\nname = \"M\"\nenergy = [{ device = \"m\" }]\n\
        [[meter]]\nid = \"server\"\nname = \"S\"\nparent = \"main\"\nenergy = [{ device = \"s\" }]\n\
        [[point]]\nid = \"c\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"c\" }]\n";

    /// Nights of October 2026, with the end of summer time in them, and the look back after the last one.
    fn looked(meters: &[(&str, &[f64])], more: &str) -> (Site, LookBack) {
        let site = crate::testing::site(&format!("{TABLES}{more}"));
        let first = jiff::civil::date(2026, 10, 10);
        let night = |(nr, watts): (i64, &f64)| {
            let date = first.checked_add(jiff::Span::new().days(nr)).unwrap();
            Night { date, watts: *watts }
        };
        let of_meter = |watts: &[f64]| (0..).zip(watts).map(night).collect::<Vec<_>>();
        let count = meters.iter().map(|(_, watts)| watts.len()).max().unwrap_or(0);
        let until = "2026-10-10T04:00:00Z".parse::<Instant>().unwrap()
            + jiff::SignedDuration::from_hours(24 * (i64::try_from(count).unwrap() - 1));
        let nights =
            meters.iter().map(|(id, watts)| (id.parse().unwrap(), of_meter(watts))).collect();
        (site, LookBack { until, nights, instruments: Vec::new() })
    }

    fn alerts(meters: &[(&str, &[f64])], more: &str) -> Vec<String> {
        let (site, look_back) = looked(meters, more);
        raised(&site, &look_back).iter().map(|alert| alert.matter.key()).collect()
    }

    fn series(usual: f64, nights: usize, after: &[f64]) -> Vec<f64> {
        std::iter::repeat_n(usual, nights).chain(after.iter().copied()).collect()
    }

    #[test]
    fn a_baseload_that_rose_for_two_nights_is_an_alert_and_one_night_is_not() {
        let rose = |after: &[f64]| alerts(&[("server", &series(1000.0, 14, after))], "");
        assert_eq!(rose(&[1500.0]), Vec::<String>::new());
        assert_eq!(rose(&[1500.0, 1500.0]), ["baseload/server"]);
        assert_eq!(rose(&[1500.0, 1000.0]), Vec::<String>::new(), "an event, and it is over");
        assert_eq!(rose(&[1250.0, 1250.0]), Vec::<String>::new(), "less than a third more");
        assert_eq!(rose(&[1500.0, 1500.0, 1200.0]), ["baseload/server"], "not quite back");
        assert_eq!(rose(&[1500.0, 1500.0, 1100.0]), Vec::<String>::new());
    }

    #[test]
    fn a_small_meter_that_doubles_its_few_watts_is_no_alert() {
        assert_eq!(
            alerts(&[("server", &series(100.0, 14, &[350.0, 350.0]))], ""),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_meter_that_explains_the_rise_is_named_and_not_those_above_it() {
        let server = series(1000.0, 14, &[1500.0, 1500.0]);
        let main = series(4000.0, 14, &[5400.0, 5400.0]);
        assert_eq!(
            alerts(&[("main", &main), ("server", &server)], ""),
            ["baseload/main", "baseload/server"],
            "most of it is elsewhere"
        );
        let main = series(1000.0, 14, &[1510.0, 1510.0]);
        assert_eq!(alerts(&[("main", &main), ("server", &server)], ""), ["baseload/server"]);
    }

    #[test]
    fn the_site_file_says_from_which_rise_on_a_meter_raises_an_alert_or_never() {
        let rose = |more: &str| alerts(&[("server", &series(1000.0, 14, &[1500.0, 1500.0]))], more);
        let rule = "[[alert]]\nrule = \"baseload\"\nmeter = \"server\"\n";
        assert_eq!(rose(&format!("{rule}raise = 1.6\n")), Vec::<String>::new());
        assert_eq!(rose(&format!("{rule}enabled = false\n")), Vec::<String>::new());
        assert_eq!(rose("[alerts]\nbaseload_w = 600\n"), Vec::<String>::new());
    }

    #[test]
    fn a_meter_that_is_silent_since_days_raises_no_alert() {
        let (site, mut look_back) =
            looked(&[("server", &series(1000.0, 14, &[1500.0, 1500.0]))], "");
        look_back.until = look_back.until + jiff::SignedDuration::from_hours(72);
        assert_eq!(raised(&site, &look_back), []);
    }

    #[test]
    fn an_instrument_that_shows_less_than_any_air_at_night_is_an_alert_and_one_low_value_is_only_flagged()
     {
        let matters = |faults: &[Fault], more: &str| {
            let (site, mut look_back) = looked(&[("main", &[1.0])], more);
            look_back.instruments.push(InstrumentCheck {
                point: "c".parse().unwrap(),
                lowest_ppm: 360.0,
                building_ppm: 420.0,
                night_ppm: Some(372.0),
                below_outdoor: 0.4,
                faults: faults.to_vec(),
            });
            raised(&site, &look_back).into_iter().map(|alert| alert.matter).collect::<Vec<_>>()
        };
        let matter = Matter::Instrument {
            zone: "z".parse().unwrap(),
            point: "c".parse().unwrap(),
            faults: vec![Fault::NightTooLow],
        };
        assert_eq!(matters(&[Fault::BelowOutdoor, Fault::NightTooLow], ""), [matter]);
        assert_eq!(matters(&[Fault::BelowOutdoor], ""), []);
        assert_eq!(
            matters(&[Fault::DiffersFromBuilding], ""),
            [],
            "nobody says which one is right"
        );
        let off = "[[alert]]\nrule = \"co2_suspect\"\nzone = \"z\"\nenabled = false\n";
        assert_eq!(matters(&[Fault::NightTooLow], off), []);
    }
}
