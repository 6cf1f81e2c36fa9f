//! The working lives of people: four queries for one or for hundreds, and the duties of their units.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use entity::check_in::{Direction, Verdict};
use entity::ids::{AgencyId, EmployeeId, ShiftId, UnitId};
use entity::{
    RequestStatus, check_in, correction, duty_arrangement, employee, former_placement, roster_entry, schedule, shift,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    RelationDef,
};

use super::day::Event;
use super::duties;
use super::working_time::{Duty, Rostered, WorkingLife};
use crate::app::App;
use crate::clock::Instant;
use crate::db;
use crate::error::{Error, Result};
use crate::policy::Employment;

/// Whose life, and where they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placed {
    /// Who.
    pub employee_id: EmployeeId,
    /// Their agency.
    pub agency_id: AgencyId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Since when they are known here.
    pub known_since: Instant,
    /// Until when they served, where they no longer do.
    pub known_until: Option<Instant>,
}

impl From<Employment> for Placed {
    fn from(me: Employment) -> Self {
        Self {
            employee_id: me.id,
            agency_id: me.agency_id,
            unit_id: me.unit_id,
            known_since: me.known_since,
            known_until: None,
        }
    }
}

impl From<&employee::Model> for Placed {
    fn from(row: &employee::Model) -> Self {
        Self {
            employee_id: row.id,
            agency_id: row.agency_id,
            unit_id: row.unit_id,
            known_since: row.created_at,
            known_until: (!row.is_active).then_some(row.updated_at),
        }
    }
}

/// The working lives of people as far as the days need them.
///
/// # Errors
/// When the database does not answer.
pub async fn lives(
    app: &App,
    db: &impl ConnectionTrait,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
) -> Result<HashMap<EmployeeId, WorkingLife>> {
    let mut arrangements = by_person(arrangements(app, db, people, days).await?, |row| row.employee_id);
    let mut rosters = by_person(roster(app, db, people, days).await?, |(employee, _)| *employee);
    let mut former = by_person(former(app, db, people, days).await?, |row| row.employee_id);
    let before = former.values().flatten().map(|before| (before.agency_id, before.unit_id));
    let now = people.iter().map(|person| (person.agency_id, person.unit_id));
    let duties = duties::duties(app, db, before.chain(now)).await?;
    let duty = |agency, unit| {
        duties.get(&(agency, unit)).cloned().ok_or_else(|| Error::internal("a duty that was not loaded"))
    };
    let mut lives = HashMap::with_capacity(people.len());
    for person in people {
        let mut placements: Vec<(Option<NaiveDate>, Arc<Duty>)> = Vec::new();
        for before in former.remove(&person.employee_id).unwrap_or_default() {
            placements.push((Some(before.last_on), duty(before.agency_id, before.unit_id)?));
        }
        let duty = duty(person.agency_id, person.unit_id)?;
        let local = |at: Instant| duty.local_day(at);
        let (serves_from, serves_until) = (local(person.known_since), person.known_until.map(local));
        placements.push((None, duty));
        let life = WorkingLife {
            serves_from,
            serves_until,
            arrangements: arrangements.remove(&person.employee_id).unwrap_or_default(),
            roster: rosters
                .remove(&person.employee_id)
                .unwrap_or_default()
                .into_iter()
                .map(|(_, entry)| entry)
                .collect(),
            placements,
        };
        lives.insert(person.employee_id, life);
    }
    Ok(lives)
}

fn by_person<T>(rows: Vec<T>, of: impl Fn(&T) -> EmployeeId) -> HashMap<EmployeeId, Vec<T>> {
    let mut grouped = HashMap::<EmployeeId, Vec<T>>::new();
    for row in rows {
        grouped.entry(of(&row)).or_default().push(row);
    }
    grouped
}

fn ids(people: &[Placed]) -> impl Iterator<Item = uuid::Uuid> {
    people.iter().map(|person| person.employee_id.0)
}

async fn arrangements(
    app: &App,
    db: &impl ConnectionTrait,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<duty_arrangement::Model>> {
    let rows = duty_arrangement::Entity::find()
        .filter(db::any_of(app.db.engine(), duty_arrangement::Column::EmployeeId, ids(people)))
        .filter(duty_arrangement::Column::EndsOn.gte(*days.start()))
        .filter(duty_arrangement::Column::StartsOn.lte(*days.end()))
        .filter(duty_arrangement::Column::Status.eq(RequestStatus::Approved));
    Ok(rows.all(db).await?)
}

async fn roster(
    app: &App,
    db: &impl ConnectionTrait,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<(EmployeeId, Rostered)>> {
    let entries = roster_entry::Entity::find()
        .filter(db::any_of(app.db.engine(), roster_entry::Column::EmployeeId, ids(people)))
        .filter(roster_entry::Column::WorkdayOn.between(*days.start(), *days.end()))
        .all(db)
        .await?;
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted: Vec<uuid::Uuid> = entries.iter().map(|entry| entry.shift_id.0).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let schedule_of: RelationDef =
        shift::Entity::belongs_to(schedule::Entity).from(shift::Column::ScheduleId).to(schedule::Column::Id).into();
    let shifts = shift::Entity::find()
        .filter(db::any_of(app.db.engine(), shift::Column::Id, wanted.into_iter()))
        .join(JoinType::InnerJoin, schedule_of)
        .select_also(schedule::Entity)
        .all(db)
        .await?;
    let shifts: HashMap<ShiftId, _> =
        shifts.into_iter().map(|(shift, schedule)| (shift.id, (shift, schedule))).collect();
    let rostered = entries.iter().filter_map(|entry| {
        let (shift, schedule) = shifts.get(&entry.shift_id).cloned()?;
        Some((entry.employee_id, Rostered { on: entry.workday_on, shift, schedule: schedule? }))
    });
    Ok(rostered.collect())
}

async fn former(
    app: &App,
    db: &impl ConnectionTrait,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<former_placement::Model>> {
    let rows = former_placement::Entity::find()
        .filter(db::any_of(app.db.engine(), former_placement::Column::EmployeeId, ids(people)))
        .filter(former_placement::Column::LastOn.gte(*days.start()))
        .order_by_asc(former_placement::Column::LastOn);
    Ok(rows.all(db).await?)
}

/// Check-ins of people to the workdays of a period, such as count and such as wait for a review, and approved
/// corrections: two queries.
///
/// # Errors
/// When the database does not answer.
pub async fn events(
    app: &App,
    db: &impl ConnectionTrait,
    people: impl Iterator<Item = EmployeeId> + Clone,
    days: &RangeInclusive<NaiveDate>,
) -> Result<HashMap<EmployeeId, Vec<Event>>> {
    let uuids = || people.clone().map(|id| id.0);
    let recorded: Vec<(EmployeeId, NaiveDate, Direction, Instant, Verdict)> = check_in::Entity::find()
        .select_only()
        .columns([check_in::Column::EmployeeId, check_in::Column::WorkdayOn, check_in::Column::Direction])
        .columns([check_in::Column::EffectiveAt, check_in::Column::Verdict])
        .filter(db::any_of(app.db.engine(), check_in::Column::EmployeeId, uuids()))
        .filter(check_in::Column::WorkdayOn.between(*days.start(), *days.end()))
        .filter(check_in::Column::Verdict.ne(Verdict::Rejected))
        .into_tuple()
        .all(db)
        .await?;
    let corrected: Vec<(EmployeeId, NaiveDate, Direction, Instant)> = correction::Entity::find()
        .select_only()
        .columns([correction::Column::EmployeeId, correction::Column::WorkdayOn, correction::Column::Direction])
        .column(correction::Column::HappenedAt)
        .filter(db::any_of(app.db.engine(), correction::Column::EmployeeId, uuids()))
        .filter(correction::Column::WorkdayOn.between(*days.start(), *days.end()))
        .filter(correction::Column::Status.eq(RequestStatus::Approved))
        .into_tuple()
        .all(db)
        .await?;
    let mut events = HashMap::<EmployeeId, Vec<Event>>::new();
    for (employee, on, direction, at, verdict) in recorded {
        let is_waiting = verdict == Verdict::NeedsReview;
        events.entry(employee).or_default().push(Event { on, direction, at, is_waiting });
    }
    for (employee, on, direction, at) in corrected {
        events.entry(employee).or_default().push(Event { on, direction, at, is_waiting: false });
    }
    Ok(events)
}
