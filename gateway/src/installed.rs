//! Where the shipped unit has the site file and the data. A command that names neither works on those of the service, where
//! one is installed, and says so.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::settings::Settings;

/// Site file and data folder of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Installed {
    /// The site file.
    pub(crate) site: PathBuf,
    /// The data folder.
    pub(crate) data: PathBuf,
}

impl Installed {
    /// As `gateway/deploy/vigie.service` has it.
    pub(crate) fn by_the_unit() -> Self {
        Self { site: PathBuf::from("/etc/vigie/site.toml"), data: PathBuf::from("/var/lib/vigie") }
    }

    /// Names in `settings` what they leave out, where this installation has it and they name nothing else; the answer says
    /// what was taken.
    pub(crate) fn complete(&self, settings: &mut Settings) -> String {
        let is_ours = |named: Option<&Path>, ours: &Path| named.is_none_or(|it| is_same(it, ours));
        let is_this = is_ours(settings.site.as_deref(), &self.site)
            && is_ours(settings.data.as_deref(), &self.data);
        if !is_this {
            return String::new();
        }
        let mut told = Vec::new();
        if settings.site.is_none() && fs::File::open(&self.site).is_ok() {
            settings.site = Some(self.site.clone());
            told.push(format!("site file {}, that of the service\n", self.site.display()));
        }
        let data = self.data.display();
        if settings.data.is_none() {
            match fs::read_dir(&self.data) {
                Ok(_) => {
                    settings.data = Some(self.data.clone());
                    told.push(format!(
                        "data folder {data}, that of the service; name another with --data\n"
                    ));
                }
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    told.push(format!(
                        "the data folder of the service, {data}, is not for you to read, so it is not taken; with sudo it is\n"
                    ));
                }
                Err(_) => {}
            }
        }
        told.concat()
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path| fs::canonicalize(path).ok();
    one == other || whole(one).is_some_and(|one| Some(one) == whole(other))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    fn settings(words: &[&str]) -> Settings {
        Line::try_parse_from([&["vigie"], words].concat()).unwrap().settings
    }

    fn installed(folder: &Path) -> Installed {
        let installed = Installed { site: folder.join("site.toml"), data: folder.join("data") };
        fs::write(&installed.site, "").unwrap();
        fs::create_dir(&installed.data).unwrap();
        installed
    }

    #[test]
    fn a_command_that_names_nothing_works_on_the_service_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let installed = installed(folder.path());
        let mut settings = settings(&[]);

        let told = installed.complete(&mut settings);

        assert_eq!(settings.site.as_ref(), Some(&installed.site));
        assert_eq!(settings.data.as_ref(), Some(&installed.data));
        assert!(told.contains(&installed.data.display().to_string()), "{told}");
    }

    #[test]
    fn the_data_of_the_service_go_with_its_site_file_and_with_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let installed = installed(folder.path());
        let site = installed.site.display().to_string();
        let mut same = settings(&["--site", &site]);
        installed.complete(&mut same);
        assert_eq!(same.data.as_ref(), Some(&installed.data));

        for other in [["--site", "other.toml"], ["--data", "/elsewhere"]] {
            let mut other = settings(&other);
            assert_eq!(installed.complete(&mut other), "");
            assert!(other.site.is_none() || other.data.is_none());
        }
    }

    #[test]
    fn where_no_service_is_installed_nothing_is_taken() {
        let mut settings = settings(&[]);
        let nowhere = Installed { site: "/nowhere/site.toml".into(), data: "/nowhere/data".into() };
        assert_eq!(nowhere.complete(&mut settings), "");
        assert!(settings.site.is_none() && settings.data.is_none());
    }
}
