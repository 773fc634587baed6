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
pub struct Secret(String);

/// Why there is no secret, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Neither variable is set.
    #[error("neither {0} nor {0}_FILE is set")]
    Missing(&'static str),
    /// Both variables are set.
    #[error("both {0} and {0}_FILE are set; keep one")]
    Twice(&'static str),
    /// The variable holds no text.
    #[error("{0} is no UTF-8 text")]
    NoText(&'static str),
    /// Other users of the machine could read it.
    #[error("other users may read {path}; take that right away with chmod 600 {path}", path = path.display())]
    Open {
        /// Which file.
        path: PathBuf,
    },
    /// There is no such file, or it is not ours to read.
    #[error("{path}, named by {name}_FILE, cannot be read", path = path.display())]
    Unreadable {
        /// The variable, without `_FILE`.
        name: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Secret {
    /// The value of the variable `name`, or what is in the file that `name` with `_FILE` names.
    ///
    /// # Errors
    /// When there is none, there are two, or other users could read the file.
    pub fn from_environment(name: &'static str) -> Result<Self, SecretError> {
        Self::from_variables(name, |name| std::env::var_os(name))
    }

    /// As [`Secret::from_environment`], with these variables.
    ///
    /// # Errors
    /// As there.
    pub fn from_variables(
        name: &'static str,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, SecretError> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        match (given(name), given(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => Err(SecretError::Twice(name)),
            (Some(text), None) => {
                let text = text.into_string().map_err(|_| SecretError::NoText(name))?;
                Ok(Self(text.trim().to_owned()))
            }
            (None, Some(path)) => Self::from_file(name, Path::new(&path)),
            (None, None) => Err(SecretError::Missing(name)),
        }
    }

    fn from_file(name: &'static str, path: &Path) -> Result<Self, SecretError> {
        let unreadable = |source| SecretError::Unreadable { name, path: path.to_owned(), source };
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
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn read(variables: &[(&str, &Path)]) -> Result<Secret, SecretError> {
        Secret::from_variables("WORD", |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.as_os_str().to_owned())
        })
    }

    fn file(mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "secret-word\n").unwrap();
        std::fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_secret_comes_from_a_variable_or_from_a_file_of_its_owner_alone() {
        let file = file(0o600);
        assert_eq!(read(&[("WORD", Path::new("secret-word"))]).unwrap().reveal(), "secret-word");
        assert_eq!(read(&[("WORD_FILE", file.path())]).unwrap().reveal(), "secret-word");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_remedy() {
        for mode in [0o644, 0o640, 0o604] {
            let error = read(&[("WORD_FILE", file(mode).path())]).unwrap_err();
            assert!(matches!(error, SecretError::Open { .. }));
            assert!(error.to_string().contains("chmod 600"));
        }
    }

    #[test]
    fn no_secret_two_secrets_and_no_file_are_told_apart() {
        let word = Path::new("word");
        assert!(matches!(read(&[]), Err(SecretError::Missing("WORD"))));
        assert!(matches!(read(&[("WORD", Path::new(""))]), Err(SecretError::Missing(_))));
        assert!(matches!(read(&[("WORD", word), ("WORD_FILE", word)]), Err(SecretError::Twice(_))));
        let nowhere = Path::new("/nowhere/word");
        let error = read(&[("WORD_FILE", nowhere)]).unwrap_err();
        assert_eq!(error.to_string(), "/nowhere/word, named by WORD_FILE, cannot be read");
    }

    #[test]
    fn a_secret_never_shows() {
        let secret = read(&[("WORD", Path::new("secret-word"))]).unwrap();
        assert!(!format!("{secret:?}").contains("secret-word"));
    }
}
