//! Who works which shifts on which days, where shifts are rostered.
//!
//! A roster is assigned for many people and days at once: all of it, or nothing and what is wrong with each. The
//! people's rows are held meanwhile, so that two rosters of the same people follow each other.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::RangeInclusive;

use async_graphql::ID;
use chrono::{Days, NaiveDate};
use entity::ids::{AgencyId, EmployeeId, RosterEntryId, ShiftId, UnitId};
use entity::{agency, employee, former_placement, roster_entry, schedule, shift};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _, JoinType, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, RelationDef,
};
use serde_json::json;

use super::difference::{self, Applied, Change, Plan, Proposal};
use super::schema::roster::{AssignShiftsInput, ShiftAssignmentInput};
use super::span::{Span, overlapping};
use super::working_time::Rostered;
use crate::agency::loader::unit_tree;
use crate::agency::rules::{self, UnitTree};
use crate::app::App;
use crate::audit::Entry;
use crate::db;
use crate::error::{Error, Kind, Refusal, Result};
use crate::graphql::rows;
use crate::input;
use crate::policy::{self, Action, Actor, Person};
use crate::problem::Problem;

/// People's days in one roster.
const ASSIGNMENTS: RangeInclusive<usize> = 1..=1_000;
/// Shifts of somebody on a day.
const SHIFTS: RangeInclusive<usize> = 0..=5;
/// Within how many days a roster lies.
pub const SPAN: u64 = 62;
/// Rows that are written with one statement.
const BATCH: usize = 1_000;

/// What somebody is to work on a day.
struct Wanted {
    employee_id: EmployeeId,
    on: NaiveDate,
    shift_ids: Vec<ShiftId>,
}

impl Wanted {
    fn of(position: usize, input: &ShiftAssignmentInput) -> Result<Self> {
        let shift_id = |id: &ID| rows::parse_id(&at(position, "shiftIds"), id);
        Ok(Self {
            employee_id: rows::parse_id(&at(position, "employeeId"), &input.employee_id)?,
            on: input::day(&at(position, "workdayOn"), input.workday_on)?,
            shift_ids: input.shift_ids.iter().map(shift_id).collect::<Result<_>>()?,
        })
    }
}

fn at(position: usize, field: &str) -> String {
    format!("assignments.{position}.{field}")
}

/// Assigns shifts in place of those that the people had on the days. Where days among them are past, the difference that
/// it makes must have been seen.
///
/// # Errors
/// What `AssignShiftsErrorCode` names.
pub async fn assign(app: &App, actor: &Actor, input: AssignShiftsInput) -> Result<Applied<Vec<roster_entry::Model>>> {
    difference::carry_out(app, actor, &input).await
}

/// A roster that nothing is wrong with.
pub struct RosterPlan {
    desk: Desk,
    wanted: Vec<Wanted>,
    days: RangeInclusive<NaiveDate>,
}

impl Proposal for AssignShiftsInput {
    type Plan = RosterPlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, app: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<RosterPlan> {
        let person = actor.person()?;
        input::within("assignments", self.assignments.len(), &ASSIGNMENTS)?;
        let wanted = self.assignments.iter().enumerate().map(|(position, one)| Wanted::of(position, one));
        let wanted = wanted.collect::<Result<Vec<_>>>()?;
        let agency = rows::named::<AgencyId>(transaction, actor, "agencyId", &self.agency_id).await?;
        let is_mine = person.employee.is_some_and(|me| me.agency_id == agency.id);
        if !is_mine && !policy::can(actor, Action::Keep(agency.id)) {
            return Err(Error::at("agencyId", Problem::NotFound));
        }
        let days = days(&wanted)?;
        let desk = Desk::load(app, transaction, actor, agency, &wanted, &days).await?;
        let refusals = desk.refusals(app, person, &wanted);
        if refusals.is_empty() { Ok(RosterPlan { desk, wanted, days }) } else { Err(Kind::Refused(refusals).into()) }
    }
}

impl Plan for RosterPlan {
    type Row = Vec<roster_entry::Model>;

    fn field(&self) -> &'static str {
        "assignments"
    }

    fn agency(&self) -> Option<&agency::Model> {
        Some(&self.desk.agency)
    }

    fn change(&self) -> Change {
        let worked = self.wanted.iter().map(|one| {
            let shifts = one.shift_ids.iter().filter_map(|id| self.desk.shifts.get(id)).cloned();
            let worked = shifts.map(|(shift, schedule)| Rostered { on: one.on, shift, schedule });
            ((one.employee_id, one.on), worked.collect())
        });
        Change::Roster(worked.collect())
    }

    fn rosters(&self) -> Vec<RosterEntryId> {
        let mut standing: Vec<_> = self.desk.standing.iter().map(|(entry, _)| entry.id).collect();
        standing.sort_unstable();
        standing
    }

    async fn write(self, app: &App, transaction: &DatabaseTransaction) -> Result<(Self::Row, Option<Entry>)> {
        self.desk.write(app, transaction, &self.wanted, &self.days).await
    }

    /// Nobody's duty follows from a roster but their own, which is read anew each time.
    fn forget(_: &App) {}
}

/// From the first to the last day.
fn days(wanted: &[Wanted]) -> Result<RangeInclusive<NaiveDate>> {
    let first = wanted.iter().map(|one| one.on).min().unwrap_or_default();
    let longest = first.checked_add_days(Days::new(SPAN - 1)).unwrap_or(first);
    for (position, one) in wanted.iter().enumerate() {
        input::within(&at(position, "workdayOn"), one.on, &(first..=longest))?;
    }
    Ok(first..=wanted.iter().map(|one| one.on).max().unwrap_or_default())
}

/// Everything that a roster is checked against.
struct Desk {
    agency: agency::Model,
    tree: UnitTree,
    people: HashMap<EmployeeId, employee::Model>,
    former: HashMap<EmployeeId, Vec<former_placement::Model>>,
    shifts: HashMap<ShiftId, (shift::Model, schedule::Model)>,
    /// What stands from the day before the first to the day after the last.
    standing: Vec<(roster_entry::Model, shift::Model)>,
}

impl Desk {
    async fn load(
        app: &App,
        transaction: &DatabaseTransaction,
        actor: &Actor,
        agency: agency::Model,
        wanted: &[Wanted],
        days: &RangeInclusive<NaiveDate>,
    ) -> Result<Self> {
        let engine = app.db.engine();
        let ids: BTreeSet<_> = wanted.iter().map(|one| one.employee_id.0).collect();
        let people = policy::find::<employee::Entity>(actor)
            .filter(employee::Column::AgencyId.eq(agency.id))
            .filter(db::any_of(engine, employee::Column::Id, ids.iter().copied()))
            // In one order, so that two rosters never wait for each other.
            .order_by_asc(employee::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .all(transaction)
            .await?;
        let mut former = HashMap::<EmployeeId, Vec<former_placement::Model>>::new();
        let placements = former_placement::Entity::find()
            .filter(db::any_of(engine, former_placement::Column::EmployeeId, ids.iter().copied()))
            .filter(former_placement::Column::LastOn.gte(*days.start()))
            .order_by_asc(former_placement::Column::LastOn);
        for placement in placements.all(transaction).await? {
            former.entry(placement.employee_id).or_default().push(placement);
        }
        let shift_ids: BTreeSet<_> = wanted.iter().flat_map(|one| &one.shift_ids).map(|id| id.0).collect();
        let schedule_of: RelationDef =
            shift::Entity::belongs_to(schedule::Entity).from(shift::Column::ScheduleId).to(schedule::Column::Id).into();
        let shifts = policy::find::<shift::Entity>(actor)
            .filter(db::any_of(engine, shift::Column::Id, shift_ids.into_iter()))
            .join(JoinType::InnerJoin, schedule_of)
            .select_also(schedule::Entity)
            .all(transaction)
            .await?;
        let shift_of: RelationDef = roster_entry::Entity::belongs_to(shift::Entity)
            .from(roster_entry::Column::ShiftId)
            .to(shift::Column::Id)
            .into();
        // A shift reaches into the next day at most.
        let before = days.start().pred_opt().unwrap_or(*days.start());
        let after = days.end().succ_opt().unwrap_or(*days.end());
        let standing = roster_entry::Entity::find()
            .filter(db::any_of(engine, roster_entry::Column::EmployeeId, ids.into_iter()))
            .filter(roster_entry::Column::WorkdayOn.between(before, after))
            .join(JoinType::InnerJoin, shift_of)
            .select_also(shift::Entity)
            .all(transaction)
            .await?;
        Ok(Self {
            tree: unit_tree(transaction, agency.id).await?,
            agency,
            people: people.into_iter().map(|row| (row.id, row)).collect(),
            former,
            shifts: shifts.into_iter().filter_map(|(shift, schedule)| Some((shift.id, (shift, schedule?)))).collect(),
            standing: standing.into_iter().filter_map(|(entry, shift)| Some((entry, shift?))).collect(),
        })
    }

    /// What is wrong with each assignment.
    fn refusals(&self, app: &App, person: &Person, wanted: &[Wanted]) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut seen = HashSet::new();
        for (position, one) in wanted.iter().enumerate() {
            let refusal = |field: &str, problem| Refusal::at(&at(position, field), problem);
            if !seen.insert((one.employee_id, one.on)) {
                refusals.push(refusal("workdayOn", Problem::AlreadyExists));
                continue;
            }
            let Some(employee) = self.people.get(&one.employee_id) else {
                refusals.push(refusal("employeeId", Problem::NotFound));
                continue;
            };
            let is_kept = person.administers.contains(&self.agency.id);
            // Whoever keeps the agency is over everybody there but themself.
            if !policy::is_over(person, employee) {
                refusals.push(refusal("employeeId", Problem::Forbidden));
                continue;
            }
            if !employee.is_active {
                refusals.push(refusal("employeeId", Problem::Inactive));
                continue;
            }
            if !is_kept && one.on < self.today(app, employee) {
                refusals.push(refusal("workdayOn", Problem::Forbidden));
            }
            if !SHIFTS.contains(&one.shift_ids.len()) {
                let bounds = refusal("shiftIds", Problem::OutOfRange).with("min", SHIFTS.start());
                refusals.push(bounds.with("max", SHIFTS.end()));
                continue;
            }
            let problem = one.shift_ids.iter().find_map(|id| self.wrong(*id, employee, one.on));
            refusals.extend(problem.map(|problem| refusal("shiftIds", problem)));
        }
        // Only shifts that are there can overlap.
        if refusals.is_empty() {
            let overlapping = self.overlapping(wanted);
            refusals.extend(overlapping.into_iter().map(|one| Refusal::at(&at(one, "shiftIds"), Problem::Overlaps)));
        }
        refusals
    }

    fn today(&self, app: &App, employee: &employee::Model) -> NaiveDate {
        let zone = employee.unit_id.and_then(|unit| rules::time_zone(&self.tree, unit));
        rules::local_day(app.clock.now(), zone.unwrap_or(&self.agency.time_zone))
    }

    /// The unit in which somebody was on a day.
    fn unit(&self, employee: &employee::Model, on: NaiveDate) -> Option<UnitId> {
        let former = self.former.get(&employee.id).into_iter().flatten().find(|placement| on <= placement.last_on);
        former.map_or(employee.unit_id, |placement| placement.unit_id)
    }

    /// What is wrong with a shift: that it is none of the person's unit, of one above it, of the agency or the
    /// country, or that it does not hold on the day.
    fn wrong(&self, id: ShiftId, employee: &employee::Model, on: NaiveDate) -> Option<Problem> {
        let Some((_, schedule)) = self.shifts.get(&id) else { return Some(Problem::NotFound) };
        let is_near = |unit: UnitId| {
            self.unit(employee, on).is_some_and(|own| rules::path(&self.tree, own).any(|above| above == unit))
        };
        if schedule.agency_id.is_some_and(|agency| agency != self.agency.id) || !schedule.unit_id.is_none_or(is_near) {
            return Some(Problem::NotFound);
        }
        let holds = schedule.valid_from <= on && schedule.valid_until.is_none_or(|last| on <= last);
        (!holds).then_some(Problem::Inactive)
    }

    /// The assignments with a shift that overlaps another one of the same person.
    fn overlapping(&self, wanted: &[Wanted]) -> BTreeSet<usize> {
        let replaced: HashSet<_> = wanted.iter().map(|one| (one.employee_id, one.on)).collect();
        let mut spans = HashMap::<EmployeeId, Vec<Span>>::new();
        for (entry, shift) in &self.standing {
            if !replaced.contains(&(entry.employee_id, entry.workday_on)) {
                spans.entry(entry.employee_id).or_default().push(Span::of(entry.workday_on, shift, None));
            }
        }
        for (position, one) in wanted.iter().enumerate() {
            let shifts = one.shift_ids.iter().filter_map(|id| self.shifts.get(id));
            let worked = shifts.map(|(shift, _)| Span::of(one.on, shift, Some(position)));
            spans.entry(one.employee_id).or_default().extend(worked);
        }
        spans.into_values().flat_map(overlapping).collect()
    }

    async fn write(
        self,
        app: &App,
        transaction: &DatabaseTransaction,
        wanted: &[Wanted],
        days: &RangeInclusive<NaiveDate>,
    ) -> Result<(Vec<roster_entry::Model>, Option<Entry>)> {
        let now = app.clock.now();
        let mut before: HashMap<_, roster_entry::Model> = self
            .standing
            .into_iter()
            .map(|(entry, _)| ((entry.employee_id, entry.workday_on, entry.shift_id), entry))
            .collect();
        let (mut roster, mut fresh) = (Vec::new(), Vec::new());
        for one in wanted {
            for shift_id in &one.shift_ids {
                // What stays as it was keeps its id: a roster that is sent again changes nothing.
                let standing = before.remove(&(one.employee_id, one.on, *shift_id));
                let is_fresh = standing.is_none();
                let entry = standing.unwrap_or_else(|| roster_entry::Model {
                    id: app.ids.new_id(now),
                    agency_id: self.agency.id,
                    employee_id: one.employee_id,
                    workday_on: one.on,
                    shift_id: *shift_id,
                    created_at: now,
                });
                if is_fresh {
                    fresh.push(entry.clone());
                }
                roster.push(entry);
            }
        }
        let replaced: HashSet<_> = wanted.iter().map(|one| (one.employee_id, one.on)).collect();
        let gone: Vec<RosterEntryId> = before
            .into_values()
            .filter(|entry| replaced.contains(&(entry.employee_id, entry.workday_on)))
            .map(|entry| entry.id)
            .collect();
        if gone.is_empty() && fresh.is_empty() {
            return Ok((roster, None));
        }
        for batch in gone.chunks(BATCH) {
            let ids = batch.iter().map(|id| id.0);
            let gone = db::any_of(app.db.engine(), roster_entry::Column::Id, ids);
            roster_entry::Entity::delete_many().filter(gone).exec(transaction).await?;
        }
        for batch in fresh.chunks(BATCH) {
            let rows = batch.iter().cloned().map(roster_entry::Model::into_active_model);
            roster_entry::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        }
        let ids = |one: &Wanted| one.shift_ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let content: Vec<_> = wanted.iter().map(|one| json!([one.employee_id.to_string(), one.on, ids(one)])).collect();
        let entry = Entry::new("ROSTER_ASSIGNED", self.agency.id)
            .day("from", *days.start())
            .day("until", *days.end())
            .number("assignments", i64::try_from(wanted.len()).unwrap_or(i64::MAX))
            .text("content", &json!(content).to_string());
        Ok((roster, Some(entry)))
    }
}
