//! National holidays and collective leave: `date,kind,name`.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::holiday::{self, Kind};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};

use super::report::RefusedRow;
use super::rows::{Column, Format, Layout, Row};
use super::writer::{Outcome, Target, Writing};

const DATE: Column = Column::required(0, "date");
const KIND: Column = Column::required(1, "kind");
const NAME: Column = Column::required(2, "name");

pub(super) const LAYOUT: Layout =
    Layout { format: Format::Csv, columns: &[DATE, KIND, NAME], key: &[DATE, NAME], rank: None };

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
        let known: HashMap<_, _> = holiday::Entity::find()
            .filter(holiday::Column::Date.between(first, last))
            .all(writing.transaction)
            .await?
            .into_iter()
            .map(|day| ((day.date, day.name.clone()), day))
            .collect();
        let mut changed = Vec::new();
        for (row, (date, kind)) in days {
            let name = row.text(NAME).to_owned();
            let before = known.get(&(date, name.clone()));
            let id = before.map_or_else(|| writing.new_id(), |day| day.id);
            let after = holiday::Model { id, date, kind, name };
            if outcome.changes(before, &after) {
                changed.push(after);
            }
        }
        writing.save::<holiday::Entity>(changed, &[holiday::Column::Kind]).await?;
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
