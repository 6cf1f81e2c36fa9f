//! A JSON list of objects, entry by entry.
//!
//! The list is cut into its entries before they are parsed, so that a broken entry costs itself alone.

use std::io::{self, BufReader, Bytes, Read};

use serde_json::Value;

use super::error::ImportError;
use super::reader::{LONGEST_ROW, RawRow};
use super::rows::{Cell, Column, RawCell};

/// The entries of a list.
pub(super) struct JsonEntries<R> {
    input: Bytes<BufReader<R>>,
    position: u64,
    columns: &'static [Column],
    is_over: bool,
}

/// The text of an entry and what ended it.
struct Entry {
    text: Vec<u8>,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Comma,
    List,
    File,
}

impl<R: Read> JsonEntries<R> {
    /// Reads up to the list's opening bracket.
    pub fn open(input: R, columns: &'static [Column]) -> Result<Self, ImportError> {
        let mut input = BufReader::new(input).bytes();
        let mut mark = b"\xef\xbb\xbf".iter();
        loop {
            match input.next().transpose()? {
                Some(b'[') => return Ok(Self { input, position: 0, columns, is_over: false }),
                Some(byte) if byte.is_ascii_whitespace() || mark.next() == Some(&byte) => {}
                _ => return Err(ImportError::NotAList),
            }
        }
    }

    /// Reads to the comma or bracket that ends the entry. Of what is longer than a row may be, one byte too many is kept.
    fn entry(&mut self) -> io::Result<Entry> {
        let mut text = Vec::new();
        let mut depth = 0_u32;
        let mut is_string = false;
        let mut is_escaped = false;
        while let Some(byte) = self.input.next().transpose()? {
            if is_string {
                // No string goes over a line break: one that was not closed ends there.
                is_string = (byte != b'"' || is_escaped) && byte != b'\n';
                is_escaped = byte == b'\\' && !is_escaped;
            } else {
                match byte {
                    b'"' => is_string = true,
                    b',' if depth == 0 => return Ok(Entry { text, end: End::Comma }),
                    b']' if depth == 0 => return Ok(Entry { text, end: End::List }),
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if text.len() <= LONGEST_ROW {
                text.push(byte);
            }
        }
        Ok(Entry { text, end: End::File })
    }

    fn cells(&self, entry: &Entry) -> Result<Vec<RawCell>, &'static str> {
        if entry.end == End::File {
            return Err("the list breaks off here");
        }
        if entry.text.len() > LONGEST_ROW {
            return Err("is longer than 64 KiB");
        }
        match serde_json::from_slice(&entry.text) {
            Ok(Value::Object(mut members)) => {
                Ok(self.columns.iter().map(|column| cell(members.remove(column.name))).collect())
            }
            Ok(_) => Err("is not an object"),
            Err(_) => Err("is not valid JSON"),
        }
    }
}

impl<R: Read> Iterator for JsonEntries<R> {
    type Item = io::Result<RawRow>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let entry = match self.entry() {
            Ok(entry) => entry,
            Err(error) => return Some(Err(error)),
        };
        self.is_over = entry.end != End::Comma;
        // The empty list, and a comma behind the last entry.
        if entry.end == End::List && entry.text.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        self.position += 1;
        Some(Ok(RawRow { line: self.position, cells: self.cells(&entry) }))
    }
}

fn cell(member: Option<Value>) -> RawCell {
    match member {
        None | Some(Value::Null) => Ok(Cell::Empty),
        Some(Value::String(text)) => Ok(Cell::Text(text)),
        Some(_) => Err("is not a text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Column = Column::required(0, "id");

    fn read(json: &str) -> Vec<Result<Vec<RawCell>, &'static str>> {
        JsonEntries::open(json.as_bytes(), &[ID]).unwrap().map(|row| row.unwrap().cells).collect()
    }

    #[expect(clippy::unnecessary_wraps, reason = "the form of a row as it is read")]
    fn text(id: &str) -> Result<Vec<RawCell>, &'static str> {
        Ok(vec![Ok(Cell::Text(id.to_owned()))])
    }

    #[test]
    fn a_broken_entry_costs_itself_alone() {
        let invalid = || Err("is not valid JSON");
        assert_eq!(read("[]"), []);
        assert_eq!(read("\u{feff} [ {\"id\":\"1\"} , ]"), [text("1")]);
        assert_eq!(read(r#"[{"id":"a\"],[{"},{"id":"2","x":[1,{"y":"]"}]}]"#), [text("a\"],[{"), text("2")]);
        assert_eq!(
            read(r#"[{"id":"1"},{"id":,},{"id":"\ud800"},{"id":"4"}]"#),
            [text("1"), invalid(), invalid(), text("4")]
        );
        assert_eq!(read("[{\"id\":\"1},\n{\"id\":\"2\"}]").len(), 1);
        assert_eq!(
            read("[7,{\"id\":7},{\"id\":null},{}]"),
            [
                Err("is not an object"),
                Ok(vec![Err("is not a text")]),
                Ok(vec![Ok(Cell::Empty)]),
                Ok(vec![Ok(Cell::Empty)]),
            ]
        );
        assert_eq!(read("[{\"id\":\"1\"},{\"id\""), [text("1"), Err("the list breaks off here")]);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for json in ["", "{}", "null", "\u{feff}", "id,nama"] {
            assert!(matches!(JsonEntries::open(json.as_bytes(), &[ID]), Err(ImportError::NotAList)), "{json}");
        }
    }
}
