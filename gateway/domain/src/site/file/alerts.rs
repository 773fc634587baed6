//! The tables `[alerts]` and `[[alert]]` of the site file: who is alerted when, and rules that differ from the defaults.

use jiff::civil::Time;

use super::day_spans::clock_time;
use super::fault::nearest;
use super::section::{Key, Section};
use super::tables::Tables;
use crate::alerts::{About, NoticeRules, Override, Rule, RuleId, Rulebook, Subject};
use crate::site::model::{AlertSettings, MonthDay, Thresholds};

/// `[alerts]`.
pub(super) const ALERTS: &[Key] = &[
    Key::optional("quiet", "\"20:00-07:00\""),
    Key::optional("digest_at", "\"07:30\""),
    Key::optional("pause", "\"2h\""),
    Key::optional("baseload_w", "300"),
    Key::optional("heating_season", "\"10-15/04-15\""),
    Key::optional("long_closure", "\"48h\""),
    Key::optional("email_to", "[\"accueil@example.org\"]"),
    Key::optional("email_from", "\"vigie@example.org\""),
    Key::optional("webhook", "\"http://127.0.0.1:9000/vigie\""),
    Key::optional("language", "\"fr\""),
];

/// `[[alert]]`: one rule set otherwise, for one zone, meter or device, or for all.
pub(super) const ALERT: &[Key] = &[
    Key::needed("rule", "\"air_attention\""),
    Key::optional("zone", "\"fablab\""),
    Key::optional("meter", "\"four\""),
    Key::optional("device", "\"air-3\""),
    Key::optional("enabled", "false"),
    Key::optional("raise", "1200"),
    Key::optional("clear", "900"),
    Key::optional("dwell", "\"20m\""),
];

/// Both tables, with the defaults for what they leave out.
pub(super) fn read<'a>(
    settings: Option<&Section<'a>>,
    rules: &[Section<'a>],
    tables: &Tables<'a>,
    air: &Thresholds,
) -> AlertSettings {
    let mut read = settings.map_or_else(AlertSettings::default, read_settings);
    let mut overrides: Vec<(usize, Override)> = Vec::new();
    for section in rules {
        let Some(one) = read_override(section, tables, air) else { continue };
        let same = |(_, other): &&(usize, Override)| {
            other.rule == one.rule && other.subject == one.subject
        };
        if let Some((line, _)) = overrides.iter().find(same) {
            let text =
                format!("`{}` is set for the same in line {line}; keep one of both", one.rule);
            section.fault("rule", text);
        } else {
            overrides.push((section.line("rule"), one));
        }
    }
    // What the file says of rules goes before what its thresholds of air say.
    let of_air = [RuleId::AirAttention, RuleId::AirUrgent].map(|rule| Override {
        rule,
        subject: None,
        to: Some(default_rule(rule, air)),
        says_dwell: false,
    });
    let of_file = overrides.into_iter().map(|(_, one)| one);
    read.rules = Rulebook::new(of_air.into_iter().chain(of_file).collect());
    read
}

fn read_settings(section: &Section<'_>) -> AlertSettings {
    let default = NoticeRules::default();
    let quiet = match section.text("quiet") {
        Some("never") => None,
        Some(text) => {
            let span = span(text);
            if span.is_none() {
                section.wrong("quiet", "a span of the night, or \"never\"");
            }
            span.or(default.quiet)
        }
        None => default.quiet,
    };
    let digest_at = section.text("digest_at").and_then(|text| {
        let time = clock_time(text);
        if time.is_none() {
            section.wrong("digest_at", "a time of day");
        }
        time
    });
    let long_closure = section.duration("long_closure");
    let pause = section.duration("pause");
    AlertSettings {
        notices: NoticeRules {
            quiet,
            digest_at: digest_at.unwrap_or(default.digest_at),
            pause: pause.unwrap_or(default.pause),
        },
        baseload_w: section
            .not_negative("baseload_w")
            .unwrap_or(AlertSettings::default().baseload_w),
        heating_season: heating_season(section),
        long_closure: long_closure.unwrap_or(AlertSettings::default().long_closure),
        email_to: addresses(section),
        email_from: section
            .text("email_from")
            .filter(|it| is_address(section, "email_from", it))
            .map(str::to_owned),
        webhook: webhook(section),
        english: english(section),
        ..AlertSettings::default()
    }
}

/// `20:00-07:00`; it may cross midnight.
fn span(text: &str) -> Option<(Time, Time)> {
    let (from, until) = text.split_once('-')?;
    let span = (clock_time(from.trim())?, clock_time(until.trim())?);
    (span.0 != span.1).then_some(span)
}

/// `10-15/04-15`, months before days.
fn heating_season(section: &Section<'_>) -> (MonthDay, MonthDay) {
    let default = AlertSettings::default().heating_season;
    let Some(text) = section.text("heating_season") else { return default };
    let day = |text: &str| {
        let (month, day) = text.trim().split_once('-')?;
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        jiff::civil::Date::new(2024, month, day).ok().map(|_| MonthDay { month, day })
    };
    let season = text.split_once('/').and_then(|(from, until)| Some((day(from)?, day(until)?)));
    if season.is_none() {
        section.wrong("heating_season", "the first and last day, month before day");
    }
    season.unwrap_or(default)
}

fn addresses(section: &Section<'_>) -> Vec<String> {
    let addresses = section.texts("email_to").unwrap_or_default();
    let good = addresses.into_iter().filter(|(_, text)| is_address(section, "email_to", text));
    good.map(|(_, text)| text.to_owned()).collect()
}

/// Enough to find what is no address at all; the mail server judges the rest.
fn is_address(section: &Section<'_>, key: &str, text: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_graphic() && !"<>()[],;:\\\"@".contains(c))
    };
    let good = text.split_once('@').is_some_and(|(name, host)| is_plain(name) && is_plain(host));
    if !good {
        section
            .fault(key, format!("`{text}` is no address; write one such as accueil@example.org"));
    }
    good
}

fn webhook(section: &Section<'_>) -> Option<String> {
    let text = section.text("webhook")?;
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    if rest.is_none_or(str::is_empty) || text.contains(char::is_whitespace) {
        section.wrong("webhook", "an address that begins with http:// or https://");
        return None;
    }
    Some(text.to_owned())
}

fn english(section: &Section<'_>) -> bool {
    match section.text("language") {
        Some("en") => true,
        None | Some("fr") => false,
        Some(_) => {
            section.wrong("language", "\"fr\" or \"en\"");
            false
        }
    }
}

/// The rule without an `[[alert]]` of its own: those of air keep their distances from the thresholds of `[air]`.
fn default_rule(id: RuleId, air: &Thresholds) -> Rule {
    let (rule, usual) = (id.default(), Thresholds::default());
    let moved_by = match id {
        RuleId::AirAttention => air.reference_ppm - usual.reference_ppm,
        RuleId::AirUrgent => air.action_ppm - usual.action_ppm,
        _ => 0.0,
    };
    Rule { raise: rule.raise + moved_by, clear: rule.clear + moved_by, ..rule }
}

fn read_override<'a>(
    section: &Section<'a>,
    tables: &Tables<'a>,
    air: &Thresholds,
) -> Option<Override> {
    let name = section.text("rule")?;
    let Ok(rule) = name.parse::<RuleId>() else {
        let all = || RuleId::ALL.iter().map(|rule| rule.name());
        let remedy = match nearest(name, all()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("take one of {}", all().collect::<Vec<_>>().join(", ")),
        };
        section.fault("rule", format!("there is no rule `{name}`; {remedy}"));
        return None;
    };
    let Ok(subject) = read_subject(section, rule, tables) else { return None };
    let default = default_rule(rule, air);
    let number = |key| section.number(key);
    let (raise, clear) = (number("raise"), number("clear"));
    let dwell = section.duration("dwell");
    let to = Rule {
        raise: raise.unwrap_or(default.raise),
        // Another threshold keeps the distance at which it is over.
        clear: clear
            .unwrap_or(raise.map_or(default.clear, |it| it + default.clear - default.raise)),
        dwell: dwell.unwrap_or(default.dwell),
        severity: default.severity,
    };
    let turned = (to.raise - to.clear) * (default.raise - default.clear) <= 0.0;
    if turned {
        let side = if default.is_downwards() { "above" } else { "below" };
        section.fault(
            if clear.is_some() { "clear" } else { "raise" },
            format!(
                "`{rule}` is over only when its value has come back; set `clear` {side} `raise`"
            ),
        );
        return None;
    }
    let enabled = section.flag("enabled").unwrap_or(true);
    Some(Override { rule, subject, to: enabled.then_some(to), says_dwell: dwell.is_some() })
}

/// Subject of the rule: everything when the table names nothing.
fn read_subject<'a>(
    section: &Section<'a>,
    rule: RuleId,
    tables: &Tables<'a>,
) -> Result<Option<Subject>, Noted> {
    let (fits, others) = match rule.about() {
        About::Zone => ("zone", ["meter", "device"]),
        About::Meter => ("meter", ["zone", "device"]),
        About::Device => ("device", ["zone", "meter"]),
    };
    if let Some(other) = others.into_iter().find(|key| section.value(key).is_some()) {
        section.fault(
            other,
            format!("`{rule}` is about a {fits}, not a {other}; name one with `{fits}`"),
        );
        return Err(Noted);
    }
    let Some(id) = section.text(fits) else { return Ok(None) };
    let subject = match rule.about() {
        About::Zone if id == "building" => Some(Subject::Building),
        About::Zone => tables.zone(section, "zone").map(Subject::Zone),
        About::Meter => {
            let exists = tables.meter_names.check(id, section, "meter");
            exists.then(|| id.parse().ok()).flatten().map(Subject::Meter)
        }
        About::Device => section.id("device").map(Subject::Device),
    };
    subject.map(Some).ok_or(Noted)
}

/// The fault was noted where it was found.
struct Noted;
