//! Days of long ago that others changed: whoever they are about may answer them for a while.
//!
//! Where a difference is applied, an approval revoked, a check-in rejected or somebody's service dated otherwise, the
//! same transaction notes the days. A correction of such a day may be asked for as long after the act as one of a day
//! that has just gone by.

use std::ops::RangeInclusive;

use chrono::{NaiveDate, TimeDelta};
use entity::ids::{AgencyId, EmployeeId};
use entity::reopening::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _,
};

use crate::app::App;
use crate::error::Result;
use crate::policy::Employment;

/// How long after the act its days may be answered.
const ANSWERED: TimeDelta = TimeDelta::days(31);
/// Rows that are written with one statement.
const BATCH: usize = 1_000;

/// Whose days were changed.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Everybody's.
    Nation,
    /// Those of an agency's people.
    Agency(AgencyId),
    /// Those of some people.
    People(Vec<EmployeeId>),
}

/// Notes that days were changed. What has only begun today or later needs no note.
///
/// # Errors
/// When the database does not answer.
pub async fn note(
    app: &App,
    transaction: &DatabaseTransaction,
    whose: Whose,
    days: RangeInclusive<NaiveDate>,
) -> Result<()> {
    let now = app.clock.now();
    if now.date_naive() < *days.start() {
        return Ok(());
    }
    let row = |agency_id, employee_id| Model {
        id: app.ids.new_id(now),
        agency_id,
        employee_id,
        first_on: *days.start(),
        last_on: *days.end(),
        reopened_at: now,
    };
    let rows: Vec<Model> = match whose {
        Whose::Nation => vec![row(None, None)],
        Whose::Agency(agency) => vec![row(Some(agency), None)],
        Whose::People(people) => people.into_iter().map(|employee| row(None, Some(employee))).collect(),
    };
    for batch in rows.chunks(BATCH) {
        let rows = batch.iter().cloned().map(Model::into_active_model);
        Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Whether others changed a day of somebody's so lately that it may be answered.
///
/// # Errors
/// When the database does not answer.
pub async fn is_open(app: &App, db: &impl ConnectionTrait, me: Employment, on: NaiveDate) -> Result<bool> {
    let everybody = Condition::all().add(Column::AgencyId.is_null()).add(Column::EmployeeId.is_null());
    let mine = Condition::any().add(everybody).add(Column::AgencyId.eq(me.agency_id)).add(Column::EmployeeId.eq(me.id));
    let noted = Entity::find()
        .filter(mine)
        .filter(Column::FirstOn.lte(on))
        .filter(Column::LastOn.gte(on))
        .filter(Column::ReopenedAt.gte(app.clock.now() - ANSWERED));
    Ok(noted.count(db).await? > 0)
}
