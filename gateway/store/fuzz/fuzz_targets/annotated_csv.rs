//! Any answer of what should be an InfluxDB: its rows are read or it is refused, without a panic; and never both an
//! error of the server and rows behind it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use store::influx::read_rows;

fuzz_target!(|answer: &[u8]| {
    let mut rows = 0_usize;
    let outcome = read_rows(answer, |row| {
        rows += 1;
        drop((row.time(), row.number("_value"), row.text("device").map(str::len)));
        Ok(())
    });
    let lines = answer.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    assert!(rows <= lines + 1, "{rows} rows of {lines} lines: {outcome:?}");
});
