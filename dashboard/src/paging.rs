//! Lists come in pages: at most so many items, and a cursor to go on with.

use domain::Instant;
use serde::Serialize;

use crate::problem::Problem;

/// The most items that one page of a list holds.
pub(crate) const LARGEST_PAGE: usize = 10_000;

/// One page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    /// What the list holds, in its order.
    pub(crate) items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `items`, of which there is one more than `limit` when the list goes on.
    pub(crate) fn cut(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let next = items.get(limit).map(cursor);
        items.truncate(limit);
        Self { items, next }
    }
}

/// Number of items of a page: that of the query, up to [`LARGEST_PAGE`].
pub(crate) fn limit(query: Option<&str>, largest: usize) -> Result<usize, Problem> {
    let Some(text) = query else { return Ok(largest) };
    match text.parse() {
        Ok(limit) if (1..=LARGEST_PAGE).contains(&limit) => Ok(largest.min(limit)),
        _ => Err(Problem::bad_query("limit", text, "a number from 1 to 10000")),
    }
}

/// A cursor that stands for an instant.
pub(crate) fn instant_cursor(instant: Instant) -> String {
    instant.as_millis().to_string()
}

/// Reads what [`instant_cursor`] wrote.
pub(crate) fn read_instant(cursor: Option<&str>) -> Result<Option<Instant>, Problem> {
    Ok(read_number::<i64>(cursor)?.map(Instant::from_millis))
}

/// Reads a cursor that is a number.
pub(crate) fn read_number<N: std::str::FromStr>(
    cursor: Option<&str>,
) -> Result<Option<N>, Problem> {
    let Some(text) = cursor else { return Ok(None) };
    let number = text.parse();
    number
        .map(Some)
        .map_err(|_| Problem::bad_query("cursor", text, "the `next` of the page before"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_names_no_next_one() {
        let page = Page::cut(vec![1, 2, 3], 3, ToString::to_string);
        assert_eq!((page.items, page.next), (vec![1, 2, 3], None));
    }

    #[test]
    fn a_page_that_is_not_the_last_names_where_the_next_begins() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((page.items, page.next), (vec![1, 2], Some("3".to_owned())));
    }

    #[test]
    fn a_cursor_survives_the_way_out_and_back() {
        let instant = "2026-11-23T14:03:07.25Z".parse().unwrap();
        assert_eq!(read_instant(Some(&instant_cursor(instant))).unwrap(), Some(instant));
        assert!(read_instant(Some("yesterday")).is_err());
    }
}
