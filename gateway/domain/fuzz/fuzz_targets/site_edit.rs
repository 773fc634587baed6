//! Any text as a site file that a page edits, and any name of a device: it is done or refused, never a panic; and what was
//! a good file stays one.

#![no_main]

use domain::site::edit::{NewRole, RoleName, add, assign};
use domain::site::{DREUX, parse};
use domain::{Quantity, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (text, device) = input;
    let Ok(device) = device.parse() else { return };
    let source = Source { device, quantity: Quantity::Co2, channel: None };
    let role = RoleName::Point("fablab-co2".parse().expect("it is a name"));
    let _ = assign(text, &role, &source, None);
    let meter = NewRole::Meter {
        id: "tour".parse().expect("it is a name"),
        name: source.device.to_string(),
        zone: None,
    };
    let _ = add(text, &meter);
    let now = "2026-11-23T14:00:00Z".parse().expect("it is an instant");
    let edited = assign(DREUX, &role, &source, Some(now)).expect("the shipped file has this role");
    assert!(parse(&edited, "dreux.toml").is_ok());
});
