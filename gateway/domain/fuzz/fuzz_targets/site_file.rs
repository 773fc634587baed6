//! Any text as a site file: it is a site or a list of faults, never a panic.

#![no_main]

use domain::site::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(faults) = parse(text, "site.toml") {
        assert!(!faults.to_string().is_empty());
    }
});
