//! One check: what it says, how bad that is, what to do.

use std::fmt;

/// Outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// As it should be.
    Sound,
    /// Works, but somebody should know.
    Careful,
    /// Does not work, or has lost something.
    Fault,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) state: State,
    what: &'static str,
    says: String,
    details: Vec<String>,
    remedy: String,
}

impl Line {
    /// A check that found all as it should be.
    pub(super) fn sound(what: &'static str, says: impl Into<String>) -> Self {
        Self::new(State::Sound, what, says, "")
    }

    /// A check that found something to know, with what can be done.
    pub(super) fn careful(
        what: &'static str,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(State::Careful, what, says, remedy)
    }

    /// A check that found a fault, with what can be done.
    pub(super) fn fault(
        what: &'static str,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::new(State::Fault, what, says, remedy)
    }

    fn new(
        state: State,
        what: &'static str,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { state, what, says: says.into(), details: Vec::new(), remedy: remedy.into() }
    }

    /// With these places named below.
    pub(super) fn with(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Sound => "ok",
            State::Careful => "careful",
            State::Fault => "FAULT",
        };
        writeln!(f, "{state:<8} {:<12} {}", self.what, self.says)?;
        for detail in &self.details {
            writeln!(f, "{:22}{detail}", "")?;
        }
        if !self.remedy.is_empty() {
            writeln!(f, "{:9}{:<12} {}", "", "remedy", self.remedy)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_it_is_and_what_to_do() {
        let line = Line::fault("rows", "1 cannot be read", "restore a backup")
            .with(vec!["air-1 co2".into()]);
        assert_eq!(
            line.to_string(),
            "FAULT    rows         1 cannot be read\n                      air-1 co2\n         remedy       restore a backup\n"
        );
    }
}
