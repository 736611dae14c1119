//! Lists: a page of them, where the next one begins, and the limits of asking.

use edge::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many entries a page has when nobody says.
pub(crate) const PAGE_ENTRIES_DEFAULT: u32 = 50;
/// The most entries of a page.
pub(crate) const PAGE_ENTRIES_MAX: u32 = 200;
/// The longest text that is searched for, in characters.
const SEARCH_CHARS_MAX: usize = 200;

/// The query parameters of a list that has no others.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParameters {
    /// `page.next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most, from 1 to 200; 50 if not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(crate) limit: Option<u32>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The entries.
    pub(crate) data: Vec<T>,
    /// How to go on.
    pub(crate) page: Page,
    /// The position of the log that this answer tells of.
    #[schema(example = 48_213)]
    pub(crate) as_of_position: u64,
}

/// Where a list goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page {
    /// The `cursor` of the next page.
    #[schema(example = "AUt9x0...")]
    pub(crate) next: Option<String>,
    /// Whether there is one.
    pub(crate) has_more: bool,
}

impl<T> List<T> {
    /// A page of `limit` entries, made of one row more than that if there are more.
    pub(crate) fn new(mut rows: Vec<T>, limit: u32, as_of_position: u64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = limit as usize;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more { rows.last().map(cursor) } else { None };
        Self { data: rows, page: Page { next, has_more }, as_of_position }
    }
}

/// The size of the page asked for.
pub(crate) fn checked_limit(limit: Option<u32>) -> Result<u32, Problem> {
    let limit = limit.unwrap_or(PAGE_ENTRIES_DEFAULT);
    if (1..=PAGE_ENTRIES_MAX).contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("must be from 1 to {PAGE_ENTRIES_MAX}");
    let error = FieldError { pointer: "/limit".into(), code: "out-of-range", detail };
    Err(Problem::invalid(vec![error]).with("parameter", "limit").with("limit", PAGE_ENTRIES_MAX))
}

/// A text to look for; blank is as good as absent.
pub(crate) fn searched(parameter: &'static str, text: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().any(char::is_control) {
        let detail = format!("Query parameters: {parameter}: must not contain control characters.");
        return Err(Problem::bad_request("malformed-query", detail).with("parameter", parameter));
    }
    if text.chars().count() > SEARCH_CHARS_MAX {
        let detail = format!("must be at most {SEARCH_CHARS_MAX} characters");
        let error = FieldError { pointer: format!("/{parameter}"), code: "too-long", detail };
        return Err(Problem::invalid(vec![error]).with("parameter", parameter).with("limit", SEARCH_CHARS_MAX));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_after_the_last_entry_shown() {
        let page = |rows: Vec<u32>| List::new(rows, 2, 7, u32::to_string);
        let full = page(vec![1, 2, 3]);
        assert_eq!((full.data, full.page.next.as_deref(), full.page.has_more), (vec![1, 2], Some("2"), true));
        let last = page(vec![1, 2]);
        assert_eq!((last.data, last.page.next, last.page.has_more), (vec![1, 2], None, false));
        assert_eq!(page(vec![]).page.next, None);
    }

    #[test]
    fn refuses_a_page_that_is_too_large_or_empty() {
        assert_eq!(checked_limit(None).unwrap(), 50);
        assert_eq!(checked_limit(Some(200)).unwrap(), 200);
        for limit in [0, 201, u32::MAX] {
            assert_eq!(checked_limit(Some(limit)).unwrap_err().code(), "invalid");
        }
    }
}
