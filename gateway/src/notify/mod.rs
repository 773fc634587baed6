//! Notices of alerts, sent to people by e-mail and webhook, and over MQTT.
//!
//! ```text
//! alert keeper ──notices──▶ notifier ──message──▶ post of each way ──▶ mail server, webhook
//!                              └──────────────────▶ state board ──▶ MQTT
//! ```
//!
//! Each way has a queue and a task of its own, so that a mail server that is away does not hold up the others. Another
//! site file is taken over while the program runs.

mod mail;
mod message;
mod post;
mod webhook;

use std::sync::Arc;

use domain::Clock;
use domain::alerts::Notice;
use domain::native;
use domain::site::Site;
use ingest::StateBoard;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use mail::Mail;
use message::Message;
use post::{Post, Way};
use webhook::Webhook;

/// Notices that may wait to be put into words; more at once are dropped and counted.
const QUEUE: usize = 64;

/// Ways that the site file and the environment name.
fn ways(site: &Site) -> Result<Vec<Way>, Failure> {
    let mut ways = Vec::new();
    if !site.alerts.email_to.is_empty() {
        ways.push(Way::Mail(Mail::new(&site.alerts)?));
    }
    if let Some(address) = &site.alerts.webhook {
        ways.push(Way::Webhook(Webhook::new(address)?));
    }
    Ok(ways)
}

/// The queue between the keeper of alerts and the notifier.
pub(crate) fn queue() -> (mpsc::Sender<Notice>, mpsc::Receiver<Notice>) {
    mpsc::channel(QUEUE)
}

/// Sends notices until `stop`, by the ways that the site file names at each time.
///
/// # Errors
/// [`Failure::Configuration`] when people are to get e-mail and no mail server is named, or the webhook is no address.
pub(crate) fn notify(
    mut site: watch::Receiver<Arc<Site>>,
    board: Arc<StateBoard>,
    clock: Arc<dyn Clock>,
    mut notices: mpsc::Receiver<Notice>,
    stop: CancellationToken,
) -> Result<impl Future<Output = Result<(), String>> + Send + 'static, Failure> {
    let mut here = Arc::clone(&site.borrow_and_update());
    let ways = ways(&here)?;
    Ok(async move {
        let mut posts = Posts { open: open(ways), retired: Vec::new() };
        let mut following = true;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                changed = site.changed(), if following => {
                    following = changed.is_ok();
                    let before = std::mem::replace(&mut here, Arc::clone(&site.borrow_and_update()));
                    posts.follow(&before, &here);
                }
                notice = notices.recv() => {
                    let Some(notice) = notice else { break };
                    let message = Arc::new(Message::of(&notice, &here, clock.now()));
                    let topic = native::state_topic(&here.id, "notice");
                    board.post([(topic, message.json.to_string().into_bytes())]);
                    posts.open.iter().for_each(|post| post.put(&message));
                }
            }
        }
        posts.close().await;
        Ok(())
    })
}

fn open(ways: Vec<Way>) -> Vec<Post> {
    ways.into_iter().map(Post::open).collect()
}

/// Ways in use.
struct Posts {
    open: Vec<Post>,
    /// Former ways, which send what they have and take nothing more.
    retired: Vec<JoinHandle<()>>,
}

impl Posts {
    /// Takes over the ways of another site file. When they cannot be used, the former ones stay.
    fn follow(&mut self, before: &Site, now: &Site) {
        let named = |site: &Site| {
            let alerts = &site.alerts;
            (alerts.email_to.clone(), alerts.email_from.clone(), alerts.webhook.clone())
        };
        if named(before) == named(now) {
            return;
        }
        match ways(now) {
            Ok(ways) => {
                let before = std::mem::replace(&mut self.open, open(ways));
                self.retired.retain(|work| !work.is_finished());
                self.retired.extend(before.into_iter().map(Post::retire));
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "people are told of alerts as before; mend [alerts]");
            }
        }
    }

    async fn close(self) {
        for post in self.open {
            post.close().await;
        }
        self.retired.iter().for_each(JoinHandle::abort);
    }
}

/// Sends a trial by every way. Returns the outcome of each.
///
/// # Errors
/// [`Failure::Configuration`] when people are to get e-mail and no mail server is named, when the webhook is no address,
/// and when there is no way at all; [`Failure::Unavailable`] when one failed.
pub(crate) async fn try_alerts(site: &Site, clock: &dyn Clock) -> Result<String, Failure> {
    let message = Arc::new(Message::trial(site, clock.now()));
    let (mut outcomes, mut failed) = (Vec::new(), false);
    for way in ways(site)? {
        let outcome = way.send(&message).await;
        failed |= outcome.is_err();
        let outcome = outcome.map_or_else(|why| format!("not sent: {why}"), |()| "sent".to_owned());
        outcomes.push(format!("{way}: {outcome}"));
    }
    if outcomes.is_empty() {
        let text =
            "nobody is told of alerts; name `email_to` or `webhook` in [alerts] of the site file";
        return Err(Failure::Configuration(text.to_owned()));
    }
    let outcomes = outcomes.join("\n");
    if failed { Err(Failure::Unavailable(outcomes)) } else { Ok(outcomes + "\n") }
}
