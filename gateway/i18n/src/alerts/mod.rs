//! Alerts as two sentences: the fact and since when, then what to do.

mod devices;
mod machines;
mod rooms;

use domain::Instant;
use domain::alerts::{Alert, Matter};
use domain::site::Site;

use super::{Language, Locale};

/// Sentences of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSentences {
    /// Fact, and since when.
    pub fact: String,
    /// Remedy, or what else helps to judge the fact.
    pub remedy: String,
}

impl AlertSentences {
    fn new(fact: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { fact: fact.into(), remedy: remedy.into() }
    }

    /// Sentences of an alert at `now`.
    pub fn of(alert: &Alert, site: &Site, language: Language, now: Instant) -> Self {
        Locale { language, zone: site.timezone.clone(), now }.alert(alert, site)
    }
}

impl Locale {
    /// Sentences of an alert.
    pub fn alert(&self, alert: &Alert, site: &Site) -> AlertSentences {
        let place = |zone| self.place(Some(zone), site);
        match &alert.matter {
            Matter::Air { zone, co2_ppm } => self.air_alert(alert, zone.as_str(), *co2_ppm, site),
            Matter::Crowd { zone, people, capacity, to_verify } => {
                let place = self.place(zone.as_ref(), site);
                self.crowd_alert(alert, place, (*people, *capacity), *to_verify)
            }
            Matter::AfterHours { zone } => {
                self.after_hours_alert(alert, self.place(zone.as_ref(), site))
            }
            Matter::Overheating { zone, celsius } => self.hot_alert(alert, place(zone), *celsius),
            Matter::Cold { zone, celsius } => self.cold_alert(alert, place(zone), *celsius),
            Matter::HeatingEmpty { zone, celsius } => {
                self.heated_alert(alert, place(zone), *celsius)
            }
            Matter::HeatingClosed { zone, celsius } => {
                self.closed_heated_alert(place(zone), *celsius)
            }
            Matter::Humidity { zone, percent } => self.humidity_alert(alert, place(zone), *percent),
            Matter::MachineLeftOn { meter, power_w } => {
                self.left_on_alert(alert, Self::machine(meter, site), *power_w)
            }
            Matter::MachineLong { meter } => self.long_alert(alert, Self::machine(meter, site)),
            Matter::Demand { meter, kva, subscribed_kva } => {
                self.demand_alert(alert, Self::machine(meter, site), (*kva, *subscribed_kva))
            }
            Matter::Coverage { meter, share } => {
                self.coverage_alert(Self::machine(meter, site), *share)
            }
            Matter::Baseload { meter, usual_w, night_w } => {
                let meter = Self::machine(meter, site);
                self.baseload_alert(alert, meter, (*usual_w, *night_w))
            }
            Matter::Gaps { meters, of, least } => self.gaps_alert(*meters, *of, *least),
            Matter::Register { meter, mishap, before_wh, after_wh } => {
                let meter = Self::machine(meter, site);
                self.register_alert(alert, meter, *mishap, (*before_wh, *after_wh))
            }
            Matter::Silence { device, rhythm_s, battery_percent } => {
                self.silence_alert(alert, device.as_str(), *rhythm_s, *battery_percent)
            }
            Matter::Outage { devices, of } => self.outage_alert(alert, *devices, *of),
            Matter::Instrument { zone, point, faults } => {
                self.instrument_alert(place(zone), point.as_str(), faults)
            }
            Matter::DeviceClock { device, ahead_s } => {
                self.device_clock_alert(alert, device.as_str(), *ahead_s)
            }
            Matter::GatewayClock => self.gateway_clock_alert(alert),
            Matter::Battery { device, percent } => self.battery_alert(device.as_str(), *percent),
            Matter::Quarantine { refused } => self.quarantine_alert(*refused),
            Matter::Disk { free_bytes, disk_bytes, is_full, others_bytes, days_left } => {
                self.disk_alert((*free_bytes, *disk_bytes, *others_bytes), *is_full, *days_left)
            }
            Matter::StoreDamage { places } => self.store_damage_alert(*places),
            Matter::DiskErrors { errors } => self.disk_errors_alert(*errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::alerts::Severity;
    use domain::site;
    use domain::testing::at;
    use jiff::tz::TimeZone;

    use super::*;

    fn locale(language: Language) -> Locale {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        Locale { language, zone, now: at("2026-11-23T13:03:00Z") }
    }

    fn sentences(language: Language, matter: Matter) -> AlertSentences {
        let site = site::parse(site::DREUX, "dreux.toml").unwrap();
        let since = at("2026-11-23T12:41:00Z");
        locale(language).alert(&Alert::new(matter, Severity::Urgent, since), &site)
    }

    #[test]
    fn a_silent_sensor_says_since_when_and_what_is_usual() {
        let matter = || Matter::Silence {
            device: "bureaux".parse().unwrap(),
            rhythm_s: Some(10.0),
            battery_percent: Some(62.0),
        };
        let french = sentences(Language::French, matter());
        assert_eq!(french.fact, "Capteur «\u{a0}bureaux\u{a0}» muet depuis 13:41");
        assert_eq!(
            french.remedy,
            "d\u{2019}ordinaire une mesure toutes les 10\u{a0}s · pile à 62\u{202f}%"
        );
        let english = sentences(Language::English, matter());
        assert_eq!(english.fact, "Sensor \u{201c}bureaux\u{201d} silent since 13:41");
    }

    #[test]
    fn bad_air_names_the_room_the_level_and_the_remedy() {
        let zone = "fablab".parse().unwrap();
        let words = sentences(Language::French, Matter::Air { zone, co2_ppm: 1612.0 });
        assert_eq!(words.fact, "FabLab\u{a0}: 1\u{202f}612\u{a0}ppm depuis 22\u{a0}min");
        assert!(!words.remedy.is_empty());
    }

    #[test]
    fn a_full_building_lets_nobody_else_in() {
        let matter = Matter::Crowd { zone: None, people: 200.0, capacity: 200, to_verify: false };
        let words = sentences(Language::French, matter);
        assert_eq!(words.fact, "Bâtiment\u{a0}: 200 personnes sur 200");
        assert_eq!(words.remedy, "Complet depuis 13:41\u{a0}: ne plus laisser entrer");
    }

    #[test]
    fn every_alert_says_a_fact_and_a_remedy_in_both_languages() {
        let (zone, meter, device) =
            (|| "fablab".parse().unwrap(), || "laser".parse().unwrap(), || "air".parse().unwrap());
        let matters = || {
            [
                Matter::AfterHours { zone: Some(zone()) },
                Matter::MachineLeftOn { meter: meter(), power_w: Some(1200.0) },
                Matter::MachineLong { meter: meter() },
                Matter::Demand { meter: meter(), kva: 37.2, subscribed_kva: 36.0 },
                Matter::HeatingEmpty { zone: zone(), celsius: 21.4 },
                Matter::HeatingClosed { zone: zone(), celsius: 17.2 },
                Matter::Instrument {
                    zone: zone(),
                    point: "fablab-co2".parse().unwrap(),
                    faults: vec![domain::device::Fault::NightTooLow, domain::device::Fault::Frozen],
                },
                Matter::DeviceClock { device: device(), ahead_s: -400.0 },
                Matter::DeviceClock { device: device(), ahead_s: 200.0 },
                Matter::GatewayClock,
                Matter::Baseload { meter: meter(), usual_w: 800.0, night_w: 1400.0 },
                Matter::Overheating { zone: zone(), celsius: 29.4 },
                Matter::Cold { zone: zone(), celsius: 6.0 },
                Matter::Humidity { zone: zone(), percent: 74.0 },
                Matter::Outage { devices: 12, of: 40 },
                Matter::Battery { device: device(), percent: 12.0 },
                Matter::Coverage { meter: meter(), share: 0.61 },
                Matter::Gaps { meters: 12, of: 13, least: 0.72 },
                Matter::StoreDamage { places: 2 },
                Matter::DiskErrors { errors: 3 },
                Matter::Disk {
                    free_bytes: 900_000_000,
                    disk_bytes: 32_000_000_000,
                    is_full: true,
                    others_bytes: 30_000_000_000,
                    days_left: Some(20),
                },
                Matter::Disk {
                    free_bytes: 4_000_000_000,
                    disk_bytes: 32_000_000_000,
                    is_full: false,
                    others_bytes: 3_000_000_000,
                    days_left: None,
                },
                Matter::Register {
                    meter: meter(),
                    mishap: domain::alerts::MeterMishap::Reset,
                    before_wh: 4_200_000.0,
                    after_wh: 20.0,
                },
            ]
        };
        for matter in matters() {
            let french = sentences(Language::French, matter.clone());
            let english = sentences(Language::English, matter.clone());
            assert!(!french.fact.is_empty() && !english.remedy.is_empty());
            assert_ne!((french.fact, french.remedy), (english.fact, english.remedy), "{matter:?}");
        }
    }

    #[test]
    fn an_alert_of_the_disk_names_who_fills_it_and_for_how_long_there_is_room() {
        let disk = |others_bytes| Matter::Disk {
            free_bytes: 900_000_000,
            disk_bytes: 32_000_000_000,
            is_full: true,
            others_bytes,
            days_left: Some(20),
        };
        let others = sentences(Language::English, disk(30_000_000_000));
        assert!(others.fact.contains("20 days"), "{}", others.fact);
        assert!(others.remedy.starts_with("Other files than readings"), "{}", others.remedy);
        let readings = sentences(Language::English, disk(3_000_000_000));
        assert!(readings.remedy.starts_with("Readings fill it"), "{}", readings.remedy);
    }

    #[test]
    fn what_may_be_full_is_to_be_looked_at() {
        let matter = Matter::Crowd { zone: None, people: 192.0, capacity: 200, to_verify: true };
        let words = sentences(Language::French, matter);
        assert_eq!(words.remedy, "Peut-être complet depuis 13:41\u{a0}: à vérifier sur place");
    }
}
