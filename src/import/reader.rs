//! Reads a file on a thread of its own and hands it over in chunks, so that the file is never in memory as a whole
//! and no worker of the runtime waits for a disk.

use std::collections::HashMap;
use std::io::{self, Read};

use tokio::sync::mpsc::Sender;

use super::csv_lines::CsvLines;
use super::error::ImportError;
use super::json_entries::JsonEntries;
use super::report::RefusedRow;
use super::rows::{Cell, Format, Layout, RawCell, Row, refused};
use crate::problem::Problem;
use crate::text;

/// Rows that are written in one transaction.
pub(super) const CHUNK: usize = 1_000;
/// The characters of the longest cell.
const LONGEST_TEXT: usize = 200;
/// The bytes of the longest line or entry.
pub(super) const LONGEST_ROW: usize = 64 * 1024;

/// A row as it was read, or what is wrong with all of it.
pub(super) struct RawRow {
    pub line: u64,
    pub cells: Result<Vec<RawCell>, &'static str>,
}

/// Some rows of a file, in order.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub rows: Vec<Row>,
    pub refused: Vec<RefusedRow>,
}

impl Chunk {
    pub fn len(&self) -> usize {
        self.rows.len() + self.refused.len()
    }
}

/// Reads everything and sends it; stops early when nobody listens any more.
pub(super) fn read(
    layout: &'static Layout,
    input: Box<dyn Read + Send>,
    sender: &Sender<Chunk>,
) -> Result<(), ImportError> {
    let raw: Box<dyn Iterator<Item = io::Result<RawRow>>> = match layout.format {
        Format::Csv => Box::new(CsvLines::open(input, layout)?),
        Format::Json => Box::new(JsonEntries::open(input, layout.columns)?),
    };
    let mut entrance = Entrance { layout, first_lines: HashMap::new() };
    let mut rows = raw.map(|row| row.map(|row| entrance.admit(row)));
    match layout.rank {
        None => send(rows, sender),
        Some(rank) => {
            let mut all = rows.by_ref().collect::<io::Result<Vec<_>>>()?;
            all.sort_by_key(|row| row.as_ref().map_or(0, rank));
            send(all.into_iter().map(Ok), sender)
        }
    }
}

fn send(
    rows: impl Iterator<Item = io::Result<Result<Row, RefusedRow>>>,
    sender: &Sender<Chunk>,
) -> Result<(), ImportError> {
    let mut chunk = Chunk::default();
    for row in rows {
        match row? {
            Ok(row) => chunk.rows.push(row),
            Err(row) => chunk.refused.push(row),
        }
        if chunk.len() == CHUNK && sender.blocking_send(std::mem::take(&mut chunk)).is_err() {
            return Ok(());
        }
    }
    if chunk.len() > 0 {
        // Nobody listens: the writer has its own reason to tell.
        let _ = sender.blocking_send(chunk);
    }
    Ok(())
}

/// Lets in the rows that are in order by themselves.
struct Entrance {
    layout: &'static Layout,
    /// The line on which a key stood first, by half of its SHA-256: a million keys take 50 MB.
    first_lines: HashMap<[u8; 16], u64>,
}

impl Entrance {
    fn admit(&mut self, raw: RawRow) -> Result<Row, RefusedRow> {
        let line = raw.line;
        let whole = |reason: &str| RefusedRow { line, column: None, reason: reason.to_owned() };
        let cells: Vec<RawCell> = raw.cells.map_err(whole)?.into_iter().map(|cell| cell.and_then(clean)).collect();
        let first_line = self.first_line(&cells, line);
        let mut admitted = Vec::with_capacity(cells.len());
        for (column, cell) in self.layout.columns.iter().zip(cells) {
            let cell = cell.map_err(|reason| refused(line, *column, reason))?;
            if column.is_required && cell.text().is_none() {
                return Err(refused(line, *column, "is missing"));
            }
            admitted.push(cell);
        }
        if first_line != line {
            let names: Vec<_> = self.layout.key.iter().map(|column| column.name).collect();
            let reason = format!("same {} as line {first_line}", names.join(" and "));
            return Err(refused(line, self.layout.key[0], reason));
        }
        Ok(Row { line, cells: admitted })
    }

    /// The line on which the key of these cells stood first: this one, where it is new or cannot be read.
    fn first_line(&mut self, cells: &[RawCell], line: u64) -> u64 {
        let text = |cell: &'_ RawCell| cell.as_ref().ok().and_then(Cell::text).map(str::to_owned);
        let key: Option<Vec<_>> = self.layout.key.iter().map(|column| text(&cells[column.place])).collect();
        let Some(key) = key else { return line };
        let digest = crate::id::digest(&key.iter().map(String::as_bytes).collect::<Vec<_>>());
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        *self.first_lines.entry(half).or_insert(line)
    }
}

fn clean(cell: Cell) -> RawCell {
    let Cell::Text(text) = cell else { return Ok(cell) };
    let text = text::clean(&text, LONGEST_TEXT).map_err(|problem| match problem {
        Problem::TooLong => "is longer than 200 characters",
        _ => "holds a control character, an invisible one, or one that turns the direction of the text",
    })?;
    if !text::is_of_one_script(&text) {
        return Err("mixes letters of several scripts");
    }
    Ok(if text.is_empty() { Cell::Empty } else { Cell::Text(text) })
}
