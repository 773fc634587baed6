//! Answers of InfluxDB: annotated CSV, as a real server was recorded to write it.
//!
//! Several tables follow each other, each new set of columns after new annotations. A query may fail after it began to
//! answer: then the last table holds the error, and what came before it is no answer.

use csv::{Reader, ReaderBuilder, StringRecord};
use domain::Instant;
use jiff::Timestamp;

/// One row: its cells by the names of their columns.
#[derive(Debug)]
pub struct Row<'a> {
    columns: &'a [String],
    cells: &'a StringRecord,
}

/// Why an answer is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The server says what went wrong, after rows or without any.
    #[error("InfluxDB broke its answer off: {0}")]
    BrokenOff(String),
    /// No annotated CSV, or not the columns of the query.
    #[error("the answer of InfluxDB is no annotated CSV: {0}")]
    Malformed(String),
}

/// Gives each row of a whole answer to `take`, in order.
///
/// # Errors
/// When it ends with an error, is no annotated CSV, or `take` cannot use a row.
pub fn read_rows(
    answer: &[u8],
    mut take: impl FnMut(&Row<'_>) -> Result<(), AnswerError>,
) -> Result<(), AnswerError> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(answer);
    let mut columns: Option<Vec<String>> = None;
    let mut cells = StringRecord::new();
    while next(&mut reader, &mut cells)? {
        if cells.get(0).is_some_and(|first| first.starts_with('#')) {
            annotations(&mut reader, &mut cells)?;
            let names: Vec<_> = cells.iter().map(str::to_owned).collect();
            if names.iter().any(|name| name == "error") {
                return Err(broken_off(&mut reader, &mut cells, &names));
            }
            columns = Some(names);
            continue;
        }
        let Some(columns) = columns.as_deref().filter(|columns| columns.len() == cells.len())
        else {
            return Err(malformed("a row without columns, or with other ones"));
        };
        take(&Row { columns, cells: &cells })?;
    }
    Ok(())
}

impl Row<'_> {
    /// The text of a column; nothing where there is no such column, or nothing in it.
    pub fn text(&self, column: &str) -> Option<&str> {
        let place = self.columns.iter().position(|name| name == column)?;
        self.cells.get(place).filter(|text| !text.is_empty())
    }

    /// The number of a column, true as 1 and false as 0.
    ///
    /// # Errors
    /// When something else stands there.
    pub fn number(&self, column: &str) -> Result<Option<f64>, AnswerError> {
        let number = |text| match text {
            "true" => Ok(1.0),
            "false" => Ok(0.0),
            other => other.parse().map_err(|_| malformed("a number")),
        };
        self.text(column).map(number).transpose()
    }

    /// The time of a row, to the millisecond before it.
    ///
    /// # Errors
    /// When there is none.
    pub fn time(&self) -> Result<Instant, AnswerError> {
        let time = self.text("_time").and_then(|text| text.parse::<Timestamp>().ok());
        time.map(Instant::from).ok_or_else(|| malformed("a row without a time"))
    }
}

/// Skips annotations, up to the names of the columns.
fn annotations(reader: &mut Reader<&[u8]>, cells: &mut StringRecord) -> Result<(), AnswerError> {
    while cells.get(0).is_some_and(|first| first.starts_with('#')) {
        if !next(reader, cells)? {
            return Err(malformed("annotations without columns"));
        }
    }
    Ok(())
}

fn broken_off(
    reader: &mut Reader<&[u8]>,
    cells: &mut StringRecord,
    names: &[String],
) -> AnswerError {
    let place = names.iter().position(|name| name == "error");
    let text = match next(reader, cells) {
        Ok(true) => place.and_then(|place| cells.get(place)).unwrap_or_default(),
        _ => "",
    };
    AnswerError::BrokenOff(if text.is_empty() { "without a word" } else { text }.to_owned())
}

fn next(reader: &mut Reader<&[u8]>, cells: &mut StringRecord) -> Result<bool, AnswerError> {
    reader.read_record(cells).map_err(|error| malformed(&error.to_string()))
}

fn malformed(what: &str) -> AnswerError {
    AnswerError::Malformed(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(answer: &str) -> Result<Vec<(String, f64)>, AnswerError> {
        let mut found = Vec::new();
        read_rows(answer.as_bytes(), |row| {
            let device = row.text("device").unwrap_or("none").to_owned();
            found.push((device, row.number("_value")?.unwrap_or(f64::NAN)));
            Ok(())
        })?;
        Ok(found)
    }

    const TWO_SCHEMAS: &str = "#datatype,string,long,double,string\r\n#group,false,false,false,true\r\n\
        #default,_result,,,\r\n,result,table,_value,device\r\n,,0,812,\"salle, 1er\"\r\n,,1,5.5,laser\r\n\r\n\
        #datatype,string,long,boolean\r\n#group,false,false,false\r\n#default,_result,,\r\n,result,table,_value\r\n\
        ,,2,true\r\n\r\n";

    #[test]
    fn tables_with_other_columns_follow_each_other() {
        let found = values(TWO_SCHEMAS).unwrap();
        let expected = [("salle, 1er", 812.0), ("laser", 5.5), ("none", 1.0)];
        assert_eq!(found, expected.map(|(device, value)| (device.to_owned(), value)));
    }

    #[test]
    fn an_empty_answer_has_no_rows() {
        assert_eq!(values("\r\n").unwrap(), []);
        assert_eq!(values("").unwrap(), []);
    }

    #[test]
    fn an_error_after_rows_is_an_error_and_no_short_answer() {
        let broken = format!(
            "{TWO_SCHEMAS}#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,schema \
             collision: cannot group,\r\n"
        );
        let text = AnswerError::BrokenOff("schema collision: cannot group".to_owned());
        assert_eq!(values(&broken), Err(text));
        let cut = &broken[..broken.find(",schema").unwrap()];
        assert_eq!(values(cut), Err(AnswerError::BrokenOff("without a word".to_owned())));
    }

    #[test]
    fn what_is_no_annotated_csv_is_reported_as_such() {
        for nonsense in ["<html>", "a,b\n1,2", "#datatype,string", "#datatype,a\n,b\n1,2,3"] {
            assert!(matches!(values(nonsense), Err(AnswerError::Malformed(_))), "{nonsense}");
        }
    }

    #[test]
    fn a_number_of_three_hundred_digits_comes_back_to_the_last_bit() {
        let answer = format!("#datatype,x\n,_value\n,{}\n", f64::MAX);
        assert_eq!(values(&answer).unwrap()[0].1.to_bits(), f64::MAX.to_bits());
    }
}
