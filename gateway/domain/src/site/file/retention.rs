//! `[retention]` and `[disk]`: how long what is stored is kept, and what happens when the disk is nearly full.

use super::fault::{Faults, nearest};
use super::section::{Key, Section};
use crate::quantity::Quantity;
use crate::site::model::{DiskGuard, Kept, Retention};

/// `[retention.all]`, `[retention.<quantity>]`.
pub(super) const RETENTION: &[Key] = &[
    Key::optional("raw", "\"400d\""),
    Key::optional("quarters", "\"10y\""),
    Key::optional("days", "\"for ever\""),
];

/// `[disk]`.
pub(super) const DISK: &[Key] = &[
    Key::optional("warn", "0.85"),
    Key::optional("full", "0.95"),
    Key::optional("min_free_mb", "256"),
    Key::optional("give_up_after", "\"90d\""),
];

/// Live figures, and this month's reports, are made of readings.
const LEAST_DAYS: u32 = 35;

/// Retention of these tables.
pub(super) fn retention(
    tables: &[(usize, &str, Section<'_>)],
    disk: Option<&Section<'_>>,
    faults: &Faults<'_>,
) -> Retention {
    let mut retention =
        Retention { disk: disk.map(guard).unwrap_or_default(), ..Retention::default() };
    let all = tables.iter().find(|(_, name, _)| *name == "all");
    if let Some((_, _, section)) = all {
        retention.all = kept(section, Kept::default());
        if !retention.all.by_default {
            // What is stated of all holds for people, too.
            retention.by_quantity.clear();
        }
    }
    for (at, name, section) in tables.iter().filter(|(_, name, _)| *name != "all") {
        let Ok(quantity) = name.parse::<Quantity>() else {
            let names = || Quantity::ALL.iter().map(|quantity| quantity.name());
            let remedy = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("take `all`, or one of {}", names().collect::<Vec<_>>().join(", ")),
            };
            faults.report(*at, format!("there is no quantity `{name}`; {remedy}"));
            continue;
        };
        let default = retention.of(quantity);
        retention.by_quantity.insert(quantity, kept(section, default));
    }
    retention
}

fn guard(section: &Section<'_>) -> DiskGuard {
    let default = DiskGuard::default();
    let megabytes = section.count("min_free_mb").map(|megabytes| u64::from(megabytes) * 1_000_000);
    let full = section.share("full").unwrap_or(default.full);
    let warn = section.share("warn").unwrap_or(default.warn.min(full));
    if warn > full {
        section.fault("warn", format!("`warn` is {warn} and above `full`, {full}; set it below"));
    }
    let min_free_bytes = megabytes.unwrap_or(default.min_free_bytes);
    DiskGuard { warn, full, min_free_bytes, give_up_after: term(section, "give_up_after", None) }
}

/// Days for which the key says that something is kept; `None` for ever.
fn term(section: &Section<'_>, key: &'static str, default: Option<u32>) -> Option<u32> {
    let Some(text) = section.text(key) else { return default };
    if text == "for ever" {
        return None;
    }
    let Some(days) = days(text) else {
        let least = format!("{LEAST_DAYS}d");
        let fault = format!(
            "`{text}` is no time to keep readings for; write \"400d\", \"5y\" or \"for ever\", at least \"{least}\""
        );
        section.fault(key, fault);
        return default;
    };
    Some(days)
}

fn kept(section: &Section<'_>, default: Kept) -> Kept {
    // A table that states `raw` states the rest, too: what it leaves out is kept for ever.
    let is_stated = section.text("raw").is_some();
    let default = if is_stated && default.by_default {
        Kept { raw: None, quarters: None, days: None, by_default: false }
    } else {
        default
    };
    let read = |key, default| term(section, key, default);
    Kept {
        raw: read("raw", default.raw),
        quarters: read("quarters", default.quarters),
        days: read("days", default.days),
        by_default: default.by_default,
    }
}

/// `400d`, `5y`.
fn days(text: &str) -> Option<u32> {
    let (number, days) = match (text.strip_suffix('d'), text.strip_suffix('y')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 366),
        _ => return None,
    };
    let days = number.parse::<u32>().ok()?.checked_mul(days)?;
    (LEAST_DAYS..=366_000).contains(&days).then_some(days)
}
