//! The figures of a month, told in a language: headline, key figures, and the sections in their order.

use domain::site::Site;

use super::context::ReportContext;
use super::{account, consumption, people};
use crate::sheet::{Cell, Section};
use crate::words::{Language, Locale, ReportLabels};
use figures::MonthReport;

/// A report to be read.
pub(crate) struct Document {
    pub(crate) language: Language,
    pub(crate) t: &'static ReportLabels,
    pub(crate) site: String,
    pub(crate) title: String,
    /// As of when, and whether the month is over.
    pub(crate) notes: Vec<String>,
    /// What matters, in sentences.
    pub(crate) facts: Vec<String>,
    pub(crate) key: Vec<KeyFigure>,
    pub(crate) sections: Vec<Section>,
}

/// One of the few figures at the top.
pub(crate) struct KeyFigure {
    pub(crate) name: &'static str,
    pub(crate) cell: Cell,
    pub(crate) unit: &'static str,
}

impl Document {
    /// Tells `report` of `site`.
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
            account::profile(&context),
            Some(people::occupancy(&context)),
            Some(people::air(&context)),
            account::machines(&context),
            account::money(&context),
            Some(consumption::quality(&context)),
            Some(text_only("method", t.method, t.method_note.to_owned())),
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
        account::closed_fact(context),
        Some(people::peak_fact(context)),
        people::air_fact(context),
    ];
    facts.into_iter().flatten().collect()
}

fn key(context: &ReportContext<'_>) -> Vec<KeyFigure> {
    let (report, t, language) = (context.report, context.t, context.language);
    let wh = report.energy[0].building.energy_wh;
    let closed = report.closed.and_then(|it| it.share());
    let person_hours = report.usage.person_hours;
    let per_area = report.energy[0].kwh_per_m2;
    vec![
        KeyFigure { name: t.energy, cell: Cell::kwh(language, wh), unit: "kWh" },
        KeyFigure { name: t.per_area, cell: Cell::number(language, per_area, 1), unit: "kWh/m²" },
        KeyFigure { name: t.closed_share, cell: Cell::percent(language, closed), unit: "%" },
        KeyFigure {
            name: t.person_hours,
            cell: Cell::number(language, person_hours, 0),
            unit: "h",
        },
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
    text_only("building", context.t.building_heading, note)
}

fn text_only(id: &'static str, heading: &str, note: String) -> Section {
    let heading = heading.to_owned();
    Section { id, heading, notes: vec![note], chart: None, tables: Vec::new() }
}
