//! The shape of the files: columns, cells, rows.

use super::report::RefusedRow;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A header and lines; a column that the header lacks is absent, one that we do not know refuses the file.
    Csv,
    /// A JSON list of objects, as the national system answers; other members are not ours to judge.
    Json,
}

/// What a file holds.
#[derive(Debug)]
pub(super) struct Layout {
    pub format: Format,
    /// In the order of [`Column::place`].
    pub columns: &'static [Column],
    /// The columns that together name one thing; a second row with the same key is refused.
    pub key: &'static [Column],
    /// What has to be written first, where the order of the file is not good enough: the file is then held in memory.
    pub rank: Option<fn(&Row) -> usize>,
}

/// A column of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub place: usize,
    pub name: &'static str,
    pub is_required: bool,
}

impl Column {
    pub const fn required(place: usize, name: &'static str) -> Self {
        Self { place, name, is_required: true }
    }

    pub const fn optional(place: usize, name: &'static str) -> Self {
        Self { place, name, is_required: false }
    }
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// The file has no such column: what is there stays.
    Absent,
    Empty,
    Text(String),
}

impl Cell {
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::Empty => None,
        }
    }
}

/// A cell as it was read, or what is wrong with it.
pub(super) type RawCell = Result<Cell, &'static str>;

/// A row whose cells are clean and whose required cells are there.
#[derive(Debug)]
pub(super) struct Row {
    pub line: u64,
    pub cells: Vec<Cell>,
}

impl Row {
    pub fn cell(&self, column: Column) -> &Cell {
        &self.cells[column.place]
    }

    /// The text of a cell; empty where there is none, which no required cell is.
    pub fn text(&self, column: Column) -> &str {
        self.cell(column).text().unwrap_or_default()
    }

    pub fn optional(&self, column: Column) -> Option<String> {
        self.cell(column).text().map(str::to_owned)
    }

    pub fn refused(&self, column: Column, reason: impl ToString) -> RefusedRow {
        refused(self.line, column, reason)
    }
}

pub(super) fn refused(line: u64, column: Column, reason: impl ToString) -> RefusedRow {
    RefusedRow { line, column: Some(column.name), reason: reason.to_string() }
}
