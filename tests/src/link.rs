//! A network cable between two programs that can be cut, mended and slowed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A proxy on the loopback in front of a port.
#[derive(Debug)]
pub struct Link {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    cut: AtomicBool,
    ended: AtomicBool,
    delay_ms: AtomicU64,
    streams: Mutex<Vec<TcpStream>>,
}

impl Link {
    /// A cable to this port of the loopback.
    ///
    /// # Panics
    /// When the loopback has no free port.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let port = listener.local_addr().expect("a bound port is known").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.ended.load(Ordering::SeqCst) {
                    return;
                }
                if !shared.cut.load(Ordering::SeqCst) {
                    // A target that is down closes the connection, as a router would.
                    let _ = connect(stream, target, &shared);
                }
            }
        });
        Self { port, state }
    }

    /// Where to connect instead of the target.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts every connection and lets no new one through.
    ///
    /// # Panics
    /// When another thread has panicked.
    pub fn cut(&self) {
        self.state.cut.store(true, Ordering::SeqCst);
        for stream in self.state.streams.lock().expect("no thread panicked").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.state.cut.store(false, Ordering::SeqCst);
    }

    /// Holds every piece of data back for so long, in both directions.
    pub fn slow(&self, delay: Duration) {
        let delay = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self.state.delay_ms.store(delay, Ordering::SeqCst);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        self.cut();
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn connect(near: TcpStream, target: u16, state: &Arc<State>) -> std::io::Result<()> {
    let far = TcpStream::connect(("127.0.0.1", target))?;
    let mut streams = state.streams.lock().expect("no thread panicked");
    streams.extend([near.try_clone()?, far.try_clone()?]);
    drop(streams);
    let (near2, far2) = (near.try_clone()?, far.try_clone()?);
    for (from, to) in [(near, far), (far2, near2)] {
        let state = Arc::clone(state);
        thread::spawn(move || carry(from, to, &state));
    }
    Ok(())
}

fn carry(mut from: TcpStream, mut to: TcpStream, state: &State) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        thread::sleep(Duration::from_millis(state.delay_ms.load(Ordering::SeqCst)));
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
