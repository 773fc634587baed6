//! Fixed lines of the mails and webhooks that carry alerts.

use super::texts::labels;
use crate::Language;

labels! {
    /// Fixed lines of messages in one language.
    MessageLabels:
    urgent: "URGENT - ", "URGENT - ";
    trial: "Essai : les alertes arrivent", "Trial: alerts arrive";
    trial_text: "Ceci est un essai. Il n\u{2019}y a rien à faire.\n", "This is a trial. There is nothing to do.\n";
    comes_and_goes:
        "Cette alerte va et vient : elle ne sera plus envoyée pendant un moment.\n",
        "This alert comes and goes: it is not sent again for a while.\n";
}

impl Language {
    /// Fixed lines of messages.
    pub const fn message_labels(self) -> &'static MessageLabels {
        match self {
            Self::French => &MessageLabels::FRENCH,
            Self::English => &MessageLabels::ENGLISH,
        }
    }

    /// Subject of the daily digest: `2 points à voir ce matin`.
    pub fn digest(self, items: usize) -> String {
        match items {
            1 => self.pick("1 point à voir ce matin", "1 thing to look at this morning").to_owned(),
            _ => self.choose(
                format!("{items} points à voir ce matin"),
                format!("{items} things to look at this morning"),
            ),
        }
    }
}
