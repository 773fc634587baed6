//! A broker that refuses the subscription to `#`: a proxy in front of one.
//!
//! Some brokers are set up so; Mosquitto itself grants every subscription and filters afterwards.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Type and flags of a SUBSCRIBE of MQTT 3.1.1.
const SUBSCRIBE: u8 = 0x82;
/// Type of a SUBACK, and the code of a refusal in it.
const SUBACK: u8 = 0x90;
const REFUSED: u8 = 0x80;

/// A proxy on the loopback in front of a port.
#[derive(Debug)]
pub struct StrictBroker {
    port: u16,
    refused: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl StrictBroker {
    /// In front of this port of the loopback.
    ///
    /// # Panics
    /// When the loopback has no free port.
    pub fn before(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let port = listener.local_addr().expect("a bound port is known").port();
        let (refused, ended) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let (counted, over) = (Arc::clone(&refused), Arc::clone(&ended));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                // A target that is down closes the connection.
                let _ = connect(stream, target, &counted);
            }
        });
        Self { port, refused, ended }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Number of refused subscriptions to everything.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }
}

impl Drop for StrictBroker {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn connect(near: TcpStream, target: u16, refused: &Arc<AtomicU64>) -> io::Result<()> {
    let far = TcpStream::connect(("127.0.0.1", target))?;
    let (mut asks, mut answers) = (near.try_clone()?, far.try_clone()?);
    // Two write to the client: the broker, and we in its place.
    let client = Arc::new(Mutex::new(near));
    let (to_client, refused) = (Arc::clone(&client), Arc::clone(refused));
    thread::spawn(move || {
        let mut far = far;
        while let Ok(packet) = packet(&mut asks) {
            let passed = match refusal(&packet) {
                Some(refusal) => {
                    refused.fetch_add(1, Ordering::SeqCst);
                    to_client.lock().expect("no thread panicked").write_all(&refusal)
                }
                None => far.write_all(&packet),
            };
            if passed.is_err() {
                break;
            }
        }
        let _ = far.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        while let Ok(packet) = packet(&mut answers) {
            if client.lock().expect("no thread panicked").write_all(&packet).is_err() {
                break;
            }
        }
        let _ = client.lock().expect("no thread panicked").shutdown(Shutdown::Both);
    });
    Ok(())
}

/// One whole packet.
fn packet(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut packet = vec![0; 2];
    from.read_exact(&mut packet)?;
    let (mut length, mut shift) = (usize::from(packet[1] & 0x7F), 7);
    while packet.last().is_some_and(|byte| byte & 0x80 != 0) {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        length |= usize::from(byte[0] & 0x7F) << shift;
        shift += 7;
        packet.push(byte[0]);
    }
    let head = packet.len();
    packet.resize(head + length, 0);
    from.read_exact(&mut packet[head..])?;
    Ok(packet)
}

/// The answer to a subscription that asks for everything; none to another packet.
fn refusal(packet: &[u8]) -> Option<Vec<u8>> {
    if packet.first() != Some(&SUBSCRIBE) {
        return None;
    }
    let head = 1 + packet.iter().skip(1).position(|byte| byte & 0x80 == 0)? + 1;
    let (id, mut filters) = packet.get(head..)?.split_at_checked(2)?;
    let (mut is_for_everything, mut count) = (false, 0);
    while let [high, low, rest @ ..] = filters {
        let (filter, after) =
            rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
        is_for_everything |= filter == b"#";
        count += 1;
        filters = after.get(1..)?;
    }
    let mut answer = vec![SUBACK, 2 + count, id[0], id[1]];
    answer.extend((0..count).map(|_| REFUSED));
    is_for_everything.then_some(answer)
}
