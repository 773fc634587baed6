//! Who may read, and who may change something.
//!
//! ```text
//! request ──gate──▶ visitor: on this machine? with which account?
//!             │  cookie ──▶ sessions ─┐
//!             │  Basic ──▶ failures ──┴─▶ accounts (a file in the data folder)
//! a change ──staff──▶ an account, from our own page (Origin and token)
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `accounts`, `password` | names with hashed passwords, in a file that only its owner reads |
//! | `sessions` | who is logged in, until when |
//! | `failures` | how often a password may be guessed |
//! | `gate` | the identity of a visitor, and whether reading is open to them |
//! | `staff` | what a change must carry |

mod accounts;
mod failures;
mod gate;
mod password;
mod sessions;
mod staff;

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Instant;
use jiff::SignedDuration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

pub use accounts::{Account, AccountFault, AccountName, Accounts};
use failures::{Failures, Key};
pub(crate) use gate::{Peer, Visitor, admit, is_secure, percent_encoded};
pub use password::{InvalidPassword, Password};
use sessions::Sessions;
pub(crate) use sessions::{COOKIE, Identity, LONGEST};
pub(crate) use staff::{Staff, StaffForm, StaffJson, is_from_here};

/// Guards the dashboard. It outlives a change of the site, so that nobody is logged out by it.
pub struct Access {
    accounts: Accounts,
    sessions: Mutex<Sessions>,
    failures: Mutex<Failures>,
    /// A hash takes 19 MiB and a good part of a second of a Pi, so one is made at a time.
    hashing: Semaphore,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}

/// Why nobody was logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such account, or its password is another one.
    Wrong,
    /// Too many wrong ones came; so long to wait.
    TooMany(SignedDuration),
}

impl Access {
    /// The guard of the accounts in this data folder.
    pub fn of(data: &Path) -> Self {
        Self {
            accounts: Accounts::in_folder(data),
            sessions: Mutex::default(),
            failures: Mutex::default(),
            hashing: Semaphore::new(1),
        }
    }

    /// Whether there is an account at all; also when the file cannot be read, so that a broken file opens nothing.
    pub fn has_accounts(&self) -> bool {
        self.accounts.cached().map_or(true, |accounts| !accounts.is_empty())
    }

    /// Whether name and password belong together.
    pub(crate) async fn verify(
        &self,
        name: &str,
        password: String,
        peer: Option<IpAddr>,
        now: Instant,
    ) -> Result<Account, Refusal> {
        let keys = [peer.map(Key::Peer), Some(Key::name(name))];
        let keys = || keys.iter().flatten();
        lock(&self.failures).attempt(keys(), now).map_err(Refusal::TooMany)?;
        let account = self.account(name);
        let stored = account.as_ref().map(|account| account.hash().to_owned());
        let Ok(_turn) = self.hashing.acquire().await else { return Err(Refusal::Wrong) };
        let fits = spawn_blocking(move || password::fits(stored.as_deref(), &password)).await;
        match account {
            Some(account) if fits.unwrap_or(false) => {
                lock(&self.failures).forgive(keys());
                Ok(account)
            }
            _ => Err(Refusal::Wrong),
        }
    }

    /// Logs an account in; gives the secret of the cookie.
    pub(crate) fn begin(&self, account: &Account, now: Instant) -> String {
        lock(&self.sessions).begin(account, now)
    }

    /// Who has this cookie, while the account is as it was at the login.
    pub(crate) fn resume(&self, secret: &str, now: Instant) -> Option<Identity> {
        let (identity, password) = lock(&self.sessions).resume(secret, now)?;
        let account = self.account(identity.name.as_str());
        if account.is_none_or(|account| !account.has_hash(&password)) {
            self.end(secret);
            return None;
        }
        Some(identity)
    }

    /// Logs out.
    pub(crate) fn end(&self, secret: &str) {
        lock(&self.sessions).end(secret);
    }

    fn account(&self, name: &str) -> Option<Account> {
        let accounts = self.accounts.cached().ok()?;
        accounts.iter().find(|account| account.name().as_str() == name).cloned()
    }
}

/// Nothing under these locks can panic half-way.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A secret that nobody guesses: 256 bits from the system, in hexadecimal.
fn secret() -> String {
    use std::fmt::Write as _;

    use argon2::password_hash::rand_core::{OsRng, RngCore as _};

    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
