//! Any bytes as the file of kept totals: they are read as they stand, or refused, and the file is left as it is.

#![no_main]

use std::collections::BTreeMap;
use std::fs;

use libfuzzer_sys::fuzz_target;
use sensors::instruments::Kept;

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("vigie-fuzz-kept-{}.json", std::process::id()));
    fs::write(&path, bytes).expect("a folder for what is temporary");
    if let Ok(kept) = Kept::open(&path) {
        let told: BTreeMap<String, u64> = serde_json::from_slice(bytes).expect("it was read");
        assert!(told.iter().all(|(key, total)| kept.total(key) == *total && *total <= 1 << 53));
    }
    assert_eq!(fs::read(&path).expect("the file"), bytes);
});
