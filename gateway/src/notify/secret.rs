//! A secret from the environment, or from a file that only its owner may read; never shown.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Longer files are no secret.
const LONGEST: u64 = 4096;

/// A word that must not be seen.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum SecretError {
    /// Neither variable is set.
    #[error("neither {0} nor {0}_FILE is set")]
    Missing(String),
    /// The file cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read the file.
    #[error("{path} can be read by others; chmod 600 it")]
    Open {
        /// Which file.
        path: PathBuf,
    },
}

impl Secret {
    /// The value of the variable `name`, or of the file that `name` with `_FILE` names.
    pub(super) fn from_environment(name: &str) -> Result<Self, SecretError> {
        Self::from_variables(name, |name| std::env::var_os(name))
    }

    fn from_variables(
        name: &str,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, SecretError> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(text) = given(name).and_then(|value| value.into_string().ok()) {
            return Ok(Self(text.trim().to_owned()));
        }
        match given(&format!("{name}_FILE")) {
            Some(path) => Self::from_file(Path::new(&path)),
            None => Err(SecretError::Missing(name.to_owned())),
        }
    }

    fn from_file(path: &Path) -> Result<Self, SecretError> {
        let unreadable = |source| SecretError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        // Of the open file, so that it cannot be exchanged in between.
        if file.metadata().map_err(unreadable)?.mode() & 0o077 != 0 {
            return Err(SecretError::Open { path: path.to_owned() });
        }
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
        Ok(Self(text.trim().to_owned()))
    }

    /// The secret itself, for the one who needs it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn with(name: &str, value: &Path) -> Result<Secret, SecretError> {
        Secret::from_variables("WORD", |asked| (asked == name).then(|| value.into()))
    }

    #[test]
    fn a_secret_comes_from_a_variable_or_from_a_file_of_its_owner_alone() {
        assert_eq!(with("WORD", Path::new("abc")).unwrap().reveal(), "abc");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "abc").unwrap();
        assert_eq!(with("WORD_FILE", file.path()).unwrap().reveal(), "abc");
        file.as_file().set_permissions(PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(with("WORD_FILE", file.path()), Err(SecretError::Open { .. })));
        assert!(matches!(with("OTHER", file.path()), Err(SecretError::Missing(_))));
    }

    #[test]
    fn a_secret_never_shows() {
        assert!(!format!("{:?}", with("WORD", Path::new("abc")).unwrap()).contains("abc"));
    }
}
