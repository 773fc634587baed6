//! The weather and what it did: degree days, energy signature, comparison at the same weather.

use domain::indicators::{DayPoint, DegreeDays, Signature};

use super::panel::Selection;
use super::pathway;
use crate::sheet::drawing::{self, Drawing};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table, Tile, numbered};
use crate::words::{Figure, Language, Locale};
use figures::FigureError;
use figures::View;
use figures::{Climate, ClimateDay, Comparison, HeatingFrom};

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let t = language.energy_labels();
    if !selection.scope.is_building() {
        return Ok(vec![Section::saying(t.view_climate, t.only_building)]);
    }
    let locale = selection.locale(language);
    let mut sections = Vec::new();
    if view.outdoor().is_some() {
        let climate = view.climate(selection.span).await?;
        sections.push(degree_days(language, &climate));
        sections.push(match &climate.signature {
            Some(signature) => fitted(&locale, &climate, signature),
            None => Section::saying(t.signature, t.signature_unknown),
        });
        sections.push(match &climate.comparison {
            Some(comparison) => compared(&locale, &climate, comparison),
            None => Section::saying(t.comparison, t.comparison_unknown),
        });
    } else {
        sections.push(Section::saying(t.degree_days, t.no_outdoor));
    }
    sections.push(pathway::section(view, language).await?);
    Ok(numbered(sections))
}

fn celsius(language: Language, value: f64) -> Figure {
    Figure { number: language.number(value, 1), unit: "°C" }
}

fn degree_days(language: Language, climate: &Climate) -> Section {
    let t = language.energy_labels();
    let count = |days: usize| Cell::text(language.count(days as u64));
    let row = |it: &DegreeDays| {
        let value = (it.days > 0).then(|| language.degree_days(it.value));
        let base = celsius(language, it.base_c);
        let missing = count(it.missing_days).when(it.missing_days > 0);
        let cells = vec![Cell::of(value), Cell::of(Some(base)), count(it.days), missing];
        Row::new(language.degree_day_method(it.method), cells)
    };
    let head = vec![t.method, t.value, t.base_temperature, t.known_days, t.missing_days];
    Section {
        tables: vec![Table::new(head, climate.degree_days.iter().map(row).collect())],
        notes: vec![t.degree_days_note.to_owned()],
        ..Section::titled(t.degree_days)
    }
}

fn fitted(locale: &Locale, climate: &Climate, signature: &Signature) -> Section {
    let language = locale.language;
    let (t, labels) = (language.energy_labels(), language.labels());
    let percent = |share: f64| Some(Figure { number: language.percent(share), unit: "" });
    let row = |day: &ClimateDay| {
        let temperature = day.outdoor_c.map(|c| celsius(language, c));
        let energy = day.energy.energy_wh.map(|wh| language.energy(wh));
        let share = day.energy.coverage;
        let measured = Cell::measured(language, share);
        Row::new(locale.date(day.start), vec![Cell::of(temperature), Cell::of(energy), measured])
    };
    let title = language.each_degree(signature.wh_per_degree);
    Section {
        tiles: vec![
            Tile::new(t.per_degree, Some(language.small_energy(signature.wh_per_degree))),
            Tile::new(t.per_day_base, Some(language.energy(signature.base_wh))),
            Tile::new(t.heats_below, Some(celsius(language, signature.base_c))),
            Tile::new(t.spread, percent(signature.cv_rmse)),
            Tile::new(t.explained, percent(signature.r_squared)),
        ],
        drawing: scatter(language, climate, signature, &title),
        tables: vec![Table::folded(
            vec![labels.table_start, t.outdoor, labels.consumed, labels.measured_time],
            climate.days.iter().map(row).collect(),
        )],
        notes: vec![
            language
                .labelled(t.known_days, format_args!("{}.", language.count(signature.days as u64))),
        ],
        ..Section::titled(title)
    }
}

/// Energy of a day by the temperature outside, with the signature as a line.
fn scatter(
    language: Language,
    climate: &Climate,
    signature: &Signature,
    title: &str,
) -> Option<Drawing> {
    let points: Vec<(f64, f64)> = climate
        .days
        .iter()
        .filter_map(|day| Some((day.outdoor_c?, day.energy.energy_wh?)))
        .collect();
    let coldest = points.iter().map(|(c, _)| *c).reduce(f64::min)?.floor();
    let warmest = points.iter().map(|(c, _)| *c).reduce(f64::max)?.ceil();
    let top = Scale::Fine.top(points.iter().map(|(_, wh)| *wh).fold(0.0, f64::max));
    let width = (warmest - coldest).max(1.0);
    let place =
        |(c, wh): (f64, f64)| (100.0 * (c - coldest) / width, 100.0 * (wh / top).clamp(0.0, 1.0));
    let on_line = |c: f64| {
        let day = DayPoint { energy_wh: 0.0, outdoor_c: c, person_hours: None };
        place((c, signature.predicts(&day)))
    };
    let bend = signature.base_c.clamp(coldest, warmest);
    let dots: Vec<(f64, f64)> = points.into_iter().map(place).collect();
    let middle = f64::midpoint(coldest, warmest);
    Some(Drawing {
        svg: drawing::scatter(&dots, &[coldest, bend, warmest].map(on_line)),
        kind: "scatter",
        description: title.to_owned(),
        top: Some(language.energy(top).text()),
        rows: Vec::new(),
        below: [coldest, middle, warmest].map(|c| celsius(language, c).text()).to_vec(),
        scale: Vec::new(),
    })
}

fn compared(locale: &Locale, climate: &Climate, comparison: &Comparison) -> Section {
    let language = locale.language;
    let (t, labels) = (language.energy_labels(), language.labels());
    let energy = |wh: f64| Some(language.energy(wh));
    let last = comparison.end - jiff::SignedDuration::from_millis(1);
    let (from, until) = (locale.day(comparison.start), locale.day(last));
    let heating = match comparison.heating_from {
        HeatingFrom::Meters => t.heating_metered,
        HeatingFrom::Signature => t.heating_modelled,
    };
    let of =
        |name, coverage| language.labelled(name, format_args!("{}.", language.percent(coverage)));
    let measured = [
        of(labels.measured_time, climate.energy.coverage),
        of(t.before, comparison.energy.coverage),
    ]
    .join(" ");
    Section {
        tiles: vec![
            Tile::new(t.this_span, climate.energy.energy_wh.map(|wh| language.energy(wh))),
            Tile::new(t.of_which_heating, energy(comparison.heating_wh)),
            Tile::new(t.at_other_weather, energy(comparison.adjusted_wh)),
            Tile::new(t.before, comparison.energy.energy_wh.map(|wh| language.energy(wh))),
        ],
        notes: vec![
            language.compared_with(
                &from,
                &until,
                comparison.degree_days.value,
                comparison.degree_days_before.value,
            ),
            heating.to_owned(),
            measured,
        ],
        ..Section::titled(language.changed(comparison.change))
    }
}
