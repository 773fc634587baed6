//! Sums of figures are never −0.0: `Iterator::sum` gives −0.0 for no numbers at all, so numbers that are no integers are
//! added by `domain::total`.

use super::source::package;

/// Sums of integers, named by their type.
const INTEGERS: &[&str] = &["u32", "u64", "usize", "i64", "Option<u32>"];

#[test]
fn a_sum_of_figures_is_made_where_nothing_is_a_plain_zero() {
    let mut faults = Vec::new();
    for folder in ["gateway/domain", "gateway/figures"] {
        for file in package(folder).values() {
            for after in file.code.split(".sum").skip(1) {
                if is_a_call(after) && !is_of_integers(after) {
                    let line = after.lines().next().unwrap_or_default();
                    faults.push(format!("{}: .sum{line}", file.place));
                }
            }
        }
    }
    assert!(faults.is_empty(), "add by `total`, or name the integer:\n{}", faults.join("\n"));
}

/// Whether `.sum` before this text adds up an iterator.
fn is_a_call(after: &str) -> bool {
    after.starts_with("()") || after.starts_with("::<")
}

fn is_of_integers(after: &str) -> bool {
    INTEGERS.iter().any(|integer| after.starts_with(&format!("::<{integer}>()")))
}

#[test]
fn a_sum_without_a_type_or_of_floats_is_found() {
    for after in ["()", "::<f64>()", "::<Option<f64>>();"] {
        assert!(is_a_call(after) && !is_of_integers(after), "{after}");
    }
    assert!(is_of_integers("::<i64>()") && !is_a_call("_over_time(cells)"));
}
