//! One way by which notices are sent, with a queue of its own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::backoff::Backoff;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::mail::Mail;
use super::message::Message;
use super::webhook::Webhook;

/// Messages that wait while a way is closed; more are dropped and counted.
const QUEUE: usize = 100;
/// How long one attempt may take.
const WITHIN: Duration = Duration::from_secs(30);
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(5), Duration::from_mins(5));
/// Attempts after which a message, about a day old, is given up: chance shortens the pauses by a quarter on average.
const ATTEMPTS: u32 = 400;

/// Way by which notices are sent.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// By e-mail.
    Mail(Mail),
    /// By a POST of JSON.
    Webhook(Webhook),
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail(mail) => write!(f, "e-mail to {}", mail.recipients()),
            Self::Webhook(webhook) => write!(f, "webhook {}", webhook.host()),
        }
    }
}

impl Way {
    fn label(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::Webhook(_) => "webhook",
        }
    }

    /// Sends one message once.
    pub(super) async fn send(&self, message: &Arc<Message>) -> Result<(), String> {
        let attempt = async {
            match self {
                Self::Mail(mail) => mail.send(message).await,
                Self::Webhook(webhook) => webhook.send(message).await,
            }
        };
        let within = tokio::time::timeout(WITHIN, attempt).await;
        within.unwrap_or_else(|_| Err(format!("no answer within {} s", WITHIN.as_secs())))
    }

    /// Sends one message, however often it must be tried.
    async fn deliver(&self, message: &Arc<Message>) {
        let mut backoff = BACKOFF;
        for attempt in 1..=ATTEMPTS {
            match self.send(message).await {
                Ok(()) => {
                    metrics::counter!("vigie_notices_sent_total", "way" => self.label())
                        .increment(1);
                    return;
                }
                Err(why) if attempt == 1 => {
                    tracing::error!(way = %self, why, "a notice cannot be sent; trying again");
                }
                Err(why) => tracing::debug!(way = %self, why, attempt, "still not sent"),
            }
            metrics::counter!("vigie_notice_failures_total", "way" => self.label()).increment(1);
            tokio::time::sleep(backoff.pause()).await;
        }
        metrics::counter!("vigie_notices_lost_total").increment(1);
        tracing::error!(way = %self, "a notice was given up; check the mail server or the webhook");
    }
}

/// A way in use: its queue, and the task that sends.
#[derive(Debug)]
pub(super) struct Post {
    queue: mpsc::Sender<Arc<Message>>,
    work: JoinHandle<()>,
}

impl Post {
    /// Begins to send.
    #[expect(
        clippy::disallowed_methods,
        reason = "the post owns its task: it is awaited, or aborted, by `close`"
    )]
    pub(super) fn open(way: Way) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Arc<Message>>(QUEUE);
        let work = tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                way.deliver(&message).await;
            }
        });
        Self { queue, work }
    }

    /// Puts a message into the queue.
    pub(super) fn put(&self, message: &Arc<Message>) {
        if self.queue.try_send(Arc::clone(message)).is_err() {
            metrics::counter!("vigie_notices_lost_total").increment(1);
            tracing::error!("a notice is lost, since those before it could not be sent");
        }
    }

    /// Closes the queue; the messages in it are still sent.
    pub(super) fn retire(self) -> JoinHandle<()> {
        self.work
    }

    /// Waits a moment for the message that is being sent, then stops.
    pub(super) async fn close(self) {
        const MOMENT: Duration = Duration::from_millis(500);
        let Self { queue, mut work } = self;
        drop(queue);
        if tokio::time::timeout(MOMENT, &mut work).await.is_err() {
            work.abort();
        }
    }
}
