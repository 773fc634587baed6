//! The building changes while the program runs: by a page of the staff, or by hand in the site file.
//!
//! ```text
//! desk ──┐
//! file ──┴─▶ changes ──▶ read and checked ──▶ intake waits ─▶ pipeline commits what it has ─▶ a new one begins
//!                            └─▶ broken: the last good one stays, and everybody is told
//! ```

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::audit::{Corrections, Deed, Draft, SiteChange};
use domain::site::{self, Site};
use ingest::Part;
use store::{Corrected, LedgerWriter, SeriesReader, SqliteReader};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::failure::{Failure, chain};
use crate::run::Gateway;
use crate::site_file::{SiteFile, checksum};
use crate::stop::{CONSUMER, INGEST};

/// How often the file is looked at. What is seen twice is read: an editor may be in the middle of writing.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What the pipeline may take to commit and acknowledge what it has.
const SETTLED_WITHIN: Duration = Duration::from_secs(30);

/// What tells one state of a file from another.
type Stamp = (u64, i64, i64, u64);

/// Waits for changes.
#[derive(Debug)]
pub(crate) struct Changes {
    file: Option<SiteFile>,
    seen: Option<Stamp>,
    entered: watch::Receiver<u64>,
}

impl Changes {
    pub(crate) fn new(file: Option<SiteFile>, entered: watch::Receiver<u64>) -> Self {
        let seen = file.as_ref().and_then(|file| stamp(file.path()));
        Self { file, seen, entered }
    }

    /// Returns when something was entered in the ledger, or the file is another one. Cancel-safe.
    async fn next(&mut self) {
        let mut unsettled = None;
        loop {
            tokio::select! {
                entered = self.entered.changed() => {
                    if entered.is_ok() {
                        return;
                    }
                    // Without a dashboard nobody enters anything; the file may still change.
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let found = self.file.as_ref().and_then(|file| stamp(file.path()));
            if found != self.seen {
                if unsettled == Some(found) {
                    self.seen = found;
                    return;
                }
                unsettled = Some(found);
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()))
}

impl Gateway {
    /// Follows every change until it is time to stop.
    pub(crate) async fn follow_changes(&mut self) -> Result<(), Failure> {
        loop {
            let Self { parts, shutdown, changes, .. } = self;
            if parts.during(shutdown, changes.next()).await?.is_none() {
                return Ok(());
            }
            let site = self.changed_site().await;
            let entries =
                self.reader.ledger().await.map(|entries| entries.len()).unwrap_or_default();
            // A test of a role is entered, too, and changes no figure; but it is rare.
            if (site.is_some() || entries != self.entries) && !self.rebuild(site).await? {
                return Ok(());
            }
            self.entries = entries;
        }
    }

    /// The site as the file has it now, when it is another one that can be run by.
    async fn changed_site(&mut self) -> Option<(Site, String)> {
        let file = self.changes.file.clone()?;
        let text = match file.read() {
            Ok(text) => text,
            Err(error) => {
                self.trouble(Some(format!("{} cannot be read: {error}", file.name())));
                return None;
            }
        };
        if text == self.config.site_text {
            self.trouble(None);
            return None;
        }
        match self.acceptable(&text, &file.name()) {
            Ok(site) => {
                self.trouble(None);
                self.enter_change_by_hand(&text).await;
                Some((site, text))
            }
            Err(why) => {
                self.trouble(Some(why));
                None
            }
        }
    }

    fn acceptable(&self, text: &str, name: &str) -> Result<Site, String> {
        let site = site::parse(text, name).map_err(|faults| faults.to_string())?;
        let running = &self.config.site;
        if site.id != running.id || site.timezone != running.timezone {
            return Err(format!(
                "{name}: `id` and `timezone` of [site] are taken over at a start only; start vigie again"
            ));
        }
        Ok(site)
    }

    /// Tells everybody that the file cannot be followed, or that it can again.
    fn trouble(&self, why: Option<String>) {
        let is_new = *self.trouble.borrow() != why;
        if !is_new {
            return;
        }
        if let Some(why) = &why {
            tracing::error!(why, "the site file is not in order; the last good one goes on");
        } else {
            tracing::info!("the site file is in order again");
        }
        self.trouble.send_replace(why);
    }

    /// A change that no page has entered was made by hand.
    async fn enter_change_by_hand(&self, text: &str) {
        let after = checksum(text);
        let entries = self.reader.ledger().await.unwrap_or_default();
        let last = entries.iter().rev().find_map(|entry| match &entry.deed {
            Deed::Site(change) => Some(&change.after),
            _ => None,
        });
        if last == Some(&after) {
            return;
        }
        let draft = Draft {
            at: self.clock.now(),
            author: "(fichier)".to_owned(),
            reason: String::new(),
            deed: Deed::Site(SiteChange { summary: "(fichier)".to_owned(), after }),
            before: Some(self.config.site_text.clone()),
        };
        if let Err(error) = self.writer.record(draft).await {
            let error = chain(&error);
            tracing::error!(error, "a change of the site file by hand is not in the ledger");
        }
    }

    /// Stops taking deliveries, lets the pipeline finish, and begins again. False when the program is to stop.
    ///
    /// What was acknowledged is stored by then; what was not waits at the broker, or in the sensor's hands.
    async fn rebuild(&mut self, changed: Option<(Site, String)>) -> Result<bool, Failure> {
        tracing::info!(site = changed.is_some(), "the building has changed and is loaded anew");
        self.readiness.pending(Part::Start, "the building has changed and is loaded anew");
        self.gate.close();
        self.running.intake.cancel();
        self.running.pipeline.cancel();
        let settled = timeout(SETTLED_WITHIN, self.parts.ended(&[INGEST, CONSUMER])).await;
        settled.map_err(|_| Failure::Part {
            part: INGEST,
            why: "what was received could not be stored while the building was changed".to_owned(),
        })?;
        if let Some((site, text)) = changed {
            self.config.site = Arc::new(site);
            self.config.site_text.clone_from(&text);
            self.site_text.send_replace(text);
            self.sites.send_replace(Arc::clone(&self.config.site));
        }
        self.running = self.stops.running();
        let Some(queues) = self.start_pipeline().await? else { return Ok(false) };
        self.open_intake(queues).await?;
        self.readiness.clear(Part::Start);
        Ok(true)
    }

    /// The store and the site under the corrections that hold now.
    pub(crate) async fn corrected(
        &self,
    ) -> Result<(Arc<Corrected<SqliteReader>>, Arc<Site>), Failure> {
        let entries = self.reader.ledger().await.map_err(|error| crate::run::unreadable(&error))?;
        let corrections = Corrections::of(&entries, &self.config.site, None);
        let site = Arc::new(corrections.site(&self.config.site));
        Ok((Arc::new(Corrected::new(Arc::clone(&self.reader), Arc::new(corrections))), site))
    }
}
