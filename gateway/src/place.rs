//! The place on which a command works: a data folder, and the site file that goes with it.

use std::path::PathBuf;
use std::sync::Arc;

use domain::site::Site;
use store::influx::Target;

use crate::config::{Backups, backups, data_folder, influxdb_target, read_site, rollup_grid};
use crate::failure::Failure;
use crate::settings::Settings;

/// Data folder, building and backups of a command that starts no parts.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Where data are kept.
    pub(crate) data: PathBuf,
    /// The building with the text of its site file, when one is named.
    pub(crate) site: Option<(Arc<Site>, String)>,
    /// Where backups go.
    pub(crate) backups: Backups,
    /// Name of the InfluxDB to which the gateway of this place forwards, when it does.
    pub(crate) forward_to: Option<String>,
}

impl Place {
    /// Checks `settings`. There is no demonstration here: what is made up is not worth keeping.
    ///
    /// # Errors
    /// [`Failure::Configuration`] when neither a site file nor a data folder is named, or the site file is not in order.
    pub(crate) fn read(settings: &Settings) -> Result<Self, Failure> {
        let site = settings.site.as_deref().map(|path| read_site(Some(path))).transpose()?;
        let data = match (&settings.data, &site) {
            (Some(folder), _) => folder.clone(),
            (None, Some((site, _))) => data_folder(None, site, false)?,
            (None, None) => {
                return Err(Failure::Configuration(
                    "which data? name the site file with --site, or the data folder with --data"
                        .into(),
                ));
            }
        };
        let backups = backups(settings, &data);
        let target = influxdb_target(settings)?;
        let name = |(target, (site, _)): (Target, &(Site, String))| {
            target.name(&site.id, &rollup_grid(site))
        };
        let forward_to = target.zip(site.as_ref()).map(name);
        let site = site.map(|(site, text)| (Arc::new(site), text));
        Ok(Self { data, site, backups, forward_to })
    }

    /// The building, which some commands cannot do without.
    ///
    /// # Errors
    /// [`Failure::Configuration`] when no site file is named.
    pub(crate) fn site(&self) -> Result<&Arc<Site>, Failure> {
        let site = self.site.as_ref().map(|(site, _)| site);
        site.ok_or_else(|| {
            Failure::Configuration("this needs the site file: name it with --site".into())
        })
    }
}
