//! Sensors: silent, nearly empty, or not understood.

use domain::wire::state::Alert;

use super::Teller;

impl Teller {
    pub(super) fn silence_alert(
        &self,
        alert: &Alert,
        device: &str,
        rhythm_s: Option<f64>,
        battery_percent: Option<f64>,
    ) -> (String, String) {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.say(
            format!("Capteur «\u{a0}{device}\u{a0}» muet depuis {since}"),
            format!("Sensor \u{201c}{device}\u{201d} silent since {since}"),
        );
        let rhythm = rhythm_s.map(|seconds| {
            let every = language.every(seconds);
            language.say(
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
        let known: Vec<String> = rhythm.into_iter().chain(battery).collect();
        if known.is_empty() {
            let look = language.pick("Vérifier son alimentation", "Check its power supply");
            return (fact, look.to_owned());
        }
        (fact, known.join(" · "))
    }

    pub(super) fn outage_alert(
        &self,
        alert: &Alert,
        devices: usize,
        of: usize,
    ) -> (String, String) {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.say(
            format!("{devices} capteurs sur {of} muets depuis {since}"),
            format!("{devices} of {of} sensors silent since {since}"),
        );
        let remedy = language.pick(
            "Ils se sont tus ensemble\u{a0}: vérifier la passerelle, le réseau, le courant",
            "They fell silent together: check the gateway, the network, the power",
        );
        (fact, remedy.to_owned())
    }

    pub(super) fn battery_alert(&self, device: &str, percent: f64) -> (String, String) {
        let language = self.language;
        let charge = language.percent(percent / 100.0);
        let fact = language.say(
            format!("Capteur «\u{a0}{device}\u{a0}»\u{a0}: pile à {charge}"),
            format!("Sensor \u{201c}{device}\u{201d}: battery at {charge}"),
        );
        (fact, language.pick("Changer la pile", "Change the battery").to_owned())
    }

    pub(super) fn quarantine_alert(&self, refused: u64) -> (String, String) {
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
        (format!("{count} {noun}"), remedy.to_owned())
    }

    pub(super) fn disk_alert(&self, free_bytes: u64, disk_bytes: u64) -> (String, String) {
        let language = self.language;
        let (free, disk) = (language.size(free_bytes), language.size(disk_bytes));
        let fact = language.say(
            format!("Disque presque plein\u{a0}: {free} libres sur {disk}"),
            format!("Disk nearly full: {free} of {disk} left"),
        );
        let remedy = language.pick(
            "L\u{2019}enregistrement continue, les plus anciennes mesures sont effacées\u{a0}: faire de la place",
            "Recording goes on, the oldest readings are deleted: make room",
        );
        (fact, remedy.to_owned())
    }
}
