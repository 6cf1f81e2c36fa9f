//! The attendance sheets of people: their working lives and what was recorded of them, loaded for one person or for
//! hundreds by the same number of queries.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::{Days, NaiveDate, TimeDelta};
use entity::employee;
use entity::ids::{EmployeeId, ShiftId, UnitId};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, Select};

use super::day::{DayRecord, Event, records};
use super::lateness::Presence;
use super::lives::{self, Placed};
use super::working_time::WorkingLife;
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::graphql::rows::Rows;
use crate::{db, policy};

/// So many days around those that are asked for can decide what became of them: a night shift ends on the next day, and
/// what was recorded for one day belongs to its neighbour under corrected working hours.
const AROUND: Days = Days::new(2);
/// Periods of one request that lie no further apart are read as one.
const NEAR: TimeDelta = TimeDelta::days(62);

/// What is known of somebody's days.
#[derive(Debug)]
pub struct Sheet {
    /// Their working life.
    pub life: WorkingLife,
    /// What was recorded of them.
    pub events: Vec<Event>,
}

impl Sheet {
    /// The records of days.
    #[must_use]
    pub fn records(&self, days: RangeInclusive<NaiveDate>, now: Instant) -> Vec<DayRecord<'_>> {
        let (first, last) = days.into_inner();
        records(&self.life, &self.events, first.iter_days().take_while(|on| *on <= last), now)
    }

    /// When somebody came and went on a day: in the shift, or where it is none of that day's, by what was recorded for
    /// the day.
    #[must_use]
    pub fn presence(&self, on: NaiveDate, shift: Option<ShiftId>, now: Instant) -> Presence {
        let day = self.records(on..=on, now).pop();
        let worked = day.and_then(|day| day.shifts.into_iter().find(|record| Some(record.duty.shift.id) == shift));
        if let Some(record) = worked {
            return record.presence;
        }
        let of = |direction| {
            let events = self
                .events
                .iter()
                .filter(move |event| event.on == on && event.direction == direction && !event.is_waiting);
            events.map(|event| event.at)
        };
        Presence {
            came_at: of(entity::check_in::Direction::In).min(),
            went_at: of(entity::check_in::Direction::Out).max(),
            is_over: false,
        }
    }
}

/// The sheets of people as far as the days need them: four queries, where the duties of their units are known.
///
/// # Errors
/// When the database does not answer.
pub async fn sheets(
    app: &App,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
) -> Result<HashMap<EmployeeId, Arc<Sheet>>> {
    sheets_where(app, people, days, |_| true).await
}

/// As [`sheets`], of those alone whose lives are wanted.
///
/// # Errors
/// When the database does not answer.
pub async fn sheets_where(
    app: &App,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
    is_wanted: impl Fn(&WorkingLife) -> bool,
) -> Result<HashMap<EmployeeId, Arc<Sheet>>> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let db = app.db.read();
    let first = days.start().checked_sub_days(AROUND).unwrap_or(*days.start());
    let last = days.end().checked_add_days(AROUND).unwrap_or(*days.end());
    let mut lives = lives::lives(app, db, people, &(first..=last)).await?;
    lives.retain(|_, life| is_wanted(life));
    let mut events = lives::events(app, db, lives.keys().copied(), &(first..=last)).await?;
    let sheet = |(id, life)| (id, Arc::new(Sheet { life, events: events.remove(&id).unwrap_or_default() }));
    Ok(lives.into_iter().map(sheet).collect())
}

/// The people of units who served in some of the days, or serve now.
#[must_use]
pub fn people_of(app: &App, units: &[UnitId], days: &RangeInclusive<NaiveDate>) -> Select<employee::Entity> {
    let first = days.start().checked_sub_days(AROUND).unwrap_or(*days.start());
    let served =
        Condition::any().add(employee::Column::IsActive.eq(true)).add(employee::Column::ServedUntil.gte(first));
    employee::Entity::find()
        .filter(db::any_of(app.db.engine(), employee::Column::UnitId, units.iter().map(|unit| unit.0)))
        .filter(served)
}

/// Somebody's sheet for a period; nothing where the actor may not read their days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SheetOf {
    /// Whose.
    pub employee_id: EmployeeId,
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl Loader<SheetOf> for Rows {
    type Value = Arc<Sheet>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[SheetOf]) -> std::result::Result<HashMap<SheetOf, Arc<Sheet>>, Arc<Error>> {
        let ids = keys.iter().map(|key| key.employee_id.0);
        let people = employee::Entity::find()
            .filter(policy::with_readable_days(self.actor.get()))
            .filter(db::any_of(self.app.db.engine(), employee::Column::Id, ids))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let people: HashMap<EmployeeId, Placed> = people.iter().map(|row| (row.id, row.into())).collect();
        let mut found = HashMap::new();
        for (days, keys) in periods(keys) {
            let asked: HashMap<_, _> =
                keys.iter().filter_map(|key| Some((key.employee_id, *people.get(&key.employee_id)?))).collect();
            let asked: Vec<Placed> = asked.into_values().collect();
            let sheets = sheets(&self.app, &asked, &days).await.map_err(Arc::new)?;
            found.extend(keys.iter().filter_map(|key| Some((*key, sheets.get(&key.employee_id)?.clone()))));
        }
        Ok(found)
    }
}

/// The keys by periods that are read at once.
fn periods(keys: &[SheetOf]) -> Vec<(RangeInclusive<NaiveDate>, Vec<SheetOf>)> {
    let mut keys = keys.to_vec();
    keys.sort_unstable_by_key(|key| key.first);
    let mut periods: Vec<(RangeInclusive<NaiveDate>, Vec<SheetOf>)> = Vec::new();
    for key in keys {
        match periods.last_mut().filter(|(days, _)| key.first - *days.end() <= NEAR) {
            Some((days, of)) => {
                *days = *days.start()..=key.last.max(*days.end());
                of.push(key);
            }
            None => periods.push((key.first..=key.last, vec![key])),
        }
    }
    periods
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::test_data::day;

    #[test]
    fn near_periods_are_read_as_one_and_far_ones_apart() {
        let of = |first: &str, last: &str| SheetOf {
            employee_id: EmployeeId(uuid::Uuid::nil()),
            first: day(first),
            last: day(last),
        };
        let keys = [
            of("2026-11-01", "2026-11-30"),
            of("2020-01-01", "2020-01-31"),
            of("2026-09-01", "2026-09-01"),
            of("2026-11-02", "2026-11-02"),
        ];
        let periods: Vec<_> = periods(&keys).into_iter().map(|(days, of)| (days, of.len())).collect();
        assert_eq!(periods, [(day("2020-01-01")..=day("2020-01-31"), 1), (day("2026-09-01")..=day("2026-11-30"), 3)]);
    }
}
