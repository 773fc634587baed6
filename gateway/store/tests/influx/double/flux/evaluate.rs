//! What a script means: its statements in order, each question with what it yields.

use std::collections::HashMap;

use super::stages;
use super::syntax::{Duration, Expr, Statement, parse};
use super::tables::{Key, Stream};

/// A value of Flux.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// Nanoseconds since 1970.
    Time(i64),
    Duration(Duration),
    Pattern(String),
    /// A function or a package, by its name.
    Known(String),
    Function(Box<Expr>),
    Record(Vec<(String, Value)>),
    Array(Vec<Value>),
    Stream(Stream),
    /// What a range asks for, read as soon as it is known which of it is wanted.
    Reading(Reading),
}

/// Why a script has no answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// The double does not know such Flux.
    NotUnderstood(String),
    /// A real server says so: status, code, message.
    Refused(u16, &'static str, String),
}

/// The results of a script by name, in order.
pub(crate) type Answered = Vec<(String, Stream)>;

/// Where tables come from.
pub(crate) trait Storage {
    /// Every point from `start` up to, not including, `stop` of the series whose key is `wanted`; nothing when there is
    /// no such bucket.
    fn read(&self, read: &Reading, wanted: &mut dyn FnMut(&Key) -> bool) -> Option<Stream>;
    /// The time of the server, in nanoseconds.
    fn now(&self) -> i64;
}

/// What is to be read from the storage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) bucket: String,
    pub(crate) start: i64,
    pub(crate) stop: i64,
}

/// What names stand for, and what has been yielded.
pub(crate) struct Scope<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) names: HashMap<String, Value>,
    pub(crate) yielded: Answered,
}

/// Answers `text`, with the values that were given apart from it.
pub(crate) fn ask(
    text: &str,
    given: HashMap<String, Value>,
    storage: &dyn Storage,
) -> Result<Answered, Failure> {
    let statements = parse(text).ok_or_else(|| Failure::NotUnderstood(text.to_owned()))?;
    let mut scope = Scope { storage, names: given, yielded: Vec::new() };
    for statement in statements {
        match statement {
            Statement::Import => {}
            Statement::Assign(name, expr) => {
                let value = scope.evaluate(&expr)?;
                // What is given from outside replaces what the text says.
                scope.names.entry(name).or_insert(value);
            }
            Statement::Ask(expr) => {
                let is_named = matches!(&expr, Expr::Call(callee, _) if **callee == Expr::Name("yield".into()));
                match scope.evaluate(&expr)? {
                    Value::Stream(_) if is_named => {}
                    Value::Stream(stream) => scope.yielded.push(("_result".to_owned(), stream)),
                    Value::Reading(reading) => {
                        let stream = stages::read(&scope, &reading, &mut |_| true)?;
                        scope.yielded.push(("_result".to_owned(), stream));
                    }
                    other => return Err(Failure::NotUnderstood(format!("{other:?}"))),
                }
            }
        }
    }
    Ok(scope.yielded)
}

impl Scope<'_> {
    pub(crate) fn evaluate(&mut self, expr: &Expr) -> Result<Value, Failure> {
        Ok(match expr {
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Integer(number) => Value::Integer(*number),
            Expr::Float(number) => Value::Float(*number),
            Expr::Bool(truth) => Value::Bool(*truth),
            Expr::Time(time) => Value::Time(*time),
            Expr::Duration(duration) => Value::Duration(*duration),
            Expr::Pattern(pattern) => Value::Pattern(pattern.clone()),
            Expr::Function(..) => Value::Function(Box::new(expr.clone())),
            Expr::Name(name) => self.names.get(name).cloned().unwrap_or(Value::Known(name.clone())),
            Expr::Member(object, name) => match self.evaluate(object)? {
                Value::Record(pairs) => pairs
                    .into_iter()
                    .find(|(key, _)| key == name)
                    .map_or(Value::Null, |(_, value)| value),
                Value::Known(package) => Value::Known(format!("{package}.{name}")),
                other => return not_understood(&other),
            },
            Expr::Record(pairs) => {
                let mut record = Vec::with_capacity(pairs.len());
                for (name, value) in pairs {
                    record.push((name.clone(), self.evaluate(value)?));
                }
                Value::Record(record)
            }
            Expr::Array(items) => Value::Array(
                items.iter().map(|item| self.evaluate(item)).collect::<Result<_, _>>()?,
            ),
            Expr::If(condition, then, otherwise) => {
                let chosen =
                    if self.evaluate(condition)? == Value::Bool(true) { then } else { otherwise };
                self.evaluate(chosen)?
            }
            Expr::Binary(operator, left, right) => self.binary(operator, left, right)?,
            Expr::Call(callee, arguments) => self.call(callee, arguments)?,
        })
    }

    /// The value of a function's body, with its parameters bound to `values`.
    pub(crate) fn apply(&mut self, function: &Value, values: Vec<Value>) -> Result<Value, Failure> {
        let Value::Function(function) = function else { return not_understood(function) };
        let Expr::Function(_, parameters, body) = &**function else { unreachable!("made so") };
        let hidden: Vec<_> = parameters
            .iter()
            .zip(values)
            .map(|(name, value)| (name.clone(), self.names.insert(name.clone(), value)))
            .collect();
        let result = self.evaluate(body);
        for (name, value) in hidden {
            match value {
                Some(value) => self.names.insert(name, value),
                None => self.names.remove(&name),
            };
        }
        result
    }

    fn binary(&mut self, operator: &str, left: &Expr, right: &Expr) -> Result<Value, Failure> {
        let left = self.evaluate(left)?;
        match (operator, &left) {
            ("and", Value::Bool(false) | Value::Null) => return Ok(Value::Bool(false)),
            ("or", Value::Bool(true)) => return Ok(Value::Bool(true)),
            _ => {}
        }
        let right = self.evaluate(right)?;
        let compared = match (&left, &right) {
            (Value::Integer(a), Value::Integer(b)) | (Value::Time(a), Value::Time(b)) => {
                a.partial_cmp(b)
            }
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::Text(a), Value::Text(b)) => a.partial_cmp(b),
            _ => None,
        };
        Ok(match (operator, &left, &right) {
            ("and" | "or", _, right) => Value::Bool(*right == Value::Bool(true)),
            ("==", ..) => Value::Bool(left == right && left != Value::Null),
            (">", ..) => Value::Bool(compared.is_some_and(std::cmp::Ordering::is_gt)),
            ("<", ..) => Value::Bool(compared.is_some_and(std::cmp::Ordering::is_lt)),
            (">=", ..) => Value::Bool(compared.is_some_and(std::cmp::Ordering::is_ge)),
            ("<=", ..) => Value::Bool(compared.is_some_and(std::cmp::Ordering::is_le)),
            ("=~", Value::Text(text), Value::Pattern(pattern)) => match pattern.strip_prefix('^') {
                Some(start) => Value::Bool(text.starts_with(start)),
                None => Value::Bool(text.contains(pattern)),
            },
            ("=~", Value::Null, _) => Value::Bool(false),
            ("+", Value::Integer(a), Value::Integer(b)) => Value::Integer(a + b),
            ("+", Value::Float(a), Value::Float(b)) => Value::Float(a + b),
            _ => return not_understood(&Value::Array(vec![left, right])),
        })
    }

    fn call(&mut self, callee: &Expr, arguments: &[(String, Expr)]) -> Result<Value, Failure> {
        let Value::Known(name) = self.evaluate(callee)? else {
            return not_understood(&Value::Null);
        };
        let mut given = HashMap::with_capacity(arguments.len());
        for (parameter, expr) in arguments {
            given.insert(parameter.clone(), self.evaluate(expr)?);
        }
        stages::call(self, &name, given)
    }
}

pub(crate) fn not_understood<T>(what: &Value) -> Result<T, Failure> {
    Err(Failure::NotUnderstood(format!("{what:?}")))
}
