//! Sensors: silent, nearly empty, or not understood.

use domain::alerts::Alert;

use super::{AlertSentences, Locale};

impl Locale {
    pub(super) fn silence_alert(
        &self,
        alert: &Alert,
        device: &str,
        rhythm_s: Option<f64>,
        battery_percent: Option<f64>,
    ) -> AlertSentences {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.choose(
            format!("Capteur «\u{a0}{device}\u{a0}» muet depuis {since}"),
            format!("Sensor \u{201c}{device}\u{201d} silent since {since}"),
        );
        let rhythm = rhythm_s.map(|seconds| {
            let every = language.every(seconds);
            language.choose(
                format!("d\u{2019}ordinaire une mesure {every}"),
                format!("usually a reading {every}"),
            )
        });
        let battery = battery_percent.map(|percent| {
            format!(
                "{} {}",
                language.pick("pile à", "battery at"),
                language.percent(percent / 100.0)
            )
        });
        let hints: Vec<String> = rhythm.into_iter().chain(battery).collect();
        if hints.is_empty() {
            let look = language.pick("Vérifier son alimentation", "Check its power supply");
            return AlertSentences::new(fact, look);
        }
        AlertSentences::new(fact, hints.join(" · "))
    }

    pub(super) fn outage_alert(&self, alert: &Alert, devices: usize, of: usize) -> AlertSentences {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.choose(
            format!("{devices} capteurs sur {of} muets depuis {since}"),
            format!("{devices} of {of} sensors silent since {since}"),
        );
        let remedy = language.pick(
            "Ils se sont tus ensemble\u{a0}: vérifier la passerelle, le réseau, le courant",
            "They fell silent together: check the gateway, the network, the power",
        );
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn battery_alert(&self, device: &str, percent: f64) -> AlertSentences {
        let language = self.language;
        let charge = language.percent(percent / 100.0);
        let fact = language.choose(
            format!("Capteur «\u{a0}{device}\u{a0}»\u{a0}: pile à {charge}"),
            format!("Sensor \u{201c}{device}\u{201d}: battery at {charge}"),
        );
        AlertSentences::new(fact, language.pick("Changer la pile", "Change the battery"))
    }

    pub(super) fn device_clock_alert(
        &self,
        alert: &Alert,
        device: &str,
        ahead_s: f64,
    ) -> AlertSentences {
        let language = self.language;
        let (off, since) = (language.number(ahead_s.abs(), 0), self.moment(alert.since));
        let (avance, ahead) =
            if ahead_s < 0.0 { ("retarde", "behind") } else { ("avance", "ahead") };
        let fact = language.choose(
            format!("Capteur «\u{a0}{device}\u{a0}»\u{a0}: son horloge {avance} de {off}\u{a0}s"),
            format!("Sensor \u{201c}{device}\u{201d}: its clock is {off}\u{a0}s {ahead}"),
        );
        let remedy = language.choose(
            format!("Depuis {since}\u{a0}: ses mesures sont mal datées\u{a0}; vérifier sa mise à l\u{2019}heure"),
            format!("Since {since}: its readings are dated wrong; check how its clock is set"),
        );
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn gateway_clock_alert(&self, alert: &Alert) -> AlertSentences {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.pick(
            "L\u{2019}horloge de la passerelle n\u{2019}est pas synchronisée",
            "The clock of the gateway is not synchronised",
        );
        let remedy = language.choose(
            format!("Depuis {since}\u{a0}: vérifier le réseau et le service de temps (NTP)"),
            format!("Since {since}: check the network and the time service (NTP)"),
        );
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn quarantine_alert(&self, refused: u64) -> AlertSentences {
        let language = self.language;
        let count = language.count(refused);
        let noun = match refused {
            0 | 1 => language.pick("message refusé", "message refused"),
            _ => language.pick("messages refusés", "messages refused"),
        };
        let remedy = language.pick(
            "La page Capteurs donne le motif de chacun",
            "The Sensors page gives the reason for each",
        );
        AlertSentences::new(format!("{count} {noun}"), remedy)
    }

    pub(super) fn store_damage_alert(&self, places: u64) -> AlertSentences {
        let language = self.language;
        let count = language.count(places);
        let noun = match places {
            1 => language.pick("endroit", "place"),
            _ => language.pick("endroits", "places"),
        };
        let fact = language.choose(
            format!("Une partie des mesures enregistrées est illisible\u{a0}: {count} {noun}"),
            format!("A part of the stored readings cannot be read: {count} {noun}"),
        );
        let remedy = language.pick(
            "\u{ab}\u{a0}vigie doctor\u{a0}\u{bb} nomme chacun\u{a0}; restaurer une sauvegarde d\u{2019}avant, puis vérifier la carte",
            "`vigie doctor` names each; restore a backup from before, then check the card",
        );
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn disk_errors_alert(&self, errors: u64) -> AlertSentences {
        let language = self.language;
        let count = language.count(errors);
        let noun = match errors {
            1 => language.pick("erreur", "error"),
            _ => language.pick("erreurs", "errors"),
        };
        let fact = language.choose(
            format!("Le disque ou la carte fait des erreurs\u{a0}: {count} {noun}"),
            format!("The disk or card fails: {count} {noun}"),
        );
        let remedy = language.pick(
            "Vérifier que la sauvegarde est r\u{e9}cente, puis remplacer la carte",
            "See that there is a recent backup, then replace the card",
        );
        AlertSentences::new(fact, remedy)
    }

    /// `bytes`: free, of the whole disk, and taken by others than the store.
    pub(super) fn disk_alert(
        &self,
        bytes: (u64, u64, u64),
        is_full: bool,
        days_left: Option<u64>,
    ) -> AlertSentences {
        let (free_bytes, disk_bytes, others_bytes) = bytes;
        let language = self.language;
        let size = |bytes| language.size(bytes);
        let (free, disk, others) = (size(free_bytes), size(disk_bytes), size(others_bytes));
        let days = days_left.map_or_else(String::new, |days| {
            language.choose(
                format!(", de quoi enregistrer {days} jours"),
                format!(", room for {days} days of recording"),
            )
        });
        let fact = if is_full {
            language.choose(
                format!("Disque presque plein\u{a0}: {free} libres sur {disk}{days}"),
                format!("Disk nearly full: {free} of {disk} left{days}"),
            )
        } else {
            language.choose(
                format!("Le disque se remplit\u{a0}: {free} libres sur {disk}{days}"),
                format!("The disk fills up: {free} of {disk} left{days}"),
            )
        };
        let used = disk_bytes.saturating_sub(free_bytes);
        let remedy = if others_bytes.saturating_mul(2) > used {
            language.choose(
                format!(
                    "D\u{2019}autres fichiers que les mesures en occupent {others}\u{a0}: journaux, mises à jour, \
                     sauvegardes\u{a0}; en supprimer, aucune mesure n\u{2019}est effacée"
                ),
                format!(
                    "Other files than readings take {others} of it: logs, updates, backups; remove some, no reading is \
                     deleted"
                ),
            )
        } else {
            language.choose(
                "Les mesures l\u{2019}occupent\u{a0}: prendre un disque plus grand, ou écrire dans le fichier du site \
                 combien de temps les garder ([retention.all] raw, [disk] give_up_after)"
                    .to_owned(),
                "Readings fill it: take a larger disk, or write into the site file for how long they are kept \
                 ([retention.all] raw, [disk] give_up_after)"
                    .to_owned(),
            )
        };
        AlertSentences::new(fact, remedy)
    }
}
