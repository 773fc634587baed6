//! A POST of JSON to an address of the operator's.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Url};

use super::message::Message;
use crate::failure::Failure;

/// How long the other side may take; within the time that one attempt has.
const WITHIN: Duration = Duration::from_secs(20);

/// Where notices are posted. Its path and its account may be secret.
#[derive(Clone)]
pub(super) struct Webhook {
    address: Url,
    client: Client,
}

impl Webhook {
    /// The webhook at `address`.
    ///
    /// # Errors
    /// [`Failure::Configuration`] when that is no address, or TLS cannot be set up.
    pub(super) fn new(address: &str) -> Result<Self, Failure> {
        let unusable = |reason: String| {
            Failure::Configuration(format!("`webhook` in [alerts] cannot be used: {reason}"))
        };
        let client = outbound::client(address, WITHIN);
        let client = client.map_err(|error| unusable(outbound::cause(&error)))?;
        let address = Url::parse(address).map_err(|error| unusable(error.to_string()))?;
        Ok(Self { address, client })
    }

    /// Host and port of the address without the rest, which may hold a secret.
    pub(super) fn host(&self) -> String {
        let host = self.address.host_str().unwrap_or_default();
        self.address.port().map_or(host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(super) async fn send(&self, message: &Arc<Message>) -> Result<(), String> {
        let sent = self.client.post(self.address.clone()).json(&message.json).send().await;
        let status = sent.map_err(|error| outbound::cause(&error))?.status();
        match status.as_u16() {
            200..=299 => Ok(()),
            300..=399 => Err("the address has moved; give the new one in [alerts]".to_owned()),
            _ => Err(format!("it answered with {status}")),
        }
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("host", &self.host()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_address_holds_no_secret() {
        let webhook = Webhook::new("https://user:word@hooks.example.org:8443/T0/secret?key=1");
        let webhook = webhook.unwrap();
        assert_eq!(webhook.host(), "hooks.example.org:8443");
        let shown = format!("{webhook:?}");
        assert!(!shown.contains("word") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_key_that_gives_it() {
        let refusal = Webhook::new("hooks.example.org/T0").unwrap_err().to_string();
        assert!(refusal.contains("`webhook` in [alerts]"), "{refusal}");
    }
}
