//! How power is spread: load curve, baseload and its nights, subscription, hour and weekday, duration.

use domain::indicators::{HeatMap, Load};

use super::panel::Selection;
use super::{course, demand, nights};
use crate::sheet::drawing::{self, Drawing, SHADES};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table, Tile, numbered};
use crate::words::{Language, Locale};
use figures::FigureError;
use figures::LoadProfile;
use figures::View;

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let t = language.labels();
    let scope = selection.meters();
    let locale = selection.locale(language);
    let profile = view.load_profile(&scope, selection.span).await?;
    let subscriptions = demand::sections(view, &locale, selection, &scope).await?;
    let Some(load) = profile.load else {
        let nothing = Section::saying(t.view_load, t.no_readings);
        return Ok(numbered(std::iter::once(nothing).chain(subscriptions).collect()));
    };
    let mut sections = vec![overview(&locale, &load, &profile)];
    sections.extend(course::section(view, &locale, selection, &scope).await?);
    sections.extend(subscriptions);
    sections.extend(nights::section(&locale, &profile));
    sections.extend(heat(language, &profile.heat_map));
    sections.push(duration(language, &profile));
    Ok(numbered(sections))
}

fn overview(locale: &Locale, load: &Load, profile: &LoadProfile) -> Section {
    let language = locale.language;
    let t = language.labels();
    let factor = crate::words::Figure { number: language.percent(load.load_factor), unit: "" };
    let peak = profile
        .peak_at
        .map(|at| language.labelled(t.peak_power, format_args!("{}.", locale.moment(at))));
    Section {
        tiles: vec![
            Tile::new(t.baseload, Some(language.power(load.baseload_w))),
            Tile::new(t.mean_power, Some(language.power(load.mean_w))),
            Tile::new(t.peak_power, Some(language.power(load.peak_w))),
            Tile::new(t.load_factor, Some(factor)),
        ],
        notes: [t.baseload_note.to_owned()]
            .into_iter()
            .chain(peak)
            .chain([language.proof(&profile.energy)])
            .collect(),
        ..Section::titled(language.with_coverage(
            language.never_below(load.baseload_w, load.baseload_share),
            profile.energy.coverage,
        ))
    }
}

fn heat(language: Language, map: &HeatMap) -> Option<Section> {
    let t = language.labels();
    let (day, hour, watts) = map.highest()?;
    let title = language.highest_hour(day, hour, watts);
    let top = Scale::Fine.top(watts);
    let days = || (0..7).map(|day| language.weekday(day).to_owned());
    let row = |hour: usize| {
        let of_hour = map.watts.iter().map(|hours| hours[hour]);
        let cells = of_hour.map(|watts| Cell::of(watts.map(|watts| language.power(watts))));
        Row::new(format!("{hour}\u{a0}h"), cells.collect())
    };
    let head = std::iter::once(t.hour_head).chain((0..7).map(|day| language.weekday(day)));
    let drawing = Drawing {
        svg: drawing::map(map, top),
        kind: "map",
        description: title.clone(),
        top: None,
        rows: days().collect(),
        below: ["0\u{a0}h", "6\u{a0}h", "12\u{a0}h", "18\u{a0}h", "24\u{a0}h"]
            .map(str::to_owned)
            .to_vec(),
        scale: scale(language, top),
    };
    Some(Section {
        drawing: Some(drawing),
        tables: vec![Table::folded(head.collect(), (0..24).map(row).collect())],
        ..Section::titled(title)
    })
}

/// Each shade with the powers that it stands for.
#[expect(clippy::cast_precision_loss, reason = "a few shades")]
fn scale(language: Language, top: f64) -> Vec<(String, String)> {
    let border = |shade: usize| top * shade as f64 / SHADES as f64;
    let range = |shade: usize| {
        let (low, high) = (language.power(border(shade)), language.power(border(shade + 1)));
        (format!("shade-{shade}"), format!("{}\u{a0}–\u{a0}{}", low.text(), high.text()))
    };
    let unknown = ("none".to_owned(), language.labels().no_cells.to_owned());
    (0..SHADES).map(range).chain([unknown]).collect()
}

fn duration(language: Language, profile: &LoadProfile) -> Section {
    let t = language.labels();
    let curve = &profile.duration_curve_w;
    let title = language.exceeded(curve.get(50).copied().unwrap_or(0.0));
    let top = Scale::Fine.top(curve.first().copied().unwrap_or(0.0));
    let row = |percent: usize| {
        let share = f64::from(u8::try_from(percent).unwrap_or(100)) / 100.0;
        let watts = curve.get(percent).map(|watts| language.power(*watts));
        Row::new(language.percent(share), vec![Cell::of(watts)])
    };
    let drawing = Drawing {
        svg: drawing::curve(curve, top),
        kind: "curve",
        description: title.clone(),
        top: Some(language.power(top).text()),
        rows: Vec::new(),
        below: [0.0, 0.5, 1.0].map(|share| language.percent(share)).to_vec(),
        scale: Vec::new(),
    };
    Section {
        drawing: Some(drawing),
        tables: vec![Table::folded(
            vec![t.share_of_hours, t.exceeded_power],
            (0..=100).step_by(10).map(row).collect(),
        )],
        ..Section::titled(title)
    }
}
