//! Who may read and change: accounts, logins, and forms from elsewhere.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use jiff::SignedDuration;

use super::{BASIC, House, NOW, PROXY, at, text};
use crate::access::Peer;

const PASSWORD: &str = "le chat dort ici";
const HERE: &str = "127.0.0.1:9";
const ELSEWHERE: &str = "192.168.1.7:50000";

fn form(address: &str, fields: &str) -> axum::http::request::Builder {
    let _ = fields;
    Request::post(address)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

async fn log_in(house: &House, password: &str) -> Response<Body> {
    log_in_from(house, password, HERE, &[]).await
}

async fn log_in_from(
    house: &House,
    password: &str,
    peer: &str,
    headers: &[(&str, &str)],
) -> Response<Body> {
    let fields = format!("name=marie&password={}&next=/staff", password.replace(' ', "+"));
    let mut request = form("/login", &fields).header(header::ORIGIN, "http://127.0.0.1:8080");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(fields)).unwrap();
    request.extensions_mut().insert(Peer::at(peer));
    house.asks(request).await
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
async fn once_there_is_an_account_any_machine_reads_with_it_only_this_one_too() {
    let (open, closed) = (House::in_dreux(), House::with_staff());

    for peer in [ELSEWHERE, HERE] {
        for path in ["/", "/api/v1/live", "/sensors", "/api/v1/live/events", "/live/parts"] {
            assert_eq!(open.asks(from(peer, path)).await.status(), StatusCode::OK, "{path}");
            let refused = closed.asks(from(peer, path)).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{peer} {path}");
        }
        assert_eq!(closed.asks(from(peer, "/health")).await.status(), StatusCode::OK);
        assert_eq!(closed.asks(from(peer, "/ready")).await.status(), StatusCode::OK);
    }
    let mut program = from(ELSEWHERE, "/metrics");
    program.headers_mut().insert(header::AUTHORIZATION, BASIC.parse().unwrap());
    assert_eq!(closed.asks(program).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn counts_are_told_to_a_program_on_this_machine_and_to_no_proxy_on_it() {
    let house = House::with_staff();
    assert_eq!(house.asks(from(HERE, "/metrics")).await.status(), StatusCode::OK);
    assert_eq!(house.asks(from(ELSEWHERE, "/metrics")).await.status(), StatusCode::UNAUTHORIZED);
    let mut forwarded = from(HERE, "/metrics");
    forwarded.headers_mut().insert("x-real-ip", "203.0.113.9".parse().unwrap());
    assert_eq!(house.asks(forwarded).await.status(), StatusCode::UNAUTHORIZED);
    let mut silent = from(HERE, "/metrics");
    *silent.version_mut() = axum::http::Version::HTTP_10;
    assert_eq!(house.asks(silent).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_refusal_names_its_scheme_to_programs_and_never_to_a_browser() {
    let house = House::with_staff();
    let ask = async |name: &str, value: &str, path: &str| {
        let request = Request::get(path).header(name.to_owned(), value);
        house.asks(request.body(Body::empty()).unwrap()).await
    };
    for program in
        ["Wget/1.21.4", "curl/8.14.1", "LibreOffice 24.2", "Mozilla/4.0 (compatible; MSOffice 16)"]
    {
        let refused = ask("user-agent", program, "/api/v1/live").await;
        let scheme = refused.headers()[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert!(scheme.starts_with("Basic realm="), "{program}: {scheme}");
        let staff = ask("user-agent", program, "/staff").await;
        assert!(staff.headers().contains_key(header::WWW_AUTHENTICATE), "{program}");
    }
    let wrong = ask("authorization", "Basic bWFyaWU6bm9u", "/api/v1/live").await;
    assert!(wrong.headers().contains_key(header::WWW_AUTHENTICATE));
    for (name, value) in [
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ("accept", "text/event-stream"),
        ("sec-fetch-mode", "cors"),
    ] {
        let refused = ask(name, value, "/api/v1/live").await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(!refused.headers().contains_key(header::WWW_AUTHENTICATE), "{value}");
    }
    let page = ask("accept", "text/html", "/energy").await;
    assert_eq!(page.headers()[header::LOCATION], "/login?next=/energy");
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

#[tokio::test]
async fn an_address_that_a_guesser_makes_up_is_not_believed_and_one_of_a_named_proxy_is() {
    let house = House::with_staff();
    let guess = async |peer: &str, n: u8| {
        let made_up = format!("10.1.0.{n}");
        let headers = [("x-forwarded-for", made_up.as_str())];
        log_in_from(&house, "un autre secret", peer, &headers).await.status()
    };
    let mut refused = 0;
    for n in 0..15 {
        refused += u8::from(guess(ELSEWHERE, n).await == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 5, "ten tries of one machine, whatever it says");
    // The account has ten more, for others.
    for n in 0..10 {
        let through_proxy = guess(&format!("{PROXY}:50000"), n).await;
        assert_eq!(through_proxy, StatusCode::UNAUTHORIZED, "each of another machine");
    }
}

#[tokio::test]
async fn others_who_guess_do_not_lock_out_the_browser_that_logged_in_before() {
    let house = House::with_staff();
    let first = log_in_from(&house, PASSWORD, "192.168.1.9:1", &[]).await;
    let device = cookie(&first);
    // After a restart the session is gone, and the browser still known.
    let device = format!("{}.gone", device.rsplit_once('.').unwrap().0);
    let device = device.as_str();
    for n in 0..25 {
        log_in_from(&house, "un autre secret", &format!("192.168.2.{n}:1"), &[]).await;
    }

    let elsewhere = "192.168.3.1:1";
    let stranger = log_in_from(&house, PASSWORD, elsewhere, &[]).await;
    let owner = log_in_from(&house, PASSWORD, elsewhere, &[("cookie", device)]).await;
    let same_machine = log_in_from(&house, PASSWORD, "192.168.1.9:1", &[]).await;
    let made_up = [("cookie", "vigie-session=0.0.0")];
    let forged = log_in_from(&house, PASSWORD, "192.168.5.1:1", &made_up).await;

    assert_eq!(stranger.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(owner.status(), StatusCode::SEE_OTHER);
    assert_eq!(same_machine.status(), StatusCode::SEE_OTHER);
    assert_eq!(forged.status(), StatusCode::TOO_MANY_REQUESTS);
    for _ in 0..10 {
        log_in_from(&house, "un autre secret", "192.168.4.1:1", &[("cookie", device)]).await;
    }
    let guessing = log_in_from(&house, PASSWORD, "192.168.4.1:1", &[("cookie", device)]).await;
    assert_eq!(guessing.status(), StatusCode::TOO_MANY_REQUESTS, "its own tries are counted");
}

#[tokio::test]
async fn credentials_that_were_right_end_with_the_password_and_with_the_account() {
    let house = House::with_staff();
    let ask = async || house.get("/api/v1/live").await.status();
    assert_eq!((ask().await, ask().await), (StatusCode::OK, StatusCode::OK));
    house.marie_gets(Some("un tout autre secret"));
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
    house.marie_gets(Some(PASSWORD));
    assert_eq!((ask().await, ask().await), (StatusCode::OK, StatusCode::OK));
    house.marie_gets(None);
    house.adds_paul();
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn more_logins_at_once_than_can_wait_are_turned_away_with_a_time_to_come_back() {
    let house = House::with_staff();
    let peers: Vec<String> = (1..=20).map(|n| format!("192.168.1.{n}:1")).collect();
    let logins = peers.iter().map(|peer| log_in_from(&house, "un autre secret", peer, &[]));
    let answers = futures_util::future::join_all(logins).await;
    let busy: Vec<_> =
        answers.iter().filter(|it| it.status() == StatusCode::SERVICE_UNAVAILABLE).collect();
    assert!(
        !busy.is_empty() && busy.iter().all(|answer| answer.headers()[header::RETRY_AFTER] == "5")
    );
}

#[tokio::test]
async fn a_password_with_a_form_of_another_site_changes_nothing() {
    let house = House::with_staff();
    let request = Request::delete("/api/v1/corrections/1?reason=x")
        .header(header::AUTHORIZATION, BASIC)
        .header("sec-fetch-site", "cross-site");
    let answer = house.asks(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_login_whose_way_back_leads_elsewhere_ends_on_our_own_page() {
    let house = House::with_staff();
    for next in ["/%09/evil.example", "/%01", "/%00", "/%7F", "/%C3%A9", "/%0D%0ASet-Cookie:+x=1"] {
        let fields = format!("name=marie&password={}&next={next}", PASSWORD.replace(' ', "+"));
        let answer = house.asks(form("/login", "").body(Body::from(fields)).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{next}");
        assert_eq!(answer.headers()[header::LOCATION], "/staff", "{next}");
    }
}

/// The status of a request on this machine with these names in `Host`.
async fn named(house: &House, hosts: &[&str]) -> StatusCode {
    let request =
        hosts.iter().fold(Request::get("/health"), |it, host| it.header(header::HOST, *host));
    house.asks(request.body(Body::empty()).unwrap()).await.status()
}

#[tokio::test]
async fn only_names_of_this_dashboard_are_answered_to_also_where_it_listens_on_the_network() {
    let site = || {
        let text = domain::site::DREUX.replacen(
            "announce = true",
            "hosts = [\"vigie.dreux.example\"]\nannounce = true",
            1,
        );
        domain::site::parse(&text, "dreux.toml").unwrap()
    };
    let network = House::listening(site(), false, false);
    let local = House::listening(site(), false, true);
    for house in [&network, &local] {
        for ours in ["localhost:8080", "127.0.0.1", "[::1]:8080", "Vigie.dreux.example:443"] {
            assert_eq!(named(house, &[ours]).await, StatusCode::OK, "{ours}");
        }
        for foreign in
            ["evil.example", "vigie.dreux.example.evil.example", "localhost.evil.example", ""]
        {
            assert_eq!(named(house, &[foreign]).await, StatusCode::FORBIDDEN, "{foreign}");
        }
        assert_eq!(named(house, &["localhost", "evil.example"]).await, StatusCode::FORBIDDEN);
        let absolute = Request::get("http://evil.example/health").header(header::HOST, "localhost");
        let absolute = house.asks(absolute.body(Body::empty()).unwrap()).await;
        assert_eq!(absolute.status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(
        named(&network, &["192.168.1.20:8080"]).await,
        StatusCode::OK,
        "a caretaker's phone"
    );
    assert_eq!(named(&local, &["192.168.1.20:8080"]).await, StatusCode::FORBIDDEN);
    let told = network
        .asks(Request::get("/").header(header::HOST, "evil.example").body(Body::empty()).unwrap());
    let told = text(told.await).await;
    assert!(told.contains("evil.example") && told.contains("`hosts` of [site]"), "{told}");
}

#[tokio::test]
async fn a_cookie_that_was_tampered_with_is_nobodys() {
    let house = House::with_staff();
    let sound = cookie(&log_in(&house, PASSWORD).await);
    let ask = async |cookie: &str| {
        let request = Request::get("/staff").header(header::COOKIE, cookie);
        house.asks(request.body(Body::empty()).unwrap()).await.status()
    };
    assert_eq!(ask(&sound).await, StatusCode::OK);
    let secret = sound.rsplit_once('.').unwrap().1;
    let name = "vigie-session=";
    for bad in [
        &sound[..sound.len() - 1],
        &format!("{sound}0"),
        name,
        &format!("{name}{secret}"),
        &format!("{name}..."),
    ] {
        assert_eq!(ask(bad).await, StatusCode::UNAUTHORIZED, "{bad}");
    }
}
