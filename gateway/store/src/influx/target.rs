//! Which InfluxDB, and where in it.

use std::fmt;

use domain::ids::SiteId;

use super::stale::Grid;

/// A bucket of an organisation on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: String,
    organisation: String,
    bucket: String,
}

impl Target {
    /// `url` is `http://host:8086`, or with `https` and another port or none.
    ///
    /// # Errors
    /// When it is something else, or a name is missing.
    pub fn new(url: &str, organisation: &str, bucket: &str) -> Result<Self, TargetError> {
        let wrong = || TargetError::Url(url.chars().take(80).collect());
        let (scheme, authority) = url.split_once("://").ok_or_else(wrong)?;
        if !["http", "https"].contains(&scheme) {
            return Err(wrong());
        }
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        if authority.contains('@') {
            return Err(TargetError::Account);
        }
        // The client puts its own path; one that is given would be lost without a word.
        let is_authority = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        if authority.is_empty() || !authority.chars().all(is_authority) {
            return Err(wrong());
        }
        if organisation.is_empty() || bucket.is_empty() {
            return Err(TargetError::Unnamed);
        }
        Ok(Self {
            url: format!("{scheme}://{authority}"),
            organisation: organisation.to_owned(),
            bucket: bucket.to_owned(),
        })
    }

    /// What [`crate::SqliteSettings::forward_to`] is for the readings of `site`, rolled up by the rules of `grid`: by
    /// other rules, all rollups have to be written again.
    pub fn name(&self, site: &SiteId, grid: &Grid) -> String {
        let zone = grid.timezone.iana_name().unwrap_or("UTC");
        format!("{self} {site} {zone} {}s", grid.longest_gap.as_secs())
    }

    /// The server, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The organisation to which the bucket belongs.
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// Where readings are written.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.url, self.organisation, self.bucket)
    }
}

/// Why that is no InfluxDB to write to, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It would be shown wherever the address is.
    #[error(
        "the address of InfluxDB holds an account; InfluxDB 2 takes a token, from the environment"
    )]
    Account,
    /// No address of an HTTP server.
    #[error("`{0}` is no address of an InfluxDB such as http://influxdb.local:8086")]
    Url(String),
    /// No organisation or no bucket.
    #[error("InfluxDB needs the names of an organisation and of a bucket")]
    Unnamed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<String, TargetError> {
        Target::new(text, "vigie", "readings").map(|target| target.url)
    }

    #[test]
    fn a_server_is_named_by_host_and_port() {
        assert_eq!(url("http://127.0.0.1:8086/").unwrap(), "http://127.0.0.1:8086");
        assert_eq!(url("http://[::1]:8086").unwrap(), "http://[::1]:8086");
        assert_eq!(url("https://influxdb.example").unwrap(), "https://influxdb.example");
        for bad in
            ["", "influxdb", "http://", "http://host/path", "http://host?org=a", "ftp://host"]
        {
            assert!(matches!(url(bad), Err(TargetError::Url(_))), "{bad}");
        }
    }

    #[test]
    fn an_account_in_the_address_is_not_repeated() {
        let error = url("http://me:secret@host").unwrap_err();
        assert_eq!(error, TargetError::Account);
        assert!(!error.to_string().contains("secret"));
    }
}
