//! Rows as NDJSON: one JSON object per line, with every column in every line.

use chrono::SecondsFormat;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Column, Field};

/// One row.
pub(super) struct Line<'a>(pub(super) &'a [Column], pub(super) &'a [Field<'a>]);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, field) in self.0.iter().zip(self.1) {
            let (Column::Plain(name) | Column::Money(name)) = column;
            map.serialize_entry(name, &Cell(field))?;
        }
        map.end()
    }
}

struct Cell<'a>(&'a Field<'a>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Field::Text(text) => serializer.serialize_str(text),
            Field::Number(number) => serializer.serialize_i64(*number),
            Field::Time(at) => serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Field::Money(amount, currency) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("amount", amount)?;
                map.serialize_entry("currency", currency)?;
                map.end()
            }
            Field::Null => serializer.serialize_unit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_object() {
        let columns = [Column::Plain("name"), Column::Plain("count"), Column::Money("total"), Column::Money("paid")];
        let fields = [Field::text("=1\n\"x\""), Field::Number(-7), Field::Money(4_250, "EUR".into()), Field::Null];
        let line = serde_json::to_string(&Line(&columns, &fields)).unwrap();
        let expected = r#"{"name":"=1\n\"x\"","count":-7,"total":{"amount":4250,"currency":"EUR"},"paid":null}"#;
        assert_eq!(line, expected);
    }
}
