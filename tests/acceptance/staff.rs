//! What staff change while the building runs: the site file by hand, and sensors put into service with a phone.

use std::fs;

use tests::browser::Browser;
use tests::installation::PASSWORD;
use tests::message::{message, now};
use tests::{Installation, SOON, eventually};

use crate::needs;

const OVERFLOW: &str =
    "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
const SITE: &str = "# ne pas perdre ce commentaire\n[[zone]]\nid = \"salle\"\nname = \"Salle verte\"\ncapacity = 20\n\
                    [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n";

fn site_file(building: &Installation) -> std::path::PathBuf {
    building.folder().join("site.toml")
}

fn page(building: &Installation, path: &str) -> String {
    building.api().text(path).unwrap_or_default()
}

#[test]
fn a_site_file_that_is_broken_by_hand_is_told_and_the_last_good_one_goes_on_until_it_is_mended() {
    let building = Installation::embedded(SITE);
    let file = site_file(&building);
    let good = fs::read_to_string(&file).unwrap();
    let mut sensor = building.sensor("air");

    fs::write(&file, good.replace("zone = \"salle\"", "zone = \"sale\"")).unwrap();
    eventually("the page tells what is wrong", SOON, || {
        page(&building, "/").contains("site.toml:").then_some(())
    });
    assert!(building.api().is_ready());
    sensor.publish([message("air", "co2", now(), 742.0)]);
    eventually("readings are taken meanwhile", SOON, || {
        (building.api().readings("air", "co2").len() == 1).then_some(())
    });

    fs::write(&file, format!("{good}[[zone]]\nid = \"cour\"\nname = \"Cour couverte\"\n")).unwrap();
    eventually("the mended file is taken over without a restart", SOON, || {
        let page = page(&building, "/zones");
        (page.contains("Cour couverte") && !page.contains("site.toml:")).then_some(())
    });
    sensor.publish([message("air", "co2", now(), 745.0)]);
    eventually("readings are taken as before", SOON, || {
        (building.api().readings("air", "co2").len() == 2).then_some(())
    });
}

/// Waits until the page shows a text, whatever spaces stand in it.
fn shows(browser: &Browser, text: &str) {
    eventually(text, SOON, || {
        let shown = browser.text().replace(['\u{202f}', '\u{a0}'], " ");
        shown.to_lowercase().contains(&text.to_lowercase()).then_some(())
    });
}

/// Fills in fields and presses the button of the form that holds the first of them.
fn submit(browser: &Browser, fields: &[(&str, &str)], button: &str) {
    let set: Vec<String> = fields
        .iter()
        .map(|(id, value)| format!("document.getElementById('{id}').value = {value};"))
        .collect();
    let set = set.concat();
    let press = format!(
        "{set}[...document.querySelectorAll('button')].find(it => it.textContent === '{button}').click()"
    );
    browser.run(&press);
}

#[test]
fn a_sensor_is_put_into_service_tested_and_replaced_with_a_phone() {
    needs!("chromium", "chromedriver");
    let building = Installation::embedded(SITE);
    building.add_marie();
    let (mut lux, mut other) = (building.sensor("lux-1"), building.sensor("lux-2"));
    lux.publish([message("lux-1", "illuminance", now(), 310.0)]);
    eventually("a reading of the new sensor is stored", SOON, || {
        (building.api().readings("lux-1", "illuminance").len() == 1).then_some(())
    });
    let browser = Browser::open(390, 844);

    browser.go(&building.api().url("/staff"));
    submit(
        &browser,
        &[("name", "'marie'"), ("password", &format!("'{PASSWORD}'"))],
        "Se connecter",
    );
    shows(&browser, "lux-1");
    assert_eq!(browser.run(OVERFLOW), false, "wider than a phone");
    browser.run("document.querySelector('#waiting .entries a').click()");
    shows(&browser, "310");
    submit(&browser, &[("zone", "'salle'")], "Affecter");
    shows(&browser, "Essai de deux minutes");
    eventually("the point is there without a restart", SOON, || {
        building.api().get("/points/salle-illuminance/history").ok()
    });

    submit(&browser, &[], "Commencer l\u{2019}essai");
    shows(&browser, "Encore aucune mesure");
    lux.publish([message("lux-1", "illuminance", now(), 12.0)]);
    shows(&browser, "de 12 lx à 310 lx");
    submit(&browser, &[], "Réussi");
    shows(&browser, "essai réussi");

    other.publish([message("lux-2", "illuminance", now(), 333.0)]);
    eventually("a reading of the other sensor is stored", SOON, || {
        (building.api().readings("lux-2", "illuminance").len() == 1).then_some(())
    });
    browser.go(&building.api().url("/role/point:salle-illuminance"));
    submit(&browser, &[("reason", "'pile morte'")], "Remplacer");
    eventually("the file says so", SOON, || {
        let text = fs::read_to_string(site_file(&building)).ok()?;
        (text.contains("until = ") && text.contains("lux-2")).then_some(())
    });
    let text = fs::read_to_string(site_file(&building)).unwrap();
    assert!(text.contains("# ne pas perdre ce commentaire"), "{text}");
    browser.go(&building.api().url("/staff"));
    shows(&browser, "pile morte");
}

const METER: &str = "[[zone]]\nid = \"atelier\"\nname = \"Atelier\"\ncapacity = 20\n\
                     [[meter]]\nid = \"laser\"\nname = \"Découpeuse laser\"\nzone = \"atelier\" # commentaire\n\
                     energy = [{ device = \"prise-1\" }]\n";

#[test]
fn a_meter_is_swapped_with_a_phone_that_asks_for_both_registers_and_the_swap_is_undone() {
    needs!("chromium", "chromedriver");
    let building = Installation::embedded(METER);
    building.add_marie();
    for (plug, wh) in [("prise-1", 812_400.0), ("prise-2", 40.0)] {
        building.sensor(plug).publish([message(plug, "energy_imported", now(), wh)]);
        eventually("a reading of the plug is stored", SOON, || {
            (building.api().readings(plug, "energy_imported").len() == 1).then_some(())
        });
    }
    let before = fs::read_to_string(site_file(&building)).unwrap();
    let browser = Browser::open(390, 844);
    browser.go(&building.api().url("/login?next=/role/energy:laser"));
    submit(
        &browser,
        &[("name", "'marie'"), ("password", &format!("'{PASSWORD}'"))],
        "Se connecter",
    );
    shows(&browser, "prise-1");
    assert_eq!(browser.run(OVERFLOW), false, "wider than a phone");
    assert_eq!(browser.run("return document.getElementById('closing').value"), "812,400");

    submit(&browser, &[("opening", "''")], "Remplacer");
    assert_eq!(fs::read_to_string(site_file(&building)).unwrap(), before, "a register is missing");
    submit(&browser, &[("opening", "'0,04'"), ("reason", "'prise br\u{fb}lée'")], "Remplacer");
    eventually("the file says so", SOON, || {
        let text = fs::read_to_string(site_file(&building)).ok()?;
        (text.contains("prise-2") && text.contains("# commentaire")).then_some(())
    });

    browser.go(&building.api().url("/staff"));
    shows(&browser, "index de clôture 812,400 kWh, d\u{2019}ouverture 0,040 kWh");
    submit(&browser, &[], "Annuler");
    eventually("the file is what it was", SOON, || {
        (fs::read_to_string(site_file(&building)).ok()? == before).then_some(())
    });
}
