//! A refusal names the scheme of a login where no browser asks: then `wget`, `curl` and spreadsheets send name and
//! password. A browser would show a prompt of its own instead of our login page, and afterwards add the password to
//! requests that other sites make it send; so it never gets one.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

const SCHEME: HeaderValue = HeaderValue::from_static("Basic realm=\"Vigie\", charset=\"UTF-8\"");

/// Whether a person's browser sent these headers, its pages' scripts included.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // Browsers leave the first out where the connection is not encrypted.
    let says_so = headers.keys().any(|name| name.as_str().starts_with("sec-"))
        || headers.contains_key(header::ORIGIN)
        || headers.contains_key(header::COOKIE)
        || text(header::ACCEPT).is_some_and(|accept| {
            accept.contains("text/html") || accept.contains("text/event-stream")
        });
    says_so || text(header::USER_AGENT).is_some_and(is_agent_of_a_browser)
}

/// All browsers call themselves Mozilla; some spreadsheets and robots do so as well, and say that they are compatible.
fn is_agent_of_a_browser(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    let is_office = agent.contains("office") || agent.contains("excel");
    agent.starts_with("mozilla/") && !agent.contains("(compatible;") && !is_office
}

/// The answer, with the scheme where it asks for a login and no browser asked.
pub(super) fn name_scheme(mut answer: Response, is_browser: bool) -> Response {
    if answer.status() == StatusCode::UNAUTHORIZED && !is_browser {
        answer.headers_mut().entry(header::WWW_AUTHENTICATE).or_insert(SCHEME);
    }
    answer
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(text: &str) -> HeaderMap {
        let pairs = text.lines().map(|line| line.split_once(": ").unwrap());
        let name = |name: &str| name.parse::<HeaderName>().unwrap();
        pairs.map(|(key, value)| (name(key), value.parse().unwrap())).collect()
    }

    #[test]
    fn pages_scripts_and_pictures_of_a_browser_are_known_also_without_encryption() {
        let firefox =
            "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        for browser in [
            firefox,
            &format!("{firefox}\naccept: */*"),
            &format!("{firefox}\naccept: image/avif,image/webp,*/*"),
            "accept: text/html,application/xhtml+xml",
            "accept: text/event-stream",
            "sec-fetch-mode: cors",
            "origin: http://192.168.1.20:8080",
            "cookie: vigie-session=x",
        ] {
            assert!(is_browser(&headers(browser)), "{browser}");
        }
    }

    #[test]
    fn programs_that_fetch_and_spreadsheets_are_no_browsers() {
        for program in [
            "user-agent: Wget/1.21.4\naccept: */*",
            "user-agent: curl/8.14.1\naccept: */*",
            "user-agent: python-requests/2.32\naccept: */*",
            "user-agent: LibreOffice 24.2 denylistedbackend/8.5.0",
            "user-agent: Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
            "user-agent: Mozilla/5.0 (Windows NT 10.0; Microsoft Excel 16.0.17328)",
            "user-agent: Mozilla/5.0 (compatible; GoogleDocs; apps-spreadsheets)",
            "accept: */*",
        ] {
            assert!(!is_browser(&headers(program)), "{program}");
        }
    }
}
