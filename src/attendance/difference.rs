//! What a change of rules, hours, zones, rosters or the calendar makes of days that are past: computed before it is
//! applied, so that whoever makes it sees it first. The days are recorded twice, as things stand and with the change laid
//! over them; nothing is kept but counts, sums, a digest and the first changed days.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`change`] | a change that is not made yet |
//! | [`proposal`] | how an action shows the difference before it writes |
//! | `compute` | the days of people, twice |

pub mod change;
mod compute;
pub mod proposal;

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{Datelike as _, Days, Months, NaiveDate};
use entity::ids::{AgencyId, EmployeeId};
use entity::{agency, lateness_rule, unit};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

pub use self::change::Change;
use self::compute::{Computing, first_service};
pub use self::proposal::{Applied, Plan, Proposal, carry_out};
use super::day::State;
use crate::agency::rules::local_day;
use crate::app::App;
use crate::audit::Entry;
use crate::error::{Error, Result};
use crate::input;
use crate::problem::Problem;

/// How many days back a change may reach, of those on which somebody served.
pub const FURTHEST: Days = Days::new(62);
/// How long it may take: below the deadline of an operation, with time left to write.
const PATIENCE: Duration = Duration::from_secs(8);
/// The zone in which the nation's days end first.
const EASTERNMOST: &str = "Asia/Jayapura";

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

impl std::ops::Add for Cuts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { hundredths: self.hundredths + other.hundredths, unset: self.unset + other.unset }
    }
}

/// The day that it is where days end first: of the units of an agency, or of the whole nation.
async fn today(app: &App, db: &impl ConnectionTrait, agency: Option<&agency::Model>) -> Result<NaiveDate> {
    let Some(agency) = agency else { return Ok(local_day(app.clock.now(), EASTERNMOST)) };
    let mut zones: Vec<String> = unit::Entity::find()
        .select_only()
        .column(unit::Column::TimeZone)
        .distinct()
        .filter(unit::Column::AgencyId.eq(agency.id))
        .filter(unit::Column::TimeZone.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    zones.push(agency.time_zone.clone());
    let days = zones.iter().map(|zone| local_day(app.clock.now(), zone));
    days.max().ok_or_else(|| Error::internal("an agency without a zone"))
}

/// The days of a change that are past.
fn past(today: NaiveDate, change: &Change) -> Option<RangeInclusive<NaiveDate>> {
    let yesterday = today.pred_opt()?;
    let days = change.days()?;
    (*days.start() <= yesterday).then(|| *days.start()..=yesterday.min(*days.end()))
}

/// Computes what a change makes of days that are past.
///
/// # Errors
/// `OUT_OF_RANGE` at `field` where it reaches too far back; `TOO_MUCH_AT_ONCE`.
async fn of(
    app: &App,
    agency: Option<AgencyId>,
    change: &Change,
    (today, days): (NaiveDate, RangeInclusive<NaiveDate>),
    field: &str,
) -> Result<Difference> {
    let first = (*days.start()).max(first_service(app, agency).await?.unwrap_or(today));
    let furthest = today.checked_sub_days(FURTHEST).unwrap_or(today);
    if first < furthest {
        input::within(field, *days.start(), &(furthest..=input::LAST_DAY))?;
    }
    // What another process changed a moment ago counts too.
    app.duties.forget();
    // A rule may cut by the month: each month that it reaches is looked at as a whole, as far as it has come.
    let yesterday = today.pred_opt().unwrap_or(today);
    let days = first.with_day(1).unwrap_or(first)..=month_end(*days.end()).min(yesterday);
    let done = tokio::time::timeout(PATIENCE, Computing::new(app, agency, change, days).run()).await;
    done.map_err(|_| Error::at(field, Problem::TooMuchAtOnce))?
}

fn month_end(on: NaiveDate) -> NaiveDate {
    let first = on.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    first.and_then(|next| next.pred_opt()).unwrap_or(on)
}

/// Tells the audit log what a change made of days that are past.
fn audited(entry: Entry, difference: Option<&Difference>) -> Entry {
    match difference {
        Some(difference) => entry
            .number("changedDays", difference.changed_days)
            .number("changedEmployees", difference.changed_employees)
            .text("seenDifference", &difference.token),
        None => entry,
    }
}

#[cfg(test)]
mod tests;
