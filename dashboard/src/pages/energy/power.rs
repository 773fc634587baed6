//! How power is spread: baseload, peak, hour and weekday, duration, subscription.

use domain::indicators::{HeatMap, Load};
use store::SeriesReader;

use super::asked::Asked;
use super::drawing::{self, Drawing, SHADES};
use super::section::{Cell, Row, Section, Table, Tile, numbered};
use crate::app::App;
use crate::insights::load::{LoadProfile, demand_of, profile};
use crate::problem::Problem;
use crate::words::{Language, Teller};

pub(super) async fn sections<R: SeriesReader>(
    app: &App<R>,
    language: Language,
    asked: &Asked,
) -> Result<Vec<Section>, Problem> {
    let t = language.labels();
    let scope = asked.scope(app);
    let teller = asked.teller(language, app);
    let told = profile(app, &scope, asked.span).await?;
    let Some(load) = told.load else {
        return Ok(vec![Section::saying(t.view_load, t.no_readings)]);
    };
    let mut first = baseload(&teller, &load, &told);
    if !asked.is_year() {
        for meter in &scope.meters {
            if let Some(demand) = demand_of(app, meter, asked.span).await? {
                let (kva, highest) = (demand.subscribed_kva, demand.highest_kva);
                let note = language.subscribed(kva, highest, demand.hours_over, demand.is_assumed);
                first.notes.push(note);
            }
        }
    }
    let heat = heat(language, &told.heat_map);
    Ok(numbered(vec![first].into_iter().chain(heat).chain([duration(language, &told)]).collect()))
}

fn baseload(teller: &Teller, load: &Load, told: &LoadProfile) -> Section {
    let language = teller.language;
    let t = language.labels();
    let mut notes = vec![t.baseload_note.to_owned(), language.proof(&told.energy)];
    notes.extend(told.baseload_steps.iter().map(|step| {
        let night = step.since.to_zoned_datetime(teller.zone.clone());
        let since =
            night.map_or_else(|_| step.since.to_string(), |it| teller.date(it.timestamp().into()));
        language.baseload_step(&since, step.before_w, step.after_w)
    }));
    Section {
        tiles: vec![
            Tile::new(t.baseload, Some(language.power(load.baseload_w))),
            Tile::new(t.mean_power, Some(language.power(load.mean_w))),
            Tile::new(t.peak_power, Some(language.power(load.peak_w))),
            Tile::new(
                t.load_factor,
                Some(crate::words::Figure { number: language.percent(load.load_factor), unit: "" }),
            ),
        ],
        notes,
        ..Section::titled(language.never_below(load.baseload_w, load.baseload_share))
    }
}

fn heat(language: Language, map: &HeatMap) -> Option<Section> {
    let t = language.labels();
    let (day, hour, watts) = map.highest()?;
    let title = language.highest_hour(day, hour, watts);
    let top = drawing::round_top(watts);
    let days = || (0..7).map(|day| language.weekday(day).to_owned());
    let row = |hour: usize| Row {
        name: format!("{hour}\u{a0}h"),
        cells: map
            .watts
            .iter()
            .map(|hours| Cell::of(hours[hour].map(|watts| language.power(watts))))
            .collect(),
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
        table: Some(Table { head: head.collect(), rows: (0..24).map(row).collect(), folded: true }),
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

fn duration(language: Language, told: &LoadProfile) -> Section {
    let t = language.labels();
    let curve = &told.duration_curve_w;
    let title = language.exceeded(curve.get(50).copied().unwrap_or(0.0));
    let top = drawing::round_top(curve.first().copied().unwrap_or(0.0));
    let row = |percent: usize| {
        let share = f64::from(u8::try_from(percent).unwrap_or(100)) / 100.0;
        let watts = curve.get(percent).map(|watts| language.power(*watts));
        Row { name: language.percent(share), cells: vec![Cell::of(watts)] }
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
        table: Some(Table {
            head: vec![t.share_of_hours, t.exceeded_power],
            rows: (0..=100).step_by(10).map(row).collect(),
            folded: true,
        }),
        ..Section::titled(title)
    }
}
