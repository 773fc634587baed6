//! Message that carries a notice: subject and text for people, JSON for programs.

use std::fmt::Write;

use domain::Instant;
use domain::alerts::Severity;
use domain::alerts::{Notice, Standing};
use domain::site::Site;
use i18n::{AlertSentences, Language};
use serde_json::{Value, json};

/// Message of a notice.
#[derive(Debug)]
pub(super) struct Message {
    /// Subject, of one line.
    pub(super) subject: String,
    /// Lines of plain text.
    pub(super) text: String,
    /// The same for programs.
    pub(super) json: Value,
}

impl Message {
    /// Message of `notice` in the language of the site.
    pub(super) fn of(notice: &Notice, site: &Site, now: Instant) -> Self {
        let words = Words { site, now };
        match notice {
            Notice::Alert { standing, comes_and_goes } => words.alert(standing, *comes_and_goes),
            Notice::Digest(items) => words.digest(items),
        }
    }

    /// Trial message, to see whether messages arrive.
    pub(super) fn trial(site: &Site, now: Instant) -> Self {
        let labels = Language::of_site(site).message_labels();
        let subject = format!("{} - {}", site.name, labels.trial);
        let json = json!({ "kind": "trial", "site": site.id, "as_of": now, "alerts": [] });
        Self { subject, text: labels.trial_text.to_owned(), json }
    }
}

struct Words<'a> {
    site: &'a Site,
    now: Instant,
}

impl Words<'_> {
    fn alert(&self, standing: &Standing, comes_and_goes: bool) -> Message {
        let AlertSentences { fact, remedy } = self.sentences(standing);
        let labels = Language::of_site(self.site).message_labels();
        let urgent = if standing.alert.severity == Severity::Urgent { labels.urgent } else { "" };
        let mut text = format!("{fact}\n{remedy}\n");
        if comes_and_goes {
            text.push_str(labels.comes_and_goes);
        }
        Message {
            subject: format!("{urgent}{} - {fact}", self.site.name),
            text,
            json: self.json("alert", std::slice::from_ref(standing)),
        }
    }

    fn digest(&self, items: &[Standing]) -> Message {
        let subject = Language::of_site(self.site).digest(items.len());
        let mut text = String::new();
        for standing in items {
            let AlertSentences { fact, remedy } = self.sentences(standing);
            writeln!(text, "- {fact}\n  {remedy}").expect("text takes text");
        }
        Message {
            subject: format!("{} - {subject}", self.site.name),
            text,
            json: self.json("digest", items),
        }
    }

    fn sentences(&self, standing: &Standing) -> AlertSentences {
        AlertSentences::of(&standing.alert, self.site, Language::of_site(self.site), self.now)
    }

    fn json(&self, kind: &str, items: &[Standing]) -> Value {
        let alerts: Vec<Value> = items
            .iter()
            .map(|standing| {
                let AlertSentences { fact, remedy } = self.sentences(standing);
                json!({
                    "alert": standing.alert, "raised_at": standing.raised_at, "fact": fact, "remedy": remedy,
                })
            })
            .collect();
        json!({ "kind": kind, "site": self.site.id, "as_of": self.now, "alerts": alerts })
    }
}

#[cfg(test)]
mod tests {
    use domain::alerts::AlertId;
    use domain::alerts::{Alert, Matter};
    use domain::site;

    use super::*;

    fn standing() -> Standing {
        let since: Instant = "2026-11-23T09:00:00Z".parse().unwrap();
        let matter = Matter::Air { zone: "fablab".parse().unwrap(), co2_ppm: 1612.0 };
        let alert = Alert::new(matter, Severity::Urgent, since);
        Standing { id: AlertId(1), alert, raised_at: since, cleared_at: None }
    }

    fn message(notice: &Notice) -> Message {
        let site = site::parse(site::DREUX, "dreux.toml").unwrap();
        Message::of(notice, &site, "2026-11-23T09:22:00Z".parse().unwrap())
    }

    #[test]
    fn a_message_names_the_building_the_fact_and_what_to_do() {
        let sent = message(&Notice::Alert { standing: standing(), comes_and_goes: false });
        assert!(
            sent.subject.starts_with("URGENT - Pôle éco-numérique - FabLab"),
            "{}",
            sent.subject
        );
        assert_eq!(sent.text.lines().count(), 2);
        assert_eq!(sent.json["alerts"][0]["alert"]["rule"], "air");
    }

    #[test]
    fn the_morning_lists_what_happened_in_the_night() {
        let sent = message(&Notice::Digest(vec![standing(), standing()]));
        assert!(sent.subject.ends_with("2 points à voir ce matin"));
        assert_eq!(sent.text.matches("- FabLab").count(), 2);
    }
}
