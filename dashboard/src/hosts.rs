//! Names of machines, as they stand in `Host`.

use std::net::IpAddr;

/// The name or address in a `Host`, without port, in lower case; `None` when it is none.
fn name(host: &str) -> Option<String> {
    let (name, rest) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => host.find(':').map_or((host, ""), |at| host.split_at(at)),
    };
    let is_port = |port: &str| port.len() <= 5 && port.bytes().all(|digit| digit.is_ascii_digit());
    let port = rest.strip_prefix(':').unwrap_or(rest);
    (is_port(port) && !name.is_empty()).then(|| name.trim_end_matches('.').to_ascii_lowercase())
}

/// Whether a `Host` names this machine itself.
pub(crate) fn names_loopback(host: &str) -> bool {
    let Some(name) = name(host) else { return false };
    let address: Option<IpAddr> = name.parse().ok();
    address.is_some_and(|address| address.to_canonical().is_loopback())
        || name == "localhost"
        || name.ends_with(".localhost")
}

/// Whether a `Host` is an address by number. No page from elsewhere can have come by one: only a name can be made to
/// lead somewhere else.
pub(crate) fn is_by_number(host: &str) -> bool {
    name(host).is_some_and(|name| name.parse::<IpAddr>().is_ok())
}

/// Whether a `Host` is one of these names, given in lower case.
pub(crate) fn is_one_of(host: &str, names: &[String]) -> bool {
    name(host).is_some_and(|name| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_this_machine_are_known() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST."] {
            assert!(names_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_name_from_elsewhere_is_not_taken_for_one_even_when_it_leads_here() {
        for host in [
            "evil.example",
            "localhost.evil.example:8080",
            "192.168.1.2",
            "",
            "[::2]",
            "[::1",
            "[::1]evil",
            "localhost:80@evil.example",
            "2130706433",
            "127.0.0.1:x",
        ] {
            assert!(!names_loopback(host), "{host}");
        }
    }

    #[test]
    fn an_address_by_number_and_a_name_of_the_list_are_told_from_other_names() {
        assert!(is_by_number("192.168.1.20:8080") && is_by_number("[2001:db8::1]:8080"));
        assert!(!is_by_number("192.168.1.20.evil.example") && !is_by_number("3232235796"));
        let names = ["vigie.example".to_owned()];
        assert!(is_one_of("Vigie.Example.:443", &names));
        assert!(
            !is_one_of("evil.vigie.example", &names) && !is_one_of("vigie.example.evil", &names)
        );
    }
}
