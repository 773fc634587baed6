//! A POST of JSON to an address of the operator's.

use std::sync::Arc;
use std::time::Duration;

use super::message::Message;

/// How long the other side may take; within the time that one attempt has.
const WITHIN: Duration = Duration::from_secs(20);

/// Where notices are posted.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    address: String,
    agent: ureq::Agent,
}

impl Webhook {
    pub(super) fn new(address: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(WITHIN))
            .max_redirects(0)
            .build()
            .new_agent();
        Self { address: address.to_owned(), agent }
    }

    /// Host of the address without the rest, which may hold a secret.
    pub(super) fn host(&self) -> &str {
        let rest = self.address.split_once("://").map_or(&*self.address, |(_, rest)| rest);
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        host.rsplit('@').next().unwrap_or_default()
    }

    pub(super) async fn send(&self, message: &Arc<Message>) -> Result<(), String> {
        let (webhook, message) = (self.clone(), Arc::clone(message));
        let posting = tokio::task::spawn_blocking(move || {
            let sent = webhook.agent.post(&webhook.address).send_json(&message.json);
            sent.map(drop).map_err(|error| error.to_string())
        });
        posting.await.unwrap_or_else(|_| Err("posting failed".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_address_holds_no_secret() {
        let webhook = Webhook::new("https://user:word@hooks.example.org:8443/T0/secret?key=1");
        assert_eq!(webhook.host(), "hooks.example.org:8443");
    }
}
