//! Machines, as far as an address tells them apart.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Machine whose tries, connections and streams are counted together.
///
/// Of IPv6 the first half of the address counts: whoever has one address there has all that begin like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Machine(IpAddr);

impl Machine {
    /// The machine at this address.
    pub(crate) fn at(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) if !address.is_loopback() => {
                Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()
            }
            address => address,
        })
    }

    /// Whether it is this one.
    pub(crate) fn is_this_one(self) -> bool {
        self.0.is_loopback()
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V6(address) if !address.is_loopback() => write!(f, "{address}/64"),
            address => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_that_one_machine_has_by_itself_are_one() {
        let machine = |text: &str| Machine::at(text.parse().unwrap());
        assert_eq!(machine("2001:db8::1"), machine("2001:db8::ffff:1"));
        assert_ne!(machine("2001:db8::1"), machine("2001:db8:0:1::1"));
        assert_eq!(machine("::ffff:192.168.1.7"), machine("192.168.1.7"));
        assert!(machine("::1").is_this_one() && machine("::ffff:127.0.0.1").is_this_one());
        assert_eq!(machine("2001:db8::1").to_string(), "2001:db8::/64");
    }
}
