//! Failures that end the program, with their exit codes.

use std::process::ExitCode;

/// Reason for which the program ends, in words for a person.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The settings make no sense; nothing was opened.
    #[error("{0}")]
    Configuration(String),
    /// A port or a folder that is needed cannot be had.
    #[error("{0}")]
    Unavailable(String),
    /// A part of the input was refused; the work was done on the rest.
    #[error("{0}")]
    Incomplete(String),
    /// A part of the program ended by itself.
    #[error("{part} has failed: {why}")]
    Part {
        /// Which.
        part: &'static str,
        /// Why, with all causes.
        why: String,
    },
}

impl Failure {
    /// The exit code, as in sysexits: 64 for a bad configuration (`EX_USAGE`), 65 when a part of the input was refused
    /// or a part of the data is damaged (`EX_DATAERR`), else 1.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Configuration(_) => ExitCode::from(64),
            Self::Incomplete(_) => ExitCode::from(65),
            Self::Unavailable(_) | Self::Part { .. } => ExitCode::FAILURE,
        }
    }
}
