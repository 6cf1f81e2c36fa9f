//! Working hours are set: a new version from a day on.

use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};
use entity::ids::{AgencyId, ScheduleId, UnitId};
use entity::{schedule, shift};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::{Lookup, MAX_NAME};
use crate::agency::rules;
use crate::agency::schema::{SetWorkingHoursInput, ShiftInput};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// How far a check-in may lie from the hours of work, in minutes.
const MARGIN: RangeInclusive<i32> = 0..=720;
/// How long a break may be, in minutes.
const BREAK: RangeInclusive<i32> = 0..=240;
/// By how much a start may shift, in minutes.
const FLEXIBLE: RangeInclusive<i32> = 0..=240;
/// How many shifts working hours may have.
const SHIFTS: RangeInclusive<usize> = 1..=50;

/// Sets the working hours of an agency or of a unit from a day on. The agency is held meanwhile, so that each version
/// has one before it.
///
/// # Errors
/// What `SetWorkingHoursErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetWorkingHoursInput) -> Result<schedule::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let agency = rows::held::<AgencyId>(&transaction, actor, "agencyId", &input.agency_id).await?;
    policy::require_agency(actor, "agencyId", agency.id)?;
    input::within("shifts", input.shifts.len(), &SHIFTS)?;
    let lookup = Lookup { transaction: &transaction, actor, agency: agency.id };
    let unit_id = lookup.unit("unitId", input.unit_id.as_ref()).await?;
    let valid_from = input::day("validFrom", input.valid_from)?;
    let season = input.season.into();
    let version = close_before(&transaction, (agency.id, unit_id, season), valid_from).await? + 1;
    let flexible = |minutes| input::within("flexibleMinutes", minutes, &FLEXIBLE);
    let flexible_minutes = input.flexible_minutes.map(flexible).transpose()?;
    let now = app.clock.now();
    let id = app.ids.new_id(now);
    let shifts = (0..).zip(input.shifts).map(|(position, input)| shift(app, id, position, input));
    let shifts = shifts.collect::<Result<Vec<_>>>()?;
    let schedule = schedule::ActiveModel {
        id: Set(id),
        agency_id: Set(Some(agency.id)),
        unit_id: Set(unit_id),
        name: Set(text::name("name", &input.name, MAX_NAME)?),
        citation: Set(text::name("citation", &input.citation, MAX_NAME)?),
        version: Set(version),
        valid_from: Set(valid_from),
        valid_until: Set(None),
        season: Set(season),
        flexible_minutes: Set(flexible_minutes),
        observes_holidays: Set(input.observes_holidays),
        is_rostered: Set(input.is_rostered),
        created_at: Set(now),
    };
    let schedule = schedule.insert(&transaction).await?;
    shift::Entity::insert_many(shifts).exec_without_returning(&transaction).await?;
    let entry = Entry::new("WORKING_HOURS_SET", schedule.id)
        .id_if_any("unit", schedule.unit_id)
        .number("version", schedule.version)
        .day("validFrom", schedule.valid_from);
    audit::append(&transaction, app, Some(by), Some(agency.id), entry).await?;
    transaction.commit().await?;
    app.duties.forget();
    Ok(schedule)
}

fn shift(app: &App, schedule: ScheduleId, position: i32, input: ShiftInput) -> Result<shift::ActiveModel> {
    let at = |field: &str| format!("shifts.{position}.{field}");
    if input.weekdays.is_empty() {
        return Err(Error::at(&at("weekdays"), Problem::Blank));
    }
    Ok(shift::ActiveModel {
        id: Set(app.ids.new_id(app.clock.now())),
        schedule_id: Set(schedule),
        position: Set(position),
        name: Set(text::name(&at("name"), &input.name, MAX_NAME)?),
        weekdays: Set(rules::weekday_bits(input.weekdays.into_iter().map(Into::into))),
        start_minute: Set(input.starts_at.0),
        end_minute: Set(rules::end_minute(input.starts_at.0, input.ends_at.0)),
        break_minutes: Set(input::within(&at("breakMinutes"), input.break_minutes, &BREAK)?),
        opens_before_minutes: Set(input::within(&at("opensBeforeMinutes"), input.opens_before_minutes, &MARGIN)?),
        closes_after_minutes: Set(input::within(&at("closesAfterMinutes"), input.closes_after_minutes, &MARGIN)?),
    })
}

/// Ends the version before on the day before, and answers its number; 0 where there is none.
async fn close_before(
    transaction: &DatabaseTransaction,
    (agency, unit, season): (AgencyId, Option<UnitId>, schedule::Season),
    valid_from: NaiveDate,
) -> Result<i32> {
    let of_unit = unit.map_or_else(|| schedule::Column::UnitId.is_null(), |unit| schedule::Column::UnitId.eq(unit));
    let before = schedule::Entity::find()
        .filter(schedule::Column::AgencyId.eq(agency))
        .filter(of_unit)
        .filter(schedule::Column::Season.eq(season))
        .order_by_desc(schedule::Column::Version)
        .one(transaction)
        .await?;
    let Some(before) = before else { return Ok(0) };
    input::within("validFrom", valid_from, &(before.valid_from..=input::LAST_DAY))?;
    let version = before.version;
    if before.valid_until.is_none_or(|until| until >= valid_from) {
        let mut before = before.into_active_model();
        before.valid_until = Set(valid_from.checked_sub_days(Days::new(1)));
        before.update(transaction).await?;
    }
    Ok(version)
}
