//! A row of the employees' file, as far as it can be judged by itself.

use chrono::NaiveDate;
use entity::employee::Employment;

use crate::agency::nip;
use crate::import::report::RefusedRow;
use crate::import::rows::{Cell, Column, Format, Layout, Row};

pub(super) const SOURCE_ID: Column = Column::required(0, "sourceId");
const NAME: Column = Column::required(1, "name");
const EMPLOYMENT: Column = Column::required(2, "employment");
pub(super) const NIP: Column = Column::required(3, "nip");
pub(super) const UNIT: Column = Column::optional(4, "unitSourceId");
const POST: Column = Column::optional(5, "post");
pub(super) const POST_TYPE: Column = Column::optional(6, "postTypeId");
pub(super) const RANK: Column = Column::optional(7, "rank");
pub(super) const SUPERVISOR: Column = Column::optional(8, "supervisorSourceId");
pub(super) const IS_ACTIVE: Column = Column::optional(9, "isActive");

pub(super) const LAYOUT: Layout = Layout {
    format: Format::Csv,
    columns: &[SOURCE_ID, NAME, EMPLOYMENT, NIP, UNIT, POST, POST_TYPE, RANK, SUPERVISOR, IS_ACTIVE],
    key: &[SOURCE_ID],
    rank: None,
};

/// Somebody as a row describes them.
pub(super) struct Person<'a> {
    pub row: &'a Row,
    pub employment: Employment,
    pub nip: String,
    /// Absent where the file does not say.
    pub is_active: Option<bool>,
}

impl<'a> Person<'a> {
    pub fn read(row: &'a Row, today: NaiveDate) -> Result<Self, RefusedRow> {
        let employment = match row.text(EMPLOYMENT) {
            "PNS" => Employment::Pns,
            "PPPK" => Employment::Pppk,
            _ => return Err(row.refused(EMPLOYMENT, "is neither PNS nor PPPK")),
        };
        // Often written in groups: 19870115 201001 1 001.
        let nip = row.text(NIP).replace(' ', "");
        nip::check(&nip, employment, today).map_err(|fault| row.refused(NIP, fault))?;
        let is_active = match row.cell(IS_ACTIVE) {
            Cell::Absent => None,
            Cell::Empty => Some(true),
            Cell::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Cell::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Cell::Text(_) => return Err(row.refused(IS_ACTIVE, "is neither true nor false")),
        };
        Ok(Self { row, employment, nip, is_active })
    }

    pub fn source_id(&self) -> &'a str {
        self.row.text(SOURCE_ID)
    }

    pub fn name(&self) -> &'a str {
        self.row.text(NAME)
    }

    /// The post, given the one of now.
    pub fn post(&self, present: Option<String>) -> Option<String> {
        match self.row.cell(POST) {
            Cell::Absent => present,
            cell => cell.text().map(str::to_owned),
        }
    }

    /// What a cell names, given what is there now; nothing where no such thing exists.
    pub fn named<T>(
        &self,
        column: Column,
        present: Option<T>,
        find: impl FnOnce(&str) -> Option<T>,
        otherwise: &str,
    ) -> Result<Option<T>, RefusedRow> {
        match self.row.cell(column) {
            Cell::Absent => Ok(present),
            Cell::Empty => Ok(None),
            Cell::Text(text) => find(text).map(Some).ok_or_else(|| self.row.refused(column, otherwise)),
        }
    }
}
