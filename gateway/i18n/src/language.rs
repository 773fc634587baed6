//! The languages, and the choice between two texts.

use std::fmt;
use std::str::FromStr;

use domain::site::Site;

/// Language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// French, the default.
    French,
    /// English.
    English,
}

/// Code that names no language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither fr nor en")]
pub struct UnknownLanguage(String);

impl Language {
    /// All languages, in the order of their discriminants.
    pub const ALL: [Self; 2] = [Self::French, Self::English];

    /// Language of the mails and announcements of a site.
    pub const fn of_site(site: &Site) -> Self {
        if site.alerts.english { Self::English } else { Self::French }
    }

    /// ISO 639-1 code, as used in addresses and in HTML.
    pub const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// Language with this code.
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The other language, for the link that changes between them.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::French => Self::English,
            Self::English => Self::French,
        }
    }

    /// Name of the language in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::French => "Français",
            Self::English => "English",
        }
    }

    /// Name and value with a colon: `Temps mesuré : 98 %`.
    pub fn labelled(self, name: &str, value: impl fmt::Display) -> String {
        self.choose(format!("{name}\u{a0}: {value}"), format!("{name}: {value}"))
    }

    /// The owned text of this language.
    pub fn choose(self, french: String, english: String) -> String {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }

    /// The fixed text, or array of them, of this language.
    pub const fn pick<T: Copy>(self, french: T, english: T) -> T {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Self, UnknownLanguage> {
        Self::named(code).ok_or_else(|| UnknownLanguage(code.to_owned()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_from_the_code_that_it_is_written_with() {
        for language in Language::ALL {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        let error = "de".parse::<Language>().unwrap_err();
        assert_eq!(error.to_string(), "`de` is neither fr nor en");
    }
}
