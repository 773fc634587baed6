//! `hosts` of `[site]`: names under which browsers open the dashboard.

use std::net::IpAddr;

use super::section::Section;

/// Longest name that the DNS knows.
const LONGEST: usize = 253;

/// The names of the list in lower case; none when the key is left out.
pub(super) fn read(section: &Section<'_>) -> Vec<String> {
    let mut hosts = Vec::new();
    for (at, text) in section.texts("hosts").unwrap_or_default() {
        if is_host(text) {
            hosts.push(text.to_ascii_lowercase());
        } else {
            let text = format!(
                "`{text}` is no name of a machine; write it as it stands in the address of the page, without \
                 http://, port or path, as in \"vigie.example.org\""
            );
            section.faults().report(at, text);
        }
    }
    hosts
}

fn is_host(text: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let label = |label: &str| (1..=63).contains(&label.len()) && label.chars().all(sign);
    let is_name = text.len() <= LONGEST && text.split('.').all(label);
    is_name || text.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use crate::site::parse;

    fn site(hosts: &str) -> String {
        let rest = "timezone = \"Europe/Paris\"\ncapacity = 9\narea_m2 = 9\n";
        format!("[site]\nid = \"a\"\nname = \"A\"\n{rest}hosts = {hosts}\n")
    }

    #[test]
    fn the_names_of_the_dashboard_are_read_in_lower_case() {
        let named = parse(&site("[\"Vigie.Dreux.example\", \"192.168.1.20\"]"), "a.toml").unwrap();
        assert_eq!(named.hosts, ["vigie.dreux.example", "192.168.1.20"]);
    }

    #[test]
    fn what_is_more_or_less_than_a_name_is_a_fault_with_its_remedy() {
        for bad in ["https://vigie.example", "vigie.example:8080", "*", "*.example", "", "a..b"] {
            let faults = parse(&site(&format!("[\"{bad}\"]")), "a.toml").unwrap_err().to_string();
            assert!(faults.contains("without http://, port or path"), "{bad}: {faults}");
        }
    }
}
