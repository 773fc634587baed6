//! The token for InfluxDB: a secret that fits into a header.

use std::ffi::OsString;

use crate::secret::{Secret, SecretError};

/// Names the variable that holds the token; with `_FILE`, a file that holds it.
const VARIABLE: &str = "VIGIE_INFLUXDB_TOKEN";

/// What lets us write to InfluxDB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(Secret);

impl Token {
    /// The token of `VIGIE_INFLUXDB_TOKEN`, or of the file that `VIGIE_INFLUXDB_TOKEN_FILE` names.
    ///
    /// # Errors
    /// When there is none, or other users could read the file.
    pub fn from_environment() -> Result<Self, TokenError> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// As [`Token::from_environment`], with these variables.
    ///
    /// # Errors
    /// As there.
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, TokenError> {
        let secret = Secret::from_variables(VARIABLE, variable).map_err(|error| match error {
            SecretError::Missing(_) => TokenError::Missing,
            other => TokenError::Secret(other),
        })?;
        // Only visible ASCII may stand in a header.
        let text = secret.reveal();
        let is_token = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        if is_token { Ok(Self(secret)) } else { Err(TokenError::Malformed) }
    }

    /// The token itself, for the one who sends it.
    pub(super) fn secret(&self) -> &str {
        self.0.reveal()
    }
}

/// Why there is no token, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Neither variable is set.
    #[error(
        "InfluxDB needs a token; put it into {VARIABLE}, or into a file that {VARIABLE}_FILE names"
    )]
    Missing,
    /// It cannot be sent.
    #[error("the token for InfluxDB is not one word of visible ASCII; copy it again")]
    Malformed,
    /// It cannot be had.
    #[error(transparent)]
    Secret(SecretError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Token, TokenError> {
        Token::from_variables(|name| (name == VARIABLE).then(|| text.into()))
    }

    #[test]
    fn a_token_is_one_word_that_fits_into_a_header() {
        assert_eq!(read("secret-word").unwrap().secret(), "secret-word");
        assert!(matches!(read("word\r\nHost: elsewhere"), Err(TokenError::Malformed)));
    }

    #[test]
    fn without_a_token_both_variables_are_named() {
        let error = read("").unwrap_err().to_string();
        assert!(
            error.contains("VIGIE_INFLUXDB_TOKEN,") && error.contains("VIGIE_INFLUXDB_TOKEN_FILE")
        );
    }
}
