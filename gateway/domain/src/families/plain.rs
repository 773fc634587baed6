//! Payloads of plain text, one value a topic: `21.5`, `ON`, `nan`.

/// The number that the payload is; `None` when it is another text, or no number that can be, such as `nan`.
pub(super) fn number(payload: &[u8]) -> Option<f64> {
    text(payload)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A number at the begin of a text, and what follows it.
pub(super) fn number_and_rest(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)))?;
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest.trim_start()))
}

/// Whether the payload says that there is no value: devices have many words for it.
pub(super) fn is_unknown(payload: &[u8]) -> bool {
    const WORDS: &[&str] =
        &["", "nan", "-nan", "+nan", "null", "none", "unknown", "unavailable", "na", "n/a"];
    text(payload).is_some_and(|text| WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// Truth value of a payload that is one of the words for it.
pub(super) fn truth(payload: &[u8]) -> Option<bool> {
    let text = text(payload)?;
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["true", "on", "1"]) {
        Some(true)
    } else if is(&["false", "off", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// The text without the space around it, and without the quotes of a text of JSON.
pub(super) fn text(payload: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(payload).ok()?.trim();
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Some(bare.map_or(text, str::trim))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_neither_a_number_nor_broken() {
        for unknown in ["nan", "NaN", "", " ", "null", "unavailable"] {
            assert_eq!(number(unknown.as_bytes()), None, "{unknown}");
            assert!(is_unknown(unknown.as_bytes()), "{unknown}");
        }
        assert_eq!(number(b" 21.50 "), Some(21.5));
        assert_eq!(number(b"\" 21.50\""), Some(21.5));
        assert_eq!(number(b"\""), None);
        assert_eq!(truth(b"\"ON\""), Some(true));
        assert_eq!(number(b"21.5 W"), None);
        assert!(!is_unknown(b"21.5 W"));
        assert!(!is_unknown(b"\xff"));
    }
}
