//! Ramadan is entered as the government announces it.

use chrono::{Days, NaiveDate};
use entity::ids::RamadanPeriodId;
use entity::ramadan_period;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::schema::ramadan::SetRamadanPeriodInput;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::Result;
use crate::policy::{self, Action, Actor};
use crate::{input, text};

/// Characters of a citation at most.
const MAX_CITATION: usize = 200;
/// How many days after the first the last may be.
const LONGEST: Days = Days::new(30);

/// Sets a Ramadan. What overlaps it is the same one as it was announced before, and gives way; what was replaced stays
/// in the audit log.
///
/// # Errors
/// What `SetRamadanPeriodErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetRamadanPeriodInput) -> Result<ramadan_period::Model> {
    policy::require(actor, Action::KeepCalendar)?;
    let by = actor.person()?.account_id;
    let starts_on = input::day("startsOn", input.starts_on)?;
    let longest = starts_on.checked_add_days(LONGEST).unwrap_or(starts_on);
    let ends_on = input::within("endsOn", input.ends_on.0, &(starts_on..=longest))?;
    let citation = text::name("citation", &input.citation, MAX_CITATION)?;
    let transaction = app.db.begin().await?;
    let before = give_way(&transaction, starts_on, ends_on).await?;
    let now = app.clock.now();
    let id = before.as_ref().map_or_else(|| app.ids.new_id(now), |before| before.id);
    let row = ramadan_period::Model { id, starts_on, ends_on, citation, created_at: now };
    let row = row.into_active_model().insert(&transaction).await?;
    let entry = Entry::new("RAMADAN_SET", row.id).day("startsOn", row.starts_on).day("endsOn", row.ends_on);
    let entry = entry.text("citation", &row.citation);
    let entry = match before {
        Some(before) => entry.day("startedOn", before.starts_on).day("endedOn", before.ends_on),
        None => entry,
    };
    audit::append(&transaction, app, Some(by), None, entry).await?;
    transaction.commit().await?;
    app.duties.forget();
    Ok(row)
}

/// Removes what overlaps, and answers the first of it, whose id the new one keeps. One at a time: what another is about
/// to write can be locked by nobody. (On SQLite a transaction is alone anyway.)
async fn give_way(
    transaction: &DatabaseTransaction,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
) -> Result<Option<ramadan_period::Model>> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared("LOCK TABLE ramadan_period IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let overlapping = ramadan_period::Entity::find()
        .filter(ramadan_period::Column::StartsOn.lte(ends_on))
        .filter(ramadan_period::Column::EndsOn.gte(starts_on))
        .order_by_asc(ramadan_period::Column::StartsOn)
        .all(transaction)
        .await?;
    let ids: Vec<RamadanPeriodId> = overlapping.iter().map(|row| row.id).collect();
    ramadan_period::Entity::delete_many().filter(ramadan_period::Column::Id.is_in(ids)).exec(transaction).await?;
    Ok(overlapping.into_iter().next())
}
