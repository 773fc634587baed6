//! The file as a whole: what is read, and how its faults are reported.

use super::*;

#[test]
fn the_shipped_example_is_a_good_file() {
    let site = site::parse(site::DREUX, "dreux.toml").unwrap_or_else(|errors| panic!("{errors}"));

    assert_eq!((site.id.as_str(), site.capacity), ("dreux", 200));
    assert_eq!(site.zone("sous-sol").unwrap().capacity, Some(100));
    assert_eq!(site.zone("fablab").unwrap().note.as_deref(), Some("anciens coffres"));
    assert_eq!(site.rules, site::Rules::default(), "the example shows the defaults");
    let expected = site::AlertSettings { rules: site.alerts.rules.clone(), ..Default::default() };
    assert_eq!(site.alerts, expected, "of alerts, too");
    assert!(site.zones.len() >= 8 && site.meters.len() >= 5);
    let floors: f64 = site
        .zones
        .iter()
        .filter(|zone| zone.parent.is_none())
        .filter_map(|zone| zone.area_m2)
        .sum();
    assert!((floors - site.area_m2).abs() < 1e-9, "the floors add up to the building");
}

#[test]
fn a_site_without_any_zone_is_enough_to_start_with() {
    let site = parse("").unwrap();
    assert!(site.zones.is_empty() && site.meters.is_empty());
    assert!(site.opening.is_none());
}

#[test]
fn a_reference_to_nothing_names_file_line_and_what_there_is() {
    let zones = "[[zone]]\nid = \"a\"\nname = \"A\"\nparent = \"nowhere\"\n";
    assert_eq!(faults(zones), "site.toml:12: there is no zone `nowhere`; add it or take one of a");
}

#[test]
fn everything_that_is_wrong_is_reported_at_once_in_the_order_of_the_lines() {
    let report = faults(
        "[[zone]]\nid = \"Fab Lab\"\nname = \"FabLab\"\ncapcity = 5\narea_m2 = -3\n\
         [[point]]\nid = \"p\"\nzone = \"cave\"\nquantity = \"co3\"\n\
         [rules]\nhold = 15\n[families.zigbee]\nenabled = false\n",
    );
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(
        lines,
        [
            "site.toml:10: `Fab Lab` is not a zone id of 1 to 64 of a-z, 0-9 and hyphen; write for instance id = \"fablab\"",
            "site.toml:12: `capcity` is no key of [[zone]]; did you mean `capacity`?",
            "site.toml:13: `area_m2` must be a number above 0, as in area_m2 = 300",
            "site.toml:16: there is no zone `cave`; add it or take one of Fab Lab",
            "site.toml:17: `co3` is no quantity; did you mean `co2`?",
            "site.toml:19: `hold` must be a duration with its unit in quotes, as in hold = \"15m\"",
            "site.toml:20: there is no device family `zigbee`; take one of senml, native, zigbee2mqtt, shelly_gen1, shelly_gen2, tasmota, the_things_stack, chirpstack, open_energy_monitor, linky_tic, sparkplug_b, home_assistant, homie, esphome",
        ]
    );
}

#[test]
fn what_is_missing_is_reported_with_an_example() {
    let report = site::parse("[site]\nid = \"dreux\"\n", "x.toml").unwrap_err().to_string();
    assert!(report.contains("x.toml:1: [site] has no `timezone`; add timezone = \"Europe/Paris\""));
    let report = site::parse("", "x.toml").unwrap_err().to_string();
    assert!(report.starts_with("x.toml:1: there is no [site]"), "{report}");
}

#[test]
fn what_is_not_toml_is_reported_with_its_line() {
    let report = site::parse("[site]\nid = \n", "x.toml").unwrap_err().to_string();
    assert!(report.starts_with("x.toml:2: this is not TOML: "), "{report}");
}

#[test]
fn a_key_that_is_there_twice_is_a_fault() {
    let report = faults("[[zone]]\nid = \"a\"\nid = \"b\"\nname = \"A\"\n");
    assert!(report.starts_with("site.toml:11: "), "{report}");
}

#[test]
fn an_unknown_time_zone_is_reported_with_an_example() {
    let text = SITE.replace("Europe/Paris", "Dreux");
    let report = site::parse(&text, "site.toml").unwrap_err().to_string();
    assert_eq!(
        report,
        "site.toml:5: there is no time zone `Dreux`; write one such as \"Europe/Paris\""
    );
}

#[test]
fn wrong_types_are_reported_with_an_example() {
    let report = faults(
        "[[meter]]\nid = \"m\"\nname = \"M\"\nenergy = { device = \"x\" }\nmax_power_w = inf\n",
    );
    assert_eq!(
        report,
        "site.toml:12: `energy` must be a list of tables, as in energy = [{ device = \"prise-laser\", channel = \"switch:0\" }]\n\
         site.toml:13: `max_power_w` must be a number above 0, as in max_power_w = 3680"
    );
    let report = faults("zone = 5\n");
    assert!(report.contains("`zone` is no key of [site]"), "{report}");
}

#[test]
fn families_that_are_no_table_are_reported() {
    let text = format!("families = 5\n{SITE}");
    let report = site::parse(&text, "site.toml").unwrap_err().to_string();
    assert!(report.contains("site.toml:1: `families` must be a table"), "{report}");
}

proptest::proptest! {
    #[test]
    fn whatever_is_done_to_the_example_it_is_read_or_its_faults_are_reported(
        line in 0..site::DREUX.lines().count(),
        put in "(|x|\\[|=|\\]\\]|id = 5|name = \"\"|zone = \\{\\}|[a-z_]{1,8} = [0-9\"]{1,3}|\\PC{0,20})",
    ) {
        let lines = site::DREUX.lines().enumerate();
        let text: Vec<&str> =
            lines.map(|(index, text)| if index == line { put.as_str() } else { text }).collect();
        if let Err(errors) = site::parse(&text.join("\n"), "dreux.toml") {
            proptest::prop_assert!(!errors.faults().is_empty());
        }
    }
}

proptest::proptest! {
    #[test]
    fn whatever_a_device_is_called_it_can_take_a_role_over_and_every_comment_stays(
        device in "[^\u{0}-\u{1f}\u{7f}/+#]{1,40}",
        channel in proptest::option::of("[^\u{0}-\u{1f}\u{7f}/+#]{1,40}"),
        which in proptest::prelude::any::<proptest::sample::Index>(),
    ) {
        use domain::site::edit::{RoleName, assign};
        let site = site::parse(site::DREUX, "dreux.toml").unwrap();
        let point = &site.points[which.index(site.points.len())];
        let (Ok(device), Ok(channel)) = (device.parse(), channel.map(|it| it.parse()).transpose()) else {
            return Ok(());
        };
        let source = domain::Source { device, quantity: point.quantity, channel };
        let now = "2026-11-23T14:00:00Z".parse().unwrap();

        let edited = assign(site::DREUX, &RoleName::Point(point.id.clone()), &source, Some(now)).unwrap();

        let changed = site::parse(&edited, "dreux.toml").unwrap();
        let sources = &changed.point(point.id.as_str()).unwrap().sources;
        proptest::prop_assert_eq!(&site::assigned_at(sources, now).unwrap().source, &source);
        let comments = |text: &str| -> Vec<String> {
            text.lines().filter(|line| line.trim_start().starts_with('#')).map(str::to_owned).collect()
        };
        proptest::prop_assert_eq!(comments(&edited), comments(site::DREUX));
    }

    #[test]
    fn an_edit_of_a_file_that_somebody_broke_is_refused_or_done_and_never_stops_the_program(
        line in 0..site::DREUX.lines().count(),
        put in "(|x|\\[|=|\\]\\]|sources = (5|\"x\"|\\[5\\]|\\{\\}|\\[\\{\\}\\])|id = 5|point = \\{\\}|\\PC{0,20})",
    ) {
        use domain::site::edit::{NewRole, RoleName, add, assign};
        let text: Vec<&str> = site::DREUX
            .lines()
            .enumerate()
            .map(|(index, text)| if index == line { put.as_str() } else { text })
            .collect();
        let text = text.join("\n");
        let source =
            domain::Source { device: "neu".parse().unwrap(), quantity: domain::Quantity::Co2, channel: None };
        let role = RoleName::Point("fablab-co2".parse().unwrap());
        if let Ok(edited) = assign(&text, &role, &source, None) {
            proptest::prop_assert!(edited.contains("neu"));
        }
        let meter = NewRole::Meter { id: "tour".parse().unwrap(), name: "Tour \"à\" bois".into(), zone: None };
        if let Ok(edited) = add(&text, &meter) {
            proptest::prop_assert!(edited.contains("tour"));
        }
    }
}

#[test]
fn the_wrong_file_altogether_is_reported_in_a_few_lines() {
    let report = parse(&"this is no site file\n".repeat(500)).unwrap_err();
    assert_eq!(report.lines().count(), 21);
    assert!(report.ends_with("and 480 more"), "{report}");
}
