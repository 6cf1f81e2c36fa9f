//! The working lives of people: three queries for one or for hundreds, and the duties of their units.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use entity::check_in::{Direction, Verdict};
use entity::ids::{AgencyId, EmployeeId, UnitId};
use entity::{
    RequestStatus, check_in, correction, duty_arrangement, employee, former_placement, former_tenure, roster_entry,
    schedule, shift,
};
use sea_orm::sea_query::{Expr, UnionType};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _,
    QuerySelect as _, QueryTrait as _, RelationDef,
};

use super::day::Event;
use super::duties;
use super::working_time::{Duty, Rostered, WorkingLife};
use crate::agency::tenure::Tenure;
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
    /// How they are employed.
    pub employment: employee::Employment,
    /// Their present service, or the last.
    pub tenure: Tenure,
}

impl From<Employment> for Placed {
    fn from(me: Employment) -> Self {
        Self {
            employee_id: me.id,
            agency_id: me.agency_id,
            unit_id: me.unit_id,
            employment: me.kind,
            tenure: Tenure::since(me.serves_from),
        }
    }
}

impl From<&employee::Model> for Placed {
    fn from(row: &employee::Model) -> Self {
        Self {
            employee_id: row.id,
            agency_id: row.agency_id,
            unit_id: row.unit_id,
            employment: row.employment,
            tenure: Tenure { from: row.serves_from, until: row.served_until },
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
    let mut former = by_person(before(app, db, people, days).await?, |row| row.employee_id);
    let before = former.values().flatten().filter_map(|before| Some((before.agency_id?, before.unit_id)));
    let now = people.iter().map(|person| (person.agency_id, person.unit_id));
    let duties = duties::duties(app, db, before.chain(now)).await?;
    let duty = |agency, unit| {
        duties.get(&(agency, unit)).cloned().ok_or_else(|| Error::internal("a duty that was not loaded"))
    };
    let mut lives = HashMap::with_capacity(people.len());
    for person in people {
        let mut placements: Vec<(Option<NaiveDate>, Arc<Duty>)> = Vec::new();
        let before = former.remove(&person.employee_id).unwrap_or_default();
        for (before, agency_id) in before.iter().filter_map(|before| Some((before, before.agency_id?))) {
            placements.push((Some(before.last_on), duty(agency_id, before.unit_id)?));
        }
        placements.push((None, duty(person.agency_id, person.unit_id)?));
        let tenures = before.iter().filter_map(Before::tenure).chain([person.tenure]);
        let life = WorkingLife {
            employment: person.employment,
            tenures: tenures.filter(|tenure| !tenure.is_empty()).collect(),
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
    // Of what was revoked from a day on the days before still hold.
    let holds = Condition::any()
        .add(duty_arrangement::Column::Status.eq(RequestStatus::Approved))
        .add(duty_arrangement::Column::RevokedFrom.gt(*days.start()));
    let rows = duty_arrangement::Entity::find()
        .filter(db::any_of(app.db.engine(), duty_arrangement::Column::EmployeeId, ids(people)))
        .filter(duty_arrangement::Column::EndsOn.gte(*days.start()))
        .filter(duty_arrangement::Column::StartsOn.lte(*days.end()))
        .filter(holds);
    Ok(rows.all(db).await?)
}

/// An entry of a roster with what it points at.
#[derive(Debug, FromQueryResult)]
struct Entry {
    employee_id: EmployeeId,
    workday_on: NaiveDate,
    #[sea_orm(nested(prefix = "shift_"))]
    shift: shift::Model,
    #[sea_orm(nested(prefix = "schedule_"))]
    schedule: schedule::Model,
}

async fn roster(
    app: &App,
    db: &impl ConnectionTrait,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<(EmployeeId, Rostered)>> {
    let shift_of: RelationDef = roster_entry::Entity::belongs_to(shift::Entity)
        .from(roster_entry::Column::ShiftId)
        .to(shift::Column::Id)
        .into();
    let schedule_of: RelationDef =
        shift::Entity::belongs_to(schedule::Entity).from(shift::Column::ScheduleId).to(schedule::Column::Id).into();
    let mut entries = roster_entry::Entity::find()
        .select_only()
        .columns([roster_entry::Column::EmployeeId, roster_entry::Column::WorkdayOn])
        .filter(db::any_of(app.db.engine(), roster_entry::Column::EmployeeId, ids(people)))
        .filter(roster_entry::Column::WorkdayOn.between(*days.start(), *days.end()))
        .join(JoinType::InnerJoin, shift_of)
        .join(JoinType::InnerJoin, schedule_of);
    entries = db::columns_of::<shift::Entity, _>(entries, "shift_");
    entries = db::columns_of::<schedule::Entity, _>(entries, "schedule_");
    let rostered = |entry: Entry| {
        let Entry { employee_id, workday_on, shift, schedule } = entry;
        (employee_id, Rostered { on: workday_on, shift, schedule })
    };
    Ok(entries.into_model().all(db).await?.into_iter().map(rostered).collect())
}

/// Where somebody was before they were moved, or when they served who left and came back.
#[derive(Debug, FromQueryResult)]
struct Before {
    employee_id: EmployeeId,
    /// The first day of a stretch of service; absent for a placement.
    serves_from: Option<NaiveDate>,
    last_on: NaiveDate,
    agency_id: Option<AgencyId>,
    unit_id: Option<UnitId>,
}

impl Before {
    fn tenure(&self) -> Option<Tenure> {
        Some(Tenure { from: self.serves_from?, until: Some(self.last_on) })
    }
}

/// Both in one query, in order. Of service everything is read: a day outside says when it ended.
async fn before(
    app: &App,
    db: &impl ConnectionTrait,
    people: &[Placed],
    days: &RangeInclusive<NaiveDate>,
) -> Result<Vec<Before>> {
    let engine = app.db.engine();
    let nothing = || Expr::cust("NULL");
    let tenures = former_tenure::Entity::find()
        .select_only()
        .columns([former_tenure::Column::EmployeeId, former_tenure::Column::ServesFrom])
        .column_as(former_tenure::Column::ServedUntil, "last_on")
        .expr_as(nothing(), "agency_id")
        .expr_as(nothing(), "unit_id")
        .filter(db::any_of(engine, former_tenure::Column::EmployeeId, ids(people)));
    let mut placements = former_placement::Entity::find()
        .select_only()
        .column(former_placement::Column::EmployeeId)
        .expr_as(nothing(), "serves_from")
        .columns([
            former_placement::Column::LastOn,
            former_placement::Column::AgencyId,
            former_placement::Column::UnitId,
        ])
        .filter(db::any_of(engine, former_placement::Column::EmployeeId, ids(people)))
        .filter(former_placement::Column::LastOn.gte(*days.start()))
        .into_query();
    placements.union(UnionType::All, tenures.into_query());
    let mut rows = Before::find_by_statement(engine.build(&placements)).all(db).await?;
    rows.sort_by_key(|row| row.last_on);
    Ok(rows)
}

/// What was recorded for somebody's workday.
#[derive(Debug, FromQueryResult)]
struct Recorded {
    employee_id: EmployeeId,
    workday_on: NaiveDate,
    direction: Direction,
    at: Instant,
    is_waiting: bool,
}

/// Check-ins of people to the workdays of a period, such as count and such as wait for a review, and approved
/// corrections: one query.
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
    let corrected = correction::Entity::find()
        .select_only()
        .columns([correction::Column::EmployeeId, correction::Column::WorkdayOn, correction::Column::Direction])
        .column_as(correction::Column::HappenedAt, "at")
        .expr_as(Expr::cust("FALSE"), "is_waiting")
        .filter(db::any_of(app.db.engine(), correction::Column::EmployeeId, uuids()))
        .filter(correction::Column::WorkdayOn.between(*days.start(), *days.end()))
        .filter(correction::Column::Status.eq(RequestStatus::Approved));
    let mut recorded = check_in::Entity::find()
        .select_only()
        .columns([check_in::Column::EmployeeId, check_in::Column::WorkdayOn, check_in::Column::Direction])
        .column_as(check_in::Column::EffectiveAt, "at")
        .expr_as(check_in::Column::Verdict.eq(Verdict::NeedsReview), "is_waiting")
        .filter(db::any_of(app.db.engine(), check_in::Column::EmployeeId, uuids()))
        .filter(check_in::Column::WorkdayOn.between(*days.start(), *days.end()))
        .filter(check_in::Column::Verdict.ne(Verdict::Rejected))
        .into_query();
    recorded.union(UnionType::All, corrected.into_query());
    let mut events = HashMap::<EmployeeId, Vec<Event>>::new();
    for row in Recorded::find_by_statement(app.db.engine().build(&recorded)).all(db).await? {
        let Recorded { employee_id, workday_on, direction, at, is_waiting } = row;
        events.entry(employee_id).or_default().push(Event { on: workday_on, direction, at, is_waiting });
    }
    Ok(events)
}
