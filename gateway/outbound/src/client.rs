//! The HTTP client.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// A client for requests to `address` that gives each up after `deadline`. Nothing is sent yet.
///
/// It trusts the authorities that the machine trusts, takes the proxies that the environment names, and follows no
/// redirect: a redirected write would become a read, and a token or a secret path would go elsewhere.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(address: &str, deadline: Duration) -> Result<Client, reqwest::Error> {
    let is_encrypted = address.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("https:"));
    Client::builder()
        .connect_timeout(CONNECT.min(deadline))
        .timeout(deadline)
        .redirect(Policy::none())
        .tls_built_in_root_certs(is_encrypted)
        .build()
}
