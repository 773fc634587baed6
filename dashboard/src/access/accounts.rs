//! The accounts, in a file of the data folder that only its owner may read. It is read anew whenever it changes, so
//! `vigie user` works beside a running dashboard.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Instant;
use serde::{Deserialize, Serialize};

use super::password::{Password, hash};

const FILE: &str = "accounts.json";
/// More than a building has staff; each login looks through them.
const MOST: usize = 200;

/// The name of an account, as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

impl AccountName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = AccountFault;

    fn from_str(text: &str) -> Result<Self, AccountFault> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        if (1..=32).contains(&text.chars().count()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AccountFault::Name(text.chars().take(40).collect()))
        }
    }
}

impl TryFrom<String> for AccountName {
    type Error = AccountFault;

    fn try_from(text: String) -> Result<Self, AccountFault> {
        text.parse()
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> Self {
        name.0
    }
}

/// Somebody of the staff.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    name: AccountName,
    /// argon2id, in the PHC format.
    password: String,
    since: Instant,
}

impl Account {
    /// The name.
    pub fn name(&self) -> &AccountName {
        &self.name
    }

    /// When it was made.
    pub fn since(&self) -> Instant {
        self.since
    }

    pub(super) fn hash(&self) -> &str {
        &self.password
    }

    pub(super) fn has_hash(&self, hash: &str) -> bool {
        self.password == hash
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Reason for which accounts could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountFault {
    /// No name of an account.
    #[error("`{0}` is no account name; take 1 to 32 letters, digits, dots, hyphens or underscores")]
    Name(String),
    /// It is there already.
    #[error("there is an account `{0}` already; change its password with `vigie user passwd {0}`")]
    Exists(String),
    /// It is not there.
    #[error("there is no account `{0}`; `vigie user list` shows those there are")]
    Missing(String),
    /// There are enough.
    #[error("there are {MOST} accounts already; remove those that nobody uses")]
    Full,
    /// The file is not what we wrote.
    #[error(
        "{path} cannot be understood; restore it from a backup, or remove it and add the accounts anew"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The file cannot be read or written.
    #[error("{path} cannot be used")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    accounts: Vec<Account>,
}

/// Version of the file by which its states differ: it is only ever replaced as a whole.
type Stamp = (u64, i64, i64, u64);

/// The accounts of one data folder.
#[derive(Debug)]
pub struct Accounts {
    path: PathBuf,
    seen: Mutex<Option<(Stamp, Arc<Vec<Account>>)>>,
}

impl Accounts {
    /// The name of the file in a data folder.
    pub const FILE: &'static str = FILE;

    /// Those of this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join(FILE), seen: Mutex::default() }
    }

    /// All of them, in the order of their names; none when there is no file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list(&self) -> Result<Vec<Account>, AccountFault> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.fault(error)),
        };
        let contents: Contents = serde_json::from_str(&text)
            .map_err(|source| AccountFault::Damaged { path: self.path.clone(), source })?;
        Ok(contents.accounts)
    }

    /// Adds one.
    ///
    /// # Errors
    /// When it is there already, or the file cannot be used.
    pub fn add(
        &self,
        name: &AccountName,
        password: &Password,
        now: Instant,
    ) -> Result<(), AccountFault> {
        self.change(|accounts| {
            if accounts.iter().any(|account| account.name == *name) {
                return Err(AccountFault::Exists(name.0.clone()));
            }
            if accounts.len() >= MOST {
                return Err(AccountFault::Full);
            }
            accounts.push(Account { name: name.clone(), password: hash(password), since: now });
            accounts.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(())
        })
    }

    /// Gives one another password, which logs it out everywhere.
    ///
    /// # Errors
    /// When it is not there, or the file cannot be used.
    pub fn change_password(
        &self,
        name: &AccountName,
        password: &Password,
    ) -> Result<(), AccountFault> {
        self.change(|accounts| {
            let account = accounts.iter_mut().find(|account| account.name == *name);
            let account = account.ok_or_else(|| AccountFault::Missing(name.0.clone()))?;
            account.password = hash(password);
            Ok(())
        })
    }

    /// Removes one, which logs it out everywhere.
    ///
    /// # Errors
    /// When it is not there, or the file cannot be used.
    pub fn remove(&self, name: &AccountName) -> Result<(), AccountFault> {
        self.change(|accounts| {
            let before = accounts.len();
            accounts.retain(|account| account.name != *name);
            if accounts.len() == before {
                return Err(AccountFault::Missing(name.0.clone()));
            }
            Ok(())
        })
    }

    /// The list, read only when the file has changed. What is wrong is logged once for each state of the file.
    pub(super) fn cached(&self) -> Result<Arc<Vec<Account>>, ()> {
        let stamp = match fs::metadata(&self.path) {
            Ok(meta) => (meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::default()),
            Err(_) => (0, 0, 0, 0),
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &*seen {
            Some((then, accounts)) if *then == stamp => Ok(Arc::clone(accounts)),
            _ => {
                let accounts = self.list().map(Arc::new).map_err(|error| {
                    tracing::error!(error = &error as &dyn std::error::Error, "nobody can log in");
                })?;
                *seen = Some((stamp, Arc::clone(&accounts)));
                Ok(accounts)
            }
        }
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Vec<Account>) -> Result<(), AccountFault>,
    ) -> Result<(), AccountFault> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(|error| self.fault(error))?;
        }
        // Two at the same time would lose one of the changes.
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.path.with_extension("lock"))
            .map_err(|error| self.fault(error))?;
        lock.lock().map_err(|error| self.fault(error))?;
        let mut accounts = self.list()?;
        change(&mut accounts)?;
        let text = serde_json::to_string_pretty(&Contents { accounts }).expect("plain data");
        self.replace(&text).map_err(|error| self.fault(error))
    }

    /// The file is either the old one or the new one, whatever happens.
    fn replace(&self, text: &str) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)
    }

    fn fault(&self, source: io::Error) -> AccountFault {
        AccountFault::File { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn now() -> Instant {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn password(text: &str) -> Password {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn an_account_is_kept_hashed_in_a_file_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::in_folder(folder.path());

        accounts.add(&"marie".parse().unwrap(), &password("un secret de marie"), now()).unwrap();

        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("$argon2id$") && !text.contains("un secret"), "{text}");
        assert!(!format!("{:?}", accounts.list().unwrap()).contains("argon2"));
    }

    #[test]
    fn a_name_is_given_once_and_can_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = Accounts::in_folder(folder.path());
        let marie: AccountName = "marie".parse().unwrap();
        let secret = password("un secret de marie");

        accounts.add(&marie, &secret, now()).unwrap();
        assert!(matches!(accounts.add(&marie, &secret, now()), Err(AccountFault::Exists(_))));
        accounts.remove(&marie).unwrap();

        assert!(accounts.list().unwrap().is_empty());
        assert!(matches!(accounts.remove(&marie), Err(AccountFault::Missing(_))));
    }

    #[test]
    fn a_name_holds_nothing_that_could_be_taken_for_something_else() {
        for bad in ["", "a b", "a/b", "<b>", &"a".repeat(33)] {
            assert!(bad.parse::<AccountName>().is_err(), "{bad}");
        }
        assert!("rené.dupont-2".parse::<AccountName>().is_ok());
    }

    #[test]
    fn a_file_that_cannot_be_understood_opens_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{").unwrap();
        let access = super::super::Access::of(folder.path());
        assert!(access.has_accounts());
    }
}
