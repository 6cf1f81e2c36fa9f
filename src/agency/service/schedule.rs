//! Working hours are set: a new version from a day on.

use std::ops::RangeInclusive;

use entity::ids::{AgencyId, ScheduleId, UnitId};
use entity::{agency, schedule, shift};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::{Lookup, MAX_NAME};
use crate::agency::rules;
use crate::agency::schema::{SetWorkingHoursInput, ShiftInput};
use crate::app::App;
use crate::attendance::difference::{self, Applied, Change, Plan, Proposal};
use crate::attendance::working_time::Hours;
use crate::attendance::{span, versions};
use crate::audit::Entry;
use crate::error::{Error, Kind, Refusal, Result};
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

/// Sets the working hours of an agency or of a unit from a day on. Where that day is past, the difference that it makes
/// must have been seen.
///
/// # Errors
/// What `SetWorkingHoursErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetWorkingHoursInput) -> Result<Applied<schedule::Model>> {
    difference::carry_out(app, actor, &input).await
}

/// What an input comes to as things stand. The agency is held meanwhile, so that each version has one before it.
pub struct HoursPlan {
    agency: agency::Model,
    /// The version that it ends on the day before.
    before: Option<schedule::Model>,
    hours: Hours,
}

impl Proposal for SetWorkingHoursInput {
    type Plan = HoursPlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, app: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<HoursPlan> {
        let agency = rows::held::<AgencyId>(transaction, actor, "agencyId", &self.agency_id).await?;
        policy::require_agency(actor, "agencyId", agency.id)?;
        // What inherits has no shifts of its own.
        input::within("shifts", self.shifts.len(), if self.inherits { &(0..=0) } else { &SHIFTS })?;
        let lookup = Lookup { transaction, actor, agency: agency.id };
        let unit_id = lookup.unit("unitId", self.unit_id.as_ref()).await?;
        let valid_from = input::day("validFrom", self.valid_from)?;
        let season = self.season.into();
        let now = app.clock.now();
        let mut versions = versions_of(transaction, (agency.id, unit_id, season)).await?;
        let validities: Vec<_> = versions.iter().map(|row| (row.valid_from, row.valid_until)).collect();
        let today = rules::local_day(now, &agency.time_zone);
        let place = versions::place("validFrom", &validities, valid_from, today)?;
        let flexible = |minutes| input::within("flexibleMinutes", minutes, &FLEXIBLE);
        let flexible_minutes = self.flexible_minutes.map(flexible).transpose()?;
        let id = app.ids.new_id(now);
        let shifts = (0..).zip(&self.shifts).map(|(position, input)| shift(app, id, position, input));
        let shifts = shifts.collect::<Result<Vec<_>>>()?;
        if !self.is_rostered {
            refuse_overlap(&shifts)?;
        }
        let schedule = schedule::Model {
            id,
            agency_id: Some(agency.id),
            unit_id,
            name: text::name("name", &self.name, MAX_NAME)?,
            citation: text::name("citation", &self.citation, MAX_NAME)?,
            version: versions.first().map_or(0, |newest| newest.version) + 1,
            season,
            valid_from,
            valid_until: place.until,
            flexible_minutes,
            observes_holidays: self.observes_holidays,
            is_rostered: self.is_rostered,
            inherits: self.inherits,
            created_at: now,
        };
        let before = place.ends.map(|at| versions.swap_remove(at));
        Ok(HoursPlan { agency, before, hours: Hours { schedule, shifts } })
    }
}

impl Plan for HoursPlan {
    type Row = schedule::Model;

    fn field(&self) -> &'static str {
        "validFrom"
    }

    fn agency(&self) -> Option<&agency::Model> {
        Some(&self.agency)
    }

    fn change(&self) -> Change {
        Change::Hours(self.hours.clone())
    }

    /// Ends the version before on the day before.
    async fn write(self, _: &App, transaction: &DatabaseTransaction) -> Result<(Self::Row, Option<Entry>)> {
        let Hours { schedule, shifts } = self.hours;
        if let Some(before) = self.before {
            let mut before = before.into_active_model();
            before.valid_until = Set(schedule.valid_from.pred_opt());
            before.update(transaction).await?;
        }
        schedule::Entity::insert(schedule.clone().into_active_model()).exec_without_returning(transaction).await?;
        let shifts = shifts.into_iter().map(shift::Model::into_active_model);
        if !schedule.inherits {
            shift::Entity::insert_many(shifts).exec_without_returning(transaction).await?;
        }
        let entry = Entry::new("WORKING_HOURS_SET", schedule.id)
            .id_if_any("unit", schedule.unit_id)
            .number("version", schedule.version)
            .day("validFrom", schedule.valid_from);
        Ok((schedule, Some(entry)))
    }
}

/// Where everybody works each shift, nobody can work two at once.
fn refuse_overlap(shifts: &[shift::Model]) -> Result<()> {
    let found = span::clashing(shifts);
    let refusals = found.into_iter().map(|at| Refusal::at(&format!("shifts.{at}.startsAt"), Problem::ShiftsOverlap));
    let refusals: Vec<Refusal> = refusals.collect();
    if refusals.is_empty() { Ok(()) } else { Err(Kind::Refused(refusals).into()) }
}

fn shift(app: &App, schedule: ScheduleId, position: i32, input: &ShiftInput) -> Result<shift::Model> {
    let at = |field: &str| format!("shifts.{position}.{field}");
    if input.weekdays.is_empty() {
        return Err(Error::at(&at("weekdays"), Problem::Blank));
    }
    if input.starts_at == input.ends_at {
        return Err(Error::at(&at("endsAt"), Problem::InvalidPeriod));
    }
    Ok(shift::Model {
        id: app.ids.new_id(app.clock.now()),
        schedule_id: schedule,
        position,
        name: text::name(&at("name"), &input.name, MAX_NAME)?,
        weekdays: rules::weekday_bits(input.weekdays.iter().copied().map(Into::into)),
        start_minute: input.starts_at.0,
        end_minute: rules::end_minute(input.starts_at.0, input.ends_at.0),
        break_minutes: input::within(&at("breakMinutes"), input.break_minutes, &BREAK)?,
        opens_before_minutes: input::within(&at("opensBeforeMinutes"), input.opens_before_minutes, &MARGIN)?,
        closes_after_minutes: input::within(&at("closesAfterMinutes"), input.closes_after_minutes, &MARGIN)?,
    })
}

/// The versions of a place's hours of a season, the newest first.
async fn versions_of(
    transaction: &DatabaseTransaction,
    (agency, unit, season): (AgencyId, Option<UnitId>, schedule::Season),
) -> Result<Vec<schedule::Model>> {
    let of_unit = unit.map_or_else(|| schedule::Column::UnitId.is_null(), |unit| schedule::Column::UnitId.eq(unit));
    let found = schedule::Entity::find()
        .filter(schedule::Column::AgencyId.eq(agency))
        .filter(of_unit)
        .filter(schedule::Column::Season.eq(season))
        .order_by_desc(schedule::Column::Version);
    Ok(found.all(transaction).await?)
}
