//! The baseload night by night, and its steps.

use domain::indicators::Night;
use jiff::civil::Date;

use crate::sheet::drawing::{self, Drawing};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table};
use crate::words::Locale;
use figures::LoadProfile;

/// With fewer nights there is nothing to compare.
const LEAST: usize = 2;

/// The nights of the span; nothing with fewer than two.
pub(super) fn section(locale: &Locale, profile: &LoadProfile) -> Option<Section> {
    let nights = &profile.nights;
    if nights.len() < LEAST {
        return None;
    }
    let (language, t) = (locale.language, locale.language.energy_labels());
    let steps = profile.baseload_steps.iter().map(|step| {
        language.baseload_step(&named(locale, step.since), step.before_w, step.after_w)
    });
    let steps: Vec<String> = steps.collect();
    let top = Scale::Fine.top(nights.iter().map(|night| night.watts).fold(0.0, f64::max));
    let title = steps.last().cloned().unwrap_or_else(|| t.nights.to_owned());
    let values: Vec<Option<f64>> = every_night(nights);
    let ends = [nights.first(), nights.last()];
    let drawing = Drawing {
        svg: drawing::bars(&values, top),
        kind: "bars",
        description: title.clone(),
        top: Some(language.power(top).text()),
        rows: Vec::new(),
        below: ends.into_iter().flatten().map(|night| named(locale, night.date)).collect(),
        scale: Vec::new(),
    };
    let row = |night: &Night| {
        let watts = Cell::of(Some(language.power(night.watts)));
        Row::new(named(locale, night.date), vec![watts])
    };
    let table = Table::folded(
        vec![t.night_of, language.labels().mean_power],
        nights.iter().map(row).collect(),
    );
    let earlier = steps.len().saturating_sub(1);
    Some(Section {
        drawing: Some(drawing),
        tables: vec![table],
        notes: steps.into_iter().take(earlier).chain([t.nights_note.to_owned()]).collect(),
        ..Section::titled(title)
    })
}

/// A value for every night from the first to the last; one that is not known has none.
fn every_night(nights: &[Night]) -> Vec<Option<f64>> {
    let mut values = Vec::new();
    let mut date = nights.first().map(|night| night.date);
    for night in nights {
        while let Some(missing) = date.filter(|date| *date < night.date) {
            values.push(None);
            date = missing.tomorrow().ok();
        }
        values.push(Some(night.watts));
        date = night.date.tomorrow().ok();
    }
    values
}

fn named(locale: &Locale, date: Date) -> String {
    let noon = date.at(12, 0, 0, 0).to_zoned_datetime(locale.zone.clone());
    noon.map_or_else(|_| date.to_string(), |noon| locale.date(noon.timestamp().into()))
}
