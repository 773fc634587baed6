//! The parts of the live pages: each renders one piece of HTML that carries its own `data-part`.

mod alerts;
mod chart;
mod devices;
mod energy_tables;
mod gauges;
mod headline;
mod machines;
mod wall;
mod zone_table;
mod zones;

use askama::Template;
use serde_json::Value;

use crate::live::part::Part;
use crate::live::screen::Screen;
use crate::live::snapshot::Snapshot;
use crate::words::Language;

/// All parts of a screen.
pub(crate) fn of(screen: Screen, language: Language, snapshot: &Snapshot) -> Vec<Part> {
    let clock = snapshot.locale(language).day_and_clock(snapshot.now);
    let mut parts = vec![text("clock", clock)];
    match screen {
        Screen::Live => {
            parts.push(text("title", headline::title(language, snapshot)));
            parts.push(headline::part(language, snapshot));
            parts.extend(zones::parts(language, snapshot));
            parts.extend(machines::parts(language, snapshot));
            parts.push(alerts::part(language, snapshot));
        }
        Screen::Wall => {
            parts.push(text("title", headline::title(language, snapshot)));
            parts.extend(wall::parts(language, snapshot));
        }
        Screen::Zones => parts.push(zone_table::part(language, snapshot)),
        Screen::Energy => parts.push(energy_tables::part(language, snapshot)),
        Screen::Sensors => parts.push(devices::part(language, snapshot)),
        Screen::Plain => {}
    }
    parts
}

fn text(key: &str, text: String) -> Part {
    Part { key: key.to_owned(), content: Value::String(text) }
}

fn html(key: impl Into<String>, template: &impl Template) -> Part {
    // Our templates only write into strings, which does not fail.
    let html = template.render().unwrap_or_default();
    // The page tells HTML from text by its first character.
    Part { key: key.into(), content: Value::String(html.trim().to_owned()) }
}
