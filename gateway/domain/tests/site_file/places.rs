//! Zones, doorways, points and meters, and which device fills which role when.

use super::*;

#[test]
fn a_zone_cannot_be_part_of_itself() {
    let report = faults(
        "[[zone]]\nid = \"a\"\nname = \"A\"\nparent = \"b\"\n\
         [[zone]]\nid = \"b\"\nname = \"B\"\nparent = \"c\"\n\
         [[zone]]\nid = \"c\"\nname = \"C\"\nparent = \"b\"\n",
    );
    assert_eq!(
        report,
        "site.toml:16: zone `b` is part of itself: b → c → b; take one `parent` away"
    );
}

#[test]
fn a_meter_cannot_be_part_of_itself() {
    let report = faults("[[meter]]\nid = \"a\"\nname = \"A\"\nparent = \"a\"\n");
    assert_eq!(report, "site.toml:12: meter `a` is part of itself: a → a; take one `parent` away");
}

#[test]
fn an_id_is_given_once() {
    let report = faults("[[zone]]\nid = \"a\"\nname = \"A\"\n[[zone]]\nid = \"a\"\nname = \"B\"\n");
    assert_eq!(report, "site.toml:13: zone `a` is already in line 10; rename one");
}

#[test]
fn building_and_outside_are_no_zones() {
    for id in ["building", "outside"] {
        let report = faults(&format!("[[zone]]\nid = \"{id}\"\nname = \"A\"\n"));
        assert!(report.contains("has a meaning of its own"), "{report}");
    }
}

const ROOM: &str = "[[zone]]\nid = \"a\"\nname = \"A\"\n";

#[test]
fn a_doorway_leads_somewhere_else() {
    let report = faults(&format!("{ROOM}[[doorway]]\nid = \"d\"\nfrom = \"a\"\nto = \"a\"\n"));
    assert!(report.contains("`from` and `to` are the same"), "{report}");
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
    let report = faults(&format!("{ROOM}{}", point("p", sources)));
    assert!(report.starts_with("site.toml:17: two sources fill one role"), "{report}");
    assert!(report.contains("in line 16"), "{report}");
}

#[test]
fn a_source_fills_one_role_at_a_time() {
    let (one, two) = (point("p", "{ device = \"air\" }"), point("q", "{ device = \"air\" }"));
    let report = faults(&format!("{ROOM}{one}{two}"));
    assert!(
        report.starts_with("site.toml:21: air co2 already fills `p` at that time, in line 16"),
        "{report}"
    );

    let one = point("p", "{ device = \"air\", until = \"2026-01-05T00:00:00Z\" }");
    let two = point("q", "{ device = \"air\", since = \"2026-01-05T00:00:00Z\" }");
    parse(&format!("{ROOM}{one}{two}")).expect("one after the other is how a device moves");
}

#[test]
fn an_assignment_ends_after_it_begins_and_says_its_offset() {
    let report = faults(&format!(
        "{ROOM}{}",
        point(
            "p",
            "{ device = \"air\", since = \"2026-01-05T00:00:00Z\", until = \"2026-01-05T00:00:00Z\" }"
        )
    ));
    assert!(report.contains("is not after `since`"), "{report}");
    let report = faults(&format!(
        "{ROOM}{}",
        point("p", "{ device = \"air\", since = \"2026-01-05T00:00:00\" }")
    ));
    assert!(report.contains("`since` must be a date and time with offset"), "{report}");
}

#[test]
fn air_can_be_measured_by_a_point_that_measures_airflow() {
    let zone = |point| format!("{ROOM}ventilation = {{ airflow = \"{point}\" }}\n");
    let flow = "[[point]]\nid = \"flow\"\nzone = \"a\"\nquantity = \"airflow\"\n";

    let site = parse(&format!("{}{flow}", zone("flow"))).unwrap();
    assert_eq!(site.zones[0].ventilation, Ventilation::Measured("flow".parse().unwrap()));
    assert_eq!(site.zones[0].activity, None);

    let report = faults(&format!("{}{flow}", zone("flo")));
    assert!(report.contains("there is no point `flo`; did you mean `flow`?"), "{report}");
    let report = faults(&format!("{}{}", zone("p"), point("p", "")));
    assert!(report.contains("measures co2, not airflow"), "{report}");
    let report = faults(&format!("{ROOM}ventilation = \"windy\"\n"));
    assert!(report.contains("`ventilation` must be \"natural\""), "{report}");
}
