//! What a person who writes a site file may rely on.

use domain::alerts::{RuleId, Subject};
use domain::site::{self, SessionRule, Side, Site, Ventilation};
use domain::{Instant, Quantity};
use jiff::SignedDuration;

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

mod places;
mod settings;
mod whole;
