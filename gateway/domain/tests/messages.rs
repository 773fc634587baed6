//! Whatever arrives on the topics of a family: no panic, bounded work, and nothing that cannot be.
#![expect(clippy::unwrap_used, reason = "the helpers stand outside of the test functions")]

use std::sync::LazyLock;

use domain::families::Families;
use domain::message::{Message, Translation};
use domain::site::{self, Site};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value as Json;

/// More readings than a message has bytes cannot come of it, unless many entities were announced on one topic.
const ENTITIES: usize = 5000;

/// Topics and payloads of the recorded messages and of those after the documented formats.
static MESSAGES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let files = |folder: &str, ending: &str| {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> =
            entries.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
        paths.sort();
        paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>()
    };
    let mut messages = Vec::new();
    for line in files(folder, "jsonl").iter().flat_map(|text| text.lines()) {
        let json: Json = serde_json::from_str(line).unwrap();
        let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let hex = text("payload_hex");
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let payload = match hex.len() {
            0 => text("payload").into_bytes(),
            len => (0..len).step_by(2).map(byte).collect(),
        };
        messages.push((text("topic"), payload));
    }
    for text in files(&format!("{folder}/formats"), "txt") {
        for block in text.split("\n\n") {
            let mut lines = block.trim().lines().skip(1);
            if let (Some(topic), Some(payload)) = (lines.next(), lines.next()) {
                messages.push((topic.to_owned(), payload.as_bytes().to_vec()));
            }
        }
    }
    assert!(messages.len() > 250, "all files are there: {}", messages.len());
    messages
});

static SITE: LazyLock<Site> = LazyLock::new(|| site::parse(site::DREUX, "dreux.toml").unwrap());

/// One way in which a message goes wrong, or is sent by somebody who means harm.
#[derive(Clone, Debug)]
enum Damage {
    None,
    Cut(Index),
    Flip(Vec<(Index, u8)>),
    Insert(Index, Vec<u8>),
    /// A part of the JSON becomes another thing.
    Swap(Index, Json),
    /// A part of the JSON stands so deep.
    Nest(Index, usize),
    /// A part of the JSON comes so often.
    Repeat(Index, usize),
    /// The payload of another message.
    Other(Index),
    Any(Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let odd = select(vec![
        Json::Null,
        Json::Bool(true),
        0.into(),
        (-32_768).into(),
        65_535.into(),
        u64::MAX.into(),
        i64::MIN.into(),
        1e308.into(),
        5e-324.into(),
        "NaN".into(),
        "1e999".into(),
        "-".into(),
        "".into(),
        "\u{0}\u{1F4A1}é".into(),
        "2026-11-23T14:00:00+99:99".into(),
        "{{ value_json.a[0] | float * 1e300 }}".into(),
        "~".into(),
        "#".into(),
        Json::Array(vec![]),
        Json::Object(serde_json::Map::new()),
    ]);
    let at = any::<Index>;
    prop_oneof![
        1 => Just(Damage::None),
        2 => at().prop_map(Damage::Cut),
        2 => prop::collection::vec((at(), any::<u8>()), 1..8).prop_map(Damage::Flip),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..40)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        6 => (at(), odd).prop_map(|(at, json)| Damage::Swap(at, json)),
        1 => (at(), 1..200_usize).prop_map(|(at, depth)| Damage::Nest(at, depth)),
        1 => (at(), 2..3000_usize).prop_map(|(at, count)| Damage::Repeat(at, count)),
        2 => at().prop_map(Damage::Other),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Damage::Any),
    ]
}

impl Damage {
    fn done_to(&self, payload: &[u8]) -> Vec<u8> {
        let mut bytes = payload.to_vec();
        match self {
            Self::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Self::Flip(flips) if !bytes.is_empty() => {
                for (at, mask) in flips {
                    let at = at.index(bytes.len());
                    bytes[at] ^= mask;
                }
            }
            Self::None | Self::Flip(_) => {}
            Self::Insert(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Other(at) => bytes.clone_from(&MESSAGES[at.index(MESSAGES.len())].1),
            Self::Any(any) => bytes.clone_from(any),
            Self::Swap(at, json) => return changed(payload, *at, |_| json.clone()),
            Self::Nest(at, depth) => {
                return changed(payload, *at, |json| {
                    (0..*depth).fold(json.clone(), |inner, _| Json::Array(vec![inner]))
                });
            }
            Self::Repeat(at, count) => {
                return changed(payload, *at, |json| Json::Array(vec![json.clone(); *count]));
            }
        }
        bytes
    }
}

/// The payload with one of its parts changed, if it is JSON.
fn changed(payload: &[u8], at: Index, change: impl Fn(&Json) -> Json) -> Vec<u8> {
    fn parts(json: &Json) -> usize {
        1 + match json {
            Json::Array(items) => items.iter().map(parts).sum(),
            Json::Object(object) => object.values().map(parts).sum(),
            _ => 0,
        }
    }
    fn visit(json: &mut Json, left: &mut usize, change: &impl Fn(&Json) -> Json) {
        if *left == 0 {
            *json = change(json);
        }
        *left = left.wrapping_sub(1);
        match json {
            Json::Array(items) => items.iter_mut().for_each(|json| visit(json, left, change)),
            Json::Object(object) => object.values_mut().for_each(|json| visit(json, left, change)),
            _ => {}
        }
    }
    let Ok(mut json) = serde_json::from_slice::<Json>(payload) else { return payload.to_vec() };
    let mut left = at.index(parts(&json));
    visit(&mut json, &mut left, &change);
    json.to_string().into_bytes()
}

/// A topic with a level gone, doubled or replaced.
fn topic(topic: &str, odd: Option<&(Index, String)>) -> String {
    let Some((at, text)) = odd else { return topic.to_owned() };
    let mut levels: Vec<&str> = topic.split('/').collect();
    let at = at.index(levels.len());
    match text.as_str() {
        "" => drop(levels.remove(at)),
        "+" => levels.insert(at, levels[at]),
        text => levels[at] = text,
    }
    levels.join("/")
}

/// Some messages in the order in which they come.
fn messages() -> impl Strategy<Value = Vec<(String, Vec<u8>, bool)>> {
    let level = prop_oneof![
        3 => Just(String::new()),
        1 => Just("+".to_owned()),
        1 => Just("$state".to_owned()),
        1 => Just("é x".to_owned()),
        1 => "[a-z0-9:_$]{1,150}",
        1 => "\\PC{1,20}",
    ];
    let odd = prop::option::weighted(0.2, (any::<Index>(), level));
    let one = (any::<Index>(), odd, damage(), any::<bool>());
    prop::collection::vec(one, 1..12).prop_map(|all| {
        let message =
            |(at, odd, damage, retained): (Index, Option<(Index, String)>, Damage, bool)| {
                let (name, payload) = &MESSAGES[at.index(MESSAGES.len())];
                (topic(name, odd.as_ref()), damage.done_to(payload), retained)
            };
        all.into_iter().map(message).collect()
    })
}

fn translations(messages: &[(String, Vec<u8>, bool)]) -> Vec<Option<Translation>> {
    let mut families = Families::new(&SITE.id, &SITE.families);
    let received_at = "2026-11-23T14:00:00Z".parse().unwrap();
    let translate = |(topic, payload, retained): &(String, Vec<u8>, bool)| {
        let message = Message { topic, payload, retained: *retained, received_at };
        families.recognise(&message).map(|(_, translation)| translation)
    };
    messages.iter().map(translate).collect()
}

proptest! {
    #[test]
    fn whatever_comes_gives_bounded_and_plausible_readings_or_reasons(messages in messages()) {
        let translations = translations(&messages);
        for ((topic, payload, _), translation) in messages.iter().zip(translations) {
            let Some(translation) = translation else { continue };
            for report in &translation.reports {
                let (quantity, value) = (report.source.quantity, report.value);
                prop_assert!(quantity.plausible().contains(&value.as_f64()), "{topic}: {report:?}");
            }
            let parts = translation.reports.len() + translation.refusals.len() + translation.statuses.len();
            prop_assert!(parts <= payload.len() + ENTITIES, "{topic}: {parts} of {} bytes", payload.len());
            prop_assert!(translation.refusals.iter().all(|reason| (1..=410).contains(&reason.text.len())));
        }
    }

    #[test]
    fn the_same_messages_in_the_same_order_mean_the_same(messages in messages()) {
        prop_assert_eq!(translations(&messages), translations(&messages));
    }
}
