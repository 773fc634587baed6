//! Resources of the machine: ports and the data folder. Opened first, so that a fault shows before anything has happened.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use dashboard::Accounts;
use domain::failure_chain;
use domain::site::Site;
use store::{SqliteReader, SqliteSettings, SqliteWriter, StoreError};
use tokio::net::TcpSocket;

use crate::client_names::ClientNames;
use crate::config::{BrokerChoice, Config, rollup_grid};
use crate::failure::Failure;

/// Binds the address of the dashboard.
pub(crate) fn http(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).map_err(|error| taken(address, "--http", &error))?;
    listener.set_nonblocking(true).map_err(|error| taken(address, "--http", &error))?;
    Ok(listener)
}

/// Probes whether the embedded broker will be able to listen; its port opens only when readings can be taken.
pub(crate) fn mqtt(broker: &BrokerChoice) -> Result<(), Failure> {
    let BrokerChoice::Embedded(address) = broker else { return Ok(()) };
    let probe = || -> io::Result<()> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // As the broker itself does; connections of an earlier run may linger.
        socket.set_reuseaddr(true)?;
        socket.bind(*address)
    };
    probe().map_err(|error| taken(*address, "--mqtt", &error))
}

fn taken(address: SocketAddr, flag: &str, error: &io::Error) -> Failure {
    Failure::Unavailable(match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{address} is in use, perhaps by another vigie; stop it or choose another with {flag}"
        ),
        io::ErrorKind::PermissionDenied => {
            format!("{address} may not be used by this user; choose a port above 1023 with {flag}")
        }
        _ => format!("{address} cannot be used: {error}; choose another with {flag}"),
    })
}

/// Opens the store of the data folder for writing and reading.
pub(crate) fn store(config: &Config) -> Result<(Arc<SqliteWriter>, Arc<SqliteReader>), Failure> {
    let folder = &config.data;
    std::fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        Failure::Unavailable(format!(
            "the data folder {folder} cannot be made: {error}; choose another with --data"
        ))
    })?;
    let grid = rollup_grid(&config.site);
    let forward_to =
        config.influxdb.as_ref().map(|(target, _)| target.name(&config.site.id, &grid));
    let settings = settings(&config.site, forward_to);
    let open = || SqliteWriter::open(folder, &settings);
    if config.demonstration {
        forget(folder, open())?;
    }
    let writer = open().map_err(|error| unusable(folder, &error))?;
    Ok((Arc::new(writer), reader(folder)?))
}

/// Empties the demonstration's own folder, unless another demonstration holds it. Its people live by hours that belong
/// to its start, so a second history would contradict the first.
fn forget(folder: &Path, held: Result<SqliteWriter, StoreError>) -> Result<(), Failure> {
    if let Err(error @ StoreError::InUse { .. }) = held {
        return Err(unusable(folder, &error));
    }
    drop(held);
    empty(folder).map_err(|error| {
        let folder = folder.display();
        Failure::Unavailable(format!(
            "the folder of the last demonstration, {folder}, cannot be removed: {error}; remove it, or choose another \
             with --data"
        ))
    })
}

/// Removes all but the accounts and the names at the broker, which are not made up.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let kept = [Accounts::FILE, ClientNames::FILE];
        if path.file_name().is_some_and(|name| kept.iter().any(|kept| name == *kept)) {
            continue;
        }
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }?;
    }
    Ok(())
}

/// Opens the store of the data folder for reading only.
pub(crate) fn reader(folder: &Path) -> Result<Arc<SqliteReader>, Failure> {
    SqliteReader::open(folder).map(Arc::new).map_err(|error| unusable(folder, &error))
}

/// Settings with which the store of `site` is written.
pub(crate) fn settings(site: &Site, forward_to: Option<String>) -> SqliteSettings {
    SqliteSettings {
        timezone: site.timezone.clone(),
        longest_gap: site.rules.longest_gap(),
        retention: site.retention.clone(),
        forward_to,
    }
}

/// Failure to use the store of a data folder, with the remedy.
pub(crate) fn unusable(folder: &Path, error: &StoreError) -> Failure {
    let folder = folder.display();
    Failure::Unavailable(match error {
        StoreError::InUse { .. } => format!(
            "the data folder {folder} is in use by another vigie; stop it or choose another with --data"
        ),
        error @ (StoreError::Damaged { .. } | StoreError::Foreign { .. }) => format!(
            "the data folder {folder} cannot be used: {}; restore a backup with `vigie restore --replace`, which moves the \
             database aside",
            failure_chain(error)
        ),
        error => format!("the data folder {folder} cannot be used: {}", failure_chain(error)),
    })
}
