//! National holidays and collective leave: `date,kind,name`, and `citation` where the list names its decrees. What the
//! national admin withdrew stays withdrawn, and a list without decrees changes no day that cites one.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::holiday::{self, Kind};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::report::RefusedRow;
use super::rows::{Column, Format, Layout, Row};
use super::writer::{Outcome, Target, Writing};

const DATE: Column = Column::required(0, "date");
const KIND: Column = Column::required(1, "kind");
const NAME: Column = Column::required(2, "name");
const CITATION: Column = Column::optional(3, "citation");

pub(super) const LAYOUT: Layout =
    Layout { format: Format::Csv, columns: &[DATE, KIND, NAME, CITATION], key: &[DATE, NAME], rank: None };

pub(super) struct Holidays;

impl Target for Holidays {
    type Item = Row;

    fn line(row: &Row) -> u64 {
        row.line
    }

    async fn write(&self, writing: &Writing<'_>, rows: &[Row]) -> Result<Outcome, DbErr> {
        let mut outcome = Outcome::default();
        let mut days = Vec::new();
        for row in rows {
            match day(row) {
                Ok(day) => days.push((row, day)),
                Err(refused) => outcome.refuse(refused),
            }
        }
        let dates = || days.iter().map(|(_, (date, _))| *date);
        let (Some(first), Some(last)) = (dates().min(), dates().max()) else { return Ok(outcome) };
        // Of several with one key the latest is the one that holds, or that was withdrawn last.
        let known: HashMap<_, _> = holiday::Entity::find()
            .filter(holiday::Column::Date.between(first, last))
            .order_by_asc(holiday::Column::Id)
            .all(writing.transaction)
            .await?
            .into_iter()
            .map(|day| ((day.date, day.name.clone()), day))
            .collect();
        let mut changed = Vec::new();
        for (row, (date, kind)) in days {
            let name = row.text(NAME).to_owned();
            let before = known.get(&(date, name.clone()));
            let citation = row.optional(CITATION);
            let after = match before {
                Some(before) if before.withdrawn_at.is_some() || before.citation.is_some() && citation.is_none() => {
                    before.clone()
                }
                Some(before) => holiday::Model { kind, citation, ..before.clone() },
                None => holiday::Model {
                    id: writing.new_id(),
                    date,
                    kind,
                    name,
                    citation,
                    created_at: writing.now,
                    withdrawn_at: None,
                    withdrawal_citation: None,
                },
            };
            if outcome.changes(before, &after) {
                changed.push(after);
            }
        }
        writing.save::<holiday::Entity>(changed, &[holiday::Column::Kind, holiday::Column::Citation]).await?;
        Ok(outcome)
    }
}

fn day(row: &Row) -> Result<(NaiveDate, Kind), RefusedRow> {
    let date = NaiveDate::parse_from_str(row.text(DATE), "%Y-%m-%d")
        .ok()
        .filter(|date| date.to_string() == row.text(DATE))
        .ok_or_else(|| row.refused(DATE, "is no date (YYYY-MM-DD)"))?;
    let kind = match row.text(KIND) {
        "national" => Kind::National,
        "collective_leave" => Kind::CollectiveLeave,
        _ => return Err(row.refused(KIND, "is neither national nor collective_leave")),
    };
    Ok((date, kind))
}
