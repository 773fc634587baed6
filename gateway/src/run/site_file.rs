//! The site file on the disk: read, replaced as a whole, and watched for changes by hand.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Site file on the disk.
#[derive(Clone, Debug)]
pub(super) struct SiteFile {
    path: PathBuf,
}

/// Reason why the file was not replaced.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotReplaced {
    /// It was changed meanwhile.
    #[error("the site file was changed meanwhile")]
    Changed,
    /// It cannot be written.
    #[error("{0} cannot be written; give vigie the right to write to it and to its folder")]
    Unwritable(PathBuf, #[source] io::Error),
}

impl SiteFile {
    pub(super) fn at(path: &Path) -> Self {
        // A link leads to the file that is to be replaced, and not to be replaced itself.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Self { path }
    }

    /// Name of the file in messages.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self) -> io::Result<String> {
        fs::read_to_string(&self.path)
    }

    /// Replaces `old` by `new`, if the file still holds `old`. At any moment it is one or the other; the
    /// old text is kept beside it.
    pub(super) fn replace(&self, old: &str, new: &str) -> Result<(), NotReplaced> {
        let unwritable = |error| NotReplaced::Unwritable(self.path.clone(), error);
        if self.read().map_err(unwritable)? != old {
            return Err(NotReplaced::Changed);
        }
        let permissions = fs::metadata(&self.path).map_err(unwritable)?.permissions();
        for (text, name) in [(old, self.beside("previous")), (new, self.beside("new"))] {
            let mut options = OpenOptions::new();
            let mut file =
                options.create(true).truncate(true).write(true).open(&name).map_err(unwritable)?;
            file.set_permissions(permissions.clone()).map_err(unwritable)?;
            file.write_all(text.as_bytes()).map_err(unwritable)?;
            file.sync_all().map_err(unwritable)?;
        }
        // Again, as late as can be: an editor may have saved in between.
        if self.read().map_err(unwritable)? != old {
            return Err(NotReplaced::Changed);
        }
        fs::rename(self.beside("new"), &self.path).map_err(unwritable)
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(ending);
        name.into()
    }
}

/// Checksum by which a text of the site file is recognised.
pub(super) fn checksum(text: &str) -> String {
    format!("{:08x}-{}", crc32fast::hash(text.as_bytes()), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_its_old_text_kept_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.toml");
        fs::write(&path, "old").unwrap();
        let file = SiteFile::at(&path);

        file.replace("old", "new").unwrap();

        assert_eq!(file.read().unwrap(), "new");
        assert_eq!(fs::read_to_string(folder.path().join("site.toml.previous")).unwrap(), "old");
        assert!(!folder.path().join("site.toml.new").exists());
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.toml");
        fs::write(&path, "by hand").unwrap();
        assert!(matches!(SiteFile::at(&path).replace("old", "new"), Err(NotReplaced::Changed)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "by hand");
    }
}
