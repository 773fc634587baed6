//! The simulated building knows the truth: what Vigie shows is held to it.

use std::sync::Arc;

use domain::site::{DREUX, Site, parse};
use domain::wire::BrokerUrl;
use domain::{Clock, Instant};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use sensors::simulation::{Building, Scenario, Truth, demonstration_site, simulate};
use tests::message::now;
use tests::{Installation, PATIENTLY, eventually};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

#[derive(Debug)]
struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Instant {
        now()
    }
}

/// The building of Dreux without counting errors and outages, lived through to where it is mid-afternoon.
struct Simulated {
    site: Site,
    scenario: Scenario,
    _runtime: Runtime,
    _stop: tokio_util::sync::DropGuard,
}

impl Simulated {
    fn start(building: &Installation, site: Site, started: Instant) -> Self {
        let scenario = Scenario { faults: false, ..Scenario::demonstration(&site, 7, started) };
        let stop = CancellationToken::new();
        let runtime = Runtime::new().unwrap();
        let broker = BrokerUrl::plain("127.0.0.1", building.broker_port());
        runtime.spawn({
            let (site, scenario, stop) = (site.clone(), scenario.clone(), stop.clone());
            async move { simulate(&site, &broker, Arc::new(MachineClock), scenario, stop).await }
        });
        Self { site, scenario, _runtime: runtime, _stop: stop.drop_guard() }
    }

    /// The same building once more, lived through up to an instant. It can go on, but not back.
    fn twin(&self, at: Instant) -> Building {
        let mut building = Building::new(&self.site, self.scenario.clone());
        building.step(at);
        building
    }

    fn truth(&self, at: Instant) -> Truth {
        self.twin(at).truth()
    }
}

/// The site file of Dreux, with the nightly reset where the simulated night is and without opening hours.
fn site_file(started: Instant) -> (String, Site) {
    let shipped = parse(DREUX, "dreux.toml").unwrap();
    let reset_at = demonstration_site(&shipped, started).rules.reset_at;
    let (before, rest) = DREUX.split_once("[site.opening]").unwrap();
    let (_, after) = rest.split_once("[rules]").unwrap();
    let text = format!("{before}[rules]{after}")
        .replace("reset_at = \"04:00\"", &format!("reset_at = \"{}\"", reset_at.strftime("%H:%M")));
    let site = parse(&text, "site.toml").unwrap();
    (text, site)
}

#[test]
fn the_live_page_shows_as_many_people_as_there_are_in_each_zone_about_and_the_energy_that_was_drawn()
 {
    let started = now();
    let (file, site) = site_file(started);
    let building = Installation::embedded_with(&file);
    let simulated = Simulated::start(&building, site, started);

    let mut twin = simulated.twin(started);
    eventually(
        "as many people shown as there are in the building, to one, and about as many in each zone",
        PATIENTLY,
        || {
            twin.step(now());
            let truth = twin.truth();
            let live = building.api().get("/live").ok()?;
            // The doors of the building count right; what its rooms tell besides moves their count by a fraction.
            let people = live["building"]["people"].as_f64()?;
            let right = (people - f64::from(truth.people)).abs() <= 1.0;
            let zones = live["zones"].as_array()?.iter().filter(|zone| !zone["people"].is_null());
            let wrong = zones.filter(|zone| {
                let id = zone["id"].as_str().unwrap_or_default();
                let there = truth.zones.iter().find(|(zone, _)| zone.as_str() == id);
                let (low, high) = (zone["low"].as_f64(), zone["high"].as_f64());
                let is_inside = |people: f64| low <= Some(people) && Some(people) <= high;
                !there.is_some_and(|(_, people)| is_inside(f64::from(*people)))
            });
            // An interval of 90 % leaves out one in ten.
            (right && truth.people > 50 && wrong.count() <= 1).then_some(())
        },
    );

    let paris = TimeZone::get("Europe/Paris").unwrap();
    let hour_ago = started - SignedDuration::from_hours(1);
    let hour = domain::calendar::period_of(domain::calendar::Step::Hour, hour_ago, &paris);
    let (from, to) = (simulated.truth(hour.start()), simulated.truth(hour.end()));
    for (meter, end) in &to.meters_wh {
        let drawn = end - from.meters_wh[meter];
        let (start, end) = (hour.start().to_string(), hour.end().to_string());
        eventually(&format!("{drawn:.0} Wh of {meter} from {start}"), PATIENTLY, || {
            let shown = building.api().energy(meter.as_str(), &start, &end, "hour")[0].1?;
            // Registers of the history come every five minutes, so an hour's borders are a little uncertain.
            ((shown - drawn).abs() <= 0.1 * drawn + 5.0).then_some(())
        });
    }
}
