//! What the environment decides: whom to trust, and which proxy to take.

use crate::double::{Double, Manner};
use crate::elsewhere::ask;

const HELLO: Manner = Manner::Says("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");

fn trusting() -> (&'static str, String) {
    let authority =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/requests/certificates/authority.pem");
    ("SSL_CERT_FILE", authority.to_owned())
}

#[tokio::test]
async fn a_private_authority_is_trusted_once_the_machine_trusts_it() {
    let server = Double::encrypted(HELLO, "good").await;
    for host in ["localhost", "127.0.0.1"] {
        let address = format!("https://{host}:{}/", server.port);
        assert_eq!(ask(&address, &[trusting()]).await, "200 hello", "{host}");
    }
    let address = format!("https://localhost:{}/", server.port);
    let refused = ask(&address, &[]).await;
    assert!(refused.contains("update-ca-certificates"), "{refused}");
    assert_eq!(server.heard().len(), 2, "something was said to a stranger");
}

#[tokio::test]
async fn a_certificate_that_is_expired_or_of_another_name_is_refused_with_the_remedy() {
    for (certificate, remedy) in [("expired", "renew it there"), ("elsewhere", "another name")] {
        let server = Double::encrypted(HELLO, certificate).await;
        let refused = ask(&format!("https://localhost:{}/", server.port), &[trusting()]).await;
        assert!(refused.contains(remedy), "{certificate}: {refused}");
        assert!(server.heard().is_empty(), "something was said to a stranger");
    }
}

#[tokio::test]
async fn encryption_is_not_given_up_where_the_other_side_does_not_know_it() {
    let server = Double::plain(HELLO).await;
    let refused = ask(&format!("https://localhost:{}/", server.port), &[trusting()]).await;
    assert!(refused.contains("does not speak TLS"), "{refused}");
}

#[tokio::test]
async fn a_proxy_is_handed_plain_requests_whole_and_told_who_we_are() {
    let proxy = Double::plain(HELLO).await;
    let variable = ("HTTP_PROXY", format!("http://me:word@127.0.0.1:{}", proxy.port));
    let answer = ask("http://influxdb.example:8086/health?a=b", &[variable]).await;
    assert_eq!(answer, "200 hello");
    let heard = proxy.heard().concat();
    assert!(
        heard.starts_with("GET http://influxdb.example:8086/health?a=b HTTP/1.1\r\n"),
        "{heard}"
    );
    assert!(heard.contains("proxy-authorization: Basic bWU6d29yZA==\r\n"), "{heard}");
}

#[tokio::test]
async fn encrypted_requests_go_through_a_tunnel_in_which_the_proxy_sees_nothing() {
    let server = Double::encrypted(HELLO, "good").await;
    let proxy = Double::plain(Manner::Passes(server.port)).await;
    let variable = ("HTTPS_PROXY", format!("http://me:word@127.0.0.1:{}", proxy.port));
    let address = format!("https://hidden:word@localhost:{}/secret", server.port);
    assert_eq!(ask(&address, &[trusting(), variable]).await, "200 hello");
    let (seen, heard) = (proxy.heard().concat(), server.heard().concat());
    assert!(seen.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", server.port)), "{seen}");
    assert!(seen.contains("Proxy-Authorization: Basic bWU6d29yZA==\r\n"), "{seen}");
    assert!(heard.starts_with("GET /secret HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("authorization: Basic aGlkZGVuOndvcmQ=\r\n"), "{heard}");
    assert!(!heard.contains("proxy-authorization"), "{heard}");
}

#[tokio::test]
async fn a_server_that_is_named_as_an_exception_is_asked_straight() {
    let (server, proxy) = (Double::plain(HELLO).await, Double::plain(HELLO).await);
    let variables = [
        ("ALL_PROXY", format!("http://127.0.0.1:{}", proxy.port)),
        ("NO_PROXY", "127.0.0.0/8".to_owned()),
    ];
    let answer = ask(&format!("http://127.0.0.1:{}/", server.port), &variables).await;
    assert_eq!((answer.as_str(), proxy.connections()), ("200 hello", 0));
}

#[tokio::test]
async fn a_proxy_that_is_not_supported_is_never_gone_around() {
    let server = Double::plain(HELLO).await;
    let variable = ("ALL_PROXY", "socks5://127.0.0.1:1".to_owned());
    let refused = ask(&format!("http://127.0.0.1:{}/", server.port), &[variable]).await;
    assert!(refused.contains("socks5"), "{refused}");
    assert_eq!(server.connections(), 0);
}
