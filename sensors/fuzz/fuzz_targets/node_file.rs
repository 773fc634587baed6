//! Any text as the configuration of a node: it is parsed, or its fault is reported; never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sensors::station::Config;

fuzz_target!(|text: &str| {
    match Config::parse(text, "node.toml") {
        Ok(config) => assert!(!config.instruments.is_empty() && !config.interval().is_zero()),
        Err(error) => assert!(error.to_string().starts_with("node.toml:")),
    }
});
