//! What a change of rules or hours makes of days that are past: computed before it is applied, so that an admin sees it
//! first. The days are recorded twice, as things stand and with the change laid over them, a few hundred people at a
//! time; nothing is kept but counts, sums, a digest and the first changed days.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike as _, Days, NaiveDate};
use entity::ids::{AgencyId, EmployeeId, UnitId};
use entity::{agency, employee, former_placement, lateness_adoption, lateness_rule, schedule};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};

use super::day::{self, Event, State};
use super::lateness::{Adoption, Rule};
use super::lives::{self, Placed};
use super::working_time::{Duty, Hours, WorkingLife};
use crate::agency::rules::local_day;
use crate::app::App;
use crate::audit::Entry;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::digest;
use crate::input;
use crate::problem::Problem;

/// How many days back a change may reach, of those on which somebody served.
const FURTHEST: Days = Days::new(62);
/// People whose days are held in memory at once.
const BATCH: u64 = 200;
/// Changed days that are shown.
const SHOWN: usize = 100;
/// How long it may take: below the deadline of an operation, with time left to write.
const PATIENCE: Duration = Duration::from_secs(8);

/// A change that is not made yet. It holds from a day on, and goes before what held there.
#[derive(Debug, Clone)]
pub enum Change {
    /// The agency chooses a rule of lateness, or none.
    Lateness(Adoption),
    /// Working hours of the agency or of a unit.
    Hours(Hours),
}

impl Change {
    /// Where among the levels of a duty it lies; nothing where it does not concern it.
    fn level(&self, duty: &Duty) -> Option<usize> {
        let (agency, unit) = match self {
            Self::Lateness(adoption) => (Some(adoption.row.agency_id), None),
            Self::Hours(hours) => (hours.schedule.agency_id, hours.schedule.unit_id),
        };
        match unit {
            _ if agency != Some(duty.agency_id) => None,
            Some(unit) => duty.units.iter().position(|above| *above == unit),
            None => Some(duty.units.len()),
        }
    }

    /// The duty under the change.
    fn over(&self, duty: &Duty) -> Duty {
        let mut duty = duty.clone();
        let level = self.level(&duty).and_then(|level| duty.levels.get_mut(level));
        match (self, level) {
            (Self::Lateness(adoption), Some(_)) => duty.lateness.push(adoption.clone()),
            (Self::Hours(hours), Some(level)) => level.push(hours.clone()),
            (_, None) => {}
        }
        duty
    }
}

/// What a change makes of days that are past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Days, each of one employee, that come to something else.
    pub changed_days: i32,
    /// Employees with such days.
    pub changed_employees: i32,
    /// What the months come to as things stand.
    pub before: Cuts,
    /// What they come to under the change.
    pub after: Cuts,
    /// The first of the changed days, by employee and day.
    pub days: Vec<ChangedDay>,
    /// Stands for the whole of it.
    pub token: String,
}

/// The cuts of the allowance in some months of some people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cuts {
    /// The sum in hundredths of a percent.
    pub hundredths: i64,
    /// Cuts that a rule orders without saying how much.
    pub unset: i32,
}

/// A day of an employee that comes to something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedDay {
    /// Whose.
    pub employee_id: EmployeeId,
    /// The day.
    pub on: NaiveDate,
    /// As things stand.
    pub before: Measured,
    /// Under the change.
    pub after: Measured,
}

/// What a day comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// What became of it.
    pub state: State,
    /// Minutes late, shifts together; absent where nobody came.
    pub minutes_late: Option<i32>,
    /// Minutes that somebody went early, shifts together; absent where nobody went.
    pub minutes_early: Option<i32>,
    /// The cut in hundredths of a percent; absent where no rule gives one.
    pub hundredths: Option<i32>,
    /// The rule.
    pub rule: Option<lateness_rule::Model>,
}

/// What a change came to: nothing but its difference where it was only tried.
#[derive(Debug)]
pub struct Applied<M> {
    /// What was set.
    pub row: Option<M>,
    /// What it changes of days that are past; absent where it begins today or later.
    pub difference: Option<Difference>,
}

/// What an agency has set so far. Nothing of it is ever taken back, so the same numbers are the same state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    adoptions: u64,
    schedules: u64,
}

impl Stamp {
    /// Counts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(db: &impl ConnectionTrait, agency: AgencyId) -> Result<Self> {
        let adoptions = lateness_adoption::Entity::find().filter(lateness_adoption::Column::AgencyId.eq(agency));
        let schedules = schedule::Entity::find().filter(schedule::Column::AgencyId.eq(agency));
        Ok(Self { adoptions: adoptions.count(db).await?, schedules: schedules.count(db).await? })
    }
}

/// Computes what a change makes of days that are past; nothing where it begins today or later.
///
/// # Errors
/// `OUT_OF_RANGE` at `validFrom` where it reaches too far back; `TOO_MUCH_AT_ONCE`.
pub async fn of(
    app: &App,
    agency: &agency::Model,
    valid_from: NaiveDate,
    change: &Change,
) -> Result<Option<Difference>> {
    let today = local_day(app.clock.now(), &agency.time_zone);
    let Some(yesterday) = today.pred_opt().filter(|yesterday| valid_from <= *yesterday) else { return Ok(None) };
    let first = valid_from.max(first_service(app, agency).await?.unwrap_or(today));
    let furthest = today.checked_sub_days(FURTHEST).unwrap_or(today);
    if first < furthest {
        input::within("validFrom", valid_from, &(furthest..=input::LAST_DAY))?;
    }
    // What another process changed a moment ago counts too.
    app.duties.forget();
    // A rule may cut by the month: each month that it reaches is looked at as a whole, as far as it has come.
    let days = first.with_day(1).unwrap_or(first)..=yesterday;
    let computing = Computing { app, agency: agency.id, change, days, now: app.clock.now(), laid: HashMap::new() };
    let done = tokio::time::timeout(PATIENCE, computing.run()).await;
    done.map_err(|_| Error::at("validFrom", Problem::TooMuchAtOnce))?.map(Some)
}

/// Checks that a difference was seen before the change is applied.
///
/// # Errors
/// `DIFFERENCE_NOT_SEEN` at `seenDifference`.
pub fn require_seen(difference: Option<&Difference>, seen: Option<&str>) -> Result<()> {
    match difference {
        Some(difference) if seen != Some(&difference.token) => Err(not_seen()),
        _ => Ok(()),
    }
}

/// Checks that nothing was set since the difference was computed.
///
/// # Errors
/// `DIFFERENCE_NOT_SEEN` at `seenDifference`.
pub fn require_same(difference: Option<&Difference>, before: Stamp, now: Stamp) -> Result<()> {
    if difference.is_some() && before != now { Err(not_seen()) } else { Ok(()) }
}

fn not_seen() -> Error {
    Error::at("seenDifference", Problem::DifferenceNotSeen)
}

/// Tells the audit log what a change made of days that are past.
#[must_use]
pub fn audited(entry: Entry, difference: Option<&Difference>) -> Entry {
    match difference {
        Some(difference) => entry
            .number("changedDays", difference.changed_days)
            .number("changedEmployees", difference.changed_employees)
            .text("seenDifference", &difference.token),
        None => entry,
    }
}

/// The first day on which anybody served who was ever in the agency.
async fn first_service(app: &App, agency: &agency::Model) -> Result<Option<NaiveDate>> {
    let first: Option<Option<Instant>> = people(agency.id, NaiveDate::MIN)
        .select_only()
        .column_as(employee::Column::CreatedAt.min(), "first")
        .into_tuple()
        .one(app.db.read())
        .await?;
    Ok(first.flatten().map(|first| local_day(first, &agency.time_zone)))
}

/// Who is in the agency, or was on a day or later.
fn people(agency: AgencyId, since: NaiveDate) -> Select<employee::Entity> {
    let moved = former_placement::Entity::find()
        .select_only()
        .column(former_placement::Column::EmployeeId)
        .filter(former_placement::Column::AgencyId.eq(agency))
        .filter(former_placement::Column::LastOn.gte(since.max(input::FIRST_DAY)))
        .into_query();
    employee::Entity::find().filter(
        Condition::any().add(employee::Column::AgencyId.eq(agency)).add(employee::Column::Id.in_subquery(moved)),
    )
}

/// A difference on its way.
struct Computing<'a> {
    app: &'a App,
    agency: AgencyId,
    change: &'a Change,
    days: RangeInclusive<NaiveDate>,
    now: Instant,
    /// The duties of the units under the change.
    laid: HashMap<(AgencyId, Option<UnitId>), Arc<Duty>>,
}

impl Computing<'_> {
    async fn run(mut self) -> Result<Difference> {
        let (app, db) = (self.app, self.app.db.read());
        let everybody = people(self.agency, *self.days.start()).order_by_asc(employee::Column::Id).limit(BATCH);
        let mut difference = Difference::default();
        let mut seen = digest(&[self.agency.0.as_bytes()]);
        let mut last: Option<EmployeeId> = None;
        loop {
            let batch = match last {
                Some(last) => everybody.clone().filter(employee::Column::Id.gt(last)),
                None => everybody.clone(),
            };
            let batch: Vec<Placed> = batch.all(db).await?.iter().map(Placed::from).collect();
            let Some(end) = batch.last() else { break };
            last = Some(end.employee_id);
            let mut lives = lives::lives(app, db, &batch, &self.days).await?;
            lives.retain(|_, life| life.placements.iter().any(|(_, duty)| self.change.level(duty).is_some()));
            let events = lives::events(app, db, lives.keys().copied(), &self.days).await?;
            for person in &batch {
                let Some(life) = lives.get(&person.employee_id) else { continue };
                let events = events.get(&person.employee_id).map_or(&[][..], Vec::as_slice);
                seen = self.compare(person.employee_id, life, events, &mut difference, &seen);
            }
        }
        difference.token = URL_SAFE_NO_PAD.encode(seen);
        Ok(difference)
    }

    /// Adds what the change makes of somebody's days; answers the digest of all so far.
    fn compare(
        &mut self,
        employee_id: EmployeeId,
        life: &WorkingLife,
        events: &[Event],
        difference: &mut Difference,
        seen: &[u8],
    ) -> Vec<u8> {
        let changed = self.lay_over(life);
        let before = Sheet::of(life, events, &self.days, self.now);
        let after = Sheet::of(&changed, events, &self.days, self.now);
        difference.before = difference.before + before.cuts;
        difference.after = difference.after + after.cuts;
        let mut told = format!("{employee_id} {:?} {:?}", before.cuts, after.cuts);
        let mut days = 0;
        for ((on, before), (_, after)) in before.days.iter().zip(&after.days).filter(|(a, b)| !a.1.is_same(&b.1)) {
            days += 1;
            let _ = write!(told, " {on} {before} {after}");
            if difference.days.len() < SHOWN {
                let (before, after) = (before.measured(), after.measured());
                difference.days.push(ChangedDay { employee_id, on: *on, before, after });
            }
        }
        difference.changed_days += days;
        difference.changed_employees += i32::from(days > 0);
        digest(&[seen, told.as_bytes()])
    }

    /// The life of somebody under the change.
    fn lay_over(&mut self, life: &WorkingLife) -> WorkingLife {
        let mut life = life.clone();
        for (_, duty) in &mut life.placements {
            let place = (duty.agency_id, duty.units.first().copied());
            *duty = self.laid.entry(place).or_insert_with(|| Arc::new(self.change.over(duty))).clone();
        }
        life
    }
}

impl std::ops::Add for Cuts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { hundredths: self.hundredths + other.hundredths, unset: self.unset + other.unset }
    }
}

/// What somebody's days come to, without what takes memory.
struct Sheet<'a> {
    days: Vec<(NaiveDate, Outcome<'a>)>,
    cuts: Cuts,
}

impl<'a> Sheet<'a> {
    fn of(life: &'a WorkingLife, events: &[Event], days: &RangeInclusive<NaiveDate>, now: Instant) -> Self {
        let records = day::records(life, events, days.start().iter_days().take_while(|on| on <= days.end()), now);
        let month = |record: &day::DayRecord<'_>| (record.day.on.year(), record.day.on.month());
        let months = records.chunk_by(|a, b| month(a) == month(b)).map(day::totals);
        let cuts = months.map(|totals| Cuts {
            hundredths: totals.hundredths.unwrap_or_default().into(),
            unset: i32::try_from(totals.unset_cuts).unwrap_or(i32::MAX),
        });
        let cuts = cuts.fold(Cuts::default(), |a, b| a + b);
        Self { days: records.iter().map(|record| (record.day.on, Outcome::of(record))).collect(), cuts }
    }
}

/// What a day comes to.
#[derive(Debug, Clone, Copy)]
struct Outcome<'a> {
    state: State,
    minutes_late: Option<i32>,
    minutes_early: Option<i32>,
    hundredths: Option<i32>,
    rule: Option<&'a Rule>,
}

impl<'a> Outcome<'a> {
    fn of(record: &day::DayRecord<'a>) -> Self {
        let sum =
            |of: fn(&day::ShiftRecord<'_>) -> Option<i32>| record.shifts.iter().filter_map(of).reduce(|a, b| a + b);
        Self {
            state: record.state(),
            minutes_late: sum(|shift| shift.assessment.minutes_late),
            minutes_early: sum(|shift| shift.assessment.minutes_early),
            hundredths: record.hundredths(),
            rule: record.shifts.iter().find_map(|shift| shift.rule),
        }
    }

    /// Whether two come to the same, by whichever rule.
    fn is_same(&self, other: &Outcome<'_>) -> bool {
        let values = |of: &Outcome<'_>| (of.state, of.minutes_late, of.minutes_early, of.hundredths);
        values(self) == values(other)
    }

    fn measured(&self) -> Measured {
        Measured {
            state: self.state,
            minutes_late: self.minutes_late,
            minutes_early: self.minutes_early,
            hundredths: self.hundredths,
            rule: self.rule.map(|rule| rule.row.clone()),
        }
    }
}

/// For the digest.
impl std::fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?} {:?}", self.state, self.minutes_late, self.minutes_early, self.hundredths)
    }
}

#[cfg(test)]
mod tests;
