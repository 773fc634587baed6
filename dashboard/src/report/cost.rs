//! Load profile, cost and emissions, and machines of the month.

use domain::indicators::{UsedFactor, Weighed};

use super::context::ReportContext;
use figures::{MachineReport, is_complete};

use crate::sheet::{Cell, Column, Row, Section, Table};

/// "31 % de cette énergie ont été consommés pendant que le bâtiment était fermé."
pub(super) fn closed_fact(context: &ReportContext<'_>) -> Option<String> {
    let closed = context.report.closed?;
    let share = context.language.exact_percent(closed.share()?);
    let fact = context.t.fact_closed.replacen("{}", &share, 1);
    Some(context.language.with_coverage(fact, closed.coverage))
}

/// Section on the load profile; `None` where no power is known.
pub(super) fn profile(context: &ReportContext<'_>) -> Option<Section> {
    let (t, language) = (context.t, context.language);
    let load = context.report.load?;
    let mut table = Figures::new(context, t.profile);
    let watts = |watts: f64| {
        let figure = language.power(watts);
        let scale = if figure.unit == "kW" { 1000.0 } else { 1.0 };
        let cell = Cell::shown(figure.number, watts / scale);
        (cell, figure.unit)
    };
    let peak_at = context.locale.day_and_clock(load.peak_at.start());
    let over = t.measured_hours.replacen("{}", &context.hours(load.hours), 1);
    table.add(t.mean_power, watts(load.mean_w), over);
    table.add(t.peak_power, watts(load.peak_w), peak_at);
    table.add(t.baseload, watts(load.baseload_w), String::new());
    let share = Cell::percent(language, Some(load.baseload_share));
    table.add(t.baseload_share, (share, "%"), String::new());
    if let Some(closed) = context.report.closed {
        let measured = measured(context, closed.coverage);
        let remark = format!("{}, {measured}", t.closed_by);
        let energy = Cell::kwh(language, Some(closed.closed_wh));
        table.add(t.closed_energy, (energy, "kWh"), remark.clone());
        table.add(t.closed_share, (Cell::percent(language, closed.share()), "%"), remark);
    }
    let usage = context.report.usage;
    if usage.coverage > 0.0 {
        let remark = format!("{}, {}", t.vacant_by, measured(context, usage.coverage));
        let energy = Cell::kwh(language, Some(usage.vacant_wh));
        table.add(t.vacant_energy, (energy, "kWh"), remark);
    }
    Some(table.section("profile", t.profile, t.profile_note))
}

/// Section on cost and emissions; `None` where the site file has neither prices nor factors.
pub(super) fn money(context: &ReportContext<'_>) -> Option<Section> {
    let (t, language, site) = (context.t, context.language, context.site);
    let account = context.report.account.as_ref()?;
    if site.tariffs.is_empty() && site.carbon.is_empty() && site.primary.is_empty() {
        return None;
    }
    let mut table = Figures::new(context, t.account);
    let energy = &account.energy;
    let part = (!is_complete(energy)).then(|| measured(context, energy.coverage + energy.repaired));
    if !site.tariffs.is_empty() {
        let cost = &account.cost;
        let mut remarks: Vec<String> =
            cost.sources.iter().map(|it| t.price_source.replacen("{}", it, 1)).collect();
        if cost.unpriced_wh > 0.0 {
            let wh = language.energy(cost.unpriced_wh).text();
            remarks.push(t.no_price.replacen("{}", &wh, 1));
        }
        remarks.extend(part.clone());
        let eur = Cell::number(language, cost.eur, 2);
        table.add(t.cost, (eur, "€"), remarks.join(" · "));
        if account.fixed_eur.is_some() {
            let eur = Cell::number(language, account.fixed_eur, 2);
            table.add(t.fixed_cost, (eur, "€"), String::new());
        }
    }
    for (name, weighed, unit, factors) in [
        (t.carbon, &account.kg_co2e, "kg CO₂e", &site.carbon),
        (t.primary, &account.primary_kwh, "kWh", &site.primary),
    ] {
        if !factors.is_empty() {
            let cell = Cell::number(language, weighed.value, 1);
            let remarks = factor_remarks(context, weighed).into_iter().chain(part.clone());
            table.add(name, (cell, unit), remarks.collect::<Vec<_>>().join(" · "));
        }
    }
    Some(table.section("account", t.account, t.account_note))
}

/// Section on the machines; `None` where none works in sessions.
pub(super) fn machines(context: &ReportContext<'_>) -> Option<Section> {
    let t = context.t;
    if context.report.machines.is_empty() {
        return None;
    }
    let rows = context.report.machines.iter();
    let rows = rows
        .map(|(place, machine)| machine_row(context, &context.site.meters[*place].name, machine));
    let table = Table {
        caption: t.machines.to_owned(),
        of: t.machine,
        columns: vec![
            Column::number(t.jobs, ""),
            Column::number(t.worked, "h"),
            Column::number(t.per_job, "kWh"),
            Column::number(t.idle, "%"),
            Column::number(t.standby, "W"),
            Column::number(t.standby_energy, "kWh"),
            Column::number(t.measured, "%"),
        ],
        rows: rows.collect(),
        folded: false,
    };
    Some(Section { id: "machines".to_owned(), tables: vec![table], ..Section::titled(t.machines) })
}

#[expect(clippy::cast_precision_loss, reason = "sessions of a month")]
fn machine_row(context: &ReportContext<'_>, name: &str, machine: &MachineReport) -> Row {
    let language = context.language;
    Row {
        name: name.to_owned(),
        depth: 0,
        cells: vec![
            Cell::number(language, Some(machine.sessions.len() as f64), 0),
            Cell::number(language, Some(machine.hours), 1),
            Cell::number(language, machine.wh_per_session.map(|wh| wh / 1000.0), 2),
            Cell::percent(language, machine.idle_share),
            Cell::number(language, machine.standby.map(|it| it.watts), 0),
            Cell::number(language, machine.standby.map(|it| it.wh / 1000.0), 1),
            Cell::coverage(language, machine.coverage),
        ],
    }
}

fn factor_remarks(context: &ReportContext<'_>, weighed: &Weighed) -> Vec<String> {
    let (t, language) = (context.t, context.language);
    let mut remarks: Vec<String> = weighed.factors.iter().map(|it| factor(context, it)).collect();
    if weighed.unweighed_wh > 0.0 {
        let wh = language.energy(weighed.unweighed_wh).text();
        remarks.push(t.no_factor.replacen("{}", &wh, 1));
    }
    remarks
}

fn factor(context: &ReportContext<'_>, used: &UsedFactor) -> String {
    let t = context.t;
    let since = used.since.to_string();
    let mut text = t.factor_source.replacen("{}", &used.source, 1).replacen("{}", &since, 1);
    if used.years_old > 0 {
        text.push_str(", ");
        text.push_str(&t.factor_old.replacen("{}", &used.years_old.to_string(), 1));
    }
    if !used.confirmed {
        text.push_str(", ");
        text.push_str(t.factor_unconfirmed);
    }
    text
}

fn measured(context: &ReportContext<'_>, coverage: f64) -> String {
    let word = context.language.quality(domain::figure::Quality::Measured);
    format!("{} {word}", context.language.percent(coverage))
}

/// Table of one figure a line, each with its unit and a remark.
struct Figures {
    table: Table,
}

impl Figures {
    fn new(context: &ReportContext<'_>, caption: &str) -> Self {
        let t = context.t;
        let columns =
            vec![Column::number(t.value, ""), Column::text(t.unit), Column::text(t.remark)];
        let (caption, rows) = (caption.to_owned(), Vec::new());
        Self { table: Table { caption, of: t.figure, columns, rows, folded: false } }
    }

    fn add(&mut self, name: &str, (cell, unit): (Cell, &str), remark: String) {
        let cells = vec![cell, Cell::text(unit.to_owned()), Cell::text(remark)];
        self.table.rows.push(Row { name: name.to_owned(), depth: 0, cells });
    }

    fn section(self, id: &str, heading: &str, note: &str) -> Section {
        Section { tables: vec![self.table], ..Section::saying(heading, note).named(id) }
    }
}
