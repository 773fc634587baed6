//! Where a request comes from: from this machine, through a proxy, or from which other machine.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Version, header};

use super::proxies::TrustedProxies;
use crate::counters;
use crate::hosts;
use crate::machine::Machine;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// Beginnings of the headers that proxies add; whoever comes through one is not on this machine.
const FORWARDED: [&str; 13] = [
    "x-forwarded",
    "forwarded",
    "x-real-ip",
    "via",
    "x-original",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-",
    "x-remote-",
    "x-proxyuser-ip",
    "x-envoy-",
    "fastly-client-ip",
];

/// Other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(SocketAddr);

impl Peer {
    /// The one at this address.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    #[cfg(test)]
    pub(crate) fn at(address: &str) -> ConnectInfo<Self> {
        ConnectInfo(Self(address.parse().unwrap()))
    }
}

/// Origin of a request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Caller {
    /// Whose tries and streams are counted together; `None` when nothing is known.
    pub(crate) machine: Option<Machine>,
    /// Whether somebody on this machine asks, as far as can be seen.
    pub(crate) is_here: bool,
    /// Whether it is a named proxy that does not say for whom it asks.
    pub(crate) is_proxy: bool,
}

impl Caller {
    /// Who sent this request.
    ///
    /// Only a named proxy is believed for whom it asks. Any other that says so keeps its own address, and is not taken
    /// for this machine. A proxy that says nothing cannot be told from a program here for certain; so being here
    /// opens nothing that an account protects.
    pub(crate) fn of(request: &Request, proxies: &TrustedProxies) -> Self {
        let Some(ConnectInfo(Peer(peer))) = request.extensions().get::<ConnectInfo<Peer>>() else {
            return Self::default();
        };
        let peer = peer.ip().to_canonical();
        let headers = request.headers();
        if proxies.names(peer) {
            let visitor = visitor(headers, proxies);
            let machine = Some(Machine::at(visitor.unwrap_or(peer)));
            return Self { machine, is_here: false, is_proxy: visitor.is_none() };
        }
        let is_forwarded = is_forwarded(headers);
        if headers.contains_key(FORWARDED_FOR) {
            counters::unnamed_proxy(peer);
        }
        // A browser or a program of today speaks 1.1; a proxy whose settings say nothing may still ask with 1.0.
        let is_here = peer.is_loopback()
            && !is_forwarded
            && request.version() >= Version::HTTP_11
            && names_loopback(headers);
        Self { machine: Some(Machine::at(peer)), is_here, is_proxy: false }
    }
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    let marks = |name: &str| FORWARDED.iter().any(|mark| name.starts_with(mark));
    headers.keys().any(|name| marks(name.as_str()))
}

/// A proxy that hands on the name it was asked by shows itself by that.
fn names_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    host.to_str().is_ok_and(hosts::names_loopback)
}

/// The last address in the list that is no proxy of ours: all before it the visitor may have made up.
fn visitor(headers: &HeaderMap, proxies: &TrustedProxies) -> Option<IpAddr> {
    let lists: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .map(|list| list.to_str())
        .collect::<Result<_, _>>()
        .ok()?;
    for text in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        let address = address(text.trim())?;
        if !proxies.names(address) {
            return Some(address);
        }
    }
    None
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn caller(peer: &str, headers: &[(&str, &str)], proxies: &[&str]) -> Caller {
        let mut request = Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer::at(peer));
        let networks = proxies.iter().map(|text| text.parse().unwrap()).collect();
        Caller::of(&request, &TrustedProxies::in_networks(networks))
    }

    fn machine(address: &str) -> Machine {
        Machine::at(address.parse().unwrap())
    }

    #[test]
    fn an_address_that_somebody_claims_to_ask_for_is_not_believed() {
        let claimed = caller("192.168.1.7:50000", &[("x-forwarded-for", "10.0.0.1")], &[]);
        assert_eq!(claimed.machine, Some(machine("192.168.1.7")));
        let local = caller("127.0.0.1:50000", &[("x-forwarded-for", "10.0.0.1")], &["10.9.9.9"]);
        assert_eq!((local.machine, local.is_here), (Some(machine("127.0.0.1")), false));
    }

    #[test]
    fn a_named_proxy_is_believed_for_the_last_address_that_is_no_proxy() {
        let proxies = ["127.0.0.1", "10.0.0.0/8"];
        let through = |list: &str| caller("127.0.0.1:1", &[("x-forwarded-for", list)], &proxies);
        assert_eq!(through("203.0.113.9").machine, Some(machine("203.0.113.9")));
        assert_eq!(through("1.2.3.4, 203.0.113.9, 10.1.1.1").machine, Some(machine("203.0.113.9")));
        assert_eq!(through("[2001:db8::5]:443").machine, Some(machine("2001:db8::5")));
        for nobody in ["", "unknown", "203.0.113.9, unknown", "10.1.1.1"] {
            let caller = through(nobody);
            assert!(caller.is_proxy && !caller.is_here, "{nobody}");
            assert_eq!(caller.machine, Some(machine("127.0.0.1")), "{nobody}");
        }
    }

    #[test]
    fn any_sign_of_a_proxy_makes_a_visitor_one_from_elsewhere() {
        assert!(caller("127.0.0.1:1", &[("host", "localhost:8080")], &[]).is_here);
        assert!(caller("[::1]:1", &[], &[]).is_here);
        assert!(!caller("127.0.0.1:1", &[], &["127.0.0.1"]).is_here, "the proxy names nobody");
        assert!(!caller("127.0.0.1:1", &[("host", "vigie.example")], &[]).is_here);
        for name in [
            "Forwarded",
            "Via",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Real-IP",
            "CF-Connecting-IP",
            "X-Client-IP",
            "X-Original-Forwarded-For",
            "X-Forwarded-Port",
            "True-Client-IP",
        ] {
            assert!(!caller("127.0.0.1:1", &[(name, "203.0.113.9")], &[]).is_here, "{name}");
        }
    }

    #[test]
    fn a_request_of_http_1_0_as_an_unconfigured_proxy_sends_is_not_from_here() {
        let mut request = Request::get("/").version(Version::HTTP_10).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer::at("127.0.0.1:1"));
        assert!(!Caller::of(&request, &TrustedProxies::default()).is_here);
    }
}
