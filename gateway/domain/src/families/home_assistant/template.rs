//! The subset of templates that is read: a path into the message, turned into a number.
//!
//! ```text
//! {{ value }}   {{ value_json.a.b }}   {{ value_json['ENERGY']['Power'][0] }}
//! ... | float   ... | int   ... | round(2)   ... | is_defined   float(...)   int(...)   * 1000   / 60   ( ... )
//! ```
//!
//! A filter binds closer than `*` and `/`, as in the language itself. What is missing stays unknown, also where a
//! filter names a default: an unknown energy is not 0. Everything else is refused when the template is read, so no
//! value is ever half understood.

use serde_json::Value as Json;

use crate::families::report_builder::number;

/// Longer templates are programs, not paths.
const MAX_LEN: usize = 300;

/// Greatest depth of nested parentheses.
const MAX_DEPTH: u8 = 16;

/// A template that was understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template(Expression);

#[derive(Clone, Debug, PartialEq)]
enum Expression {
    /// The payload as text.
    Value,
    /// A place in the payload as JSON.
    Path(Vec<Key>),
    Number(f64),
    Float(Box<Self>),
    Int(Box<Self>),
    Round(Box<Self>, usize),
    Product(Box<Self>, Box<Self>),
    Quotient(Box<Self>, Box<Self>),
}

#[derive(Clone, Debug, PartialEq)]
enum Key {
    Name(String),
    Index(usize),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What in it is not of the subset.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let whole = text.trim();
        let inner = whole.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        let Some(inner) = inner.filter(|inner| whole.len() <= MAX_LEN && !inner.contains("{{"))
        else {
            return Err("it is not one short expression in {{ }}".to_owned());
        };
        let inner = inner.trim_matches('-');
        let mut parser = Parser { rest: inner.trim_start(), depth: 0 };
        let expression = parser.product()?;
        if parser.rest.is_empty() { Ok(Self(expression)) } else { Err(parser.unexpected()) }
    }

    /// Whether the payload must be JSON.
    pub(super) fn needs_json(&self) -> bool {
        self.0.needs_json()
    }

    /// Value of the template for a payload, given as text and, where it is one, as JSON; `None` for what is missing.
    pub(super) fn evaluate(&self, text: &str, json: Option<&Json>) -> Option<Json> {
        self.0.evaluate(text, json)
    }
}

impl Expression {
    fn needs_json(&self) -> bool {
        match self {
            Self::Value | Self::Number(_) => false,
            Self::Path(_) => true,
            Self::Float(of) | Self::Int(of) | Self::Round(of, _) => of.needs_json(),
            Self::Product(one, other) | Self::Quotient(one, other) => {
                one.needs_json() || other.needs_json()
            }
        }
    }

    fn evaluate(&self, text: &str, json: Option<&Json>) -> Option<Json> {
        let amount = |of: &Self| number(&of.evaluate(text, json)?).filter(|n| n.is_finite());
        let computed = match self {
            Self::Value => return Some(Json::from(text)),
            Self::Path(keys) => return keys.iter().try_fold(json?, Key::of).cloned(),
            Self::Number(number) => *number,
            Self::Float(of) => amount(of)?,
            Self::Int(of) => amount(of)?.trunc(),
            // Half to even on the exact value, as the language does it.
            Self::Round(of, decimals) => format!("{:.decimals$}", amount(of)?).parse().ok()?,
            Self::Product(one, other) => amount(one)? * amount(other)?,
            Self::Quotient(one, other) => amount(one)? / amount(other)?,
        };
        // Not finite, as after a division by zero, is no number of JSON.
        serde_json::Number::from_f64(computed).map(Json::Number)
    }
}

impl Key {
    fn of<'a>(json: &'a Json, key: &Self) -> Option<&'a Json> {
        match key {
            Self::Name(name) => json.get(name),
            Self::Index(index) => json.get(index),
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: u8,
}

impl Parser<'_> {
    fn product(&mut self) -> Result<Expression, String> {
        let mut left = self.filtered()?;
        loop {
            if self.take("*") {
                left = Expression::Product(left.into(), self.filtered()?.into());
            } else if self.take("/") {
                left = Expression::Quotient(left.into(), self.filtered()?.into());
            } else {
                return Ok(left);
            }
        }
    }

    fn filtered(&mut self) -> Result<Expression, String> {
        let mut expression = self.operand()?;
        while self.take("|") {
            let name = self.name();
            let argument = if self.take("(") { Some(self.arguments()?) } else { None };
            expression = match name.as_str() {
                "float" => Expression::Float(expression.into()),
                "int" => Expression::Int(expression.into()),
                "round" => Expression::Round(expression.into(), decimals(argument)?),
                "is_defined" => expression,
                _ => return Err(format!("the filter `{name}` is not known")),
            };
        }
        Ok(expression)
    }

    fn operand(&mut self) -> Result<Expression, String> {
        if self.take("(") {
            return self.within();
        }
        let digits = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.');
        let (digits, after) = self.rest.split_at(digits.unwrap_or(self.rest.len()));
        if !digits.is_empty() {
            let number = digits.parse().map_err(|_| self.unexpected())?;
            self.rest = after.trim_start();
            return Ok(Expression::Number(number));
        }
        match self.name().as_str() {
            "value" => Ok(Expression::Value),
            "value_json" => self.path(),
            "float" if self.take("(") => Ok(Expression::Float(self.within()?.into())),
            "int" if self.take("(") => Ok(Expression::Int(self.within()?.into())),
            "" => Err(self.unexpected()),
            name => Err(format!("`{name}` is not known")),
        }
    }

    /// Argument before a closing parenthesis; a default is ignored.
    fn within(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("its parentheses stand too deep".to_owned());
        }
        let inner = self.product()?;
        self.depth -= 1;
        if self.take(",") {
            self.arguments()?;
        } else if !self.take(")") {
            return Err(self.unexpected());
        }
        Ok(inner)
    }

    fn path(&mut self) -> Result<Expression, String> {
        let mut keys = Vec::new();
        loop {
            if self.take(".") {
                let name = self.name();
                if name.is_empty() {
                    return Err(self.unexpected());
                }
                keys.push(name.parse().map_or(Key::Name(name), Key::Index));
            } else if self.take("[") {
                let (inner, after) = self.rest.split_once(']').ok_or_else(|| self.unexpected())?;
                keys.push(key(inner.trim()).ok_or_else(|| self.unexpected())?);
                self.rest = after.trim_start();
            } else if keys.is_empty() {
                return Err("`value_json` names no place in the message".to_owned());
            } else {
                return Ok(Expression::Path(keys));
            }
        }
    }

    /// The text up to the closing parenthesis: plain numbers, words and commas.
    fn arguments(&mut self) -> Result<String, String> {
        let (inner, after) = self.rest.split_once(')').ok_or_else(|| self.unexpected())?;
        let plain = |c: char| c.is_ascii_alphanumeric() || " ,.-_='\"".contains(c);
        if !inner.chars().all(plain) {
            return Err(self.unexpected());
        }
        let inner = inner.trim().to_owned();
        self.rest = after.trim_start();
        Ok(inner)
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        let (name, after) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let name = name.to_owned();
        self.rest = after.trim_start();
        name
    }

    fn take(&mut self, what: &str) -> bool {
        let Some(after) = self.rest.strip_prefix(what) else { return false };
        self.rest = after.trim_start();
        true
    }

    fn unexpected(&self) -> String {
        match self.rest.chars().next() {
            Some(_) => format!("`{}` is not understood", self.rest.trim_end()),
            None => "it ends too early".to_owned(),
        }
    }
}

/// A key in brackets: a number, or a name in quotes.
fn key(text: &str) -> Option<Key> {
    if let Ok(index) = text.parse() {
        return Some(Key::Index(index));
    }
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let name = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!name.is_empty() && !name.contains([quote, '\\'])).then(|| Key::Name(name.to_owned()))
}

fn decimals(argument: Option<String>) -> Result<usize, String> {
    let Some(argument) = argument.filter(|argument| !argument.is_empty()) else { return Ok(0) };
    let decimals = argument.parse().ok().filter(|decimals| *decimals <= 9);
    decimals.ok_or_else(|| format!("`round({argument})` is not known"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(template: &str, payload: &str) -> Option<Json> {
        let template = Template::new(template).unwrap();
        let json = serde_json::from_str(payload).ok();
        template.evaluate(payload, json.as_ref())
    }

    #[test]
    fn the_stated_subset_is_understood() {
        let frame =
            r#"{"a":{"b":12.5},"ENERGY":{"Power":[38,"40"]},"t":"21.46","on":true,"x y":7}"#;
        for (template, expected) in [
            ("{{ value_json.a.b }}", "12.5"),
            ("{{value_json.a.b}}", "12.5"),
            ("{{ value_json['a']['b'] }}", "12.5"),
            ("{{ value_json[\"x y\"] }}", "7"),
            ("{{ value_json.ENERGY.Power[0] }}", "38"),
            ("{{ value_json.ENERGY.Power.1 | float }}", "40.0"),
            ("{{ value_json.t | float | round(1) }}", "21.5"),
            ("{{ value_json.t | round }}", "21.0"),
            ("{{ value_json.t | int }}", "21.0"),
            ("{{ value_json.a.b * 1000 }}", "12500.0"),
            ("{{ float(value_json.t) / 2 }}", "10.73"),
            ("{{ (value_json.a.b | float(0) / 10) | round(2) }}", "1.25"),
            ("{{ value_json.a.b / 10 | round(2) }}", "1.25"),
            ("{{ float(value_json.a.b, 0) * 2 }}", "25.0"),
            ("{{ value_json.a.b | is_defined }}", "12.5"),
            ("{{ value_json.on }}", "true"),
            ("{{- value_json.on -}}", "true"),
        ] {
            assert_eq!(read(template, frame).unwrap().to_string(), expected, "{template}");
        }
        for (template, payload, expected) in [
            ("{{ value }}", "21.5", "\"21.5\""),
            ("{{ float(value)/1000.0 }}", "1500", "1.5"),
            ("{{(value|float/60)|round(2)}}", "81010", "1350.17"),
        ] {
            assert_eq!(read(template, payload).unwrap().to_string(), expected, "{template}");
        }
    }

    #[test]
    fn what_is_missing_stays_unknown() {
        for template in [
            "{{ value_json.c }}",
            "{{ value_json.c.d | float(0) }}",
            "{{ float(value_json.c, 0) * 2 }}",
            "{{ value_json.a.b | float / 0 }}",
            "{{ value_json.ENERGY[9] }}",
        ] {
            assert_eq!(read(template, r#"{"a":{"b":1},"ENERGY":[]}"#), None, "{template}");
        }
        assert_eq!(read("{{ value | float }}", "unavailable"), None);
    }

    #[test]
    fn everything_else_is_refused_when_it_is_read() {
        for template in [
            "",
            "value",
            "{% if value %}1{% endif %}",
            "{{ value_json }}",
            "{{ value_json.a if value_json.b else 0 }}",
            "{{ value_json.a + 1 }}",
            "{{ value_json.a | default(0) }}",
            "{{ states('sensor.x') }}",
            "{{ value_json.a[1 }}",
            "{{ (value }}",
            "{{ value | round(value) }}",
            "{{ value | round(1, 'floor') }}",
            "{{ value }} {{ value }}",
            "{{ value_json.values() | list }}",
            "{{ 1.2.3 }}",
        ] {
            assert!(Template::new(template).is_err(), "{template}");
        }
        assert!(
            Template::new(&format!("{{{{ {}value{} }}}}", "(".repeat(99), ")".repeat(99))).is_err()
        );
        assert!(Template::new(&format!("{{{{ value_json.{} }}}}", "a".repeat(400))).is_err());
    }
}
