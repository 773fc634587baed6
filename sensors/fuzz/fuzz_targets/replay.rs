//! Any text as a map, and any bytes as the recording beside it: readings that can be, and the rest is counted.
//!
//! The map ends at the first byte of 0xFF.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sensors::replay::{Mapping, Recording};

/// For inputs that are no map: one that takes any column.
const MAP: &str = "[time]\ncolumns = [\"t\"]\nformat = \"%d/%m/%Y %H:%M:%S\"\ntimezone = \"Europe/Paris\"\n\
    [[reading]]\ncolumn = \"v\"\ndevice = \"a\"\nquantity = \"energy_imported\"\nkind = \"register_from_increments\"\n\
    [[reading]]\ncolumn = \"v\"\ndevice = \"b\"\nkind = \"doors_from_level\"\n";

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == 0xFF);
    let (map, csv) = end.map_or((&[][..], bytes), |end| (&bytes[..end], &bytes[end + 1..]));
    let own = std::str::from_utf8(map).ok().and_then(|text| Mapping::parse(text, "map.toml").ok());
    for (mapping, csv) in [
        own.map(|mapping| (mapping, csv.to_vec())),
        Mapping::parse(MAP, "map.toml").ok().map(|mapping| (mapping, [b"t,v\n", csv].concat())),
    ]
    .into_iter()
    .flatten()
    {
        let Ok(mut recording) = Recording::open(csv.as_slice(), mapping) else { continue };
        let mut rows = 0;
        while let Ok(Some(row)) = recording.next_row() {
            rows += 1;
            assert!(rows <= csv.len() + 1);
            for one in row {
                assert!(one.source.quantity.plausible().contains(&one.value.as_f64()));
            }
        }
    }
});
