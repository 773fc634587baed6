//! State of everything that proves who somebody is.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use domain::Instant;
use jiff::SignedDuration;

use super::accounts::{Account, Accounts};
use super::cookies::cookie;
use super::device;
use super::failures::{Failures, Key};
use super::hashing::Hashing;
use super::proxies::{Network, TrustedProxies};
use super::sessions::{COOKIE, Identity, Sessions};
use super::verified::Verified;
use crate::counters;
use crate::machine::Machine;

/// Guards the dashboard. It outlives a change of the site, so that nobody is logged out by it.
pub struct Access {
    accounts: Accounts,
    proxies: TrustedProxies,
    sessions: Mutex<Sessions>,
    failures: Mutex<Failures>,
    verified: Mutex<Verified>,
    hashing: Hashing,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}

/// Name and password that somebody gave.
pub(crate) struct Attempt<'a> {
    pub(crate) name: &'a str,
    pub(crate) password: String,
    /// Where they come from.
    pub(crate) machine: Option<Machine>,
    /// By what a browser shows that it logged in before.
    pub(crate) device: Option<&'a str>,
}

/// Why nobody was logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such account, or its password is another one.
    Wrong,
    /// Too many wrong ones came; so long to wait.
    TooMany(SignedDuration),
    /// Too many are logging in at this moment.
    Busy,
}

impl Access {
    /// The guard of the accounts in this data folder. It believes no proxy.
    pub fn of(data: &Path) -> Self {
        Self {
            accounts: Accounts::in_folder(data),
            proxies: TrustedProxies::default(),
            sessions: Mutex::default(),
            failures: Mutex::default(),
            verified: Mutex::default(),
            hashing: Hashing::default(),
        }
    }

    /// The same, which believes the proxies in these networks when they say for whom they ask.
    #[must_use]
    pub fn behind(self, proxies: Vec<Network>) -> Self {
        Self { proxies: TrustedProxies::in_networks(proxies), ..self }
    }

    /// Whether there is an account at all; also when the file cannot be read, so that a broken file opens nothing.
    pub fn has_accounts(&self) -> bool {
        self.accounts.cached().map_or(true, |accounts| !accounts.is_empty())
    }

    /// Proxies that are believed.
    pub(super) fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// Whether many visitors may come from this address: it is a named proxy.
    pub(crate) fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.names(address)
    }

    /// Account of a request that brings name and password with it. What was right a moment ago costs no hash.
    pub(crate) async fn verify_again(
        &self,
        attempt: Attempt<'_>,
        now: Instant,
    ) -> Result<Account, Refusal> {
        let tag = lock(&self.verified).tag(attempt.name, &attempt.password);
        let proved = |account: &Account| lock(&self.verified).holds(&tag, account, now);
        let name = attempt.name;
        if let Some(account) = self.account(name).filter(proved) {
            return Ok(account);
        }
        let account = self.verify_unless(attempt, now, proved).await?;
        lock(&self.verified).keep(tag, &account, now);
        Ok(account)
    }

    /// Account of whom name and password belong together.
    pub(crate) async fn verify(
        &self,
        attempt: Attempt<'_>,
        now: Instant,
    ) -> Result<Account, Refusal> {
        self.verify_unless(attempt, now, |_| false).await
    }

    /// The same, without a hash where it was proved while this one waited for its turn.
    async fn verify_unless(
        &self,
        attempt: Attempt<'_>,
        now: Instant,
        is_proved: impl Fn(&Account) -> bool,
    ) -> Result<Account, Refusal> {
        let account = self.account(attempt.name);
        let keys = self.keys(&attempt, account.as_ref());
        let place = self.hashing.queue_up().ok_or(Refusal::Busy).inspect_err(|_| {
            counters::login_refused("busy");
        })?;
        lock(&self.failures).attempt(&keys, now).map_err(|wait| {
            counters::login_refused("guessing");
            Refusal::TooMany(wait)
        })?;
        let turn = self.hashing.turn(place).await;
        let fits = account.as_ref().is_some_and(&is_proved) || {
            let stored = account.as_ref().map(|account| account.hash().to_owned());
            turn.fits(stored, attempt.password).await
        };
        let account = account.filter(|_| fits).ok_or(Refusal::Wrong)?;
        lock(&self.failures).forgive(&keys, attempt.machine, attempt.name);
        Ok(account)
    }

    /// What the tries of this one are counted by. A browser that logged in before is counted by itself, and a machine
    /// that did so for this account not with others' tries for it: nobody else can lock them out.
    fn keys(&self, attempt: &Attempt<'_>, account: Option<&Account>) -> Vec<Key> {
        let device = attempt.device.zip(account);
        if let Some(device) = device.and_then(|(cookie, account)| device::known(cookie, account)) {
            return vec![Key::Device(device)];
        }
        let is_known = attempt
            .machine
            .is_some_and(|machine| lock(&self.failures).knows(machine, attempt.name));
        let name = (!is_known).then(|| Key::name(attempt.name));
        attempt.machine.map(Key::Machine).into_iter().chain(name).collect()
    }

    /// Logs an account in; gives the value of the cookie: by what the browser is known from now on, and the secret of the
    /// session.
    pub(crate) fn begin(&self, account: &Account, now: Instant) -> String {
        let secret = lock(&self.sessions).begin(account, now);
        format!("{}.{secret}", device::issue(account))
    }

    /// Who sent these headers, by the session of their cookie, while the account is as it was at the login.
    pub(super) fn resume(&self, headers: &HeaderMap, now: Instant) -> Option<Identity> {
        let (_, secret) = cookie(headers, COOKIE)?.rsplit_once('.')?;
        let (identity, password) = lock(&self.sessions).resume(secret, now)?;
        let account = self.account(identity.name.as_str());
        if account.is_none_or(|account| !account.has_hash(&password)) {
            lock(&self.sessions).end(secret);
            return None;
        }
        Some(identity)
    }

    /// By what a browser that logged in before is known; its session may be over.
    pub(crate) fn device_of(headers: &HeaderMap) -> Option<&str> {
        cookie(headers, COOKIE)?.rsplit_once('.').map(|(device, _)| device)
    }

    /// Logs out whoever sent these headers.
    pub(crate) fn end_of(&self, headers: &HeaderMap) {
        if let Some((_, secret)) = cookie(headers, COOKIE).and_then(|it| it.rsplit_once('.')) {
            lock(&self.sessions).end(secret);
        }
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
