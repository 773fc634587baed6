//! The pages, as a browser without JavaScript sees them.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::Quantity;
use domain::site;
use serde_json::json;

use super::api::{building, pulse, zone};
use super::{House, NOW, at, text};
use crate::live::audience::Audience;

const PAGES: [&str; 7] = ["/", "/wall", "/zones", "/energy", "/history", "/report", "/sensors"];
/// The most that the first page may weigh over the wire, fonts and all.
const BUDGET_BYTES: usize = 150 * 1024;

fn busy() -> House {
    let house = House::in_dreux();
    house.hears("building", &building(Some(118.0)));
    house.hears("zones/fablab", &zone("fablab", 1612.0, "fresh"));
    house.hears("zones/formation-1", &zone("formation-1", 912.0, "late"));
    house.hears("zones/bureaux", &zone("bureaux", 742.0, "lost"));
    house.hears("gateway", &pulse());
    house
}

#[tokio::test]
async fn the_answer_stands_in_the_title_and_in_the_only_heading_of_its_rank() {
    let page = busy().page("/").await;

    assert!(page.contains("<title>118 personnes sur 200 · Pôle éco-numérique</title>"));
    assert_eq!(page.matches("<h1").count(), 1);
    assert!(page.contains("entre 110 et 127"));
    assert!(page.contains("<html lang=\"fr\""));
}

#[tokio::test]
async fn fresh_late_and_lost_look_as_different_as_they_are() {
    let page = busy().page("/").await;

    assert!(page.contains("1\u{202f}612\u{a0}ppm"));
    assert!(page.contains("aérer maintenant"));
    assert!(page.contains("912\u{a0}ppm") && page.contains("en retard, il y a 4\u{a0}min"));
    assert!(!page.contains("742\u{a0}ppm"));
    assert!(page.contains("muet depuis 12:56"));
}

#[tokio::test]
async fn before_any_reading_no_page_shows_a_number_of_people() {
    let house = House::in_dreux();

    let page = house.page("/").await;

    assert!(page.contains("Nombre de personnes inconnu"));
    assert!(!page.contains("personnes sur 200"));
    assert!(page.contains("Les capteurs n\u{2019}ont pas encore été relevés."));
    assert!(!page.contains("Rien à signaler"));
}

#[tokio::test]
async fn a_silent_gateway_is_named_by_the_page_itself() {
    let house = busy();
    house.clock.set(at("2026-11-23T12:05:00Z"));

    let page = house.page("/").await;

    assert!(page.contains("Les capteurs ne sont plus relevés depuis 13:00:00."));
    assert!(page.contains(" data-quiet>"));
}

#[tokio::test]
async fn a_closed_building_is_closed_and_not_zero_people() {
    let house = busy();
    let mut state = building(Some(0.0));
    state["open"] = json!(false);
    (state["low"], state["high"]) = (json!(0.0), json!(0.0));
    house.hears("building", &state);

    let page = house.page("/").await;

    assert!(page.contains("<title>Fermé · Pôle éco-numérique</title>"));
    assert!(page.contains("personne dans le bâtiment"));
}

#[tokio::test]
async fn the_language_is_kept_once_it_was_chosen() {
    let house = busy();

    let chosen = house.get("/?lang=en").await;
    let cookie = chosen.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(text(chosen).await.contains("<html lang=\"en\""));

    let kept = cookie.split(';').next().unwrap();
    let again = Request::get("/zones").header(header::COOKIE, kept).body(Body::empty()).unwrap();
    assert!(text(house.asks(again).await).await.contains("<html lang=\"en\""));
}

#[tokio::test]
async fn every_page_says_that_it_is_a_demonstration_and_none_does_without() {
    let real = House::of(site::parse(site::DREUX, "dreux.toml").unwrap(), false);
    let house = House::in_dreux();

    for address in PAGES {
        assert!(house.page(address).await.contains("DÉMONSTRATION"), "{address}");
        assert!(!real.page(address).await.contains("DÉMONSTRATION"), "{address}");
    }
}

#[tokio::test]
async fn the_navigation_leads_to_pages_that_are_there() {
    let house = House::in_dreux();
    let page = house.page("/").await;

    let links: Vec<&str> =
        page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();

    assert!(links.len() > 8);
    let open = |link: &&str| !link.starts_with('#') && *link != "/staff";
    for link in links.into_iter().filter(open) {
        assert_eq!(house.get(link).await.status(), StatusCode::OK, "{link}");
    }
}

#[tokio::test]
async fn nothing_on_a_page_is_inline_or_from_elsewhere() {
    let house = busy();

    for address in PAGES {
        let answer = house.get(address).await;
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{address}");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let page = text(answer).await;
        for forbidden in [" style=", " onclick=", "<style", "://", "<script>"] {
            assert!(!page.contains(forbidden), "{address} has {forbidden}");
        }
    }
}

#[tokio::test]
async fn what_came_by_mqtt_is_shown_and_never_run() {
    let house = busy();
    house.refuses("vigie/<b>", "<script>alert(1)</script>").await;
    house.stores("<img src=x>", Quantity::Co2, at(NOW), 700.0).await;
    house.hears(
        "devices",
        &json!({ "as_of": NOW, "devices": [{
            "id": "<i>x</i>", "state": "lost", "last_seen": null, "battery_percent": null,
            "presence": null, "rhythm_s": null, "known": false, "lost_readings": 0,
        }]}),
    );

    let page = house.page("/sensors").await;

    for foreign in ["<script>alert", "<img src=x>", "<i>x", "vigie/<b>"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("alert(1)"));
}

#[tokio::test]
async fn every_part_is_either_text_or_one_element_that_carries_its_name() {
    let house = busy();
    let snapshot = house.app.live.snapshot();

    for audience in Audience::all().filter(|audience| !matches!(audience, Audience::Api(_))) {
        for part in audience.parts(&snapshot) {
            let content = part.content.text().unwrap();
            let named = content.contains(&format!("data-part=\"{}\"", part.key));
            assert_eq!(content.starts_with('<'), named, "{}", part.key);
            assert_eq!(content.starts_with('<'), content.contains('<'), "{}", part.key);
        }
    }
}

#[tokio::test]
async fn the_history_page_has_the_figures_as_a_table_as_well() {
    let house = busy();
    house.stores("air-fablab", Quantity::Co2, at("2026-11-23T11:30:00Z"), 1234.0).await;

    let page = house.page("/history?point=fablab-co2&span=hour").await;

    assert!(page.contains("FabLab, CO₂ (ppm)"));
    assert!(page.contains("1\u{202f}234\u{a0}ppm"));
}

#[tokio::test]
async fn an_address_that_nothing_has_is_a_page_for_people() {
    let house = House::in_dreux();
    let request = Request::get("/nulle-part").header(header::ACCEPT, "text/html");

    let answer = house.asks(request.body(Body::empty()).unwrap()).await;

    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(text(answer).await.contains("Cette page n\u{2019}existe pas"));
}

#[tokio::test]
async fn a_name_from_elsewhere_that_leads_to_this_machine_is_not_answered() {
    let house = House::in_dreux();
    let ask =
        |host: &str| Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap();

    assert_eq!(house.asks(ask("evil.example:8080")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(house.asks(ask("localhost:8080")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_first_page_fits_its_budget_over_the_wire() {
    let house = busy();
    let page = house.page("/").await;
    // What the page names, what its style sheet names, and the module that its script loads.
    let mut addresses: Vec<String> = page
        .split(['"', '\''])
        .filter(|text| text.starts_with("/assets/"))
        .map(ToOwned::to_owned)
        .collect();
    for name in ["vendor/inter/inter-semibold.woff2", "vendor/inter/inter-bold.woff2", "morph.js"] {
        addresses.push(crate::assets::address(name));
    }
    addresses.push("/".to_owned());
    addresses.sort();
    addresses.dedup();

    let mut total = 0;
    for address in &addresses {
        let request = Request::get(address).header(header::ACCEPT_ENCODING, "gzip");
        let answer = house.asks(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        total += to_bytes(answer.into_body(), 1 << 20).await.unwrap().len();
    }

    assert!(addresses.len() >= 8, "{addresses:?}");
    assert!(total <= BUDGET_BYTES, "{total} bytes");
}

#[tokio::test]
async fn an_asset_may_be_kept_for_ever_under_its_own_address_only() {
    let house = House::in_dreux();

    let own = house.get(&crate::assets::address("app.css")).await;
    let old = house.get("/assets/0.0.0-old/app.css").await;

    assert_eq!(own.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    assert_eq!(old.headers()[header::CACHE_CONTROL], "no-store");
    house.problem("/assets/x/../../Cargo.toml", 404).await;
}

#[tokio::test]
async fn the_last_backup_that_was_found_the_same_is_shown_and_what_threatens_it() {
    use store::backup::{Attempt, BackupStatus, Compared};
    let house = House::in_dreux();
    assert!(house.page("/sensors").await.contains("Aucune sauvegarde n\u{2019}a encore été"));

    let compared = Compared {
        made_at: at("2026-11-22T03:00:00Z"),
        place: "/somewhere/secret".into(),
        bytes: 12_345_678,
        same_disk: true,
    };
    let attempt = Attempt { at: at("2026-11-23T03:00:00Z"), failure: Some("no room".into()) };
    *house.backups.lock().unwrap() =
        Some(BackupStatus { compared: Some(compared), attempt: Some(attempt) });
    let (french, english) = (house.page("/sensors").await, house.page("/sensors?lang=en").await);

    assert!(french.contains("trouvée identique\u{a0}: hier 4:00, 12,3\u{a0}Mo."));
    assert!(french.contains("sur le même disque que les données"));
    assert!(
        french.contains("La dernière tentative, 4:00, a échoué. <span lang=\"en\">no room</span>")
    );
    assert!(english.contains("found the same: yesterday 4:00, 12.3\u{a0}MB."));
    assert!(!french.contains("/somewhere"));
}

#[tokio::test]
async fn what_is_stored_and_written_in_a_day_stands_beside_the_room_that_is_left() {
    let house = House::in_dreux();
    let before = house.page("/sensors").await;
    assert!(before.contains("Pas encore mesuré."), "{before}");

    let mut gateway = pulse();
    gateway["storage"] = serde_json::json!({
        "stored_bytes": 1_430_000_000_u64,
        "reusable_bytes": 0,
        "free_bytes": 12_300_000_000_u64,
        "disk_bytes": 32_000_000_000_u64,
        "written_bytes_per_day": 412_000_000_u64,
        "disk_errors": 0,
    });
    house.hears("gateway", &gateway);
    let page = house.page("/sensors").await;
    assert!(page.contains("Erreurs du disque"), "{page}");
    for figure in ["1,4\u{a0}Go", "12,3\u{a0}Go / 32,0\u{a0}Go", "412,0\u{a0}Mo"] {
        assert!(page.contains(figure), "{figure} in {page}");
    }
}

#[tokio::test]
async fn how_far_influxdb_is_behind_is_said_in_words_and_why_it_takes_nothing() {
    let house = House::in_dreux();
    let word = |behind, fault: Option<&str>| {
        let fault = fault.map(str::to_owned);
        house.standing.send_replace(store::influx::Standing { behind, fault });
    };
    assert!(house.page("/sensors").await.contains("Copie vers InfluxDB"));
    word(Some(0), None);
    assert!(house.page("/sensors").await.contains("Tous les relevés sont transmis."));
    word(Some(1234), Some("InfluxDB is not to be reached: status 503"));
    let (french, english) = (house.page("/sensors").await, house.page("/sensors?lang=en").await);
    assert!(french.contains("1\u{202f}234 relevés restent à transmettre"), "{french}");
    assert!(french.contains(
        "n\u{2019}en prend pas pour l\u{2019}instant. <span lang=\"en\">InfluxDB is not"
    ));
    assert!(english.contains("1,234 readings are still to be forwarded"));
}
