//! The ledger in words.

use domain::audit::{Correction, Deed, Effect, InvalidCorrection, RoleTest, Target};
use domain::site::edit::RoleName;
use domain::site::{Side, Site};
use domain::{Kind, Period, Quantity, Source};

use super::{Language, Locale};
use crate::staff_actions::StaffActionError;

/// How the gateway sums up a change of the site file that no page has made.
const BY_HAND: &str = "(fichier)";

impl Locale {
    /// What a correction is about.
    pub(crate) fn target(&self, target: &Target, site: &Site) -> String {
        match target {
            Target::Meter(id) => {
                site.meter(id.as_str()).map_or_else(|| id.to_string(), |meter| meter.name.clone())
            }
            Target::Point(id) => site.point(id.as_str()).map_or_else(
                || id.to_string(),
                |point| {
                    let zone = site.zone(point.zone.as_str()).map_or("", |zone| &zone.name);
                    format!("{zone}, {} ({id})", self.language.quantity(point.quantity))
                },
            ),
            Target::Source(source) => self.source(source),
        }
    }

    /// From when until when, as one would say it.
    pub(crate) fn span(&self, span: Period) -> String {
        let (from, to) = (self.moment(span.start()), self.moment(span.end()));
        self.language.say(format!("de {from} à {to}"), format!("from {from} to {to}"))
    }

    /// What a correction says.
    pub(crate) fn correction(&self, correction: &Correction, site: &Site) -> String {
        let name = self.target(&correction.target, site);
        let span = self.span(correction.period());
        let language = self.language;
        match correction.effect {
            Effect::Exclude => language.say(
                format!("{name}\u{a0}: mesures écartées {span}"),
                format!("{name}: readings left out {span}"),
            ),
            Effect::Note => language
                .say(format!("{name}\u{a0}: remarque {span}"), format!("{name}: remark {span}")),
            Effect::EnergyWh(wh) => {
                let energy = language.exact_energy(wh);
                language.say(
                    format!("{name}\u{a0}: {energy} déclarés {span}"),
                    format!("{name}: {energy} stated {span}"),
                )
            }
            Effect::Value(value) => {
                let text = match quantity(&correction.target, site) {
                    Some(quantity) => language.measured(quantity, value).text(),
                    None => language.number(value, 2),
                };
                language.say(
                    format!("{name}\u{a0}: {text} déclarés {span}"),
                    format!("{name}: {text} stated {span}"),
                )
            }
        }
    }
}

fn quantity(target: &Target, site: &Site) -> Option<Quantity> {
    match target {
        Target::Source(source) => Some(source.quantity),
        Target::Point(id) => site.point(id.as_str()).map(|point| point.quantity),
        Target::Meter(_) => None,
    }
}

impl Language {
    /// Energy to the watt-hour, as meters show it: what is stated must be read again as it was stated.
    pub(crate) fn exact_energy(self, watt_hours: f64) -> String {
        format!("{}\u{a0}kWh", self.number(watt_hours / 1000.0, 3))
    }

    /// Why a correction was not taken.
    pub(crate) fn correction_fault(self, fault: &InvalidCorrection) -> String {
        match fault {
            InvalidCorrection::NoTarget(_) => self.labels().target_missing.to_owned(),
            InvalidCorrection::Empty => self.labels().span_backwards.to_owned(),
            InvalidCorrection::Future => self.labels().span_in_future.to_owned(),
            fault => self.say(
                format!("Cette correction ne convient pas ({fault})."),
                format!("This correction does not fit ({fault})."),
            ),
        }
    }
}

impl Locale {
    /// A source as one would say it.
    pub(crate) fn source(&self, source: &Source) -> String {
        let quantity = self.language.quantity(source.quantity);
        let channel = source.channel.as_ref().map(|channel| format!(" {channel}"));
        format!("{}{}, {quantity}", source.device, channel.unwrap_or_default())
    }

    /// A role as one would say it.
    pub(crate) fn role(&self, role: &RoleName, site: &Site) -> String {
        match role {
            RoleName::Point(id) => self.target(&Target::Point(id.clone()), site),
            RoleName::Energy(id) | RoleName::Power(id) => {
                let name = self.target(&Target::Meter(id.clone()), site);
                let quantity = match role {
                    RoleName::Power(_) => Quantity::ActivePower,
                    _ => Quantity::EnergyImported,
                };
                format!("{name}, {}", self.language.quantity(quantity))
            }
            RoleName::Doorway(id) => {
                let door = site.doorways.iter().find(|door| door.id == *id);
                let outside = self.language.labels().outside;
                let named = |side: &Side| match side {
                    Side::Outside => outside.to_owned(),
                    Side::Zone(id) => {
                        site.zone(id.as_str()).map_or(id.to_string(), |zone| zone.name.clone())
                    }
                };
                door.map_or_else(
                    || id.to_string(),
                    |door| format!("{} → {} ({id})", named(&door.from), named(&door.to)),
                )
            }
        }
    }

    /// What an entry of the ledger says.
    pub(crate) fn entry(&self, deed: &Deed, site: &Site) -> String {
        let language = self.language;
        match deed {
            Deed::Correction(correction) => self.correction(correction, site),
            Deed::Site(change) if change.summary == BY_HAND => language
                .pick("Fichier du site changé à la main", "Site file changed by hand")
                .to_owned(),
            Deed::Site(change) => language.say(
                format!("Site\u{a0}: {}", change.summary),
                format!("Site: {}", change.summary),
            ),
            Deed::Test(test) => {
                let role = test.role.parse::<RoleName>();
                let role = role.map_or_else(|_| test.role.clone(), |role| self.role(&role, site));
                format!("{role}\u{a0}: {}", self.test(test))
            }
            Deed::Undo { entry } => {
                language.say(format!("Annulation de {entry}"), format!("Undoing {entry}"))
            }
        }
    }

    /// How a test ended.
    pub(crate) fn test(&self, test: &RoleTest) -> String {
        let verdict = if test.passed {
            self.language.pick("essai réussi", "test passed")
        } else {
            self.language.pick("essai échoué", "test failed")
        };
        format!("{verdict} ({})", test.seen)
    }

    /// What was measured during a test.
    pub(crate) fn test_seen(
        &self,
        quantity: Quantity,
        before: Option<f64>,
        during: &[f64],
    ) -> String {
        let language = self.language;
        let Some((first, last)) = during.first().zip(during.last()) else {
            return language.pick("Encore aucune mesure", "No readings yet").to_owned();
        };
        let told = |value: f64| language.measured(quantity, value).text();
        let begin = before.unwrap_or(*first);
        if quantity.kind() == Kind::Register {
            let rise = language.measured(quantity, last - begin).text();
            return language.say(format!("{rise} de plus"), format!("{rise} more"));
        }
        let low = during.iter().copied().fold(begin, f64::min);
        let high = during.iter().copied().fold(begin, f64::max);
        language.say(
            format!("de {} à {}, maintenant {}", told(low), told(high), told(*last)),
            format!("from {} to {}, now {}", told(low), told(high), told(*last)),
        )
    }
}

impl Language {
    /// What to do in front of an instrument.
    pub(crate) fn test_instruction(self, quantity: Quantity) -> &'static str {
        match quantity {
            Quantity::PeopleIn | Quantity::PeopleOut | Quantity::PeopleCount => self.pick(
                "Passer la porte dans les deux sens.",
                "Walk through the door in both directions.",
            ),
            Quantity::EnergyImported | Quantity::ActivePower => self.pick(
                "Allumer la machine, puis l\u{2019}éteindre.",
                "Switch the machine on, then off.",
            ),
            Quantity::OccupancyDetected => {
                self.pick("Bouger devant le détecteur.", "Move in front of the detector.")
            }
            Quantity::Co2 => self.pick("Souffler sur le capteur.", "Breathe on the sensor."),
            Quantity::Temperature | Quantity::RelativeHumidity => {
                self.pick("Tenir le capteur dans la main.", "Hold the sensor in your hand.")
            }
            Quantity::Illuminance => self.pick("Couvrir le capteur.", "Cover the sensor."),
            _ => self.pick("Faire varier la mesure.", "Make the reading change."),
        }
    }

    /// Why something cannot be changed.
    pub(crate) fn staff_action_fault(self, error: &StaffActionError) -> String {
        match error {
            StaffActionError::Demonstration => self
                .pick(
                    "Le bâtiment de la démonstration ne peut pas être changé\u{a0}: indiquer le vôtre avec --site.",
                    "The building of the demonstration cannot be changed: name your own with --site.",
                )
                .to_owned(),
            StaffActionError::Changed => self
                .pick(
                    "Le fichier du site a été changé entre-temps\u{a0}: recharger la page.",
                    "The site file was changed meanwhile: load the page again.",
                )
                .to_owned(),
            error => error.to_string(),
        }
    }
}
