//! Payloads of Sparkplug B: the few fields of its protocol buffers that are read.
//!
//! Unknown fields are skipped, as the encoding demands; what is cut short or nested wrongly is refused.

/// More metrics of one message are not read.
pub(super) const MAX_METRICS: usize = 10_000;

/// A payload, as far as it is read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Payload<'a> {
    /// Milliseconds since 1970.
    pub(super) timestamp: Option<u64>,
    pub(super) metrics: Vec<Metric<'a>>,
    /// Whether there were more than [`MAX_METRICS`].
    pub(super) is_cut: bool,
}

/// One value, or the news that there is one.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Metric<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) alias: Option<u64>,
    pub(super) timestamp: Option<u64>,
    pub(super) datatype: Option<u64>,
    pub(super) is_null: bool,
    /// Unit, when a property of the metric has it.
    pub(super) unit: Option<&'a str>,
    pub(super) value: Option<Value<'a>>,
}

/// A value as it stands on the wire; only the data type shows whether a whole number has a sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Whole(u64),
    Real(f64),
    Truth(bool),
    Text(&'a str),
    /// Many values in one: a data set or a template. They are not read.
    Many,
}

/// The payload cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// Names of properties that hold the unit.
const UNIT_NAMES: &[&str] =
    &["engUnit", "engunit", "Engineering Units", "engineeringUnits", "unit", "units", "Unit"];

impl<'a> Payload<'a> {
    /// Reads a payload in one pass.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut payload = Self::default();
        for field in Fields(bytes) {
            match field? {
                (1, Field::Varint(timestamp)) => payload.timestamp = Some(timestamp),
                (2, Field::Bytes(_)) if payload.metrics.len() == MAX_METRICS => {
                    payload.is_cut = true;
                }
                (2, Field::Bytes(metric)) => payload.metrics.push(Metric::decode(metric)?),
                _ => {}
            }
        }
        // Other bytes may by chance look like unknown fields.
        let says_something = payload.timestamp.is_some() || !payload.metrics.is_empty();
        says_something.then_some(payload).ok_or(Broken)
    }
}

impl<'a> Metric<'a> {
    fn decode(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut metric = Self::default();
        for field in Fields(bytes) {
            match field? {
                (1, Field::Bytes(name)) => metric.name = Some(text(name)?),
                (2, Field::Varint(alias)) => metric.alias = Some(alias),
                (3, Field::Varint(timestamp)) => metric.timestamp = Some(timestamp),
                (4, Field::Varint(datatype)) => metric.datatype = Some(datatype),
                (7, Field::Varint(is_null)) => metric.is_null = is_null != 0,
                (9, Field::Bytes(properties)) => metric.unit = unit(properties)?,
                (10, Field::Varint(whole)) => {
                    metric.value = Some(Value::Whole(whole & 0xFFFF_FFFF));
                }
                (11, Field::Varint(whole)) => metric.value = Some(Value::Whole(whole)),
                (12, Field::Fixed32(bits)) => {
                    // By its decimal form: 21.5 and not 21.5000001 for what was meant as such.
                    let real = f32::from_bits(bits);
                    metric.value = real.to_string().parse().ok().map(Value::Real);
                }
                (13, Field::Fixed64(bits)) => {
                    metric.value = Some(Value::Real(f64::from_bits(bits)));
                }
                (14, Field::Varint(truth)) => metric.value = Some(Value::Truth(truth != 0)),
                (17 | 18, Field::Bytes(_)) => metric.value = Some(Value::Many),
                (15, Field::Bytes(bytes)) => metric.value = Some(Value::Text(text(bytes)?)),
                _ => {}
            }
        }
        Ok(metric)
    }
}

/// The unit among the properties of a metric: keys and values stand in two lists of the same order.
fn unit(properties: &[u8]) -> Result<Option<&str>, Broken> {
    let mut at = None;
    let mut count = 0_usize;
    for field in Fields(properties) {
        if let (1, Field::Bytes(key)) = field? {
            if at.is_none() && UNIT_NAMES.contains(&text(key)?) {
                at = Some(count);
            }
            count += 1;
        }
    }
    let Some(at) = at else { return Ok(None) };
    let mut count = 0_usize;
    for field in Fields(properties) {
        if let (2, Field::Bytes(value)) = field? {
            if count == at {
                return property_text(value);
            }
            count += 1;
        }
    }
    Ok(None)
}

fn property_text(value: &[u8]) -> Result<Option<&str>, Broken> {
    for field in Fields(value) {
        if let (8, Field::Bytes(bytes)) = field? {
            return text(bytes).map(Some);
        }
    }
    Ok(None)
}

fn text(bytes: &[u8]) -> Result<&str, Broken> {
    std::str::from_utf8(bytes).map_err(|_| Broken)
}

/// One field of a message.
enum Field<'a> {
    Varint(u64),
    Fixed32(u32),
    Fixed64(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, each with its number; ends after the first that is broken.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Field<'a>), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or(Broken))
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let len = usize::try_from(self.varint()?).ok()?;
                Field::Bytes(self.take(len)?)
            }
            5 => Field::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        Some((key >> 3, field))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_field_by_field() {
        let metric = [0x0A, 1, b'T', 0x10, 5, 0x20, 10, 0x69, 0, 0, 0, 0, 0, 0x80, 0x35, 0x40];
        let mut bytes = vec![0x08, 0xAC, 0x02, 0x12, u8::try_from(metric.len()).unwrap()];
        bytes.extend(metric);
        bytes.extend([0x18, 7]);
        let payload = Payload::decode(&bytes).unwrap();
        assert_eq!(payload.timestamp, Some(300));
        let expected = Metric {
            name: Some("T"),
            alias: Some(5),
            datatype: Some(10),
            value: Some(Value::Real(21.5)),
            ..Metric::default()
        };
        assert_eq!(payload.metrics, [expected]);
    }

    #[test]
    fn the_unit_stands_among_the_properties() {
        let properties = [
            0x0A, 1, b'x', 0x0A, 7, b'e', b'n', b'g', b'U', b'n', b'i', b't', 0x12, 2, 0x08, 3,
            0x12, 3, 0x42, 1, b'W',
        ];
        assert_eq!(unit(&properties), Ok(Some("W")));
        assert_eq!(unit(&properties[..12]), Ok(None));
    }

    #[test]
    fn what_is_cut_short_or_no_message_is_broken() {
        for bytes in [
            &b"\x12\x05a"[..],
            b"\x08",
            b"\x0d\x01",
            b"\x09\x01",
            b"\x0f",
            b"55.49",
            b"",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(Payload::decode(bytes), Err(Broken), "{bytes:?}");
        }
    }
}
