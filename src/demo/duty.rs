//! A unit of each city whose shifts go round, with its roster; leave that was granted, and a request that waits.

use std::collections::HashMap;

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Timelike as _};
use entity::ids::{AccountId, AgencyId, EmployeeId, ShiftId, UnitId};
use entity::{RequestStatus, duty_arrangement, ramadan_period, roster_entry, schedule, shift};
use sea_orm::{
    ActiveEnum as _, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel as _,
    QueryFilter, QueryOrder as _, QuerySelect,
};
use serde::Deserialize;
use uuid::Uuid;

use super::files::{ArrangementEntry, City, csv};
use super::rows;
use crate::agency::rules;
use crate::app::App;
use crate::error::Result;
use crate::id::digest;

const SCHEDULE_NAME: &str = "Jaga bergilir";
/// So far back a roster begins.
const PAST: Days = Days::new(7);
/// So far ahead a roster goes.
const AHEAD: u64 = 28;

/// A line of `ramadan.csv`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RamadanEntry {
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    citation: String,
}

/// Writes what is missing; a roster goes on from the last day that it has.
pub(super) async fn load(app: &App, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let transaction = app.db.begin().await?;
    ramadan(app, &transaction).await?;
    let units = rows::units(&transaction, agencies).await?;
    let employees = rows::employees(&transaction, agencies).await?;
    let accounts = rows::accounts_of(&transaction, agencies).await?;
    let (mut roster, mut arrangements) = (Vec::new(), Vec::new());
    for (city, agency_id) in agencies {
        let today = app.clock.now().with_timezone(&city.zone).date_naive();
        let person = |source_id: &str| employees.get(*agency_id, source_id);
        let unit_id = units.get(*agency_id, &city.duty.unit)?;
        let shifts = shifts(app, &transaction, city, *agency_id, unit_id, today).await?;
        let people = city.duty.people.iter().map(|source_id| person(source_id)).collect::<Result<Vec<_>>>()?;
        roster.extend(rounds(app, &transaction, *agency_id, &people, &shifts, today).await?);
        for entry in &city.duty.arrangements {
            let employee = person(&entry.employee)?;
            let by = entry.recorded_by.as_deref().map(person).transpose()?.unwrap_or(employee);
            // Somebody who has no account any more asks for nothing.
            let Some(account) = accounts.get(&by) else { continue };
            arrangements.push(arrangement(app, entry, today, (*agency_id, employee, *account))?);
        }
    }
    rows::write(&transaction, roster).await?;
    let known = duty_arrangement::Entity::find()
        .filter(duty_arrangement::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .filter(duty_arrangement::Column::IdempotencyKey.is_in(arrangements.iter().map(|row| row.idempotency_key)))
        .all(&transaction)
        .await?;
    arrangements.retain(|row| !known.iter().any(|known| known.idempotency_key == row.idempotency_key));
    rows::write(&transaction, arrangements.into_iter().map(duty_arrangement::Model::into_active_model).collect())
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn ramadan(app: &App, transaction: &DatabaseTransaction) -> Result<()> {
    let known = ramadan_period::Entity::find().all(transaction).await?;
    let is_missing = |entry: &RamadanEntry| {
        !known.iter().any(|known| known.starts_on <= entry.ends_on && entry.starts_on <= known.ends_on)
    };
    let now = app.clock.now();
    let missing = csv::<RamadanEntry>("ramadan.csv").into_iter().filter(is_missing);
    let missing = missing.map(|entry| ramadan_period::ActiveModel {
        id: Set(app.ids.new_id(now)),
        starts_on: Set(entry.starts_on),
        ends_on: Set(entry.ends_on),
        citation: Set(entry.citation),
        created_at: Set(now),
        withdrawn_at: Set(None),
        withdrawal_citation: Set(None),
    });
    rows::write(transaction, missing.collect()).await
}

/// The unit's shifts; made where there are none.
async fn shifts(
    app: &App,
    transaction: &DatabaseTransaction,
    city: &City,
    agency_id: AgencyId,
    unit_id: UnitId,
    today: NaiveDate,
) -> Result<Vec<ShiftId>> {
    let known = schedule::Entity::find()
        .filter(schedule::Column::AgencyId.eq(agency_id))
        .filter(schedule::Column::UnitId.eq(unit_id))
        .filter(schedule::Column::Name.eq(SCHEDULE_NAME))
        .order_by_asc(schedule::Column::Version)
        .one(transaction)
        .await?;
    if let Some(known) = known {
        let shifts = shift::Entity::find().filter(shift::Column::ScheduleId.eq(known.id));
        let shifts = shifts.order_by_asc(shift::Column::Position).all(transaction).await?;
        return Ok(shifts.into_iter().map(|shift| shift.id).collect());
    }
    let now = app.clock.now();
    let id = app.ids.new_id(now);
    let hours = schedule::ActiveModel {
        id: Set(id),
        agency_id: Set(Some(agency_id)),
        unit_id: Set(Some(unit_id)),
        name: Set(SCHEDULE_NAME.to_owned()),
        citation: Set(city.duty.citation.clone()),
        version: Set(1),
        season: Set(schedule::Season::AllYear),
        valid_from: Set(today.checked_sub_days(PAST).unwrap_or(today)),
        valid_until: Set(None),
        flexible_minutes: Set(None),
        observes_holidays: Set(false),
        is_rostered: Set(true),
        inherits: Set(false),
        created_at: Set(now),
    };
    rows::write(transaction, vec![hours]).await?;
    let (mut ids, mut shifts) = (Vec::new(), Vec::new());
    for (position, entry) in (0..).zip(&city.duty.shifts) {
        let (shift_id, starts) = (app.ids.new_id(now), minute(entry.starts_at));
        ids.push(shift_id);
        shifts.push(shift::ActiveModel {
            id: Set(shift_id),
            schedule_id: Set(id),
            position: Set(position),
            name: Set(entry.name.clone()),
            weekdays: Set(0b111_1111),
            start_minute: Set(starts),
            end_minute: Set(rules::end_minute(starts, minute(entry.ends_at))),
            break_minutes: Set(30),
            opens_before_minutes: Set(60),
            closes_after_minutes: Set(120),
        });
    }
    rows::write(transaction, shifts).await?;
    Ok(ids)
}

fn minute(time: NaiveTime) -> i32 {
    i32::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default()
}

/// Everybody works one shift after the other and is free for a day then; whoever has a night has a free day after it.
async fn rounds(
    app: &App,
    transaction: &DatabaseTransaction,
    agency_id: AgencyId,
    people: &[EmployeeId],
    shifts: &[ShiftId],
    today: NaiveDate,
) -> Result<Vec<roster_entry::ActiveModel>> {
    let known: HashMap<EmployeeId, NaiveDate> = roster_entry::Entity::find()
        .select_only()
        .column(roster_entry::Column::EmployeeId)
        .column_as(roster_entry::Column::WorkdayOn.max(), "last_on")
        .filter(roster_entry::Column::EmployeeId.is_in(people.iter().copied()))
        .group_by(roster_entry::Column::EmployeeId)
        .into_tuple::<(EmployeeId, NaiveDate)>()
        .all(transaction)
        .await?
        .into_iter()
        .collect();
    let now = app.clock.now();
    let last = today.checked_add_days(Days::new(AHEAD)).unwrap_or(today);
    let begins = today.checked_sub_days(PAST).unwrap_or(today);
    let begins = known.values().max().and_then(NaiveDate::succ_opt).unwrap_or(begins).max(begins);
    let mut roster = Vec::new();
    for on in begins.iter_days().take_while(|on| *on <= last) {
        let round = usize::try_from(on.num_days_from_ce()).unwrap_or_default();
        for (place, employee_id) in people.iter().enumerate() {
            let Some(shift_id) = shifts.get((round + place) % (shifts.len() + 1)) else { continue };
            roster.push(roster_entry::ActiveModel {
                id: Set(app.ids.new_id(now)),
                agency_id: Set(agency_id),
                employee_id: Set(*employee_id),
                workday_on: Set(on),
                shift_id: Set(*shift_id),
                created_at: Set(now),
            });
        }
    }
    Ok(roster)
}

/// Its key tells it from everything else, so that it is written once.
fn arrangement(
    app: &App,
    entry: &ArrangementEntry,
    today: NaiveDate,
    (agency_id, employee_id, by): (AgencyId, EmployeeId, AccountId),
) -> Result<duty_arrangement::Model> {
    let now = app.clock.now();
    let payload_hash = digest(&[b"demo", employee_id.0.as_bytes(), entry.kind.as_bytes(), entry.reason.as_bytes()]);
    let key = payload_hash.first_chunk::<16>().copied().unwrap_or_default();
    let is_approved = entry.recorded_by.is_some();
    Ok(duty_arrangement::Model {
        id: app.ids.new_id(now),
        agency_id,
        employee_id,
        kind: duty_arrangement::Kind::try_from_value(&entry.kind)?,
        starts_on: today + TimeDelta::days(entry.starts_after_days),
        ends_on: today + TimeDelta::days(entry.ends_after_days),
        reason: entry.reason.clone(),
        document: entry.document.clone(),
        status: if is_approved { RequestStatus::Approved } else { RequestStatus::Requested },
        idempotency_key: Uuid::from_bytes(key),
        payload_hash,
        requested_by: by,
        requested_at: now,
        decided_by: is_approved.then_some(by),
        decided_at: is_approved.then_some(now),
        decision_note: None,
        revoked_by: None,
        revoked_from: None,
        revoked_at: None,
        revocation_note: None,
    })
}
