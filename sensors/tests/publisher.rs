//! The publisher against a broker that misbehaves: a few lines that speak just enough MQTT.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::wire::BrokerUrl;
use sensors::publisher::{IN_FLIGHT, Node, Outbound, PublishError, Publisher};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const DEADLINE: Duration = Duration::from_mins(1);

/// How one connection of the broker goes.
#[derive(Clone, Copy)]
enum Manner {
    /// Everything is acknowledged.
    Acknowledges,
    /// So many messages are acknowledged, then the line is cut after as many more have arrived.
    CutsAfter(usize),
    /// Nothing is acknowledged.
    KeepsSilent,
}

/// A broker that treats its connections one after the other in these manners, and remembers what arrived.
struct Broker {
    url: BrokerUrl,
    arrived: Arc<Mutex<Vec<(usize, String)>>>,
    _serving: JoinSet<()>,
}

impl Broker {
    async fn start(manners: Vec<Manner>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = BrokerUrl::plain("127.0.0.1", listener.local_addr().unwrap().port());
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let mut serving = JoinSet::new();
        let log = Arc::clone(&arrived);
        serving.spawn(async move {
            for (nr, manner) in manners.into_iter().enumerate() {
                let (stream, _) = listener.accept().await.unwrap();
                // The end of a line is what these tests are about.
                let _ = serve(stream, nr, manner, &log).await;
            }
        });
        Self { url, arrived, _serving: serving }
    }

    fn arrived(&self) -> Vec<(usize, String)> {
        self.arrived.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    nr: usize,
    manner: Manner,
    log: &Mutex<Vec<(usize, String)>>,
) -> std::io::Result<()> {
    let mut count = 0;
    loop {
        let first = stream.read_u8().await?;
        let mut body = vec![0; length(&mut stream).await?];
        stream.read_exact(&mut body).await?;
        match first >> 4 {
            1 => stream.write_all(&[0x20, 2, 0, 0]).await?,
            3 => {
                let topic_end = 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
                let topic = String::from_utf8_lossy(&body[2..topic_end]).into_owned();
                log.lock().unwrap().push((nr, topic));
                count += 1;
                let acknowledge = match manner {
                    Manner::Acknowledges => true,
                    Manner::CutsAfter(limit) => count <= limit,
                    Manner::KeepsSilent => false,
                };
                if acknowledge {
                    stream.write_all(&[0x40, 2, body[topic_end], body[topic_end + 1]]).await?;
                }
                if matches!(manner, Manner::CutsAfter(limit) if count == 2 * limit) {
                    return Ok(());
                }
            }
            12 => stream.write_all(&[0xd0, 0]).await?,
            14 => return Ok(()),
            _ => {}
        }
    }
}

async fn length(stream: &mut TcpStream) -> std::io::Result<usize> {
    let (mut length, mut shift) = (0, 0);
    loop {
        let byte = usize::from(stream.read_u8().await?);
        length |= (byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
}

fn message(topic: &str) -> Outbound {
    Outbound { topic: topic.into(), payload: b"1".to_vec(), retain: false }
}

fn node() -> Node {
    Node { client_id: "node".into(), birth: vec![message("birth")], last_will: None }
}

fn topics(arrived: &[(usize, String)], connection: usize) -> Vec<&str> {
    arrived.iter().filter(|(nr, _)| *nr == connection).map(|(_, topic)| topic.as_str()).collect()
}

#[tokio::test]
async fn what_was_not_acknowledged_is_sent_again_on_the_next_connection_in_order() {
    let broker = Broker::start(vec![Manner::CutsAfter(3), Manner::Acknowledges]).await;
    let publisher = Publisher::start(broker.url.clone(), node()).unwrap();
    publisher.connected(DEADLINE).await.unwrap();

    for topic in ["a", "b", "c", "d", "e", "f", "g"] {
        publisher.publish(message(topic)).await.unwrap();
    }
    publisher.flush(DEADLINE).await.unwrap();

    let arrived = broker.arrived();
    assert_eq!(topics(&arrived, 0), ["birth", "a", "b", "c", "d", "e"]);
    let again = topics(&arrived, 1);
    assert_eq!(again.first(), Some(&"birth"), "a node says first that it is there");
    assert!(again.ends_with(&["c", "d", "e", "f", "g"]), "{again:?}");
}

#[tokio::test]
async fn more_than_may_be_in_flight_waits_for_the_broker() {
    let broker = Broker::start(vec![Manner::KeepsSilent]).await;
    let publisher = Publisher::start(broker.url.clone(), node()).unwrap();
    for _ in 0..IN_FLIGHT {
        publisher.publish(message("a")).await.unwrap();
    }
    let one_more = publisher.publish(message("b"));
    assert!(tokio::time::timeout(Duration::from_millis(200), one_more).await.is_err());
    assert_eq!(publisher.unacknowledged(), IN_FLIGHT);
}

#[tokio::test]
async fn thousands_of_messages_arrive_once_each_and_in_order() {
    let broker = Broker::start(vec![Manner::Acknowledges]).await;
    let publisher = Publisher::start(broker.url.clone(), node()).unwrap();
    let expected: Vec<String> = (0..3000).map(|nr| nr.to_string()).collect();
    for topic in &expected {
        publisher.publish(message(topic)).await.unwrap();
    }
    publisher.close(DEADLINE).await.unwrap();
    let arrived: Vec<String> =
        broker.arrived().into_iter().map(|(_, topic)| topic).skip(1).collect();
    assert_eq!(arrived, expected);
}

#[tokio::test]
async fn nobody_at_the_address_is_told_with_the_reason() {
    // Nobody listens on port 1 of this machine.
    let publisher = Publisher::start(BrokerUrl::plain("127.0.0.1", 1), node()).unwrap();
    let until = tokio::time::Instant::now() + DEADLINE;
    loop {
        let error = publisher.connected(Duration::from_millis(300)).await.unwrap_err();
        if error.to_string().contains("refused") {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "{error}");
    }
}

#[tokio::test]
async fn what_no_broker_takes_is_refused_before_it_harms_the_connection() {
    let broker = Broker::start(vec![Manner::Acknowledges]).await;
    let publisher = Publisher::start(broker.url.clone(), node()).unwrap();
    let huge = Outbound { payload: vec![0; 300_000], ..message("a") };
    assert!(matches!(publisher.publish(huge).await, Err(PublishError::TooLarge { .. })));
    assert!(matches!(publisher.publish(message("a/#")).await, Err(PublishError::Topic(_))));
    publisher.publish(message("a")).await.unwrap();
    publisher.flush(DEADLINE).await.unwrap();
    let encrypted = "mqtts://broker.local".parse().unwrap();
    assert!(matches!(Publisher::start(encrypted, node()), Err(PublishError::NoTls)));
}
