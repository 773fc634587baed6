//! Readings as lines of InfluxDB: those that are forwarded, each with its arrival.
//!
//! ```text
//! co2,site=dreux,device=air-3,channel=scd4x value=812.0,lag=2.0 1795442587250
//! ```
//!
//! `lag` is how many seconds after it was observed a reading arrived; in its place stands `by_arrival=true` where the
//! arrival dated it. What is forwarded beside readings (rollups, the ledger) is passed over, so that a bucket that was
//! written out of InfluxDB comes back.

use clap::ValueEnum;
use domain::ids::SiteId;
use domain::{DatedBy, Instant, Quantity, Reading, Source, Value};
use jiff::SignedDuration;
use store::influx::{Line, Unencodable, decode_tag};

use super::{Arrival, observation};

/// Unit of the timestamps of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Precision {
    /// Seconds
    S,
    /// Milliseconds
    Ms,
    /// Microseconds
    Us,
    /// Nanoseconds
    Ns,
}

/// The line of a reading, with its line feed.
pub(super) fn line(site: &SiteId, reading: &Reading) -> Result<String, Unencodable> {
    let line = Line::of(site, reading)?;
    let (point, time) = line.as_str().rsplit_once(' ').expect("a line ends with its time");
    let it = &reading.observation;
    let lag = it.received_at.as_millis() - it.observed_at.as_millis();
    // A forwarded reading that arrived at once says nothing; one in a file would then arrive when it is imported.
    let at_once = it.dated_by == DatedBy::Device && (0..1000).contains(&lag);
    Ok(format!("{point}{} {time}\n", if at_once { ",lag=0.0" } else { "" }))
}

/// Reader of lines of one site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) site: &'a SiteId,
    pub(super) precision: Precision,
    pub(super) now: Instant,
}

impl Reader<'_> {
    /// The reading of a line; `None` when it is empty or a comment, or holds something else that Vigie forwards.
    pub(super) fn reading(&self, text: &str) -> Result<Option<Reading>, String> {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let (series, rest) =
            cut(text, ' ', PLAIN).ok_or("no fields: write measurement,tags value=… time")?;
        let (fields, time) = cut(rest, ' ', QUOTED).ok_or("no time at its end")?;
        if is_no_reading(series) {
            return Ok(None);
        }
        let source = self.source(series)?;
        let observed_at = self.instant(time.trim())?;
        let mut value = None;
        let mut arrival = Arrival::Unstated;
        for field in parts(fields, QUOTED) {
            let (name, text) =
                cut(field, '=', QUOTED).ok_or_else(|| format!("`{field}` is no field"))?;
            match name {
                "value" => value = Some(number_or_state(source.quantity, text)?),
                "lag" => arrival = Arrival::At(observed_at + lag(text)?),
                "by_arrival" if text.starts_with(['t', 'T']) => arrival = Arrival::Dating,
                _ => {}
            }
        }
        let Some(value) = value else {
            // InfluxDB writes each field of a point out as a line of its own.
            let has_arrival = !matches!(arrival, Arrival::Unstated);
            return if has_arrival { Ok(None) } else { Err("no field `value`".to_owned()) };
        };
        let observation = observation(observed_at, arrival, value, self.now);
        Ok(Some(Reading { source, observation }))
    }

    fn source(&self, series: &str) -> Result<Source, String> {
        let mut parts = parts(series, PLAIN);
        let measurement = parts.next().unwrap_or_default();
        let quantity = unescaped(measurement).parse::<Quantity>().map_err(|it| it.to_string())?;
        let (mut device, mut channel) = (None, None);
        for tag in parts {
            let (name, text) = cut(tag, '=', PLAIN).ok_or_else(|| format!("`{tag}` is no tag"))?;
            let text = decode_tag(&unescaped(text));
            match name {
                "device" => device = Some(text.parse().map_err(|it| format!("{it}"))?),
                "channel" => channel = Some(text.parse().map_err(|it| format!("{it}"))?),
                "site" if text != self.site.as_str() => {
                    return Err(format!(
                        "the site `{text}`, and this is {}; import it into its own folder",
                        self.site
                    ));
                }
                _ => {}
            }
        }
        let device = device.ok_or("no tag `device`")?;
        Ok(Source { device, quantity, channel })
    }

    fn instant(&self, text: &str) -> Result<Instant, String> {
        let count: i64 = text.parse().map_err(|_| format!("`{text}` is no time"))?;
        let millis = match self.precision {
            Precision::S => count.saturating_mul(1000),
            Precision::Ms => count,
            Precision::Us => count.div_euclid(1000),
            Precision::Ns => count.div_euclid(1_000_000),
        };
        let instant = Instant::from_millis(millis);
        if instant.as_millis() == millis {
            return Ok(instant);
        }
        Err(format!("the time {text} is beyond year 9999: is it finer than --precision says?"))
    }
}

fn number_or_state(quantity: Quantity, text: &str) -> Result<Value, String> {
    let value = match text {
        "t" | "T" | "true" | "True" | "TRUE" => quantity.state(true),
        "f" | "F" | "false" | "False" | "FALSE" => quantity.state(false),
        _ => {
            let number = text.trim_end_matches(['i', 'u']).parse();
            quantity.number(number.map_err(|_| format!("`{text}` is neither number nor state"))?)
        }
    };
    value.map_err(|error| error.to_string())
}

fn lag(text: &str) -> Result<SignedDuration, String> {
    let seconds = text.trim_end_matches('i').parse().ok();
    let lag = seconds.and_then(|seconds: f64| SignedDuration::try_from_secs_f64(seconds).ok());
    lag.ok_or_else(|| format!("`{text}` are no seconds"))
}

/// Whether the line is a rollup or an entry of the ledger, which an import passes over.
fn is_no_reading(series: &str) -> bool {
    let measurement = series.split(',').next().unwrap_or_default();
    let quantity = ["_15m", "_1d"].iter().find_map(|step| measurement.strip_suffix(step));
    measurement == "ledger" || quantity.is_some_and(|name| name.parse::<Quantity>().is_ok())
}

/// A quote is a sign like any other, as in a tag.
const PLAIN: bool = false;
/// What stands within quotes is one text, as in a field.
const QUOTED: bool = true;

/// Cuts at the first of these that is neither escaped nor within quotes, where these have a meaning.
fn cut(text: &str, at: char, has_quotes: bool) -> Option<(&str, &str)> {
    let (mut escaped, mut quoted) = (false, false);
    for (place, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if has_quotes => quoted = !quoted,
            found if found == at && !quoted => {
                return Some((&text[..place], &text[place + at.len_utf8()..]));
            }
            _ => {}
        }
    }
    None
}

fn parts(text: &str, has_quotes: bool) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, later) =
            cut(text, ',', has_quotes).map_or((text, None), |(part, rest)| (part, Some(rest)));
        rest = later;
        Some(part)
    })
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(' ' | ',' | '=') if character == '\\' => plain.extend(characters.next()),
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use domain::Observation;
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::any_reading;

    fn site() -> SiteId {
        "dreux".parse().unwrap()
    }

    fn read(text: &str, precision: Precision) -> Result<Option<Reading>, String> {
        let now = "2027-01-01T00:00:00Z".parse().unwrap();
        Reader { site: &site(), precision, now }.reading(text)
    }

    fn reading(device: &str, channel: Option<&str>, value: f64, dated_by: DatedBy) -> Reading {
        let observed_at = Instant::from_millis(1_795_442_587_250);
        let quantity = Quantity::ActivePower;
        let source = Source {
            device: device.parse().unwrap(),
            quantity,
            channel: channel.map(|it| it.parse().unwrap()),
        };
        let lag = SignedDuration::from_secs(if dated_by == DatedBy::Device { -3 } else { 0 });
        let value = quantity.number(value).unwrap();
        let observation =
            Observation { observed_at, received_at: observed_at + lag, dated_by, value };
        Reading { source, observation }
    }

    #[test]
    fn a_reading_comes_back_from_its_line_to_the_last_bit() {
        for reading in [
            reading("salle, 1er étage", Some(r"a=b\"), 0.1 + 0.2, DatedBy::Device),
            reading("say \"x\"", None, -0.0, DatedBy::Gateway),
            reading("%5C", None, 1e-300, DatedBy::Device),
        ] {
            let text = line(&site(), &reading).unwrap();
            let back = read(text.trim_end(), Precision::Ms).unwrap().unwrap();
            assert_eq!(back, reading, "{text}");
            let bits = |it: &Reading| it.observation.value.as_f64().to_bits();
            assert_eq!(bits(&back), bits(&reading));
        }
    }

    proptest! {
        #[test]
        fn any_reading_comes_back_from_its_line(reading in any_reading()) {
            let text = line(&site(), &reading).unwrap();
            prop_assert_eq!(text.lines().count(), 1);
            let back = read(text.trim_end(), Precision::Ms);
            prop_assert_eq!(back, Ok(Some(reading)));
        }

        #[test]
        fn any_text_is_read_or_refused_with_a_reason(text in r#"(co2|co2_1d|\PC)?[,a-z=\\ "]*value=[0-9tfi"., ]*|\PC*"#) {
            if let Err(why) = read(&text, Precision::Ns) {
                prop_assert!(!why.is_empty());
            }
        }
    }

    #[test]
    fn what_influxdb_was_forwarded_and_writes_out_comes_back() {
        let late = "co2,device=a,site=dreux value=612,lag=90 1795442587250";
        let late = read(late, Precision::Ms).unwrap().unwrap().observation;
        assert_eq!(late.received_at.as_millis() - late.observed_at.as_millis(), 90_000);
        let dated = "co2,device=a,site=dreux by_arrival=true,value=612 1795442587250";
        let dated = read(dated, Precision::Ms).unwrap().unwrap().observation;
        assert_eq!((dated.received_at, dated.dated_by), (dated.observed_at, DatedBy::Gateway));
        for beside in [
            "co2,device=a,site=dreux lag=90 1795442587250",
            "co2_15m,device=a,site=dreux count=3,sum=1836 1795442400000",
            "energy_imported_1d,device=a,site=dreux increase=3 1795442400000",
            r#"ledger,id=1,site=dreux entry="{\"author\":\"a, b\"}" 1795442587250"#,
        ] {
            assert_eq!(read(beside, Precision::Ms), Ok(None), "{beside}");
        }
        assert!(read("steam_1d,device=a value=1 1", Precision::Ms).is_err());
    }

    #[test]
    fn a_line_of_influxdb_itself_is_read_at_its_precision() {
        let text =
            "co2,device=air-1,site=dreux,host=pi value=612,other=\"a b,c\" 1795442587250000000";
        let reading = read(text, Precision::Ns).unwrap().unwrap();
        assert_eq!(reading.observation.observed_at.as_millis(), 1_795_442_587_250);
        assert_eq!(read("# a comment", Precision::Ns), Ok(None));
        assert!(read(text, Precision::Ms).unwrap_err().contains("--precision"));
    }

    #[test]
    fn what_is_wrong_with_a_line_is_named() {
        for (text, expected) in [
            ("co2", "no fields"),
            ("co2,device=a value=1", "no time"),
            ("co2 value=612 1", "no tag `device`"),
            ("co2,device=a,site=paris value=612 1", "this is dreux"),
            ("steam,device=a value=612 1", "`steam` is no quantity"),
            ("co2,device=a other=612 1", "no field `value`"),
            ("co2,device=a value=\"612\" 1", "neither number nor state"),
            ("co2,device=a value=612 soon", "`soon` is no time"),
        ] {
            let reason = read(text, Precision::Ms).unwrap_err();
            assert!(reason.contains(expected), "{text}: {reason}");
        }
    }
}
