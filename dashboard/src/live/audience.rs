//! Audiences: programs that take JSON, and pages that take rendered parts in their language.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::frame::frame;
use super::json as live_json;
use super::part::Part;
use super::screen::Screen;
use super::snapshot::Snapshot;
use crate::assets;
use crate::pages::parts;
use crate::privacy::Visibility;
use crate::words::Language;

/// Kind of live readers; all of one kind are sent the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Programs: the JSON of the API.
    Api(Visibility),
    /// A page in a browser.
    Page(Screen, Language, Visibility),
}

impl Audience {
    /// Every audience, in the order of [`Audience::index`].
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Visibility::ALL.into_iter().flat_map(|visibility| {
            let pages = Screen::ALL.into_iter().flat_map(move |screen| {
                let languages = Language::ALL.into_iter();
                languages.map(move |language| Self::Page(screen, language, visibility))
            });
            std::iter::once(Self::Api(visibility)).chain(pages)
        })
    }

    /// Place among all audiences, from 0.
    pub(crate) fn index(self) -> usize {
        let within = match self {
            Self::Api(_) => 0,
            Self::Page(screen, language, _) => {
                1 + screen as usize * Language::ALL.len() + language as usize
            }
        };
        self.visibility() as usize * (1 + Screen::ALL.len() * Language::ALL.len()) + within
    }

    /// What its readers may see of small rooms.
    pub(crate) fn visibility(self) -> Visibility {
        match self {
            Self::Api(visibility) | Self::Page(_, _, visibility) => visibility,
        }
    }

    /// All parts that its readers see.
    pub(crate) fn parts(self, snapshot: &Snapshot) -> Vec<Part> {
        match self {
            Self::Api(_) => live_json::parts(snapshot),
            Self::Page(screen, language, _) => parts::of(screen, language, snapshot),
        }
    }

    /// Event that shows a new reader everything.
    pub(crate) fn snapshot_frame(self, parts: &[Part], snapshot: &Snapshot) -> Bytes {
        match self {
            Self::Api(_) => frame("snapshot", &live_json::whole(parts, snapshot).to_string()),
            Self::Page(..) => {
                let parts: Vec<&Part> = parts.iter().collect();
                frame("snapshot", &page_json(&parts).to_string())
            }
        }
    }

    /// Event that shows what is different now.
    pub(crate) fn change_frame(self, changes: &[&Part], snapshot: &Snapshot) -> Bytes {
        match self {
            Self::Api(_) => frame("change", &live_json::change(changes, snapshot).to_string()),
            Self::Page(..) => frame("change", &page_json(changes).to_string()),
        }
    }
}

/// Parts of a page by name.
fn page_json(parts: &[&Part]) -> Value {
    let texts = parts.iter().filter_map(|part| {
        let text = part.content.text()?;
        Some((part.key.clone(), Value::String(text.to_owned())))
    });
    json!({ "version": assets::version(), "parts": texts.collect::<Map<String, Value>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_of_reader_has_a_place_of_its_own() {
        let places: Vec<usize> = Audience::all().map(Audience::index).collect();
        assert_eq!(places, (0..places.len()).collect::<Vec<_>>());
    }
}
