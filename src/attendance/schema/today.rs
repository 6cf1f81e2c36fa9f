//! The first screen in one request.

use async_graphql::{Context, SimpleObject};

use super::CheckIn;
use super::day::AttendanceDay;
use super::month::{AttendanceTotals, day_of};
use super::unexcused::UnexcusedDays;
use crate::attendance::day::State;
use crate::attendance::facts::class_window;
use crate::attendance::today::{self, Asked, Class, ClassState, Step, Waiting, next, words};
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, SHEET, Weighs};
use crate::graphql::scalars::{Date, DateTime};
use crate::policy::Employment;
use crate::programme::schema::CourseSession;

/// What somebody is to do next.
#[derive(Debug, SimpleObject)]
pub struct NextStep {
    /// What to do.
    kind: Step,
    /// From when on it can be done; to go, when one may, or when lateness that may be made up is (*mengganti
    /// keterlambatan*). Absent where there is nothing to do.
    from: Option<DateTime>,
    /// Until when it can be done; absent where there is nothing to do.
    until: Option<DateTime>,
    /// The class to check in to (*pertemuan kelas*).
    course_session: Option<CourseSession>,
    /// The step in words, in the language of the request.
    message: String,
}

/// A class of the day (*pertemuan kelas*) with one's presence in it.
#[derive(Debug, SimpleObject)]
pub struct TodayCourseSession {
    /// The session.
    course_session: CourseSession,
    /// From when on check-ins count.
    opens_at: DateTime,
    /// From when on check-ins no longer count.
    closes_at: DateTime,
    /// Where one stands with it.
    state: ClassState,
    /// The check-in that decides (*presensi*).
    check_in: Option<CheckIn>,
}

impl TodayCourseSession {
    fn of(class: Class, now: crate::clock::Instant) -> Self {
        let window = class_window(&class.session);
        Self {
            opens_at: window.opens_at.into(),
            closes_at: window.closes_at.into(),
            state: class.state(now),
            check_in: class.check_in.map(|check_in| CheckIn::with_review(check_in, class.review)),
            course_session: class.session.into(),
        }
    }
}

/// Everything for the first screen (*beranda*).
#[derive(Debug, SimpleObject)]
#[graphql(directive = Weighs::apply(SHEET))]
pub struct Today {
    /// The local date on which the shift starts that it is now; else the local date.
    on: Date,
    /// The IANA zone in which the day lies.
    time_zone: String,
    /// The server's clock.
    now: DateTime,
    /// What became of the day so far.
    state: State,
    /// The day: why it is a workday or free, its shifts, one's presence. Its explanation leaves out who approved it.
    day: AttendanceDay,
    /// What to do next.
    next_step: NextStep,
    /// The classes of the local date that one attends or teaches, in the order in which they start; at most 100.
    #[graphql(directive = Lists::apply(3))]
    course_sessions: Vec<TodayCourseSession>,
    /// How many of one's requests for a correction (*koreksi presensi*) nobody has decided yet; counted up to 100.
    open_corrections_count: i32,
    /// How many of one's check-ins nobody has reviewed yet (*perlu diperiksa*); counted up to 100.
    needs_review_count: i32,
    /// What the days of the month add up to so far.
    month_totals: Option<AttendanceTotals>,
    /// Where one stands with the unexcused days (*tidak masuk kerja tanpa keterangan*) of the year.
    unexcused_days: Option<UnexcusedDays>,
}

/// The first screen of a civil servant.
///
/// # Errors
/// When the database does not answer.
pub async fn today(ctx: &Context<'_>, me: Employment) -> Result<Today> {
    let (app, now) = (ctx.app(), ctx.app().clock.now());
    let asked = ctx.look_ahead();
    let counts = asked.field("openCorrectionsCount").exists() || asked.field("needsReviewCount").exists();
    let asked = Asked { month: asked.field("monthTotals").exists(), unexcused: asked.field("unexcusedDays").exists() };
    let today = today::today(app, me, asked).await?;
    let waiting = if counts { today::waiting(app, me.id).await? } else { Waiting::default() };
    let zone = today.sheet.life.zone(today.on);
    let record = today.sheet.records(today.on..=today.on, now).pop();
    let record = record.ok_or_else(|| Error::internal("a day without a record"))?;
    let step = next(&record, &today.classes, now);
    let next_step = NextStep {
        kind: step.step,
        from: step.from.map(DateTime),
        until: step.until.map(DateTime),
        course_session: step.class.map(|class| class.session.clone().into()),
        message: words(ctx.locale(), &step, zone, now),
    };
    let day = day_of(ctx, &today.sheet, today.on).ok_or_else(|| Error::internal("a day without a record"))?;
    // The name of who approved it would be a statement more than the screen may cost.
    let day = day.without_approver();
    Ok(Today {
        on: today.on.into(),
        time_zone: zone.name().to_owned(),
        now: now.into(),
        state: record.state(),
        day,
        next_step,
        open_corrections_count: waiting.corrections,
        needs_review_count: waiting.check_ins,
        month_totals: asked.month.then(|| today.month_so_far(now).into()),
        unexcused_days: asked.unexcused.then(|| today.unexcused(now)).transpose()?.map(UnexcusedDays::from),
        course_sessions: today.classes.into_iter().map(|class| TodayCourseSession::of(class, now)).collect(),
    })
}
