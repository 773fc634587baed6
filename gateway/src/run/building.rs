//! The building as it is now: its site, followed as the file and the staff change it.
//!
//! ```text
//! staff ─┐
//! file ──┴─▶ changes ──▶ read and checked ──▶ intake waits ─▶ pipeline commits what it has ─▶ a new one begins
//!                            └─▶ broken: the last good one stays, and its trouble is shown
//! ```

use std::sync::Arc;

use domain::audit::{Corrections, Deed, Draft, SiteChange};
use domain::failure_chain;
use domain::site::{self, Site};
use store::{AuditReader, AuditWriter, Corrected, SqliteReader};
use tokio::sync::watch;

use super::changes::Changes;
use super::services::{Services, unusable_store};
use super::site_file::{SiteFile, checksum};
use crate::config::Config;
use crate::failure::Failure;

/// Site, text of its file and trouble with it, for all parts that outlive a change.
pub(super) struct Building {
    changes: Changes,
    /// Count of the entries of the ledger that the live figures were made with.
    entries: usize,
    /// The site as it is now.
    pub(super) site: watch::Sender<Arc<Site>>,
    /// The text of the site file as it is now.
    pub(super) text: watch::Sender<String>,
    /// Reason why the site file cannot be followed.
    pub(super) trouble: watch::Sender<Option<String>>,
    /// Count of entries that staff have made since the start.
    pub(super) entered: watch::Sender<u64>,
}

impl Building {
    pub(super) fn new(config: &Config) -> Self {
        let (entered, has_entered) = watch::channel(0);
        let file = config.site_path.as_deref().map(SiteFile::at);
        Self {
            changes: Changes::new(file, has_entered),
            entries: 0,
            site: watch::Sender::new(Arc::clone(&config.site)),
            text: watch::Sender::new(config.site_text.clone()),
            trouble: watch::Sender::new(None),
            entered,
        }
    }

    /// The site as it is now.
    pub(super) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.borrow())
    }

    /// The site file; none for the demonstration.
    pub(super) fn file(&self) -> Option<&SiteFile> {
        self.changes.file()
    }

    /// Returns when the file or the ledger has changed. Cancel-safe.
    pub(super) async fn changed(&mut self) {
        self.changes.next().await;
    }

    /// Whether the ledger has other entries than at the last call.
    pub(super) async fn has_new_entries(&mut self, reader: &SqliteReader) -> bool {
        let entries = reader.ledger().await.map(|entries| entries.len()).unwrap_or_default();
        entries != std::mem::replace(&mut self.entries, entries)
    }

    /// The site as the file has it now, when it is another one by which the gateway can run.
    pub(super) async fn read_change(&self, services: &Services) -> Option<(Site, String)> {
        let file = self.file()?;
        let text = match file.read() {
            Ok(text) => text,
            Err(error) => {
                self.show_trouble(Some(format!("{} cannot be read: {error}", file.name())));
                return None;
            }
        };
        if text == *self.text.borrow() {
            self.show_trouble(None);
            return None;
        }
        match self.accept(&text, &file.name()) {
            Ok(site) => {
                self.show_trouble(None);
                self.enter_change_by_hand(&text, services).await;
                Some((site, text))
            }
            Err(why) => {
                self.show_trouble(Some(why));
                None
            }
        }
    }

    /// Replaces the site, for all that follow it.
    pub(super) fn replace(&self, site: Site, text: String) {
        self.text.send_replace(text);
        self.site.send_replace(Arc::new(site));
    }

    fn accept(&self, text: &str, name: &str) -> Result<Site, String> {
        let site = site::parse(text, name).map_err(|faults| faults.to_string())?;
        let running = self.site.borrow();
        if site.id != running.id || site.timezone != running.timezone {
            return Err(format!(
                "{name}: `id` and `timezone` of [site] are taken over at a start only; start vigie again"
            ));
        }
        Ok(site)
    }

    /// Shows that the file cannot be followed, or that it can again.
    fn show_trouble(&self, why: Option<String>) {
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

    /// Enters in the ledger a change that no page has entered: it was made by hand.
    async fn enter_change_by_hand(&self, text: &str, services: &Services) {
        let after = checksum(text);
        let entries = services.reader.ledger().await.unwrap_or_default();
        let last = entries.iter().rev().find_map(|entry| match &entry.deed {
            Deed::Site(change) => Some(&change.after),
            _ => None,
        });
        if last == Some(&after) {
            return;
        }
        let draft = Draft {
            at: services.clock.now(),
            author: "(fichier)".to_owned(),
            reason: String::new(),
            deed: Deed::Site(SiteChange { summary: "(fichier)".to_owned(), after }),
            before: Some(self.text.borrow().clone()),
        };
        if let Err(error) = services.writer.record(draft).await {
            let error = failure_chain(&error);
            tracing::error!(error, "a change of the site file by hand is not in the ledger");
        }
    }
}

/// The store and the site under the corrections that hold now.
pub(super) async fn corrected(
    reader: &Arc<SqliteReader>,
    site: &Site,
) -> Result<(Arc<Corrected<SqliteReader>>, Arc<Site>), Failure> {
    let entries = reader.ledger().await.map_err(|error| unusable_store(&error))?;
    let corrections = Corrections::of(&entries, site, None);
    let site = Arc::new(corrections.site(site));
    Ok((Arc::new(Corrected::new(Arc::clone(reader), Arc::new(corrections))), site))
}
