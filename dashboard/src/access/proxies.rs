//! Proxies that are believed when they say for whom they ask.

use std::net::IpAddr;
use std::str::FromStr;

/// Addresses that begin alike: one, such as `192.168.1.5`, or many, such as `172.16.0.0/12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many bits of it count.
    bits: u8,
}

/// Text that names no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no address, such as 192.168.1.5 or ::1, and no network of at least 8 fixed bits, such as 172.16.0.0/12"
)]
pub struct InvalidNetwork(String);

/// A network of fewer fixed bits is half of the internet.
const FEWEST_BITS: u8 = 8;

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let fault = || InvalidNetwork(text.chars().take(60).collect());
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| fault())?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| fault())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if (FEWEST_BITS..=most).contains(&bits) { Ok(Self { address, bits }) } else { Err(fault()) }
    }
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(address)) => {
                (ours.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(ours), IpAddr::V6(address)) => {
                (ours.to_bits() ^ address.to_bits()).leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }
}

/// Proxies that the settings name.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Those in these networks.
    pub(crate) fn in_networks(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Whether the machine at this address is one.
    pub(crate) fn names(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.holds(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(networks: &[&str], address: &str) -> bool {
        let networks = networks.iter().map(|text| text.parse().unwrap()).collect();
        TrustedProxies::in_networks(networks).names(address.parse().unwrap())
    }

    #[test]
    fn a_proxy_is_named_by_its_address_or_by_its_network() {
        assert!(names(&["192.168.1.5"], "192.168.1.5") && !names(&["192.168.1.5"], "192.168.1.6"));
        assert!(
            names(&["172.16.0.0/12"], "172.31.9.9") && !names(&["172.16.0.0/12"], "172.32.0.1")
        );
        assert!(names(&["fd00::/8", "::1"], "fd12::7") && !names(&["fd00::/8"], "fe80::1"));
        assert!(names(&["127.0.0.1"], "::ffff:127.0.0.1"), "a socket for both versions says so");
        assert!(!names(&[], "127.0.0.1"));
    }

    #[test]
    fn what_names_nobody_or_everybody_is_refused() {
        for bad in ["", "proxy", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.0/x", "1.2.3.4:80"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
