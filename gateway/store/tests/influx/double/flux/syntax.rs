//! The part of Flux that our questions and the recorded ones are written in: from text to a tree.

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// Nanoseconds since 1970.
    Time(i64),
    Duration(Duration),
    Pattern(String),
    Name(String),
    Member(Box<Expr>, String),
    /// What is called, and with what; what is piped in stands as `<-`.
    Call(Box<Expr>, Vec<(String, Expr)>),
    /// Its first parameter, all of them, its body.
    Function(String, Vec<String>, Box<Expr>),
    Binary(String, Box<Expr>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Record(Vec<(String, Expr)>),
    Array(Vec<Expr>),
}

impl Expr {
    /// Whether all that it takes of `row` are columns that `known` knows.
    pub(crate) fn takes_only(&self, row: &str, known: &dyn Fn(&str) -> bool) -> bool {
        let all = |exprs: &[&Expr]| exprs.iter().all(|expr| expr.takes_only(row, known));
        match self {
            Self::Member(object, name) if **object == Self::Name(row.to_owned()) => known(name),
            Self::Name(name) => name != row,
            Self::Member(inner, _) | Self::Function(_, _, inner) => inner.takes_only(row, known),
            Self::Binary(_, left, right) => all(&[&**left, &**right]),
            Self::If(a, b, c) => all(&[&**a, &**b, &**c]),
            Self::Record(pairs) | Self::Call(_, pairs) => {
                pairs.iter().all(|(_, expr)| expr.takes_only(row, known))
            }
            Self::Array(items) => items.iter().all(|expr| expr.takes_only(row, known)),
            _ => true,
        }
    }
}

/// A length of time; months are no nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Duration {
    pub(crate) months: i64,
    pub(crate) days: i64,
    pub(crate) nanos: i64,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    Import,
    Assign(String, Expr),
    Ask(Expr),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(String),
    Pattern(String),
    Sign(String),
}

/// Reads a whole script; none when it is outside of what is understood here.
pub(crate) fn parse(text: &str) -> Option<Vec<Statement>> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let mut statements = Vec::new();
    while parser.at < parser.tokens.len() {
        statements.push(parser.statement()?);
    }
    Some(statements)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    const SIGNS: [&str; 20] = [
        "|>", "=>", "==", "=~", ">=", "<=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", ">",
        "<", "+", "-",
    ];
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        while rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after).trim_start();
        }
        let Some(first) = rest.chars().next() else { return Some(tokens) };
        let after_comparison = tokens.last() == Some(&Token::Sign("=~".to_owned()));
        if first == '"' {
            let end = 1 + rest[1..].find('"')?;
            tokens.push(Token::Text(rest[1..end].to_owned()));
            rest = &rest[end + 1..];
        } else if first == '/' && after_comparison {
            let end = 1 + rest[1..].find('/')?;
            tokens.push(Token::Pattern(rest[1..end].to_owned()));
            rest = &rest[end + 1..];
        } else if first.is_ascii_digit() {
            // Times and durations too.
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
            let mut end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
            if rest[end..].starts_with('-') && end == 4 {
                let is_time = |c: char| is_part(c) || c == '-' || c == ':';
                end = rest.find(|c: char| !is_time(c)).unwrap_or(rest.len());
            }
            tokens.push(Token::Number(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
            tokens.push(Token::Sign((*sign).to_owned()));
            rest = &rest[sign.len()..];
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn statement(&mut self) -> Option<Statement> {
        if self.word("import") {
            self.next().filter(|token| matches!(token, Token::Text(_)))?;
            return Some(Statement::Import);
        }
        let is_option = self.word("option");
        if is_option
            || matches!(self.tokens.get(self.at + 1), Some(Token::Sign(sign)) if sign == "=")
        {
            let Some(Token::Name(name)) = self.next() else { return None };
            self.expect("=")?;
            return Some(Statement::Assign(name, self.expression()?));
        }
        self.expression().map(Statement::Ask)
    }

    fn expression(&mut self) -> Option<Expr> {
        if self.word("if") {
            let condition = self.expression()?;
            let then = self.word("then").then(|| self.expression())??;
            let otherwise = self.word("else").then(|| self.expression())??;
            return Some(Expr::If(condition.into(), then.into(), otherwise.into()));
        }
        let mut left = self.binary(0)?;
        while self.sign("|>") {
            let Expr::Call(function, mut arguments) = self.binary(0)? else { return None };
            arguments.push(("<-".to_owned(), left));
            left = Expr::Call(function, arguments);
        }
        Some(left)
    }

    fn binary(&mut self, level: usize) -> Option<Expr> {
        const LEVELS: [&[&str]; 4] =
            [&["or"], &["and"], &["==", "=~", ">=", "<=", ">", "<"], &["+", "-"]];
        let Some(operators) = LEVELS.get(level) else { return self.postfix() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) =
            operators.iter().find(|operator| self.word(operator) || self.sign(operator))
        {
            let right = self.binary(level + 1)?;
            left = Expr::Binary((*operator).to_owned(), left.into(), right.into());
        }
        Some(left)
    }

    fn postfix(&mut self) -> Option<Expr> {
        let mut expr = self.primary()?;
        loop {
            if self.sign(".") {
                let Some(Token::Name(name)) = self.next() else { return None };
                expr = Expr::Member(expr.into(), name);
            } else if self.sign("(") {
                expr = Expr::Call(expr.into(), self.pairs(")")?);
            } else {
                return Some(expr);
            }
        }
    }

    fn primary(&mut self) -> Option<Expr> {
        if self.sign("-") {
            return match self.primary()? {
                Expr::Integer(number) => Some(Expr::Integer(-number)),
                Expr::Float(number) => Some(Expr::Float(-number)),
                Expr::Duration(Duration { months, days, nanos }) => {
                    Some(Expr::Duration(Duration { months: -months, days: -days, nanos: -nanos }))
                }
                _ => None,
            };
        }
        match self.next()? {
            Token::Text(text) => Some(Expr::Text(text)),
            Token::Pattern(pattern) => Some(Expr::Pattern(pattern)),
            Token::Number(number) => literal(&number),
            Token::Name(name) if name == "true" || name == "false" => {
                Some(Expr::Bool(name == "true"))
            }
            Token::Name(name) => Some(Expr::Name(name)),
            Token::Sign(sign) if sign == "{" => Some(Expr::Record(self.pairs("}")?)),
            Token::Sign(sign) if sign == "[" => self.items("]").map(Expr::Array),
            Token::Sign(sign) if sign == "(" => self.function().or_else(|| {
                let inner = self.expression()?;
                self.expect(")")?;
                Some(inner)
            }),
            Token::Sign(_) => None,
        }
    }

    /// `a, b) => body` after the bracket, or nothing taken.
    fn function(&mut self) -> Option<Expr> {
        let before = self.at;
        let mut parameters = Vec::new();
        while let Some(Token::Name(name)) = self.tokens.get(self.at).cloned() {
            parameters.push(name);
            self.at += 1;
            self.sign(",");
        }
        if self.sign(")") && self.sign("=>") {
            let body = self.expression()?;
            return Some(Expr::Function(parameters.first()?.clone(), parameters, body.into()));
        }
        self.at = before;
        None
    }

    fn pairs(&mut self, end: &str) -> Option<Vec<(String, Expr)>> {
        let mut pairs = Vec::new();
        while !self.sign(end) {
            let Some(Token::Name(name)) = self.next() else { return None };
            self.expect(":")?;
            pairs.push((name, self.expression()?));
            self.sign(",");
        }
        Some(pairs)
    }

    fn items(&mut self, end: &str) -> Option<Vec<Expr>> {
        let mut items = Vec::new();
        while !self.sign(end) {
            items.push(self.expression()?);
            self.sign(",");
        }
        Some(items)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn word(&mut self, word: &str) -> bool {
        self.take(&Token::Name(word.to_owned()))
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.take(&Token::Sign(sign.to_owned()))
    }

    fn expect(&mut self, sign: &str) -> Option<()> {
        self.sign(sign).then_some(())
    }

    fn take(&mut self, token: &Token) -> bool {
        let is_next = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(is_next);
        is_next
    }
}

/// A number, a time or a duration.
pub(crate) fn literal(text: &str) -> Option<Expr> {
    if text.contains('-') {
        let time: jiff::Timestamp = text.parse().ok()?;
        return Some(Expr::Time(i64::try_from(time.as_nanosecond()).ok()?));
    }
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    if end == text.len() {
        let number = text.parse().map(Expr::Integer).ok();
        return number.or_else(|| text.parse().map(Expr::Float).ok());
    }
    let count: i64 = text[..end].parse().ok()?;
    let mut duration = Duration::default();
    match &text[end..] {
        "mo" => duration.months = count,
        "d" => duration.days = count,
        "h" => duration.nanos = count * 3_600_000_000_000,
        "m" => duration.nanos = count * 60_000_000_000,
        "s" => duration.nanos = count * 1_000_000_000,
        _ => return None,
    }
    Some(Expr::Duration(duration))
}
