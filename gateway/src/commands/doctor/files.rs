//! Site file, data folder and the rights on them.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use domain::site::Site;

use super::line::Line;
use crate::failure::Failure;
use crate::machine::rights;

const SITE: &str = "site file";
const DATA: &str = "data folder";
/// Files with wrong rights that are named; more of them say nothing new.
const NAMED: usize = 10;

/// A site file, with what was read of it.
pub(super) type ReadSite<'a> = (&'a Path, Result<(Site, String), Failure>);

/// Whether the site file is in order, and can be changed from the dashboard.
pub(super) fn site(read: Option<&ReadSite<'_>>) -> Line {
    let Some((path, read)) = read else {
        let remedy = "name it with --site, or VIGIE_SITE";
        return Line::careful(SITE, "none is named: rules of the building are not known", remedy);
    };
    let name = path.display();
    match read {
        Err(failure) => Line::fault(SITE, failure.to_string(), "correct it; see `vigie check`"),
        Ok((site, _)) => match rights::may_replace(path) {
            Ok(()) => Line::sound(SITE, format!("{name}: {}", site.name)),
            Err(error) => Line::careful(
                SITE,
                format!("{name}: {}; it cannot be changed from the dashboard: {error}", site.name),
                "let the user of the service write to it and to its folder, as gateway/deploy/tmpfiles.conf does",
            ),
        },
    }
}

/// Whether the data folder and all in it belong to one user, and are for that user alone.
pub(super) fn folder(data: &Path) -> Vec<Line> {
    let name = data.display();
    let owner = match fs::metadata(data) {
        Ok(found) => found,
        Err(error) => {
            let remedy = "name the folder with --data; the first start of vigie makes it";
            return vec![Line::fault(DATA, format!("{name}: {error}"), remedy)];
        }
    };
    let files: Vec<(String, Metadata)> = match fs::read_dir(data) {
        Ok(entries) => entries
            .flatten()
            .filter_map(|it| Some((it.file_name().display().to_string(), it.metadata().ok()?)))
            .collect(),
        Err(error) => {
            let remedy = format!("run this with sudo, or as user {}", owner.uid());
            return vec![Line::fault(DATA, format!("{name}: {error}"), remedy)];
        }
    };
    let named = |is_wrong: &dyn Fn(&Metadata) -> bool| -> Vec<String> {
        let wrong = files.iter().filter(|(_, it)| is_wrong(it)).map(|(name, _)| name.clone());
        wrong.take(NAMED).collect()
    };
    let mut lines = Vec::new();
    let others = named(&|it| it.uid() != owner.uid());
    if others.is_empty() {
        lines.push(Line::sound(DATA, format!("{name}, of user {}", owner.uid())));
    } else {
        let says = format!("{name} belongs to user {}, and these in it do not", owner.uid());
        let remedy = format!("chown -R --no-dereference {}: {name}", owner.uid());
        lines.push(Line::fault(DATA, says, remedy).with(others));
    }
    let is_open = |it: &Metadata| it.mode() & 0o077 != 0;
    if is_open(&owner) && files.iter().any(|(_, it)| is_open(it)) {
        let says = format!("other users of this machine can read what is in {name}");
        lines.push(Line::careful("rights", says, format!("chmod -R go= {name}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::commands::doctor::line::State;

    fn states(lines: &[Line]) -> Vec<State> {
        lines.iter().map(|line| line.state).collect()
    }

    #[test]
    fn a_folder_for_everybody_is_named_with_its_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vigie.db");
        fs::write(&file, "").unwrap();
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(folder.path(), 0o755);
        mode(&file, 0o644);
        let lines = super::folder(folder.path());
        assert_eq!(states(&lines), [State::Sound, State::Careful]);
        assert!(lines[1].to_string().contains("chmod -R go="), "{}", lines[1]);

        mode(folder.path(), 0o700);
        assert_eq!(states(&super::folder(folder.path())), [State::Sound]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_fault() {
        assert_eq!(states(&super::folder(Path::new("/nowhere/vigie"))), [State::Fault]);
    }
}
