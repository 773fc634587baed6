//! Which InfluxDB, and where in it.

use std::fmt;

use domain::ids::SiteId;

/// A bucket of an organisation on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: String,
    organisation: String,
    bucket: String,
}

impl Target {
    /// `url` is `http://host` or `http://host:port`.
    ///
    /// # Errors
    /// When it is something else, or a name is missing.
    pub fn new(url: &str, organisation: &str, bucket: &str) -> Result<Self, TargetError> {
        let wrong = || TargetError::Url(url.chars().take(80).collect());
        if url.starts_with("https://") {
            return Err(TargetError::Tls);
        }
        let authority = url.strip_prefix("http://").ok_or_else(wrong)?;
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
            url: format!("http://{authority}"),
            organisation: organisation.to_owned(),
            bucket: bucket.to_owned(),
        })
    }

    /// What [`crate::SqliteSettings::forward_to`] is for the readings of `site`.
    pub fn name(&self, site: &SiteId) -> String {
        format!("{self} {site}")
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
    /// The only TLS that the client library knows has known holes.
    #[error(
        "this build speaks no TLS to InfluxDB; use http:// within the building's own network, or a tunnel whose near \
         end is http://127.0.0.1"
    )]
    Tls,
    /// It would be shown wherever the address is.
    #[error(
        "the address of InfluxDB holds an account; InfluxDB 2 takes a token, from the environment"
    )]
    Account,
    /// No address of the form that is asked for.
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
        for bad in
            ["", "influxdb", "http://", "http://host/path", "http://host?org=a", "ftp://host"]
        {
            assert!(matches!(url(bad), Err(TargetError::Url(_))), "{bad}");
        }
    }

    #[test]
    fn what_would_need_tls_is_refused_with_the_remedy() {
        let error = url("https://cloud.example").unwrap_err();
        assert!(error.to_string().contains("no TLS"));
        assert!(error.to_string().contains("tunnel"));
    }

    #[test]
    fn an_account_in_the_address_is_not_repeated() {
        let error = url("http://me:secret@host").unwrap_err();
        assert_eq!(error, TargetError::Account);
        assert!(!error.to_string().contains("secret"));
    }
}
