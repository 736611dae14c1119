//! Rows as CSV (RFC 4180), safe to open in a spreadsheet.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and one that begins with a tab or a
//! line break for what comes after it; formulas can fetch and send. So text that begins like that gets an apostrophe
//! in front, which spreadsheets take for "this is text". Numbers are ours and stay numbers, negative ones too.

use std::borrow::Cow;

use chrono::SecondsFormat;
use csv::{Terminator, Writer, WriterBuilder};

use super::{Column, Field};

/// What a formula, or something that hides one, begins with.
const FORMULA_STARTS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// Lines that are not sent yet.
pub(super) struct Lines(Writer<Vec<u8>>);

impl Lines {
    pub(super) fn new(bytes: usize) -> Self {
        Self(WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::with_capacity(bytes)))
    }

    pub(super) fn header(&mut self, columns: &[Column]) -> csv::Result<()> {
        for column in columns {
            match column {
                Column::Plain(name) => self.0.write_field(name)?,
                Column::Money(name) => {
                    self.0.write_field(format!("{name}_amount"))?;
                    self.0.write_field(format!("{name}_currency"))?;
                }
            }
        }
        self.end()
    }

    pub(super) fn row(&mut self, columns: &[Column], fields: &[Field<'_>]) -> csv::Result<()> {
        for (column, field) in columns.iter().zip(fields) {
            match field {
                Field::Text(text) => self.0.write_field(harmless(text).as_bytes())?,
                Field::Number(number) => self.0.write_field(number.to_string())?,
                Field::Time(at) => self.0.write_field(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))?,
                Field::Money(amount, currency) => {
                    self.0.write_field(amount.to_string())?;
                    self.0.write_field(harmless(currency).as_bytes())?;
                }
                Field::Null if matches!(column, Column::Money(_)) => {
                    self.0.write_field("")?;
                    self.0.write_field("")?;
                }
                Field::Null => self.0.write_field("")?,
            }
        }
        self.end()
    }

    fn end(&mut self) -> csv::Result<()> {
        self.0.write_record(None::<&[u8]>)
    }

    pub(super) fn into_bytes(self) -> csv::Result<Vec<u8>> {
        self.0.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_STARTS) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [Column::Plain("name"), Column::Plain("count"), Column::Money("total")];

    fn written(fields: &[Field<'_>]) -> String {
        let mut lines = Lines::new(0);
        lines.row(&COLUMNS, fields).unwrap();
        String::from_utf8(lines.into_bytes().unwrap()).unwrap()
    }

    fn text(text: &str) -> String {
        let line = written(&[Field::text(text), Field::Number(-7), Field::Money(-4_250, "EUR".into())]);
        line.strip_suffix(",-7,-4250,EUR\r\n").unwrap().to_owned()
    }

    #[test]
    fn a_header_names_money_twice() {
        let mut lines = Lines::new(0);
        lines.header(&COLUMNS).unwrap();
        assert_eq!(lines.into_bytes().unwrap(), b"name,count,total_amount,total_currency\r\n");
    }

    #[test]
    fn what_would_be_a_formula_is_text_and_numbers_stay_numbers() {
        for start in ["=", "+", "-", "@"] {
            let formula = format!("{start}SUM(A1)");
            assert_eq!(text(&formula), format!("'{formula}"));
        }
        assert_eq!(text("\t=1"), "'\t=1");
        assert_eq!(text("\r=1"), "\"'\r=1\"");
        assert_eq!(text("\n=1"), "\"'\n=1\"");
        assert_eq!(text("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
        for harmless in ["1-1", "a=b", "'=1", " =1", "Käse & Wein", ""] {
            assert_eq!(text(harmless), harmless);
        }
    }

    #[test]
    fn quotes_what_must_be_quoted() {
        assert_eq!(text("one, two"), "\"one, two\"");
        assert_eq!(text("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(text("two\nlines"), "\"two\nlines\"");
    }

    #[test]
    fn nothing_is_an_empty_cell_for_each_of_its_columns() {
        assert_eq!(written(&[Field::Null, Field::Null, Field::Null]), ",,,\r\n");
        let at = chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        assert_eq!(written(&[Field::Time(at), Field::Number(0), Field::Null]), "2026-05-28T20:26:40Z,0,,\r\n");
    }

    #[test]
    fn reads_back_as_it_was_but_for_the_apostrophe() {
        let cells = ["a", "b,c", "d\"e\"", "f\r\ng", "=h", "ü"];
        let mut lines = Lines::new(0);
        for cell in cells {
            lines.row(&COLUMNS, &[Field::text(cell), Field::Number(1), Field::Null]).unwrap();
        }
        let bytes = lines.into_bytes().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
        assert_eq!(read, ["a", "b,c", "d\"e\"", "f\r\ng", "'=h", "ü"]);
    }
}
