//! E-mail over SMTP. The server stands in the environment, since its address holds a password.

use std::sync::Arc;

use domain::site::AlertSettings;
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use store::Secret;

use super::message::Message;
use crate::failure::Failure;

/// Names the variable with the address of the mail server.
const VARIABLE: &str = "VIGIE_SMTP";

/// A mail server with sender and recipients.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Mail {
    pub(super) fn new(settings: &AlertSettings) -> Result<Self, Failure> {
        let fault = |text: String| Failure::Configuration(text);
        let address = Secret::from_environment(VARIABLE).map_err(|error| {
            fault(format!(
                "{error}: [alerts] names people in `email_to`, so set {VARIABLE}=smtps://user:password@host, or \
                 smtp://user:password@host:587?tls=required"
            ))
        })?;
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(address.reveal())
            // What is wrong with it may hold the password, so it is not shown.
            .map_err(|_| {
                fault(format!(
                    "{VARIABLE} is no address of a mail server; write smtps://user:password@host"
                ))
            })?
            .build();
        let mailbox = |text: &String| {
            text.parse::<Mailbox>()
                .map_err(|_| fault(format!("`{text}` in [alerts] is no address for e-mail")))
        };
        let from = settings.email_from.as_ref().or(settings.email_to.first());
        let from = from.map(mailbox).transpose()?;
        let from = from.ok_or_else(|| fault("[alerts] names nobody in `email_to`".to_owned()))?;
        let to = settings.email_to.iter().map(mailbox).collect::<Result<_, _>>()?;
        Ok(Self { server, from, to })
    }

    pub(super) fn recipients(&self) -> String {
        self.to.iter().map(|to| to.email.to_string()).collect::<Vec<_>>().join(", ")
    }

    pub(super) async fn send(&self, message: &Arc<Message>) -> Result<(), String> {
        let letter = lettre::Message::builder().from(self.from.clone()).subject(&message.subject);
        let letter = self.to.iter().fold(letter, |letter, to| letter.to(to.clone()));
        let letter = letter.body(message.text.clone()).map_err(|error| error.to_string())?;
        self.server.send(letter).await.map(drop).map_err(|error| error.to_string())
    }
}
