//! Names of this installation's clients at a broker. Each has a random part that is made once and kept in the data folder:
//! whoever knows the name of a client can push it out and take its queue.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::failure_chain;
use ingest::OldSession;

use crate::failure::Failure;

/// Bytes of the random part.
const RANDOM_BYTES: usize = 12;
/// Second line of the file once nothing waits under the names of earlier versions.
const LEFT: &str = "old session left";

/// Names of the clients of one data folder.
#[derive(Clone, Debug)]
pub(crate) struct ClientNames(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    base: String,
    path: PathBuf,
    random: String,
    left: Mutex<bool>,
}

impl ClientNames {
    /// File in the data folder, for its owner only.
    pub(crate) const FILE: &'static str = "mqtt-names";

    /// The names that begin with `base`, as the data folder keeps them; made there at the first call.
    pub(crate) fn of(data: &Path, base: &str) -> Result<Self, Failure> {
        let path = data.join(Self::FILE);
        let fault = |error: io::Error| {
            Failure::Unavailable(format!(
                "the names of this gateway at the broker, {}, cannot be kept: {}; see that vigie may write there",
                path.display(),
                failure_chain(&error)
            ))
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => {
                fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(fault)?;
                text
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("{}\n", random_name().map_err(fault)?);
                write(&path, &text).map_err(fault)?;
                text
            }
            Err(error) => return Err(fault(error)),
        };
        let mut lines = text.lines();
        let random = lines.next().unwrap_or_default();
        if random.len() != 2 * RANDOM_BYTES || !random.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            return Err(Failure::Unavailable(format!(
                "{} is damaged: its first line is no name; remove it, and a new one is made. What the broker kept for the \
                 old name is then not received",
                path.display()
            )));
        }
        let (random, left) = (random.to_owned(), Mutex::new(lines.next() == Some(LEFT)));
        Ok(Self(Arc::new(Kept { base: base.to_owned(), path, random, left })))
    }

    /// Name of the client that receives readings. The broker keeps messages for it.
    pub(crate) fn readings(&self) -> String {
        format!("{}-{}", self.0.base, self.0.random)
    }

    /// Name of the client that publishes states.
    pub(crate) fn states(&self) -> String {
        format!("{}-{}-states", self.0.base, self.0.random)
    }

    /// Session that versions without a random part had, as long as it is not left.
    pub(crate) fn old_session(&self) -> Option<OldSession> {
        if *self.0.left.lock().unwrap_or_else(PoisonError::into_inner) {
            return None;
        }
        let kept = Arc::clone(&self.0);
        let left = Box::new(move || kept.leave());
        Some(OldSession { client_id: self.0.base.clone(), left })
    }
}

impl Kept {
    fn leave(&self) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = true;
        if let Err(error) = write(&self.path, &format!("{}\n{LEFT}\n", self.random)) {
            tracing::warn!(%error, "that nothing waits under the earlier name is looked up at the next start again");
        }
    }
}

/// A name that nobody guesses, from the random numbers of the system.
pub(crate) fn random_name() -> io::Result<String> {
    let mut bytes = [0; RANDOM_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let digit = |half: u8| char::from_digit(u32::from(half), 16);
    Ok(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect())
}

/// Replaces the file in one step, so that a power cut leaves the old one or the new one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_data_folder_stay_and_those_of_another_cannot_be_guessed_from_them() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let names = ClientNames::of(here.path(), "vigie-gateway-dreux").unwrap();
        let again = ClientNames::of(here.path(), "vigie-gateway-dreux").unwrap();
        let other = ClientNames::of(there.path(), "vigie-gateway-dreux").unwrap();
        assert_eq!(names.readings(), again.readings());
        assert_ne!(names.readings(), other.readings());
        assert_ne!(names.readings(), names.states());
        assert!(names.states().starts_with("vigie-gateway-dreux-"));
    }

    #[test]
    fn only_the_owner_of_the_data_folder_may_read_the_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ClientNames::FILE);
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        ClientNames::of(folder.path(), "a").unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        ClientNames::of(folder.path(), "a").unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn the_earlier_session_is_left_once() {
        let folder = tempfile::tempdir().unwrap();
        let names = ClientNames::of(folder.path(), "vigie-gateway-dreux").unwrap();
        let old = names.old_session().unwrap();
        assert_eq!(old.client_id, "vigie-gateway-dreux");
        (old.left)();
        let again = ClientNames::of(folder.path(), "vigie-gateway-dreux").unwrap();
        assert!(names.old_session().is_none() && again.old_session().is_none());
        assert_eq!(names.readings(), again.readings());
    }

    #[test]
    fn a_damaged_file_of_names_is_told_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(ClientNames::FILE), "short\n").unwrap();
        let refused = ClientNames::of(folder.path(), "a").unwrap_err().to_string();
        assert!(refused.contains("mqtt-names") && refused.contains("remove it"), "{refused}");
    }
}
