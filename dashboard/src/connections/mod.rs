//! Open connections: who gets one, what it does, and how long it may say nothing.
//!
//! ```text
//! listener ──door──▶ admitted ──stream, body──▶ activity ◀── looked at every second: overdue is closed
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | this one | accepting, serving and stopping |
//! | `door` | who may be connected, and who gives way |
//! | `activity` | what a connection does, and its limits of time |
//! | `stream`, `body` | where that is seen: bytes, requests, answers |

mod activity;
mod body;
mod door;
mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::access::{Access, Peer};
use activity::Activity;
use body::{Answered, Asked};
use door::{Admitted, Door};
use stream::Watched;

/// Interval of looks for connections that have been waited for too long.
const LOOK: Duration = Duration::from_secs(1);
/// Bound on what is read of a head, so that many halves of one are not much.
const LARGEST_HEAD_BYTES: usize = 64 * 1024;
/// What a connection for which there is no place is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Type: text/plain\r\n\
                      Content-Length: 30\r\nConnection: close\r\n\r\ntoo many connections are open\n";

/// Answers connections by `router` until `stop`, then lets answers under way end.
pub(crate) async fn serve(
    mut listener: TcpListener,
    router: Router,
    access: Arc<Access>,
    stop: &CancellationToken,
) {
    let door = Door::guarded_by(access);
    let mut connections = JoinSet::new();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            (stream, peer) = Listener::accept(&mut listener) => {
                let Some(admitted) = let_in(&door, &stream, peer) else { continue };
                connections.spawn(answer(stream, peer, admitted, router.clone(), stop.clone()));
            }
            _ = looks.tick() => door.close_overdue(),
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

fn let_in(door: &Door, stream: &TcpStream, peer: SocketAddr) -> Option<Admitted> {
    // Changes are small and shall be there at once; without the option they only come later.
    let _ = stream.set_nodelay(true);
    // A reader that is gone does not miss the reason.
    door.admit(peer).inspect_err(|_| drop(stream.try_write(FULL))).ok()
}

/// Answers one connection until it ends, is to be closed, or the dashboard stops.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peer: SocketAddr,
    admitted: Admitted,
    router: Router,
    stop: CancellationToken,
) {
    let activity = Arc::clone(&admitted.activity);
    let of_requests = Arc::clone(&activity);
    let service =
        service_fn(move |request| ask(router.clone(), request, peer, Arc::clone(&of_requests)));
    let stream = TokioIo::new(Watched::new(stream, Arc::clone(&activity)));
    let connection =
        http1::Builder::new().max_buf_size(LARGEST_HEAD_BYTES).serve_connection(stream, service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = activity.closing() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        _ = connection => {}
        () = activity.closing() => {}
    }
}

async fn ask(
    router: Router,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    activity: Arc<Activity>,
) -> Result<Response<Answered<Body>>, Infallible> {
    activity.is_asked();
    let asked = |body| Body::new(Asked::new(body, Arc::clone(&activity)));
    let mut request: Request = request.map(asked);
    request.extensions_mut().insert(ConnectInfo(Peer::new(peer)));
    let answer = router.oneshot(request).await?;
    Ok(answer.map(|body| Answered::new(body, activity)))
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;

    /// One connection without a network, and whether it is still served.
    struct Connection {
        ours: DuplexStream,
        served: JoinSet<()>,
        stop: CancellationToken,
    }

    fn open() -> Connection {
        let folder = tempfile::tempdir().unwrap();
        let door = Arc::new(Door::guarded_by(Arc::new(Access::of(folder.path()))));
        let peer = "192.168.1.7:50000".parse().unwrap();
        let admitted = door.admit(peer).unwrap();
        let (ours, theirs) = duplex(1024);
        let router = Router::new()
            .route("/", get(|| async { "ok" }))
            .route("/large", get(|| async { "x".repeat(1 << 20) }))
            .route("/form", post(|text: String| async { text }));
        let stop = CancellationToken::new();
        let connection = answer(theirs, peer, admitted, router, stop.clone());
        let mut served = JoinSet::new();
        served.spawn(async move {
            let looks = async {
                loop {
                    sleep(LOOK).await;
                    door.close_overdue();
                }
            };
            tokio::select! {
                () = connection => {}
                () = looks => {}
            }
        });
        Connection { ours, served, stop }
    }

    impl Connection {
        async fn sends(&mut self, text: &str) {
            self.ours.write_all(text.as_bytes()).await.unwrap();
        }

        async fn answers(&mut self) -> String {
            let mut bytes = [0; 512];
            let read = self.ours.read(&mut bytes).await.unwrap();
            String::from_utf8_lossy(&bytes[..read]).into_owned()
        }

        async fn is_open_after(&mut self, seconds: u64) -> bool {
            sleep(Duration::from_secs(seconds)).await;
            let _ = self.served.try_join_next();
            !self.served.is_empty()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_or_half_a_head_is_closed_after_ten_seconds() {
        for half in ["", "GET / HTTP/1.1\r\nHost: a\r\nX-A: "] {
            let mut connection = open();
            connection.sends(half).await;
            assert!(connection.is_open_after(8).await, "{half}");
            assert!(!connection.is_open_after(4).await, "{half}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn half_a_body_is_closed_after_ten_seconds_though_more_of_it_drips_in() {
        let mut connection = open();
        connection.sends("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n").await;
        for _ in 0..4 {
            connection.sends("x").await;
            assert!(connection.is_open_after(2).await);
        }
        assert!(!connection.is_open_after(4).await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answered_connection_stays_open_for_its_next_request_and_a_minute_at_most() {
        let mut connection = open();
        for _ in 0..2 {
            connection.sends("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
            assert!(connection.answers().await.starts_with("HTTP/1.1 200"));
            assert!(connection.is_open_after(50).await);
        }
        assert!(!connection.is_open_after(12).await);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_take_an_answer_is_closed_after_half_a_minute() {
        let mut connection = open();
        connection.sends("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(connection.is_open_after(25).await);
        assert!(!connection.is_open_after(10).await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_ends_at_once_when_the_dashboard_stops() {
        let mut connection = open();
        connection.sends("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        connection.answers().await;
        connection.stop.cancel();
        assert!(!connection.is_open_after(1).await);
    }

    #[test]
    fn a_refused_connection_is_told_so_in_whole() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{text}");
    }
}
