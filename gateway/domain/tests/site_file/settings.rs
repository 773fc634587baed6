//! Hours, rules, families, prices, alerts and how long readings are kept.

use super::*;

#[test]
fn opening_hours_are_civil_spans_in_order() {
    let site = parse("[site.opening]\nmonday = [\"08:30-12:00\", \"13:00-24:00\"]\n").unwrap();
    let monday = &site.opening.as_ref().unwrap().week[0];
    assert_eq!(monday.len(), 2);
    assert_eq!(monday[1].1, None, "until midnight");

    for bad in ["12:00-08:00", "08:30", "8h-12h", "08:00-12:00\", \"11:00-13:00"] {
        let report = faults(&format!("[site.opening]\nmonday = [\"{bad}\"]\n"));
        assert!(report.starts_with("site.toml:10: "), "{bad}: {report}");
    }
}

#[test]
fn rules_have_units_and_change_only_what_they_name() {
    let site = parse("[rules]\nhold = \"30s\"\nreset_at = \"05:30\"\n").unwrap();
    assert_eq!(site.rules.hold, SignedDuration::from_secs(30));
    assert_eq!(site.rules.reset_at, jiff::civil::time(5, 30, 0, 0));
    assert_eq!(site.rules.longest_gap(), SignedDuration::from_mins(15));
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

    let report = faults("[families.zigbee2mqtt]\ntopics = [\"a/#/b\"]\n");
    assert!(report.contains("`a/#/b` is no MQTT topic filter"), "{report}");
    let report = faults("[families.native]\ntopics = [\"capteurs/#\"]\n");
    assert!(report.contains("can be narrowed, not moved"), "{report}");
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
fn a_price_without_a_source_or_with_a_wrong_day_is_reported_with_its_line() {
    let report = faults(
        "[[price]]\nsince = \"1er janvier\"\neur_per_kwh = 0.2\n\
         periods = [{ name = \"nuit\", eur_per_kwh = 0.1, days = [\"lundi\"], months = [13] }]\n",
    );
    let lines: Vec<_> = report.lines().collect();
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
    let report = faults(&format!("{price}{price}"));
    assert_eq!(
        report,
        "site.toml:14: there is another price of electricity from 2026-01-01 on; give one of them another day"
    );
}

#[test]
fn a_machine_knows_when_it_works_by_its_sort_or_by_its_own_thresholds() {
    let meter = |keys: &str| {
        let site = parse(&format!("[[meter]]\nid = \"m\"\nname = \"M\"\n{keys}\n")).unwrap();
        let off_after_s = |rule: &SessionRule| rule.off_after.as_secs();
        site.meters[0].sessions.map(|rule| (rule.on_above_w, rule.off_below_w, off_after_s(&rule)))
    };
    assert_eq!(meter(""), None);
    assert_eq!(meter("machine = \"kiln\""), Some((500.0, 50.0, 2700)));
    assert_eq!(meter("running_above_w = 40"), Some((40.0, 20.0, 300)));
    let own = "machine = \"laser\"\nsessions = { on_above_w = 90, off_after = \"1m\" }";
    assert_eq!(meter(own), Some((90.0, 60.0, 60)));
    let report = faults("[[meter]]\nid = \"m\"\nname = \"M\"\nmachine = \"lazer\"\n");
    assert_eq!(
        report,
        "site.toml:12: `lazer` is no `machine` that is known; did you mean `laser`?"
    );
}

#[test]
fn the_air_outside_is_measured_by_a_point_of_temperature() {
    let point = "[[zone]]\nid = \"a\"\nname = \"A\"\n[[point]]\nid = \"p\"\nzone = \"a\"\nquantity = \"co2\"\n";
    let text = SITE.replace("area_m2 = 1200", "area_m2 = 1200\noutdoor_temperature = \"p\"");
    let report = site::parse(&format!("{text}{point}"), "site.toml").unwrap_err().to_string();
    assert_eq!(
        report,
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
fn a_rule_that_cannot_be_meant_is_reported_with_its_line() {
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
fn who_is_notified_when_stands_in_the_site_file() {
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

    assert_eq!(site.retention.of(Quantity::PeopleIn).raw, Some(732), "what is stated of all holds");
    assert!(!site.retention.is_default());

    let report = faults("[retention.all]\nraw = \"7d\"\n");
    assert!(report.contains("`7d` is no time to keep readings for"), "{report}");
    let report = faults("[retention.c02]\nraw = \"90d\"\n");
    assert!(report.contains("there is no quantity `c02`; did you mean `co2`?"), "{report}");
}

#[test]
fn what_nobody_states_is_kept_for_400_days_what_counts_people_for_ten_years_and_days_for_ever() {
    let retention = parse("[retention.illuminance]\nraw = \"90d\"\n").unwrap().retention;
    let of = |quantity| {
        let kept = retention.of(quantity);
        (kept.raw, kept.quarters, kept.days, kept.by_default)
    };
    assert_eq!(of(Quantity::Co2), (Some(400), Some(3660), None, true));
    assert_eq!(of(Quantity::PeopleIn), (Some(3660), Some(3660), None, true));
    assert_eq!(of(Quantity::Illuminance), (Some(90), None, None, false));
    assert!(retention.is_default());
    assert_eq!(retention.disk.give_up_after, None, "nothing goes before its time unasked");
}

#[test]
fn a_person_may_say_what_goes_before_its_time_when_the_store_fills_the_disk() {
    let site = parse("[disk]\ngive_up_after = \"90d\"\n").unwrap();
    assert_eq!(site.retention.disk.give_up_after, Some(90));
    assert!(faults("[disk]\ngive_up_after = \"5d\"\n").contains("at least \"35d\""));
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
    let report = zone("asleep").unwrap_err().to_string();
    assert!(report.contains("\"seated\", \"office\", \"light\" or \"workshop\""), "{report}");
}
