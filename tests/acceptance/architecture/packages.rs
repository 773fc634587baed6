//! Arrows between packages, as their manifests have them.

use std::collections::BTreeSet;
use std::fs;

use super::source::root;

/// Each package, its folder, and those of ours that it may use.
const MAY_USE: &[(&str, &str, &[&str])] = &[
    ("domain", "gateway/domain", &[]),
    ("outbound", "gateway/outbound", &[]),
    ("store", "gateway/store", &["domain", "outbound"]),
    ("figures", "gateway/figures", &["domain", "store"]),
    ("i18n", "gateway/i18n", &["domain"]),
    ("ingest", "gateway/ingest", &["domain", "store", "figures"]),
    ("dashboard", "dashboard", &["domain", "store", "figures", "i18n"]),
    ("sensors", "sensors", &["domain"]),
    (
        "gateway",
        "gateway",
        &["domain", "outbound", "store", "figures", "i18n", "ingest", "dashboard", "sensors"],
    ),
];

#[test]
fn each_package_uses_only_those_below_it() {
    for (name, folder, allowed) in MAY_USE {
        let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let used = dependencies(&text);
        let ours: BTreeSet<&str> = MAY_USE.iter().map(|(name, ..)| *name).collect();
        let wrong: Vec<&String> = used
            .iter()
            .filter(|used| ours.contains(used.as_str()) && !allowed.contains(&used.as_str()))
            .collect();
        assert!(wrong.is_empty(), "{name} uses {wrong:?}; it may use {allowed:?}");
    }
}

#[test]
fn every_package_of_the_workspace_has_its_place_in_this_table() {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap().iter();
    for member in members.map(|member| member.as_str().unwrap()).filter(|it| *it != "tests") {
        assert!(MAY_USE.iter().any(|(_, folder, _)| *folder == member), "{member} is missing");
    }
}

/// What the product code of a package depends on; not what its tests do.
fn dependencies(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let tables = ["dependencies", "build-dependencies"].into_iter();
    let tables = tables.filter_map(|name| manifest.get(name)?.as_table());
    tables.flat_map(|table| table.keys().cloned()).collect()
}
