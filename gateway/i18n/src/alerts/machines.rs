//! Machines and meters.

use domain::alerts::{Alert, MeterMishap};
use domain::site::Site;

use super::{AlertSentences, Locale};

impl Locale {
    pub(super) fn left_on_alert(
        &self,
        alert: &Alert,
        meter: &str,
        power_w: Option<f64>,
    ) -> AlertSentences {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.choose(
            format!("{meter}\u{a0}: en marche après la fermeture"),
            format!("{meter}: running after closing"),
        );
        let power = power_w.map(|watts| language.round_power(watts));
        let remedy = match power {
            Some(power) => language.choose(
                format!("{power} depuis {since}\u{a0}: l\u{2019}éteindre si personne ne s\u{2019}en sert"),
                format!("{power} since {since}: switch it off if nobody uses it"),
            ),
            None => language.choose(format!("Depuis {since}"), format!("Since {since}")),
        };
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn long_alert(&self, alert: &Alert, meter: &str) -> AlertSentences {
        let language = self.language;
        let long = self.for_how_long(alert.since);
        let fact = language.choose(
            format!("{meter}\u{a0}: en marche depuis {long}"),
            format!("{meter}: running for {long}"),
        );
        AlertSentences::new(fact, language.pick("À surveiller", "Keep an eye on it"))
    }

    pub(super) fn demand_alert(
        &self,
        alert: &Alert,
        meter: &str,
        (kva, subscribed_kva): (f64, f64),
    ) -> AlertSentences {
        let language = self.language;
        let (drawn, allowed) = (language.kva(kva).text(), language.kva(subscribed_kva).text());
        let since = self.moment(alert.since);
        let fact = language.choose(
            format!("{meter}\u{a0}: {drawn} sur 10\u{a0}min, pour {allowed} souscrits"),
            format!("{meter}: {drawn} over 10 min, of {allowed} that are subscribed"),
        );
        let remedy = language.choose(
            format!("Depuis {since}\u{a0}: décaler une machine qui chauffe\u{a0}; un dépassement est facturé"),
            format!("Since {since}: put off a machine that heats; an overrun is billed"),
        );
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn coverage_alert(&self, meter: &str, share: f64) -> AlertSentences {
        let language = self.language;
        let share = language.percent(share);
        let fact = language.choose(
            format!("{meter}\u{a0}: hier, {share} seulement de l\u{2019}énergie est connue"),
            format!("{meter}: only {share} of yesterday\u{2019}s energy is known"),
        );
        let remedy =
            language.pick("Vérifier le compteur et sa liaison", "Check the meter and its link");
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn baseload_alert(
        &self,
        alert: &Alert,
        meter: &str,
        (usual_w, night_w): (f64, f64),
    ) -> AlertSentences {
        let language = self.language;
        let [night, usual] = [night_w, usual_w].map(|watts| language.number(watts, 0));
        let since = self.moment(alert.since);
        let fact = language.choose(
            format!("{meter}\u{a0}: {night}\u{a0}W la nuit, au lieu de {usual}\u{a0}W d\u{2019}ordinaire"),
            format!("{meter}: {night}\u{a0}W at night, instead of the usual {usual}\u{a0}W"),
        );
        let remedy = language.choose(
            format!("Depuis {since}\u{a0}: chercher ce qui reste allumé la nuit"),
            format!("Since {since}: look for what stays on at night"),
        );
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn gaps_alert(&self, meters: usize, of: usize, least: f64) -> AlertSentences {
        let language = self.language;
        let share = language.percent(least);
        let fact = language.choose(
            format!(
                "{meters} compteurs sur {of}\u{a0}: l\u{2019}énergie d\u{2019}hier n\u{2019}est connue qu\u{2019}en \
                 partie, le moins bien à {share}"
            ),
            format!(
                "{meters} of {of} meters: yesterday\u{2019}s energy is known in part only, the least at {share}"
            ),
        );
        let remedy = language.pick(
            "Vérifier ce qu\u{2019}ils partagent\u{a0}: passerelle, réseau, alimentation",
            "Check what they share: gateway, network, power supply",
        );
        AlertSentences::new(fact, remedy)
    }

    pub(super) fn register_alert(
        &self,
        alert: &Alert,
        meter: &str,
        mishap: MeterMishap,
        (before_wh, after_wh): (f64, f64),
    ) -> AlertSentences {
        let language = self.language;
        let what = match mishap {
            MeterMishap::Reset => language.pick("remis à zéro", "started again from zero"),
            MeterMishap::RollBack => language.pick("revenu en arrière", "went back"),
            MeterMishap::Jump => language.pick("a sauté en avant", "jumped ahead"),
        };
        let at = self.moment(alert.since);
        let fact = language.choose(
            format!("{meter}\u{a0}: le compteur a changé d\u{2019}index à {at} ({what})"),
            format!("{meter}: its register {what} at {at}"),
        );
        let (from, to) = (language.energy(before_wh).text(), language.energy(after_wh).text());
        let remedy = language.choose(
            format!("De {from} à {to}\u{a0}: compteur remplacé\u{a0}? L\u{2019}écart n\u{2019}est pas compté"),
            format!("From {from} to {to}: was the meter replaced? The difference is not counted"),
        );
        AlertSentences::new(fact, remedy)
    }

    /// The name of a meter.
    pub(super) fn machine<'a>(id: &'a domain::ids::MeterId, site: &'a Site) -> &'a str {
        site.meter(id.as_str()).map_or(id.as_str(), |meter| meter.name.as_str())
    }
}
