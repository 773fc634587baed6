//! Any bytes as the file of kept totals: they are read as they stand, or refused, and the file is left as it is.

#![no_main]

use std::collections::BTreeMap;
use std::fs;

use libfuzzer_sys::fuzz_target;
use sensors::instruments::TotalsFile;

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("vigie-fuzz-kept-{}.json", std::process::id()));
    fs::write(&path, bytes).expect("a folder for what is temporary");
    if let Ok(totals_file) = TotalsFile::open(&path) {
        let stored: BTreeMap<String, u64> = serde_json::from_slice(bytes).expect("it was read");
        assert!(stored.iter().all(|(key, total)| totals_file.total(key) == *total && *total <= 1 << 53));
    }
    assert_eq!(fs::read(&path).expect("the file"), bytes);
});
