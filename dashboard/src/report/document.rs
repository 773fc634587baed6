//! The figures of a month in a language: headline, key figures, and the sections in their order.

use domain::figure::is_complete;
use domain::site::Site;

use super::context::ReportContext;
use figures::MonthReport;

use super::{consumption, cost, people};
use crate::sheet::{Cell, Section};
use crate::words::{Language, Locale, ReportLabels};

/// Report in one language.
pub(crate) struct Document {
    pub(crate) language: Language,
    pub(crate) t: &'static ReportLabels,
    pub(crate) site: String,
    pub(crate) title: String,
    /// Time of the report, and whether the month is over.
    pub(crate) notes: Vec<String>,
    /// Highlights, in sentences.
    pub(crate) facts: Vec<String>,
    pub(crate) key: Vec<KeyFigure>,
    pub(crate) sections: Vec<Section>,
}

/// Figure at the top.
pub(crate) struct KeyFigure {
    pub(crate) name: String,
    pub(crate) cell: Cell,
    pub(crate) unit: &'static str,
}

impl Document {
    /// Document of `report` on `site`.
    pub(crate) fn of(report: &MonthReport, site: &Site, language: Language) -> Self {
        let locale = Locale { language, zone: site.timezone.clone(), now: report.now };
        let context = ReportContext { report, site, locale, language, t: language.report() };
        let t = context.t;
        let mut notes = vec![t.made.replace("{}", &context.locale.day_and_clock(report.now))];
        if !report.is_over() {
            notes.push(t.running.to_owned());
        }
        let sections = [
            Some(building(&context)),
            Some(consumption::section(&context)),
            cost::profile(&context),
            Some(people::occupancy(&context)),
            Some(people::air(&context)),
            cost::machines(&context),
            cost::money(&context),
            Some(consumption::quality(&context)),
            Some(text_only("method", t.method, t.method_note)),
        ];
        Self {
            language,
            t,
            site: site.name.clone(),
            title: t.title.replace("{}", &context.month()),
            notes,
            facts: facts(&context),
            key: key(&context),
            sections: sections.into_iter().flatten().collect(),
        }
    }
}

fn facts(context: &ReportContext<'_>) -> Vec<String> {
    let facts = [
        Some(consumption::fact(context)),
        cost::closed_fact(context),
        Some(people::peak_fact(context)),
        people::air_fact(context),
    ];
    facts.into_iter().flatten().collect()
}

fn key(context: &ReportContext<'_>) -> Vec<KeyFigure> {
    let (report, t, language) = (context.report, context.t, context.language);
    let energy = report.energy[0].building;
    let (closed, usage) = (report.closed, &report.usage);
    let key = |name: &str, share: f64, cell: Cell, unit| {
        // An unknown figure has no measured share of its own.
        let name = if is_complete(share) || cell.text.is_none() {
            name.to_owned()
        } else {
            t.part_measured.replacen("{}", name, 1).replacen("{}", &language.percent(share), 1)
        };
        KeyFigure { name, cell, unit }
    };
    let energy_cell = Cell::kwh(language, energy.energy_wh);
    let per_area = Cell::number(language, report.energy[0].kwh_per_m2, 1);
    let closed_share = Cell::percent(language, closed.and_then(|it| it.share()));
    let closed_coverage = closed.map_or(0.0, |it| it.coverage);
    let person_hours = Cell::number(language, usage.person_hours, 0);
    vec![
        key(t.energy, energy.coverage + energy.repaired, energy_cell, "kWh"),
        key(t.per_area, 1.0, per_area, "kWh/m²"),
        key(t.closed_share, closed_coverage, closed_share, "%"),
        key(t.person_hours, usage.coverage, person_hours, "h"),
    ]
}

fn building(context: &ReportContext<'_>) -> Section {
    let (site, language) = (context.site, context.language);
    let count = |count: usize| language.count(count as u64);
    let note = [
        site.name.clone(),
        language.number(site.area_m2, 0),
        language.count(u64::from(site.capacity)),
        count(site.meters.len()),
        count(site.zones.len()),
    ];
    let note =
        note.iter().fold(context.t.building_note.to_owned(), |text, it| text.replacen("{}", it, 1));
    text_only("building", context.t.building_heading, &note)
}

fn text_only(id: &str, heading: &str, note: &str) -> Section {
    Section::saying(heading, note).named(id)
}
