//! Crowds at the door of the dashboard: connections that say nothing, logins that are given up, programs that send their
//! password with each request.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant as Watch};

use tests::{Installation, Usage};

/// The program holds at most so much while others log in, in MiB.
const MOST_MIB: f64 = 64.0;
/// Within so many seconds an answer counts as one given at once.
const AT_ONCE_S: u64 = 5;

fn connect(building: &Installation) -> TcpStream {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, building.api().port()));
    TcpStream::connect(address).unwrap()
}

/// A connection on which these bytes were sent.
fn sent(building: &Installation, bytes: &[u8]) -> TcpStream {
    let mut stream = connect(building);
    stream.write_all(bytes).unwrap();
    stream
}

#[test]
fn nine_hundred_connections_that_say_nothing_keep_nobody_out() {
    let building = Installation::embedded("");
    let half_a_body = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: \
        application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=";
    let sorts: [(&str, &[u8]); 4] = [
        ("nothing", b""),
        ("half a head", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "),
        ("a question, then nothing", b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
        ("half a body", half_a_body),
    ];
    for (sort, bytes) in sorts {
        let held: Vec<TcpStream> = (0..900).map(|_| sent(&building, bytes)).collect();
        let asked = Watch::now();
        building.api().text("/health").unwrap_or_else(|problem| panic!("{sort}: {problem:?}"));
        assert!(asked.elapsed().as_secs() < AT_ONCE_S, "{sort}: {:?}", asked.elapsed());
        drop(held);
    }
    assert!(building.api().counter("vigie_http_connections_closed_total") > 100.0);
}

/// Sends a login of somebody who is not there, for this visitor of the proxy, and gives it up after a moment; whether it
/// was answered until then.
fn give_up_a_login(building: &Installation, visitor: usize) -> bool {
    let body = format!("name=n{visitor}&password=xxxxxxxxxxxxxxxxxxxx");
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 10.1.{}.{}\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
        visitor / 250,
        visitor % 250,
        body.len(),
    );
    let mut stream = sent(building, head.as_bytes());
    stream.set_read_timeout(Some(Duration::from_millis(30))).unwrap();
    let was_answered = stream.read(&mut [0; 512]).is_ok_and(|bytes| bytes > 0);
    let _ = stream.shutdown(Shutdown::Both);
    was_answered
}

#[test]
fn logins_that_are_given_up_cost_no_memory_and_keep_nobody_out() {
    let proxies = vec![("VIGIE_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned())];
    let building = Installation::embedded_in(proxies, &tests::installation::site_file(""));
    building.add_marie();
    let answered: usize = thread::scope(|scope| {
        let building = &building;
        let give_up = move |part: usize| {
            (part..800).step_by(16).filter(|visitor| give_up_a_login(building, *visitor)).count()
        };
        let parts: Vec<_> = (0..16).map(|part| scope.spawn(move || give_up(part))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    });
    assert!(answered < 800, "none was given up");
    let peak = Usage::peak_mib(building.vigie.id()).unwrap();
    assert!(peak <= MOST_MIB, "{peak:.0} MiB");
    tests::eventually("marie reads", tests::SOON, || building.api().get("/live").ok());
    assert!(building.api().counter("vigie_logins_refused_total") > 0.0, "the queue is bounded");
}

#[test]
fn a_program_that_sends_its_password_with_each_request_costs_one_hash_and_no_memory() {
    let building = Installation::embedded("");
    building.add_marie();
    building.api().get("/live").unwrap();
    let before = Usage::of(building.vigie.id()).cpu;
    for _ in 0..300 {
        building.api().get("/live").unwrap();
    }
    let cpu = Usage::of(building.vigie.id()).cpu.saturating_sub(before);
    let peak = Usage::peak_mib(building.vigie.id()).unwrap();
    assert!(peak <= MOST_MIB, "{peak:.0} MiB");
    assert!(cpu.as_secs() < 15, "300 requests took {cpu:?} of the processor");
}
