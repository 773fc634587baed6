//! What a person who writes a site file may rely on.

use domain::alerts::{RuleId, Subject};
use domain::site::{self, Side, Site, Ventilation};
use domain::{Instant, Quantity};

const SITE: &str = r#"
[site]
id = "dreux"
name = "Pôle éco-numérique"
timezone = "Europe/Paris"
capacity = 200
area_m2 = 1200
"#;

fn parse(tables: &str) -> Result<Site, String> {
    site::parse(&format!("{SITE}\n{tables}"), "site.toml").map_err(|errors| errors.to_string())
}

/// The messages for these tables; their first line is line 9 of the file.
fn faults(tables: &str) -> String {
    parse(tables).expect_err("the file has a fault")
}

fn at(text: &str) -> Instant {
    text.parse().expect("the tests write instants right")
}

#[test]
fn the_shipped_example_is_a_good_file() {
    let site = site::parse(site::DREUX, "dreux.toml").unwrap_or_else(|errors| panic!("{errors}"));

    assert_eq!((site.id.as_str(), site.capacity), ("dreux", 200));
    assert_eq!(site.zone("sous-sol").unwrap().capacity, Some(100));
    assert_eq!(site.zone("fablab").unwrap().note.as_deref(), Some("anciens coffres"));
    assert_eq!(site.rules, site::Rules::default(), "the example shows the defaults");
    let told = site::AlertSettings { rules: site.alerts.rules.clone(), ..Default::default() };
    assert_eq!(site.alerts, told, "of alerts, too");
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
fn everything_that_is_wrong_is_told_at_once_in_the_order_of_the_lines() {
    let told = faults(
        "[[zone]]\nid = \"Fab Lab\"\nname = \"FabLab\"\ncapcity = 5\narea_m2 = -3\n\
         [[point]]\nid = \"p\"\nzone = \"cave\"\nquantity = \"co3\"\n\
         [rules]\nhold = 15\n[families.zigbee]\nenabled = false\n",
    );
    let lines: Vec<&str> = told.lines().collect();
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
fn what_is_missing_is_told_with_an_example() {
    let told = site::parse("[site]\nid = \"dreux\"\n", "x.toml").unwrap_err().to_string();
    assert!(told.contains("x.toml:1: [site] has no `timezone`; add timezone = \"Europe/Paris\""));
    let told = site::parse("", "x.toml").unwrap_err().to_string();
    assert!(told.starts_with("x.toml:1: there is no [site]"), "{told}");
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    let told = site::parse("[site]\nid = \n", "x.toml").unwrap_err().to_string();
    assert!(told.starts_with("x.toml:2: this is not TOML: "), "{told}");
}

#[test]
fn a_key_that_is_there_twice_is_a_fault() {
    let told = faults("[[zone]]\nid = \"a\"\nid = \"b\"\nname = \"A\"\n");
    assert!(told.starts_with("site.toml:11: "), "{told}");
}

#[test]
fn an_unknown_time_zone_is_told_with_an_example() {
    let text = SITE.replace("Europe/Paris", "Dreux");
    let told = site::parse(&text, "site.toml").unwrap_err().to_string();
    assert_eq!(
        told,
        "site.toml:5: there is no time zone `Dreux`; write one such as \"Europe/Paris\""
    );
}

#[test]
fn a_zone_cannot_be_part_of_itself() {
    let told = faults(
        "[[zone]]\nid = \"a\"\nname = \"A\"\nparent = \"b\"\n\
         [[zone]]\nid = \"b\"\nname = \"B\"\nparent = \"c\"\n\
         [[zone]]\nid = \"c\"\nname = \"C\"\nparent = \"b\"\n",
    );
    assert_eq!(told, "site.toml:16: zone `b` is part of itself: b → c → b; take one `parent` away");
}

#[test]
fn a_meter_cannot_be_part_of_itself() {
    let told = faults("[[meter]]\nid = \"a\"\nname = \"A\"\nparent = \"a\"\n");
    assert_eq!(told, "site.toml:12: meter `a` is part of itself: a → a; take one `parent` away");
}

#[test]
fn an_id_is_given_once() {
    let told = faults("[[zone]]\nid = \"a\"\nname = \"A\"\n[[zone]]\nid = \"a\"\nname = \"B\"\n");
    assert_eq!(told, "site.toml:13: zone `a` is already in line 10; rename one");
}

#[test]
fn building_and_outside_are_no_zones() {
    for id in ["building", "outside"] {
        let told = faults(&format!("[[zone]]\nid = \"{id}\"\nname = \"A\"\n"));
        assert!(told.contains("has a meaning of its own"), "{told}");
    }
}

const ROOM: &str = "[[zone]]\nid = \"a\"\nname = \"A\"\n";

#[test]
fn a_doorway_leads_somewhere_else() {
    let told = faults(&format!("{ROOM}[[doorway]]\nid = \"d\"\nfrom = \"a\"\nto = \"a\"\n"));
    assert!(told.contains("`from` and `to` are the same"), "{told}");
}

#[test]
fn a_doorway_counts_both_ways_with_the_same_devices() {
    let site = parse(&format!(
        "{ROOM}[[doorway]]\nid = \"d\"\nfrom = \"outside\"\nto = \"a\"\n\
         sources = [{{ device = \"porte-2\" }}]\n"
    ))
    .unwrap();
    let door = &site.doorways[0];
    assert_eq!(door.from, Side::Outside);
    assert_eq!(door.people_in[0].source.quantity, Quantity::PeopleIn);
    assert_eq!(door.people_out[0].source.quantity, Quantity::PeopleOut);
    assert_eq!(door.people_in[0].source.device, door.people_out[0].source.device);
}

fn point(id: &str, sources: &str) -> String {
    format!("[[point]]\nid = \"{id}\"\nzone = \"a\"\nquantity = \"co2\"\nsources = [{sources}]\n")
}

#[test]
fn a_replaced_device_leaves_its_role_to_the_next_one() {
    let sources = r#"{ device = "new", since = "2026-01-05T08:00:00+01:00" },
        { device = "old", until = 2026-01-05T07:00:00Z }"#;
    let site = parse(&format!("{ROOM}{}", point("p", sources))).unwrap();

    let change = at("2026-01-05T07:00:00Z");
    let sources = &site.point("p").unwrap().sources;
    let devices: Vec<&str> = sources.iter().map(|s| s.source.device.as_str()).collect();
    assert_eq!(devices, ["old", "new"], "oldest first");
    assert_eq!(site::assigned_at(sources, change).unwrap().source.device.as_str(), "new");
}

#[test]
fn a_role_has_one_source_at_a_time() {
    let sources = "{ device = \"old\", until = \"2026-01-06T00:00:00Z\" },\n\
                   { device = \"new\", since = \"2026-01-05T00:00:00Z\" }";
    let told = faults(&format!("{ROOM}{}", point("p", sources)));
    assert!(told.starts_with("site.toml:17: two sources fill one role"), "{told}");
    assert!(told.contains("in line 16"), "{told}");
}

#[test]
fn a_source_fills_one_role_at_a_time() {
    let (one, two) = (point("p", "{ device = \"air\" }"), point("q", "{ device = \"air\" }"));
    let told = faults(&format!("{ROOM}{one}{two}"));
    assert!(
        told.starts_with("site.toml:21: air co2 already fills `p` at that time, in line 16"),
        "{told}"
    );

    let one = point("p", "{ device = \"air\", until = \"2026-01-05T00:00:00Z\" }");
    let two = point("q", "{ device = \"air\", since = \"2026-01-05T00:00:00Z\" }");
    parse(&format!("{ROOM}{one}{two}")).expect("one after the other is how a device moves");
}

#[test]
fn an_assignment_ends_after_it_begins_and_says_its_offset() {
    let told = faults(&format!(
        "{ROOM}{}",
        point(
            "p",
            "{ device = \"air\", since = \"2026-01-05T00:00:00Z\", until = \"2026-01-05T00:00:00Z\" }"
        )
    ));
    assert!(told.contains("is not after `since`"), "{told}");
    let told = faults(&format!(
        "{ROOM}{}",
        point("p", "{ device = \"air\", since = \"2026-01-05T00:00:00\" }")
    ));
    assert!(told.contains("`since` must be a date and time with offset"), "{told}");
}

#[test]
fn air_can_be_measured_by_a_point_that_measures_airflow() {
    let zone = |point| format!("{ROOM}ventilation = {{ airflow = \"{point}\" }}\n");
    let flow = "[[point]]\nid = \"flow\"\nzone = \"a\"\nquantity = \"airflow\"\n";

    let site = parse(&format!("{}{flow}", zone("flow"))).unwrap();
    assert_eq!(site.zones[0].ventilation, Ventilation::Measured("flow".parse().unwrap()));
    assert_eq!(site.zones[0].activity, None);

    let told = faults(&format!("{}{flow}", zone("flo")));
    assert!(told.contains("there is no point `flo`; did you mean `flow`?"), "{told}");
    let told = faults(&format!("{}{}", zone("p"), point("p", "")));
    assert!(told.contains("measures co2, not airflow"), "{told}");
    let told = faults(&format!("{ROOM}ventilation = \"windy\"\n"));
    assert!(told.contains("`ventilation` must be \"natural\""), "{told}");
}

#[test]
fn opening_hours_are_civil_spans_in_order() {
    let site = parse("[site.opening]\nmonday = [\"08:30-12:00\", \"13:00-24:00\"]\n").unwrap();
    let monday = &site.opening.as_ref().unwrap().week[0];
    assert_eq!(monday.len(), 2);
    assert_eq!(monday[1].1, None, "until midnight");

    for bad in ["12:00-08:00", "08:30", "8h-12h", "08:00-12:00\", \"11:00-13:00"] {
        let told = faults(&format!("[site.opening]\nmonday = [\"{bad}\"]\n"));
        assert!(told.starts_with("site.toml:10: "), "{bad}: {told}");
    }
}

#[test]
fn rules_have_units_and_change_only_what_they_name() {
    let site = parse("[rules]\nhold = \"30s\"\nreset_at = \"05:30\"\n").unwrap();
    assert!((site.rules.hold_s - 30.0).abs() < 1e-9);
    assert_eq!(site.rules.reset_at, jiff::civil::time(5, 30, 0, 0));
    assert!((site.rules.max_gap_s - 900.0).abs() < 1e-9);
}

#[test]
fn a_family_can_be_switched_off_or_listen_elsewhere() {
    let site = parse(
        "[families.shelly_gen2]\nenabled = false\n\
         [families.zigbee2mqtt]\ntopics = [\"maison/zigbee/#\"]\n",
    )
    .unwrap();
    assert!(!site.families["shelly_gen2"].enabled);
    assert_eq!(
        site.families["zigbee2mqtt"].topics.as_deref(),
        Some(&["maison/zigbee/#".to_owned()][..])
    );

    let told = faults("[families.zigbee2mqtt]\ntopics = [\"a/#/b\"]\n");
    assert!(told.contains("`a/#/b` is no MQTT topic filter"), "{told}");
    let told = faults("[families.native]\ntopics = [\"capteurs/#\"]\n");
    assert!(told.contains("can be narrowed, not moved"), "{told}");
}

#[test]
fn wrong_types_are_told_with_an_example() {
    let told = faults(
        "[[meter]]\nid = \"m\"\nname = \"M\"\nenergy = { device = \"x\" }\nmax_power_w = inf\n",
    );
    assert_eq!(
        told,
        "site.toml:12: `energy` must be a list of tables, as in energy = [{ device = \"prise-laser\", channel = \"switch:0\" }]\n\
         site.toml:13: `max_power_w` must be a number above 0, as in max_power_w = 3680"
    );
    let told = faults("zone = 5\n");
    assert!(told.contains("`zone` is no key of [site]"), "{told}");
}

#[test]
fn families_that_are_no_table_are_told() {
    let text = format!("families = 5\n{SITE}");
    let told = site::parse(&text, "site.toml").unwrap_err().to_string();
    assert!(told.contains("site.toml:1: `families` must be a table"), "{told}");
}

proptest::proptest! {
    #[test]
    fn whatever_is_done_to_the_example_it_is_read_or_told_what_is_wrong(
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

        let told = site::parse(&edited, "dreux.toml").unwrap();
        let sources = &told.point(point.id.as_str()).unwrap().sources;
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
fn the_wrong_file_altogether_is_told_in_a_few_lines() {
    let told = parse(&"this is no site file\n".repeat(500)).unwrap_err();
    assert_eq!(told.lines().count(), 21);
    assert!(told.ends_with("and 480 more"), "{told}");
}

#[test]
fn prices_and_factors_have_a_day_and_a_source() {
    let site = parse(
        "[[price]]\nsince = 2026-01-01\neur_per_kwh = 0.2\nsource = \"contrat\"\n\
         periods = [{ name = \"nuit\", eur_per_kwh = 0.1, hours = [\"00:00-06:00\"] }]\n\
         [[carbon]]\nsince = \"2024-01-01\"\nkg_per_kwh = 0.04\nsource = \"ADEME 2024\"\n",
    )
    .unwrap();

    assert_eq!(site.tariffs[0].periods[0].name, "nuit");
    let electricity = |factors: &[site::Factor]| -> Vec<f64> {
        let of = |it: &&site::Factor| it.carrier == site::Carrier::Electricity;
        factors.iter().filter(of).map(|factor| factor.value).collect()
    };
    // What the file says takes the place of what is published; what it leaves out stays.
    assert_eq!(electricity(&site.carbon), [0.04]);
    assert_eq!(electricity(&site.primary), [2.3, 1.9]);
    assert!(site.carbon.iter().any(|factor| factor.carrier == site::Carrier::Gas));
    assert_eq!(site.targets.len(), 3);
}

#[test]
fn a_price_without_a_source_or_with_a_wrong_day_is_told_with_its_line() {
    let told = faults(
        "[[price]]\nsince = \"1er janvier\"\neur_per_kwh = 0.2\n\
         periods = [{ name = \"nuit\", eur_per_kwh = 0.1, days = [\"lundi\"], months = [13] }]\n",
    );
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(
        lines,
        [
            "site.toml:9: [[price]] has no `source`; add source = \"contrat 2026 du fournisseur, page 3\"",
            "site.toml:10: `since` must be a day, as in since = \"2026-01-01\"",
            "site.toml:12: `lundi` is no day of the week; take some of monday, tuesday, wednesday, thursday, friday, \
             saturday, sunday",
            "site.toml:12: `months` must be a list of whole numbers from 1 to 12, as in months = [11, 12, 1, 2, 3]",
        ]
    );
}

#[test]
fn two_prices_of_one_carrier_cannot_begin_on_the_same_day() {
    let price = "[[price]]\nsince = \"2026-01-01\"\neur_per_kwh = 0.2\nsource = \"contrat\"\n";
    let told = faults(&format!("{price}{price}"));
    assert_eq!(
        told,
        "site.toml:14: there is another price of electricity from 2026-01-01 on; give one of them another day"
    );
}

#[test]
fn a_machine_knows_when_it_works_by_its_sort_or_by_its_own_thresholds() {
    let meter = |keys: &str| {
        let site = parse(&format!("[[meter]]\nid = \"m\"\nname = \"M\"\n{keys}\n")).unwrap();
        site.meters[0].sessions.map(|rule| (rule.on_above_w, rule.off_below_w, rule.off_after_s))
    };
    assert_eq!(meter(""), None);
    assert_eq!(meter("machine = \"kiln\""), Some((500.0, 50.0, 2700.0)));
    assert_eq!(meter("running_above_w = 40"), Some((40.0, 20.0, 300.0)));
    let own = "machine = \"laser\"\nsessions = { on_above_w = 90, off_after = \"1m\" }";
    assert_eq!(meter(own), Some((90.0, 60.0, 60.0)));
    let told = faults("[[meter]]\nid = \"m\"\nname = \"M\"\nmachine = \"lazer\"\n");
    assert_eq!(told, "site.toml:12: `lazer` is no `machine` that is known; did you mean `laser`?");
}

#[test]
fn the_air_outside_is_measured_by_a_point_of_temperature() {
    let point = "[[zone]]\nid = \"a\"\nname = \"A\"\n[[point]]\nid = \"p\"\nzone = \"a\"\nquantity = \"co2\"\n";
    let text = SITE.replace("area_m2 = 1200", "area_m2 = 1200\noutdoor_temperature = \"p\"");
    let told = site::parse(&format!("{text}{point}"), "site.toml").unwrap_err().to_string();
    assert_eq!(
        told,
        "site.toml:8: point `p` in line 15 measures co2, not temperature; name one with quantity = \"temperature\""
    );
}

#[test]
fn a_rule_is_set_for_one_zone_and_keeps_the_distance_at_which_it_is_over() {
    let zone = "[[zone]]\nid = \"fablab\"\nname = \"FabLab\"\n";
    let rule =
        "[[alert]]\nrule = \"air_attention\"\nzone = \"fablab\"\nraise = 1200\ndwell = \"20m\"\n";
    let site = parse(&format!("{zone}{rule}")).unwrap();
    let fablab = Subject::Zone("fablab".parse().unwrap());
    let set = site.alerts.rules.rule(RuleId::AirAttention, &fablab).unwrap();
    assert_eq!((set.raise, set.clear, set.dwell.as_mins()), (1200.0, 1000.0, 20));
    let of_all = site.alerts.rules.rule(RuleId::AirAttention, &Subject::Building);
    assert_eq!(of_all, Some(RuleId::AirAttention.default()));
}

#[test]
fn a_machine_may_work_at_night() {
    let meter = "[[meter]]\nid = \"four\"\nname = \"Four\"\n";
    let rule = "[[alert]]\nrule = \"machine_left_on\"\nmeter = \"four\"\nenabled = false\n";
    let site = parse(&format!("{meter}{rule}")).unwrap();
    let four = Subject::Meter("four".parse().unwrap());
    assert_eq!(site.alerts.rules.rule(RuleId::MachineLeftOn, &four), None);
}

#[test]
fn a_rule_that_cannot_be_meant_is_told_with_its_line() {
    let of = |lines: &str| faults(&format!("[[alert]]\n{lines}"));
    assert!(of("rule = \"air_atention\"").contains("did you mean `air_attention`?"));
    assert!(
        of("rule = \"battery\"\nzone = \"hall\"")
            .starts_with("site.toml:11: `battery` is about a device")
    );
    assert!(of("rule = \"cold\"\nraise = 8\nclear = 6").contains("set `clear` above `raise`"));
    let twice = "[[alert]]\nrule = \"damp\"\nraise = 75\n[[alert]]\nrule = \"damp\"\nraise = 80\n";
    assert!(faults(twice).starts_with("site.toml:13: `damp` is set for the same in line 10"));
}

#[test]
fn who_is_told_when_stands_in_the_site_file() {
    let site =
        parse("[alerts]\nquiet = \"22:00-06:00\"\nemail_to = [\"accueil@example.org\"]\n").unwrap();
    assert_eq!(site.alerts.email_to, ["accueil@example.org"]);
    assert_eq!(site.alerts.notices.quiet.map(|(from, _)| from.hour()), Some(22));
    assert!(parse("[alerts]\nquiet = \"never\"\n").unwrap().alerts.notices.quiet.is_none());
    assert!(faults("[alerts]\nemail_to = [\"accueil\"]\n").contains("`accueil` is no address"));
    assert!(
        faults("[alerts]\nwebhook = \"ftp://x\"\n").contains("begins with http:// or https://")
    );
}

#[test]
fn what_is_stored_is_kept_as_long_as_the_file_says() {
    let site = parse(
        "[retention.all]\nraw = \"2y\"\n[retention.co2]\nquarters = \"5y\"\n\
         [disk]\nfull = 0.9\nmin_free_mb = 1000\n",
    )
    .unwrap();
    let (co2, power) = (site.retention.of(Quantity::Co2), site.retention.of(Quantity::ActivePower));
    assert_eq!((co2.raw, co2.quarters, co2.days), (Some(732), Some(1830), None));
    assert_eq!((power.raw, power.quarters), (Some(732), None));
    assert_eq!(site.retention.disk.reserve_bytes(100_000_000_000), 10_000_000_000);
    assert_eq!(site.retention.disk.reserve_bytes(2_000_000_000), 1_000_000_000);

    let told = faults("[retention.all]\nraw = \"7d\"\n");
    assert!(told.contains("`7d` is no time to keep readings for"), "{told}");
    let told = faults("[retention.c02]\nraw = \"90d\"\n");
    assert!(told.contains("there is no quantity `c02`; did you mean `co2`?"), "{told}");
}

#[test]
fn what_people_do_in_a_zone_is_one_of_four_things() {
    let zone = |activity: &str| {
        let text = format!(
            "[site]\nid = \"a\"\nname = \"A\"\ntimezone = \"UTC\"\ncapacity = 1\narea_m2 = 1\n[[zone]]\nid = \"z\"\nname = \"Z\"\nactivity = \"{activity}\"\n"
        );
        domain::site::parse(&text, "site.toml")
    };
    assert_eq!(zone("seated").unwrap().zones[0].activity, Some(domain::site::Activity::Seated));
    let told = zone("asleep").unwrap_err().to_string();
    assert!(told.contains("\"seated\", \"office\", \"light\" or \"workshop\""), "{told}");
}
