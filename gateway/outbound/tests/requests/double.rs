//! A server on a port of the loopback: it says what it is told to say, with TLS or without, or passes bytes on.

use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What the server does about a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Says this, and is ready for the next request.
    Says(&'static str),
    /// Passes bytes on to this port, once it has said that it will.
    Passes(u16),
}

/// A server that ends when it is dropped.
pub(crate) struct Double {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
    _tasks: JoinSet<()>,
}

impl Double {
    /// Without TLS.
    pub(crate) async fn plain(manner: Manner) -> Self {
        Self::start(manner, None).await
    }

    /// With TLS, and the certificate of this name in `certificates`.
    pub(crate) async fn encrypted(manner: Manner, certificate: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/requests/certificates");
        let chain = CertificateDer::from_pem_file(format!("{folder}/{certificate}.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(format!("{folder}/server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .unwrap();
        Self::start(manner, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn start(manner: Manner, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let connections = Arc::<Mutex<usize>>::default();
        let (log, count) = (Arc::clone(&heard), Arc::clone(&connections));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                let (tls, log) = (tls.clone(), Arc::clone(&log));
                open.spawn(async move {
                    match tls {
                        None => serve(stream, manner, &log).await,
                        Some(tls) => {
                            // Who does not trust us goes away in the middle of it.
                            let Ok(stream) = tls.accept(stream).await else { return };
                            serve(stream, manner, &log).await;
                        }
                    }
                });
            }
        });
        Self { port, heard, connections, _tasks: tasks }
    }

    /// The requests that came, each with its headers.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// How many connections came.
    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    manner: Manner,
    heard: &Mutex<Vec<String>>,
) {
    while let Some(head) = head(&mut stream).await {
        heard.lock().unwrap().push(head);
        match manner {
            // Who hangs up before it is said has heard enough.
            Manner::Says(text) => {
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Manner::Passes(port) => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut to = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut to).await;
                return;
            }
        }
    }
}

/// The next request without its body, which requests of these tests do not have.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
        // A greeting in TLS is no request, and is answered as a bad one.
        if head == [0x16] {
            return Some("TLS".to_owned());
        }
    }
    Some(String::from_utf8(head).unwrap())
}
