//! Sensors put into service and swapped by the staff: what waits, the test that is kept, the registers at a swap, the labels
//! that lead to a role, and the way back.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::site::{DREUX, parse};
use domain::{Quantity, Source};

use super::{House, NOW, at, text};
use crate::pages::commissioning::labels::code;

/// A browser in which marie has logged in.
struct Phone {
    house: House,
    cookie: String,
}

impl Phone {
    /// In a building whose site file is that of the example, and may be changed.
    async fn of_marie() -> Self {
        let house = House::with_staff();
        *house.file.lock().unwrap() = Some(DREUX.to_owned());
        let phone = Self { house, cookie: String::new() };
        let answer = phone.sends("/login", "name=marie&password=le+chat+dort+ici").await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        Self { cookie, ..phone }
    }

    async fn sends(&self, address: &str, fields: &str) -> axum::http::Response<Body> {
        let request = Request::post(address)
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::ORIGIN, "http://127.0.0.1:8080")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.house.asks(request.body(Body::from(fields.to_owned())).unwrap()).await
    }

    async fn page(&self, address: &str) -> String {
        let request = Request::get(address)
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::COOKIE, &self.cookie);
        text(self.house.asks(request.body(Body::empty()).unwrap()).await).await
    }

    /// Fills in a form of the page `from` and presses its button.
    async fn presses(&self, from: &str, action: &str, fields: &str) -> (StatusCode, String) {
        let page = self.page(from).await;
        let token =
            page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let answer = self.sends(action, &format!("token={token}&{fields}")).await;
        (answer.status(), text(answer).await)
    }

    fn file(&self) -> String {
        self.house.file.lock().unwrap().clone().unwrap()
    }

    async fn measures(&self, source: &Source, at_text: &str, value: f64) {
        let channel = source.channel.as_ref().map(domain::ids::Channel::as_str);
        let device = source.device.as_str();
        self.house.stores_of(device, source.quantity, channel, at(at_text), value).await;
    }
}

/// What fills the role of the laser cutter's register.
fn laser() -> Source {
    parse(DREUX, "dreux.toml").unwrap().meter("laser").unwrap().energy[0].source.clone()
}

const SWAP: &str = "/role/energy:laser/swap";
const NEW_PLUG: &str = "source=prise-neuve%09energy_imported%09switch:0";

/// A building in which a new plug reports beside the old one.
async fn with_a_new_plug() -> Phone {
    let phone = Phone::of_marie().await;
    phone.measures(&laser(), "2026-11-23T11:59:00Z", 812_345.6).await;
    let new = Source {
        device: "prise-neuve".parse().unwrap(),
        quantity: Quantity::EnergyImported,
        channel: Some("switch:0".parse().unwrap()),
    };
    phone.measures(&new, "2026-11-23T11:58:00Z", 40.0).await;
    phone.measures(&new, "2026-11-23T11:59:00Z", 250.0).await;
    phone
}

#[tokio::test]
async fn what_has_no_role_waits_with_what_it_sends_and_since_when() {
    let phone = with_a_new_plug().await;

    let page = phone.page("/staff").await;

    let waiting = page.split("id=\"waiting\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(waiting.contains("prise-neuve") && waiting.contains("0,2"), "{waiting}");
    assert!(waiting.contains("12:58"), "since two minutes to one, in Dreux: {waiting}");
    assert!(!waiting.contains(laser().device.as_str()), "{waiting}");
}

#[tokio::test]
async fn a_meter_is_swapped_only_with_both_registers_and_they_are_kept() {
    let phone = with_a_new_plug().await;
    let page = phone.page("/role/energy:laser").await;
    assert!(page.contains("id=\"closing\"") && page.contains("812,346"), "{page}");

    for missing in ["", "&closing=812,4", "&closing=812,4&opening=much", "&closing=-1&opening=0"] {
        let fields = format!("{NEW_PLUG}{missing}");
        let (status, _) = phone.presses("/role/energy:laser", SWAP, &fields).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{missing}");
    }
    assert_eq!(phone.file(), DREUX, "nothing was changed by those");

    let fields = format!("{NEW_PLUG}&closing=812,4&opening=0,04&reason=prise+br%C3%BBl%C3%A9e");
    let (status, _) = phone.presses("/role/energy:laser", SWAP, &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    let site = parse(&phone.file(), "site.toml").unwrap();
    let energy = &site.meter("laser").unwrap().energy;
    assert_eq!(energy.len(), 2, "the history stays with the meter");
    assert_eq!((energy[0].period.end(), energy[1].period.start()), (at(NOW), at(NOW)));
    let page = phone.page("/staff").await;
    let kept = "prise brûlée · index de clôture 812,400 kWh, d\u{2019}ouverture 0,040 kWh";
    assert!(page.contains(kept), "{page}");
}

#[tokio::test]
async fn a_swap_that_is_entered_later_holds_from_when_it_was_done() {
    let phone = with_a_new_plug().await;
    let registers = format!("{NEW_PLUG}&closing=812,4&opening=0");
    for wrong in ["2026-11-23T14:00", "hier"] {
        let fields = format!("{registers}&since={wrong}");
        let (status, _) = phone.presses("/role/energy:laser", SWAP, &fields).await;
        assert_eq!((status, phone.file().as_str()), (StatusCode::BAD_REQUEST, DREUX), "{wrong}");
    }

    let fields = format!("{registers}&since=2026-11-23T12:58");
    let (status, _) = phone.presses("/role/energy:laser", SWAP, &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER);

    let site = parse(&phone.file(), "site.toml").unwrap();
    let energy = &site.meter("laser").unwrap().energy;
    // 12:58 in Dreux.
    assert_eq!(energy[0].period.end(), at("2026-11-23T11:58:00Z"));
    assert_eq!(energy[1].period.start(), at("2026-11-23T11:58:00Z"));
}

#[tokio::test]
async fn a_change_is_undone_to_the_letter_unless_somebody_changed_the_file_after_it() {
    let phone = with_a_new_plug().await;
    let fields = format!("{NEW_PLUG}&closing=1&opening=0");
    phone.presses("/role/energy:laser", SWAP, &fields).await;
    let changed = phone.file();

    *phone.house.file.lock().unwrap() = Some(format!("{changed}\n# by hand\n"));
    let (status, _) = phone.presses("/staff", "/staff/site/1/undo", "").await;
    assert_eq!(status, StatusCode::CONFLICT);

    *phone.house.file.lock().unwrap() = Some(changed);
    let (status, _) = phone.presses("/staff", "/staff/site/1/undo", "").await;
    assert_eq!((status, phone.file()), (StatusCode::SEE_OTHER, DREUX.to_owned()));
}

#[tokio::test]
async fn a_test_that_failed_is_kept_as_well_as_one_that_passed() {
    let phone = with_a_new_plug().await;
    for (verdict, word) in [("no", "échoué"), ("yes", "réussi")] {
        let (status, _) = phone.presses("/role/energy:laser", "/role/energy:laser/test", "").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let fields = format!("started={NOW}&passed={verdict}");
        phone.presses("/role/energy:laser", "/role/energy:laser/verdict", &fields).await;
        let page = phone.page("/role/energy:laser").await;
        assert!(page.contains(word) && page.contains("marie"), "{page}");
    }
}

#[tokio::test]
async fn each_role_has_a_label_that_leads_to_it_and_everybody_may_read_it_while_nobody_has_an_account()
 {
    let phone = Phone::of_marie().await;

    let sheet = phone.page("/staff/labels").await;

    let leads = |role: &str| sheet.contains(&code(&format!("http://127.0.0.1:8080/role/{role}")));
    for point in &phone.house.app.site.points {
        assert!(leads(&format!("point:{}", point.id)), "{}", point.id);
    }
    assert!(leads("energy:laser") && !leads("energy:nulle-part"));
    let read = House::in_dreux().page("/role/energy:laser").await;
    assert!(!read.contains("<form"), "who has no account sees the value and changes nothing");
}

#[tokio::test]
async fn nobody_changes_a_role_without_an_account() {
    let phone = with_a_new_plug().await;
    let stranger = Phone { cookie: String::new(), ..phone };
    for address in [SWAP, "/staff/assign", "/role/energy:laser/verdict", "/staff/site/1/undo"] {
        let answer = stranger.sends(address, NEW_PLUG).await;
        assert!(!answer.status().is_success(), "{address}");
    }
    assert_eq!(stranger.file(), DREUX);
}
