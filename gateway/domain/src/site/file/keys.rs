//! A test that each key that a table lists is read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

thread_local! {
    static LISTED: RefCell<BTreeMap<&'static str, BTreeSet<&'static str>>> = RefCell::default();
    static READ: RefCell<BTreeSet<(&'static str, String)>> = RefCell::default();
}

/// Notes the keys that a table lists.
pub(super) fn note_table(title: &'static str, keys: impl Iterator<Item = &'static str>) {
    LISTED.with_borrow_mut(|listed| listed.entry(title).or_default().extend(keys));
}

/// Notes that a key of a table was read.
pub(super) fn note_read(title: &'static str, key: &str) {
    READ.with_borrow_mut(|read| read.insert((title, key.to_owned())));
}

/// A file with every table, each as short as it may be.
const EVERY_TABLE: &str = r#"
[site]
id = "a"
name = "A"
timezone = "Europe/Paris"
capacity = 9
area_m2 = 9
[site.opening]
[rules]
[air]
[alerts]
[[alert]]
rule = "air_attention"
zone = "z"
[[alert]]
rule = "air_attention"
meter = "m"
[[alert]]
rule = "air_attention"
device = "d"
[families.native]
[reference]
year = 2016
kwh = 1
source = "x"
[[price]]
since = "2026-01-01"
eur_per_kwh = 0.2
source = "x"
periods = [{ name = "p", eur_per_kwh = 0.1 }]
[[carbon]]
since = "2026-01-01"
kg_per_kwh = 0.1
source = "x"
[[primary]]
since = "2026-01-01"
factor = 1.9
source = "x"
[[target]]
year = 2030
reduction = 0.4
source = "x"
[retention.all]
[disk]
[[zone]]
id = "z"
name = "Z"
ventilation = { airflow = "p" }
[[point]]
id = "p"
zone = "z"
quantity = "airflow"
sources = [{ device = "d" }]
[[doorway]]
id = "o"
from = "outside"
to = "z"
[[meter]]
id = "m"
name = "M"
machine = "laser"
energy = [{ device = "d" }]
power = [{ device = "d" }]
apparent = [{ device = "d" }]
sessions = {}
"#;

#[test]
fn every_key_that_a_table_lists_is_read() {
    // Rules that are set for the wrong sort of thing are faults; their tables are read all the same.
    drop(crate::site::parse(EVERY_TABLE, "every.toml"));
    let listed = LISTED.take();
    let read = READ.take();

    let is_read = |title: &'static str, key: &str| read.contains(&(title, key.to_owned()));
    let unread: Vec<String> = listed
        .iter()
        .flat_map(|(title, keys)| keys.iter().map(move |key| (*title, *key)))
        .filter(|(title, key)| !is_read(title, key))
        .map(|(title, key)| format!("{key} of {title}"))
        .collect();
    assert_eq!(unread, [""; 0]);
    let absent: Vec<_> = listed["the file"]
        .iter()
        .filter(|table| !listed.keys().any(|title| title.contains(*table)))
        .collect();
    assert!(absent.is_empty(), "no such table was read: {absent:?}");
}
