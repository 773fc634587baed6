//! Where the MQTT broker is, and as whom to go there.

use std::fmt;
use std::str::FromStr;

/// The address of a broker: `mqtt://user:password@host:port`, or `mqtts://` with TLS.
///
/// The password shows in neither `Display` nor `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct BrokerUrl {
    tls: bool,
    host: String,
    port: u16,
    login: Option<(String, String)>,
}

impl BrokerUrl {
    /// A broker without TLS and without a login.
    pub fn plain(host: impl Into<String>, port: u16) -> Self {
        Self { tls: false, host: host.into(), port, login: None }
    }

    /// The same broker as this user.
    #[must_use]
    pub fn as_user(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { login: Some((user.into(), password.into())), ..self }
    }

    /// Whether the connection is to be encrypted.
    pub const fn tls(&self) -> bool {
        self.tls
    }

    /// Name or address of the machine; IPv6 without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 1883 or with TLS 8883 when the address names none.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// User and password.
    pub fn login(&self) -> Option<(&str, &str)> {
        self.login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }
}

impl FromStr for BrokerUrl {
    type Err = InvalidBrokerUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBrokerUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidBrokerUrl::Scheme)?;
        let tls = match scheme {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(InvalidBrokerUrl::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, address) = match rest.rsplit_once('@') {
            Some((login, address)) => (Some(login), address),
            None => (None, rest),
        };
        let login = login.map(|login| {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            Ok((unescape(user)?, unescape(password)?))
        });
        let (host, port) = split_port(address)?;
        if host.is_empty() || host.contains('/') {
            return Err(InvalidBrokerUrl::Host);
        }
        let port = port.map_or(Ok(if tls { 8883 } else { 1883 }), |port| {
            port.parse().map_err(|_| InvalidBrokerUrl::Port)
        })?;
        Ok(Self { tls, host: host.to_owned(), port, login: login.transpose()? })
    }
}

/// Splits `host:port` or `[::1]:port`.
fn split_port(address: &str) -> Result<(&str, Option<&str>), InvalidBrokerUrl> {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(InvalidBrokerUrl::Host)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(InvalidBrokerUrl::Host),
        };
    }
    Ok(match address.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (address, None),
    })
}

/// Undoes percent-encoding, so that a password may hold `@`, `:` and `/`.
fn unescape(text: &str) -> Result<String, InvalidBrokerUrl> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let digits = rest.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
            let byte = digits.and_then(|pair| u8::from_str_radix(pair, 16).ok());
            bytes.push(byte.ok_or(InvalidBrokerUrl::Login)?);
            rest = &rest[2..];
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).map_err(|_| InvalidBrokerUrl::Login)
}

impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no broker address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBrokerUrl {
    /// Neither `mqtt://` nor `mqtts://`.
    #[error(
        "a broker address begins with mqtt:// or mqtts://, as in mqtt://user:password@host:1883"
    )]
    Scheme,
    /// No host.
    #[error("the broker address names no host, as in mqtt://user:password@host:1883")]
    Host,
    /// A port that is no number from 1 to 65535.
    #[error("the port of the broker address is no number from 1 to 65535")]
    Port,
    /// A `%` in user or password that is not followed by two hexadecimal digits.
    #[error("in user and password write %25 for %, %40 for @, %3A for : and %2F for /")]
    Login,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_host_port_and_login() {
        let url: BrokerUrl = "mqtt://vigie:s%40fe@broker.local:1884".parse().unwrap();
        assert_eq!((url.host(), url.port(), url.tls()), ("broker.local", 1884, false));
        assert_eq!(url.login(), Some(("vigie", "s@fe")));
    }

    #[test]
    fn the_usual_ports_need_not_be_named() {
        assert_eq!("mqtt://a".parse::<BrokerUrl>().unwrap().port(), 1883);
        let url: BrokerUrl = "mqtts://[::1]".parse().unwrap();
        assert_eq!((url.host(), url.port()), ("::1", 8883));
    }

    #[test]
    fn the_password_is_never_shown() {
        let url: BrokerUrl = "mqtt://vigie:secret@broker.local".parse().unwrap();
        assert_eq!(format!("{url} {url:?}"), "mqtt://broker.local:1883 mqtt://broker.local:1883");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in
            ["broker.local", "http://a", "mqtt://", "mqtt://a:b", "mqtt://a%@b", "mqtt://[::1"]
        {
            assert!(bad.parse::<BrokerUrl>().is_err(), "{bad}");
        }
    }
}
