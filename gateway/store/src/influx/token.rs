//! The token for InfluxDB: from the environment only, never shown.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Names the variable that holds the token.
const VARIABLE: &str = "VIGIE_INFLUXDB_TOKEN";
/// Names the variable that names a file that holds the token.
const FILE_VARIABLE: &str = "VIGIE_INFLUXDB_TOKEN_FILE";
/// Longer files are no token.
const LONGEST: u64 = 4096;

/// What lets us write to InfluxDB.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

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
        let given = |name| variable(name).filter(|value| !value.is_empty());
        match (given(VARIABLE), given(FILE_VARIABLE)) {
            (Some(_), Some(_)) => Err(TokenError::Twice),
            (Some(token), None) => {
                Self::checked(token.to_str().unwrap_or_default()).ok_or(TokenError::Malformed)
            }
            (None, Some(path)) => Self::from_file(Path::new(&path)),
            (None, None) => Err(TokenError::Missing),
        }
    }

    fn from_file(path: &Path) -> Result<Self, TokenError> {
        let unreadable = |source| TokenError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        // Of the open file, so that it cannot be exchanged in between.
        let mode = file.metadata().map_err(unreadable)?.mode();
        if mode & 0o077 != 0 {
            return Err(TokenError::Open { path: path.to_owned() });
        }
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
        Self::checked(text.trim()).ok_or(TokenError::Malformed)
    }

    /// A token goes into a header, where only visible ASCII may stand.
    fn checked(text: &str) -> Option<Self> {
        let is_token = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        is_token.then(|| Self(text.to_owned()))
    }

    /// The token itself, for the one who sends it.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Why there is no token, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Neither variable is set.
    #[error(
        "InfluxDB needs a token; put it into {VARIABLE}, or into a file that {FILE_VARIABLE} names"
    )]
    Missing,
    /// Both variables are set.
    #[error("both {VARIABLE} and {FILE_VARIABLE} are set; keep one")]
    Twice,
    /// It cannot be sent.
    #[error("the token for InfluxDB is not one word of visible ASCII; copy it again")]
    Malformed,
    /// Other users of the machine could read it.
    #[error("other users may read {path}; take that right away with chmod 600 {path}", path = path.display())]
    Open {
        /// Which file.
        path: PathBuf,
    },
    /// There is no such file, or it is not ours to read.
    #[error("{path}, named by {FILE_VARIABLE}, cannot be read", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn read(variables: &[(&str, &Path)]) -> Result<Token, TokenError> {
        Token::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.as_os_str().to_owned())
        })
    }

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        std::fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn the_token_comes_from_a_variable_or_a_file() {
        let file = file("secret-word\n", 0o600);
        assert_eq!(read(&[(VARIABLE, Path::new("secret-word"))]).unwrap().secret(), "secret-word");
        assert_eq!(read(&[(FILE_VARIABLE, file.path())]).unwrap().secret(), "secret-word");
    }

    #[test]
    fn a_token_file_that_others_may_read_is_refused_with_the_remedy() {
        for mode in [0o644, 0o640, 0o604] {
            let file = file("secret-word", mode);
            let error = read(&[(FILE_VARIABLE, file.path())]).unwrap_err();
            assert!(matches!(error, TokenError::Open { .. }));
            assert!(error.to_string().contains("chmod 600"));
        }
    }

    #[test]
    fn no_token_two_tokens_and_no_word_are_told_apart() {
        let word = Path::new("word");
        assert!(matches!(read(&[]), Err(TokenError::Missing)));
        assert!(matches!(read(&[(VARIABLE, Path::new(""))]), Err(TokenError::Missing)));
        let two = [(VARIABLE, word), (FILE_VARIABLE, word)];
        assert!(matches!(read(&two), Err(TokenError::Twice)));
        let header = Path::new("word\r\nHost: elsewhere");
        assert!(matches!(read(&[(VARIABLE, header)]), Err(TokenError::Malformed)));
        let nowhere = Path::new("/nowhere/token");
        assert!(matches!(read(&[(FILE_VARIABLE, nowhere)]), Err(TokenError::Unreadable { .. })));
    }

    #[test]
    fn a_token_never_shows() {
        let token = read(&[(VARIABLE, Path::new("secret-word"))]).unwrap();
        assert!(!format!("{token:?}").contains("secret"));
    }
}
