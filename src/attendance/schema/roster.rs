//! Rosters, in the schema.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{Days, NaiveDate};
use entity::ids::{EmployeeId, RosterEntryId, UnitId};
use entity::{employee, roster_entry};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};

use super::difference::RecordsDifference;
use crate::agency::schema::{Employee, Shift};
use crate::attendance::difference::Applied;
use crate::attendance::roster;
use crate::error::{Error, Kind, Refusal, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{AnswersEach, Lists, ROW, WRITE, Weighs};
use crate::graphql::page::{PageArgs, page};
use crate::graphql::payload::{Payload, payload};
use crate::graphql::rows::{self, Rows};
use crate::graphql::scalars::Date;
use crate::problem::Problem;
use crate::{connection, db, mutation_errors, policy};

/// A shift that the roster gives somebody.
#[derive(Debug, Clone)]
pub struct RosterEntry(pub roster_entry::Model);

impl From<roster_entry::Model> for RosterEntry {
    fn from(row: roster_entry::Model) -> Self {
        Self(row)
    }
}

connection!(RosterEntryConnection, RosterEntryEdge, RosterEntry);

/// A shift that the roster gives a civil servant on a day (*jadwal dinas*).
#[Object]
impl RosterEntry {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Who works it (*ASN*).
    async fn employee(&self, ctx: &Context<'_>) -> Result<Employee> {
        rows::load_present(ctx, self.0.employee_id).await.map(Employee)
    }

    /// The local day on which it starts.
    async fn workday_on(&self) -> Date {
        self.0.workday_on.into()
    }

    /// The shift (*giliran kerja*).
    async fn shift(&self, ctx: &Context<'_>) -> Result<Shift> {
        rows::load_present(ctx, self.0.shift_id).await.map(Shift::from)
    }
}

/// What somebody works on a day.
#[derive(Debug, InputObject)]
pub struct ShiftAssignmentInput {
    /// Who.
    pub employee_id: ID,
    /// The local day on which the shifts start.
    pub workday_on: Date,
    /// The shifts, of their unit or one above it; at most 5. Where there is none the day is free.
    pub shift_ids: Vec<ID>,
}

/// Part of a roster.
#[derive(Debug, InputObject)]
pub struct AssignShiftsInput {
    /// The agency.
    pub agency_id: ID,
    /// 1 to 1,000 people's days, which lie within 62 days; each once.
    #[graphql(directive = Weighs::apply(ROW))]
    pub assignments: Vec<ShiftAssignmentInput>,
    /// Only to tell what they change of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where days among them are past.
    pub seen_difference: Option<String>,
}

/// What became of the mutation.
#[derive(SimpleObject)]
pub struct AssignShiftsPayload {
    /// What the people work on those days now; absent when nothing was changed.
    roster_entries: Option<Vec<RosterEntry>>,
    /// What it changes of days that are past; absent where none of the days is.
    difference: Option<RecordsDifference>,
    /// Why nothing was changed; empty when it was done.
    #[graphql(directive = Lists::apply(2))]
    errors: Vec<AssignShiftsError>,
}

mutation_errors!(
    AssignShiftsError,
    AssignShiftsErrorCode {
        NotFound,
        Forbidden,
        OutOfRange,
        AlreadyExists,
        Inactive,
        Overlaps,
        DifferenceNotSeen,
        TooMuchAtOnce,
    }
);

impl Payload for AssignShiftsPayload {
    type Done = Applied<Vec<roster_entry::Model>>;
    type Error = AssignShiftsError;

    fn done(done: Self::Done) -> Self {
        Self {
            roster_entries: done.row.map(|entries| entries.into_iter().map(RosterEntry).collect()),
            difference: done.difference.map(RecordsDifference),
            errors: Vec::new(),
        }
    }

    fn refused(errors: Vec<AssignShiftsError>) -> Self {
        Self { roster_entries: None, difference: None, errors }
    }
}

/// Rosters.
#[derive(Debug, Default)]
pub struct RosterMutation;

/// Rosters.
#[Object]
impl RosterMutation {
    /// Says who works which shifts on which days (*atur jadwal dinas*), in place of what was said before for those
    /// people and days: all of it, or nothing and what is wrong with each. Tells with `isDryRun` what that would change of
    /// days that are past, 62 days back at most where people served then. For the agency's admins; for superiors over
    /// their people, not over themselves, from today on.
    #[graphql(directive = Weighs::apply(WRITE), directive = AnswersEach::apply("input.assignments", "rosterEntries"))]
    async fn assign_shifts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The part of the roster.")] input: AssignShiftsInput,
    ) -> Result<Option<AssignShiftsPayload>> {
        payload(ctx, roster::assign(ctx.app(), ctx.actor(), input).await)
    }
}

/// The days of two arguments.
fn days(from: Date, until: Date) -> Result<RangeInclusive<NaiveDate>> {
    let longest = from.0.checked_add_days(Days::new(roster::SPAN - 1)).unwrap_or(from.0);
    if (from.0..=longest).contains(&until.0) {
        return Ok(from.0..=until.0);
    }
    let refusal = Refusal::at("until", Problem::OutOfRange).with("min", from.0).with("max", longest);
    Err(Kind::BadInput(refusal).into())
}

/// The roster of somebody, as far as the caller may see it.
///
/// # Errors
/// `BAD_USER_INPUT` for too many days.
pub async fn roster_of(ctx: &Context<'_>, employee: EmployeeId, from: Date, until: Date) -> Result<Vec<RosterEntry>> {
    let key = RosterOf { employee_id: employee, days: days(from, until)? };
    let entries = rows::load(ctx, key).await?;
    Ok(entries.unwrap_or_default().into_iter().map(RosterEntry).collect())
}

/// The roster of a unit, as far as the caller may see it.
///
/// # Errors
/// `BAD_USER_INPUT` for too many days, `first` or `after`.
pub async fn roster_of_unit(
    ctx: &Context<'_>,
    unit: UnitId,
    (from, until): (Date, Date),
    first: Option<i32>,
    after: Option<String>,
) -> Result<RosterEntryConnection> {
    let args = PageArgs::new(ctx, first, after)?;
    let days = days(from, until)?;
    let people = employee::Entity::find()
        .filter(employee::Column::UnitId.eq(unit))
        .select_only()
        .column(employee::Column::Id)
        .into_query();
    let found = policy::find::<roster_entry::Entity>(ctx.actor())
        .filter(roster_entry::Column::EmployeeId.in_subquery(people))
        .filter(roster_entry::Column::WorkdayOn.between(*days.start(), *days.end()));
    let keyset = rows::keyset::<RosterEntryId>().by_day(roster_entry::Column::WorkdayOn, |row| row.workday_on);
    Ok(page(&ctx.app().db, found, keyset, args).await?.into())
}

/// The roster of somebody in some days.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RosterOf {
    employee_id: EmployeeId,
    days: RangeInclusive<NaiveDate>,
}

impl Loader<RosterOf> for Rows {
    type Value = Vec<roster_entry::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[RosterOf],
    ) -> std::result::Result<HashMap<RosterOf, Vec<roster_entry::Model>>, Arc<Error>> {
        let mut people: HashMap<&RangeInclusive<NaiveDate>, Vec<EmployeeId>> = HashMap::new();
        for key in keys {
            people.entry(&key.days).or_default().push(key.employee_id);
        }
        let mut rosters = HashMap::<RosterOf, Vec<roster_entry::Model>>::new();
        // One query for everybody of whom the same days are asked, which is all of an answer.
        for (days, people) in people {
            let ids = people.into_iter().map(|id| id.0);
            let entries = policy::find::<roster_entry::Entity>(self.actor.get())
                .filter(db::any_of(self.app.db.engine(), roster_entry::Column::EmployeeId, ids))
                .filter(roster_entry::Column::WorkdayOn.between(*days.start(), *days.end()))
                .order_by_asc(roster_entry::Column::WorkdayOn)
                .order_by_asc(roster_entry::Column::Id)
                .all(self.app.db.read())
                .await
                .map_err(|error| Arc::new(error.into()))?;
            for entry in entries {
                let key = RosterOf { employee_id: entry.employee_id, days: days.clone() };
                rosters.entry(key).or_default().push(entry);
            }
        }
        Ok(rosters)
    }
}
