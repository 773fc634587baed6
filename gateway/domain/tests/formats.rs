//! Messages after the documented formats of bought devices, with what each must give: `fixtures/formats/README.md`
//! tells how they are written.

use domain::families::{Families, names};
use domain::message::{Message, Translation};
use domain::site;

/// One message and what must come of it, as lines of text.
struct Case<'a> {
    note: &'a str,
    topic: &'a str,
    payload: &'a str,
    expected: Vec<&'a str>,
}

fn cases(text: &str) -> impl Iterator<Item = Case<'_>> {
    text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).map(|block| {
        let mut lines = block.lines();
        let mut next = || lines.next().expect("a note, a topic, a payload");
        let (note, topic, payload) = (next(), next(), next());
        assert!(note.starts_with("# "), "`{note}` is no note");
        Case { note, topic, payload, expected: lines.collect() }
    })
}

/// What was understood, written as in the files.
fn written(translation: &Translation) -> Vec<String> {
    let reports = translation.reports.iter().map(|report| {
        let at = report.observed_at.map(|at| format!(" @ {at}")).unwrap_or_default();
        format!("= {} : {}{at}", report.source, report.value.as_f64())
    });
    let statuses = translation
        .statuses
        .iter()
        .map(|status| format!("~ {} {:?}", status.device, status.presence).to_lowercase());
    let refused = translation.refusals.len();
    let refused = (refused > 0).then(|| format!("! {refused}"));
    reports.chain(statuses).chain(refused).collect()
}

fn every_message_gives_what_is_written_below_it(family: &'static str, text: &str) {
    let site = site::parse(site::DREUX, "dreux.toml").expect("the example is good");
    let mut families = Families::new(&site.id, &site.families);
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in cases(text) {
        count += 1;
        let payload = case.payload.strip_prefix("(nothing)").unwrap_or(case.payload);
        let received_at = "2026-11-23T14:00:00Z".parse().expect("an instant");
        let (topic, retained) = (case.topic, false);
        let recognised = families.recognise(&Message {
            topic,
            payload: payload.as_bytes(),
            retained,
            received_at,
        });
        let (name, translation) = recognised.unwrap_or((family, Translation::default()));
        assert_eq!(name, family, "{} {topic}", case.note);
        let mut got = written(&translation);
        let mut expected = case.expected.clone();
        got.sort_unstable();
        expected.sort_unstable();
        if got != expected {
            wrong.push(format!(
                "{}\n{topic}\nexpected {expected:#?}\ngot {got:#?} {:?}",
                case.note, translation.refusals
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(count >= 8, "the file of {family} is complete");
}

macro_rules! formats {
    ($($test:ident $family:ident;)*) => {
        $(
            #[test]
            fn $test() {
                let text = include_str!(concat!("fixtures/formats/", stringify!($family), ".txt"));
                every_message_gives_what_is_written_below_it(stringify!($family), text);
            }
        )*

        #[test]
        fn every_family_has_such_a_file() {
            let tested = [$(stringify!($family)),*];
            // Ours is tried in `native`, one whose payloads are no text in its own folder.
            let others = names().filter(|name| !["native", "sparkplug_b"].contains(name));
            assert!(others.into_iter().all(|name| tested.contains(&name)));
        }
    };
}

formats! {
    zigbee2mqtt_is_read_as_it_is_documented zigbee2mqtt;
    shelly_gen1_is_read_as_it_is_documented shelly_gen1;
    shelly_gen2_is_read_as_it_is_documented shelly_gen2;
    tasmota_is_read_as_it_is_documented tasmota;
    esphome_is_read_as_it_is_documented esphome;
    the_things_stack_is_read_as_it_is_documented the_things_stack;
    chirpstack_is_read_as_it_is_documented chirpstack;
    open_energy_monitor_is_read_as_it_is_documented open_energy_monitor;
    homie_is_read_as_it_is_documented homie;
    linky_tic_is_read_as_it_is_documented linky_tic;
    senml_is_read_as_it_is_documented senml;
    home_assistant_is_read_as_it_is_documented home_assistant;
}
