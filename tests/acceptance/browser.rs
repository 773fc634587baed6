//! The live page in a real browser: it moves, it says when it cannot, and it recovers alone.

use std::time::Duration;

use tests::browser::Browser;
use tests::message::{message, now};
use tests::{Installation, SOON, eventually};

use crate::needs;

/// Within so long the page says that it is cut off, as promised.
const SAYS_SO: Duration = Duration::from_secs(10);
const SITE: &str = "[[zone]]\nid = \"salle\"\nname = \"Salle verte\"\ncapacity = 20\n\
                    [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n";

fn shows(browser: &Browser, text: &str) -> Option<()> {
    // The page uses narrow no-break spaces where French typography asks for them.
    browser.text().replace(['\u{202f}', '\u{a0}'], " ").contains(text).then_some(())
}

#[test]
fn the_live_page_moves_without_a_reload_says_when_it_is_cut_off_and_recovers_alone() {
    needs!("chromium", "chromedriver");
    let mut building = Installation::embedded(SITE);
    let browser = Browser::open(1280, 900);
    building.sensor("air").publish([message("air", "co2", now(), 742.0)]);
    browser.go(&building.api().url("/"));
    eventually("742 ppm", SOON, || shows(&browser, "742 ppm"));
    browser.run("window.untouched = true");

    building.sensor("air").publish([message("air", "co2", now(), 1180.0)]);
    eventually("1 180 ppm", SOON, || shows(&browser, "1 180 ppm"));

    building.vigie.kill();
    eventually("the page says that it is cut off", SAYS_SO, || {
        shows(&browser, "Plus de nouvelles depuis")
    });

    building.vigie.resume();
    building.sensor("air").publish([message("air", "co2", now(), 655.0)]);
    eventually("the page recovers alone", Duration::from_secs(40), || shows(&browser, "655 ppm"));
    assert!(shows(&browser, "Plus de nouvelles depuis").is_none());
    assert_eq!(browser.run("return window.untouched === true"), true, "the page was loaded again");
}

#[test]
fn every_page_of_the_menu_opens_in_both_languages_without_a_complaint_from_the_browser() {
    needs!("chromium", "chromedriver");
    let building = Installation::embedded(SITE);
    let browser = Browser::open(390, 844);
    for language in ["fr", "en"] {
        browser.go(&building.api().url(&format!("/?lang={language}")));
        assert_eq!(browser.run("return document.documentElement.lang"), language);
        let script = "return [...document.querySelectorAll('nav a')].map(link => link.href)";
        let pages = browser.run(script);
        assert!(pages.as_array().is_some_and(|pages| pages.len() >= 3), "{pages}");
        for page in pages.as_array().into_iter().flatten().filter_map(|page| page.as_str()) {
            browser.go(page);
            assert_eq!(browser.run("return document.querySelectorAll('h1').length"), 1, "{page}");
            let overflow = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
            assert_eq!(browser.run(overflow), false, "{page} is wider than a phone");
        }
    }
}
