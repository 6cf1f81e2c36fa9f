//! A CSV file, line by line.
//!
//! A row is a line: no value of ours holds a line break, and a quote left open then costs its own line instead of
//! everything down to the next quote, which is what a reader of RFC 4180 has to make of it.

use std::io::{self, BufRead, BufReader, Read};

use super::error::ImportError;
use super::reader::{LONGEST_ROW, RawRow};
use super::rows::{Cell, Layout, RawCell};

/// How much of an unknown column's name a message shows.
const SHOWN: usize = 40;

/// The rows below a header that fits.
pub(super) struct CsvLines<R> {
    input: BufReader<R>,
    line: u64,
    buffer: Vec<u8>,
    /// For each column of the layout, its place in the file.
    places: Vec<Option<usize>>,
    width: usize,
}

/// How a line ended.
enum Line {
    Whole,
    TooLong,
}

impl<R: Read> CsvLines<R> {
    /// Reads the header.
    pub fn open(input: R, layout: &Layout) -> Result<Self, ImportError> {
        let mut lines =
            Self { input: BufReader::new(input), line: 0, buffer: Vec::new(), places: Vec::new(), width: 0 };
        let Some(Line::Whole) = lines.advance()? else {
            return Err(ImportError::Header(format!("the file has no header; {}", expected(layout))));
        };
        let header = lines.buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&lines.buffer);
        let names = names(header).map_err(|reason| {
            ImportError::Header(format!("the header cannot be read: it {reason}; {}", expected(layout)))
        })?;
        lines.places = places(&names, layout).map_err(ImportError::Header)?;
        lines.width = names.len();
        Ok(lines)
    }

    /// Reads the next line into the buffer, without its end; of a line that is too long the rest is passed over.
    fn advance(&mut self) -> io::Result<Option<Line>> {
        self.buffer.clear();
        let limit = LONGEST_ROW as u64 + 1;
        if self.input.by_ref().take(limit).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        self.line += 1;
        let is_too_long = self.buffer.len() > LONGEST_ROW;
        while self.buffer.len() > LONGEST_ROW && !self.buffer.ends_with(b"\n") {
            self.buffer.clear();
            self.input.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
        }
        if self.buffer.ends_with(b"\n") {
            self.buffer.pop();
        }
        if self.buffer.ends_with(b"\r") {
            self.buffer.pop();
        }
        Ok(Some(if is_too_long { Line::TooLong } else { Line::Whole }))
    }

    fn cells(&self) -> Result<Vec<RawCell>, &'static str> {
        let mut fields = split(&self.buffer)?;
        if fields.len() != self.width {
            return Err("has not as many fields as the header");
        }
        let cell = |place: &Option<usize>| {
            let Some(place) = *place else { return Ok(Cell::Absent) };
            String::from_utf8(std::mem::take(&mut fields[place])).map(Cell::Text).map_err(|_| "is not UTF-8")
        };
        Ok(self.places.iter().map(cell).collect())
    }
}

impl<R: Read> Iterator for CsvLines<R> {
    type Item = io::Result<RawRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let cells = match self.advance() {
                Err(error) => return Some(Err(error)),
                Ok(None) => return None,
                Ok(Some(Line::TooLong)) => Err("is longer than 64 KiB"),
                Ok(Some(Line::Whole)) if self.buffer.iter().all(u8::is_ascii_whitespace) => continue,
                Ok(Some(Line::Whole)) => self.cells(),
            };
            return Some(Ok(RawRow { line: self.line, cells }));
        }
    }
}

fn names(header: &[u8]) -> Result<Vec<String>, &'static str> {
    split(header)?
        .into_iter()
        .map(|name| String::from_utf8(name).map(|name| name.trim().to_owned()).map_err(|_| "is not UTF-8"))
        .collect()
}

/// Finds the columns of the layout in the header, or says everything that does not fit.
fn places(names: &[String], layout: &Layout) -> Result<Vec<Option<usize>>, String> {
    let is_known = |name: &String| layout.columns.iter().any(|column| column.name == *name);
    // A file without a header would otherwise show its first person.
    if !names.iter().any(is_known) {
        return Err(format!("the first line names no column of this import; {}", expected(layout)));
    }
    let list = |names: Vec<String>| names.join(", ");
    let mut faults = Vec::new();
    let unknown: Vec<_> = names.iter().filter(|name| !is_known(name)).map(|name| shown(name)).collect();
    let repeated: Vec<_> = layout
        .columns
        .iter()
        .filter(|column| names.iter().filter(|name| **name == column.name).count() > 1)
        .map(|column| column.name.to_owned())
        .collect();
    let places: Vec<_> =
        layout.columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect();
    let missing: Vec<_> = layout
        .columns
        .iter()
        .zip(&places)
        .filter(|(column, place)| column.is_required && place.is_none())
        .map(|(column, _)| column.name.to_owned())
        .collect();
    for (what, names) in [("unknown columns", unknown), ("repeated columns", repeated), ("missing columns", missing)] {
        if !names.is_empty() {
            faults.push(format!("{what}: {}", list(names)));
        }
    }
    if faults.is_empty() { Ok(places) } else { Err(format!("{}; {}", faults.join("; "), expected(layout))) }
}

fn shown(name: &str) -> String {
    let short: String = name.chars().take(SHOWN).collect();
    format!("{short:?}")
}

fn expected(layout: &Layout) -> String {
    let names = |is_required| {
        let columns = layout.columns.iter().filter(|column| column.is_required == is_required);
        columns.map(|column| column.name).collect::<Vec<_>>().join(",")
    };
    let required = format!("the header takes, separated by commas, {}", names(true));
    if layout.columns.iter().all(|column| column.is_required) {
        required
    } else {
        format!("{required} and may have {}", names(false))
    }
}

/// The fields of one line (RFC 4180; a quote within an unquoted field is a character like others).
fn split(line: &[u8]) -> Result<Vec<Vec<u8>>, &'static str> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, behind) = if let Some(quoted) = rest.strip_prefix(b"\"") {
            unquote(quoted)?
        } else {
            let end = rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
            (rest[..end].to_vec(), &rest[end..])
        };
        fields.push(field);
        match behind.split_first() {
            None => return Ok(fields),
            Some((b',', next)) => rest = next,
            Some(_) => return Err("has text behind a closing quote"),
        }
    }
}

/// The field whose opening quote was just passed, and what stands behind its closing quote.
fn unquote(quoted: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let mut field = Vec::new();
    let mut rest = quoted;
    loop {
        let end = rest.iter().position(|byte| *byte == b'"').ok_or("has a quote that is not closed on its line")?;
        field.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix(b"\"") {
            Some(next) => {
                field.push(b'"');
                rest = next;
            }
            None => return Ok((field, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_as_the_standard_says() {
        for (line, fields) in [
            ("", &[""][..]),
            ("a", &["a"]),
            ("a,,b,", &["a", "", "b", ""]),
            (r#""a,b",c"#, &["a,b", "c"]),
            (r#""a ""b"" c","","#, &[r#"a "b" c"#, "", ""]),
            (r#"a "b" c,d"#, &[r#"a "b" c"#, "d"]),
        ] {
            let split: Vec<_> = split(line.as_bytes()).unwrap();
            assert_eq!(split, fields.iter().map(|field| field.as_bytes().to_vec()).collect::<Vec<_>>(), "{line}");
        }
        for line in [r#"""#, r#""a"#, r#"a,"b"#, r#""a""#.trim_end_matches('"'), r#""a"b,c"#, r#""a""b"#] {
            assert!(split(line.as_bytes()).is_err(), "{line}");
        }
    }
}
