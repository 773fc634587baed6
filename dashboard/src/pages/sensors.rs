//! `/sensors`: which devices report, every source with its newest value, and what was refused and why.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Source;
use domain::site::{Site, assigned_at};
use store::backup::BackupStatus;
use store::influx::Standing;
use store::{QuarantineReader, SeriesReader, StandingRefusal, StoredSource};
use tokio::time::timeout;

use super::shell::{Choice, Shell};
use crate::app::App;
use crate::live::screen::Screen;
use crate::words::{Labels, Locale};

/// Rows on the page; the API has the rest.
const MOST_SOURCES: usize = 500;
const MOST_REFUSED: usize = 50;
/// Characters of a refused payload that are shown.
const PAYLOAD_SHOWN: usize = 160;
/// The page comes without these parts rather than late.
const STORE_WITHIN: Duration = Duration::from_secs(5);

#[derive(Template)]
#[template(path = "sensors.html")]
struct Sensors {
    shell: Shell,
    t: &'static Labels,
    /// None when the store did not answer.
    sources: Option<Vec<SourceRow>>,
    more_sources: bool,
    refused: Option<Vec<RefusedRow>>,
    /// Whether the visitor may see what was refused.
    may_see_refused: bool,
    backup: Backup,
    /// How much is still to be forwarded, and why it is not.
    forwarding: Option<(String, Option<String>)>,
    storage: Option<Storage>,
    kept: String,
}

struct Storage {
    taken: String,
    reusable: String,
    free: String,
    /// None in the first hour.
    written: Option<String>,
    /// None where no file system counts them.
    errors: Option<String>,
}

/// How safe the data are.
struct Backup {
    /// The last one that is known to be good, or that there is none.
    compared: String,
    /// What a person should look at: a sentence, and what the program says.
    concerns: Vec<(String, Option<String>)>,
}

struct SourceRow {
    device: String,
    quantity: String,
    channel: Option<String>,
    value: String,
    observed: String,
    role: Option<Role>,
}

struct Role {
    name: String,
    /// The point whose history it leads to.
    point: Option<String>,
}

struct RefusedRow {
    received: String,
    count: String,
    topic: String,
    reason: String,
    payload: String,
}

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice) -> Response {
    let snapshot = app.live.snapshot_for(choice.visibility);
    let locale = snapshot.locale(choice.language);
    let stored = timeout(STORE_WITHIN, app.reader.sources()).await.ok().and_then(Result::ok);
    let may_see_refused = choice.visibility.admit_to_refusals().is_ok();
    let refused = if may_see_refused {
        timeout(STORE_WITHIN, app.reader.quarantine(None, MOST_REFUSED)).await.ok()
    } else {
        None
    };
    let refused = refused.and_then(Result::ok);
    let more_sources = stored.as_ref().is_some_and(|stored| stored.len() > MOST_SOURCES);
    let roles = roles(&app.site, &locale);
    let t = choice.language.labels();
    choice.page(&Sensors {
        shell: Shell::new("/sensors", t.sensors, Screen::Sensors, choice.language, &snapshot),
        t,
        sources: stored.map(|stored| {
            let shown = stored.into_iter().take(MOST_SOURCES);
            let withholds = |source: &Source| choice.visibility.withholds_source(&app.site, source);
            let row = |stored: StoredSource| {
                let is_withheld = withholds(&stored.source);
                let row = source_row(&locale, stored, &roles);
                let withheld = || locale.language.zone_labels().withheld.to_owned();
                let shown = |text: String| if is_withheld { withheld() } else { text };
                SourceRow { value: shown(row.value), observed: shown(row.observed), ..row }
            };
            shown.map(row).collect()
        }),
        more_sources,
        backup: backup((app.backups)().as_ref(), &locale, t),
        forwarding: app.forwarding.as_ref().map(|it| forwarding(&it.borrow(), &locale, t)),
        may_see_refused,
        refused: refused
            .map(|refused| refused.iter().map(|standing| refused_row(&locale, standing)).collect()),
        kept: locale.language.kept(app.site.retention.all),
        storage: snapshot.view.gateway().and_then(|gateway| gateway.storage.as_ref()).map(
            |storage| {
                let size = |bytes| locale.language.size(bytes);
                let (free, disk) = (size(storage.free_bytes), size(storage.disk_bytes));
                Storage {
                    taken: size(storage.stored_bytes),
                    reusable: size(storage.reusable_bytes),
                    free: format!("{free} / {disk}"),
                    written: storage.written_bytes_per_day.map(size),
                    errors: storage.disk_errors.map(|errors| locale.language.count(errors)),
                }
            },
        ),
    })
}

fn backup(status: Option<&BackupStatus>, locale: &Locale, t: &Labels) -> Backup {
    let Some(BackupStatus { compared, attempt }) = status else {
        return Backup { compared: t.backup_none.to_owned(), concerns: Vec::new() };
    };
    let mut concerns = Vec::new();
    if compared.as_ref().is_some_and(|it| it.same_disk) {
        concerns.push((t.backup_same_disk.to_owned(), None));
    }
    if let Some((attempt, why)) = attempt.as_ref().and_then(|it| Some((it, it.failure.clone()?))) {
        let sentence = t.backup_failed.replace("{}", &locale.moment(attempt.at));
        concerns.push((sentence, Some(why)));
    }
    let compared = compared.as_ref().map_or(t.backup_never.to_owned(), |it| {
        let size = locale.language.size(it.bytes);
        t.backup_compared.replace("{}", &format!("{}, {size}", locale.moment(it.made_at)))
    });
    Backup { compared, concerns }
}

fn forwarding(standing: &Standing, locale: &Locale, t: &Labels) -> (String, Option<String>) {
    let behind = match standing.behind {
        None => t.forwarding_unknown.to_owned(),
        Some(0) => t.forwarding_done.to_owned(),
        Some(count) => t.forwarding_behind.replace("{}", &locale.language.count(count)),
    };
    (behind, standing.fault.clone())
}

fn source_row(
    locale: &Locale,
    stored: StoredSource,
    roles: &HashMap<&Source, (String, Option<String>)>,
) -> SourceRow {
    let StoredSource { source, last, .. } = stored;
    let role = roles.get(&source).cloned();
    SourceRow {
        device: source.device.to_string(),
        quantity: locale.language.quantity(source.quantity).to_owned(),
        channel: source.channel.as_ref().map(ToString::to_string),
        value: locale.language.measured(source.quantity, last.value.as_f64()).text(),
        observed: locale.moment(last.observed_at),
        role: role.map(|(name, point)| Role { name, point }),
    }
}

/// What each source of the site file is for, now.
fn roles<'a>(site: &'a Site, locale: &Locale) -> HashMap<&'a Source, (String, Option<String>)> {
    let mut roles = HashMap::new();
    for point in &site.points {
        if let Some(assignment) = assigned_at(&point.sources, locale.now) {
            let zone = site.zone(point.zone.as_str()).map_or("", |zone| zone.name.as_str());
            let name = format!("{zone}, {}", locale.language.quantity(point.quantity));
            roles.insert(&assignment.source, (name, Some(point.id.to_string())));
        }
    }
    for meter in &site.meters {
        for assignments in [&meter.energy, &meter.power] {
            if let Some(assignment) = assigned_at(assignments, locale.now) {
                roles.insert(&assignment.source, (meter.name.clone(), None));
            }
        }
    }
    for door in &site.doorways {
        for assignments in [&door.people_in, &door.people_out] {
            if let Some(assignment) = assigned_at(assignments, locale.now) {
                roles.insert(&assignment.source, (door.id.to_string(), None));
            }
        }
    }
    roles
}

fn refused_row(locale: &Locale, standing: &StandingRefusal) -> RefusedRow {
    let refused = &standing.refused;
    let text = String::from_utf8_lossy(&refused.payload);
    let mut payload: String = text.chars().take(PAYLOAD_SHOWN).collect();
    if payload.len() < refused.payload_len {
        payload.push('…');
    }
    RefusedRow {
        received: locale.moment(standing.last_received_at),
        count: locale.language.count(standing.count),
        topic: refused.topic.clone(),
        reason: refused.reason.text.clone(),
        payload,
    }
}
