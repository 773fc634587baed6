//! Who may read and change: accounts, logins, and forms from elsewhere.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use base64::Engine as _;
use jiff::SignedDuration;

use super::{House, NOW, at, text};
use crate::access::Peer;

const PASSWORD: &str = "le chat dort ici";
const ELSEWHERE: &str = "192.168.1.7:50000";

fn form(address: &str, fields: &str) -> axum::http::request::Builder {
    let _ = fields;
    Request::post(address)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

async fn log_in(house: &House, password: &str) -> Response<Body> {
    let fields = format!("name=marie&password={}&next=/staff", password.replace(' ', "+"));
    let request = form("/login", &fields).header(header::ORIGIN, "http://127.0.0.1:8080");
    house.asks(request.body(Body::from(fields)).unwrap()).await
}

fn cookie(answer: &Response<Body>) -> String {
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn from(peer: &str, address: &str) -> Request<Body> {
    let mut request = Request::get(address).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer::at(peer));
    request
}

#[tokio::test]
async fn a_login_gives_a_cookie_that_no_script_and_no_other_site_can_use() {
    let house = House::with_staff();

    let answer = log_in(&house, PASSWORD).await;

    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[header::LOCATION], "/staff");
    let set = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly; SameSite=Strict") && !set.contains("Secure"), "{set}");
    let staff = Request::get("/staff").header(header::COOKIE, cookie(&answer));
    let page = text(house.asks(staff.body(Body::empty()).unwrap()).await).await;
    assert!(page.contains("Connecté\u{a0}: marie"));
}

#[tokio::test]
async fn behind_a_proxy_with_tls_the_cookie_is_for_tls_only() {
    let house = House::with_staff();
    let fields = format!("name=marie&password={}", PASSWORD.replace(' ', "+"));
    let request = form("/login", &fields)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "vigie.dreux.example")
        .header(header::ORIGIN, "https://vigie.dreux.example");

    let answer = house.asks(request.body(Body::from(fields)).unwrap()).await;

    assert!(answer.headers()[header::SET_COOKIE].to_str().unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike_and_tries_are_limited() {
    let house = House::with_staff();
    for _ in 0..10 {
        assert_eq!(log_in(&house, "un autre secret").await.status(), StatusCode::UNAUTHORIZED);
    }

    let limited = log_in(&house, PASSWORD).await;
    house.clock.set(at(NOW) + SignedDuration::from_mins(11));
    let later = log_in(&house, PASSWORD).await;

    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(limited.headers().contains_key(header::RETRY_AFTER));
    assert_eq!(later.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_that_a_page_from_elsewhere_sends_changes_nothing() {
    let house = House::with_staff();
    let session = cookie(&log_in(&house, PASSWORD).await);
    let send = |origin: &str, fields: &str| {
        let request =
            form("/logout", fields).header(header::ORIGIN, origin).header(header::COOKIE, &session);
        house.asks(request.body(Body::from(fields.to_owned())).unwrap())
    };
    let page = Request::get("/staff").header(header::COOKIE, &session);
    let page = text(house.asks(page.body(Body::empty()).unwrap()).await).await;
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();

    let ours = "http://127.0.0.1:8080";
    let with_token = format!("token={token}");
    let foreign = send("https://evil.example", &with_token).await;
    let null = send("null", &with_token).await;
    let without = send(ours, "").await;
    let own = send(ours, &with_token).await;

    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert_eq!(null.status(), StatusCode::FORBIDDEN);
    assert_eq!(without.status(), StatusCode::FORBIDDEN);
    assert_eq!(own.status(), StatusCode::SEE_OTHER);
    let after = Request::get("/staff").header(header::COOKIE, &session);
    let after = house.asks(after.body(Body::empty()).unwrap()).await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_login_that_a_page_from_elsewhere_sends_is_refused() {
    let house = House::with_staff();
    let fields = format!("name=marie&password={}", PASSWORD.replace(' ', "+"));
    let request = form("/login", &fields).header(header::ORIGIN, "https://evil.example");
    let answer = house.asks(request.body(Body::from(fields)).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn once_there_is_an_account_another_machine_reads_with_it_only() {
    let (open, closed) = (House::in_dreux(), House::with_staff());

    assert_eq!(open.asks(from(ELSEWHERE, "/api/v1/live")).await.status(), StatusCode::OK);
    assert_eq!(closed.asks(from("127.0.0.1:9", "/api/v1/live")).await.status(), StatusCode::OK);
    let refused = closed.asks(from(ELSEWHERE, "/api/v1/live")).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(closed.asks(from(ELSEWHERE, "/health")).await.status(), StatusCode::OK);

    let mut program = from(ELSEWHERE, "/metrics");
    let coded = base64::engine::general_purpose::STANDARD.encode(format!("marie:{PASSWORD}"));
    let basic = format!("Basic {coded}").parse().unwrap();
    program.headers_mut().insert(header::AUTHORIZATION, basic);
    assert_eq!(closed.asks(program).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn whoever_comes_through_a_proxy_on_this_machine_is_not_on_it() {
    let house = House::with_staff();
    let mut request = from("127.0.0.1:9", "/energy");
    request.headers_mut().insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
    request.headers_mut().insert(header::ACCEPT, "text/html".parse().unwrap());

    let answer = house.asks(request).await;

    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[header::LOCATION], "/login?next=/energy");
}

#[tokio::test]
async fn without_an_account_the_login_page_says_how_to_make_one() {
    let page = House::in_dreux().page("/login").await;
    assert!(page.contains("vigie user add"));
    assert!(!page.contains("type=\"password\""));
}
