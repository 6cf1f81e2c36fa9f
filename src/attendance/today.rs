//! The first screen: where one is to be today, and what to do next.

use std::sync::Arc;

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::Tz;
use entity::check_in::{self, Verdict};
use entity::ids::EmployeeId;
use entity::{check_in_review, course_session};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait,
    Statement,
};

use super::day::{DayRecord, ShiftRecord, Totals, totals};
use super::explain::time;
use super::facts::class_window;
use super::lateness;
use super::months::{self, Sheet};
use super::unexcused::{self, Unexcused};
use super::workday::{self, Window};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::graphql::scalars::YearMonth;
use crate::locale::Locale;
use crate::policy::{self, Employment};

/// Classes of a day at most.
const MAX_CLASSES: u64 = 100;
/// What waits for somebody is counted up to here.
const MAX_COUNTED: i32 = 100;

/// Where somebody stands with a class of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "ClassState")]
pub enum ClassState {
    /// Check-ins do not count yet.
    Upcoming,
    /// Check-ins count, and there is none yet, or none that counts.
    Awaited,
    /// Checked in (*hadir*).
    Present,
    /// Checked in; a person has to look at it (*perlu diperiksa*).
    NeedsReview,
    /// It is over without a check-in that counts (*tidak hadir*).
    Absent,
}

/// A class of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// The session.
    pub session: course_session::Model,
    /// The check-in to it that decides: an accepted one goes before one to review, and that before a rejected one.
    pub check_in: Option<check_in::Model>,
    /// What people decided of it, where they had to.
    pub review: Option<check_in_review::Model>,
}

impl Class {
    /// Where one stands with it.
    #[must_use]
    pub fn state(&self, now: Instant) -> ClassState {
        let window = class_window(&self.session);
        match self.check_in.as_ref().map(|check_in| check_in.verdict) {
            Some(Verdict::Accepted) => ClassState::Present,
            Some(Verdict::NeedsReview) => ClassState::NeedsReview,
            _ if now < window.opens_at => ClassState::Upcoming,
            _ if window.contains(now) => ClassState::Awaited,
            _ => ClassState::Absent,
        }
    }
}

/// What somebody is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "NextStepKind")]
pub enum Step {
    /// Check in for duty (*presensi masuk*).
    CheckIn,
    /// Check out (*presensi pulang*).
    CheckOut,
    /// Check in to a class (*presensi kelas*).
    Class,
    /// Nothing more today.
    Nothing,
}

/// A step with its time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Next<'a> {
    /// What to do.
    pub step: Step,
    /// From when on; absent where there is nothing to do.
    pub from: Option<Instant>,
    /// Until when; absent where there is nothing to do.
    pub until: Option<Instant>,
    /// The class to check in to.
    pub class: Option<&'a Class>,
    /// Minutes late that are made up by going at `from` and no earlier; 0 where there are none.
    pub makes_up: i32,
}

impl Next<'_> {
    const NOTHING: Self = Self { step: Step::Nothing, from: None, until: None, class: None, makes_up: 0 };
}

/// Decides what to do next: of what can be done now what is due first, else what can be done soonest.
#[must_use]
pub fn next<'a>(record: &DayRecord<'_>, classes: &'a [Class], now: Instant) -> Next<'a> {
    let duty = record.shifts.iter().filter_map(|shift| duty_step(shift, now));
    let classes = classes.iter().filter_map(|class| class_step(class, now));
    let step = duty.chain(classes).min_by_key(|(due_at, next)| match next.from {
        Some(from) if from <= now => (false, *due_at),
        from => (true, from.unwrap_or(*due_at)),
    });
    step.map_or(Next::NOTHING, |(_, next)| next)
}

/// What a shift still asks for, and when it is due.
fn duty_step(shift: &ShiftRecord<'_>, now: Instant) -> Option<(Instant, Next<'static>)> {
    let Window { opens_at, starts_at, ends_at, closes_at } = shift.duty.window;
    let next = |step, from, until| Next { step, from: Some(from), until: Some(until), ..Next::NOTHING };
    match (shift.presence.came_at, shift.presence.went_at) {
        // Who has come or gone is not asked to do it again while somebody has still to look at it.
        (_, None) if shift.waits.went => None,
        (None, None) if shift.waits.came => {
            (now < closes_at).then(|| (ends_at, next(Step::CheckOut, ends_at, closes_at)))
        }
        (None, None) if now < ends_at => Some((starts_at, next(Step::CheckIn, opens_at, ends_at))),
        (Some(came_at), None) if now < closes_at => {
            let flexible = lateness::flexible_minutes(shift.rule, shift.duty.schedule.flexible_minutes);
            let due_at = lateness::due_at(&shift.duty.window, flexible, Some(came_at));
            // Who follows the screen keeps the tolerance.
            Some(match lateness::made_up_at(shift.rule, &shift.duty.window, flexible, Some(came_at)) {
                Some(at) => {
                    let makes_up = shift.assessment.minutes_late.unwrap_or_default();
                    (at, Next { makes_up, ..next(Step::CheckOut, at, closes_at) })
                }
                None => (due_at, next(Step::CheckOut, due_at, closes_at)),
            })
        }
        _ => None,
    }
}

fn class_step(class: &Class, now: Instant) -> Option<(Instant, Next<'_>)> {
    let Window { opens_at, starts_at, closes_at, .. } = class_window(&class.session);
    let is_open = matches!(class.state(now), ClassState::Upcoming | ClassState::Awaited);
    let (from, until) = (Some(opens_at), Some(closes_at));
    let next = Next { step: Step::Class, from, until, class: Some(class), makes_up: 0 };
    is_open.then_some((starts_at, next))
}

/// The step in words.
#[must_use]
pub fn words(locale: Locale, next: &Next<'_>, zone: Tz, now: Instant) -> String {
    let (Some(from), Some(until)) = (next.from, next.until) else { return locale.text("next-nothing", &[]) };
    let name = next.class.map(|class| class.session.title.clone()).unwrap_or_default();
    let minutes = ("minutes", next.makes_up.to_string());
    let args = [("name", name), ("from", time(from, zone)), ("until", time(until, zone)), minutes];
    locale.text(key(next.step, from <= now, next.makes_up > 0), &args)
}

const fn key(step: Step, is_now: bool, makes_up: bool) -> &'static str {
    match (step, is_now) {
        (Step::CheckIn, true) => "next-check-in-now",
        (Step::CheckIn, false) => "next-check-in-later",
        (Step::CheckOut, true) => "next-check-out-now",
        (Step::CheckOut, false) if makes_up => "next-check-out-made-up",
        (Step::CheckOut, false) => "next-check-out-later",
        (Step::Class, true) => "next-class-now",
        (Step::Class, false) => "next-class-later",
        (Step::Nothing, _) => "next-nothing",
    }
}

/// What the first screen is made of.
#[derive(Debug)]
pub struct Today {
    /// The local date on which the shift starts that it is now, else the local date.
    pub on: NaiveDate,
    /// What is known of one's days.
    pub sheet: Arc<Sheet>,
    /// The classes of the local date that one attends or teaches, in the order in which they start.
    pub classes: Vec<Class>,
}

impl Today {
    /// What the days of the month add up to so far; only where they were loaded.
    #[must_use]
    pub fn month_so_far(&self, now: Instant) -> Totals {
        let first = *YearMonth::of(self.on).days().start();
        totals(&self.sheet.records(first..=self.on, now))
    }

    /// Where one stands with the unexcused days of the year; only where they were loaded.
    ///
    /// # Errors
    /// For a year beyond the calendar.
    pub fn unexcused(&self, now: Instant) -> Result<Unexcused> {
        unexcused::standing(&self.sheet, None, now)
    }
}

/// What of the first screen is asked for beyond the day itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// What the month adds up to.
    pub month: bool,
    /// Where one stands with the unexcused days of the year.
    pub unexcused: bool,
}

/// Loads the first screen: five queries, where the duty of the unit is known.
///
/// # Errors
/// When the database does not answer.
pub async fn today(app: &App, me: Employment, asked: Asked) -> Result<Today> {
    let now = app.clock.now();
    // The local date is one of these, whatever the zone.
    let (before, after) = (now.date_naive() - Days::new(1), now.date_naive() + Days::new(1));
    let first = match asked {
        Asked { unexcused: true, .. } => unexcused::counted_from(before.year())?,
        Asked { month: true, .. } => *YearMonth::of(before).days().start(),
        Asked { .. } => before,
    };
    let mut sheets = months::sheets(app, &[me.into()], &(first..=after)).await?;
    let sheet = sheets.remove(&me.id).ok_or_else(|| Error::internal("a sheet that was not loaded"))?;
    let local = workday::local_day(&sheet.life, now);
    let on = workday::shift_at(&sheet.life, now, None).map_or(local, |shift| shift.on);
    let classes = classes(app, me.id, local, sheet.life.zone(local)).await?;
    Ok(Today { on, sheet, classes })
}

async fn classes(app: &App, me: EmployeeId, on: NaiveDate, zone: Tz) -> Result<Vec<Class>> {
    let midnight = |day: NaiveDate| {
        let at = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
        at.map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |at| at.to_utc())
    };
    let mut sessions = policy::own_sessions(Some(me))
        .filter(course_session::Column::StartsAt.lt(midnight(on + Days::new(1))))
        .filter(course_session::Column::EndsAt.gt(midnight(on)))
        .order_by_asc(course_session::Column::StartsAt)
        .order_by_asc(course_session::Column::Id)
        .limit(MAX_CLASSES)
        .select_also(check_in::Entity);
    let decides = Expr::cust_with_values(DECIDES, [me.0]);
    QueryTrait::query(&mut sessions).join(JoinType::LeftJoin, check_in::Entity, decides);
    let classes = sessions.and_also_related(check_in_review::Entity).all(app.db.read()).await?;
    Ok(classes.into_iter().map(|(session, check_in, review)| Class { session, check_in, review }).collect())
}

/// Of one's own check-ins to a session the one with the most weight, of several such the first.
const DECIDES: &str = "check_in.id = (
    SELECT tried.id FROM check_in AS tried WHERE tried.course_session_id = course_session.id AND tried.employee_id = $1
    ORDER BY CASE tried.verdict WHEN 'ACCEPTED' THEN 2 WHEN 'NEEDS_REVIEW' THEN 1 ELSE 0 END DESC, tried.id LIMIT 1)";

/// Of several check-ins the one with the most weight decides.
pub(super) const fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Accepted => 2,
        Verdict::NeedsReview => 1,
        Verdict::Rejected => 0,
    }
}

/// What waits for a decision of others, each up to a hundred.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Corrections that nobody has decided.
    pub corrections: i32,
    /// Check-ins that nobody has reviewed.
    pub check_ins: i32,
}

/// Counts what waits, in one query.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(app: &App, me: EmployeeId) -> Result<Waiting> {
    let counted = Statement::from_sql_and_values(
        app.db.engine(),
        "SELECT
            (SELECT count(*) FROM (
                SELECT id FROM correction WHERE employee_id = $1 AND status = 'REQUESTED' LIMIT $2) AS open) AS corrections,
            (SELECT count(*) FROM (
                SELECT id FROM check_in WHERE employee_id = $1 AND verdict = 'NEEDS_REVIEW' LIMIT $2) AS open) AS check_ins",
        [me.0.into(), MAX_COUNTED.into()],
    );
    let row = app.db.read().query_one_raw(counted).await?;
    let row = row.ok_or_else(|| Error::internal("a count without a row"))?;
    let counted = |column| Ok::<i32, Error>(i32::try_from(row.try_get::<i64>("", column)?).unwrap_or(MAX_COUNTED));
    Ok(Waiting { corrections: counted("corrections")?, check_ins: counted("check_ins")? })
}

#[cfg(test)]
mod tests;
