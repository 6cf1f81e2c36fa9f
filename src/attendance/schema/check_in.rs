//! A check-in as its owner, a trainer or a superior sees it.

use async_graphql::{Context, Enum, ID, Object, SimpleObject, Union};
use chrono::NaiveDate;
use entity::ids::{EmployeeId, ScheduleId, ShiftId};
use entity::lateness_band::{self, Side};
use entity::{check_in, check_in_review};

use super::CheckInReview;
use crate::agency::schema::{Employee, Schedule, Shift, Venue};
use crate::attendance::lateness::{Presence, Rule};
use crate::attendance::loader::{AttendedSession, MeasuredUnder, ReviewOf};
use crate::attendance::message;
use crate::attendance::months::SheetOf;
use crate::attendance::rules::Reason;
use crate::attendance::{duties, workday};
use crate::connection;
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Lists;
use crate::graphql::rows;
use crate::graphql::scalars::{Date, DateTime};
use crate::programme::schema::CourseSession;

/// What became of a check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "check_in::Verdict")]
pub enum CheckInVerdict {
    /// It counts (*diterima*).
    Accepted,
    /// A person has to look at it (*perlu diperiksa*).
    NeedsReview,
    /// It is recorded and does not count (*ditolak*).
    Rejected,
}

/// Coming or going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "check_in::Direction")]
pub enum WorkdayDirection {
    /// Start of duty (*masuk*).
    In,
    /// End of duty (*pulang*).
    Out,
}

/// A day of duty (*hari kerja*).
#[derive(Debug, Clone)]
pub struct Workday {
    pub(super) on: NaiveDate,
    pub(super) time_zone: String,
    pub(super) schedule_id: Option<ScheduleId>,
    pub(super) shift_id: Option<ShiftId>,
    pub(super) employee_id: EmployeeId,
}

impl Workday {
    async fn presence(&self, ctx: &Context<'_>) -> Result<Presence> {
        let key = SheetOf { employee_id: self.employee_id, first: self.on, last: self.on };
        let sheet = rows::load(ctx, key).await?;
        let now = ctx.app().clock.now();
        Ok(sheet.map(|sheet| sheet.presence(self.on, self.shift_id, now)).unwrap_or_default())
    }

    async fn window(&self, ctx: &Context<'_>) -> Result<Option<workday::Window>> {
        let shift = rows::load_some(ctx, self.shift_id).await?;
        let zone = duties::parse_zone(&self.time_zone)?;
        Ok(shift.and_then(|shift| workday::window(&shift, self.on, zone)))
    }
}

/// A day of duty (*hari kerja*).
#[Object]
impl Workday {
    /// The local date on which the shift starts.
    async fn on(&self) -> Date {
        self.on.into()
    }

    /// The IANA zone in which the day lies.
    async fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// The working hours that hold on it (*jam kerja*); absent on a day off.
    async fn schedule(&self, ctx: &Context<'_>) -> Result<Option<Schedule>> {
        Ok(rows::load_some(ctx, self.schedule_id).await?.map(Schedule::from))
    }

    /// The shift (*giliran kerja*); absent on a day off.
    async fn shift(&self, ctx: &Context<'_>) -> Result<Option<Shift>> {
        Ok(rows::load_some(ctx, self.shift_id).await?.map(Shift::from))
    }

    /// From when on check-ins count; absent on a day off.
    async fn opens_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.window(ctx).await?.map(|window| window.opens_at.into()))
    }

    /// The start of duty; absent on a day off.
    async fn starts_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.window(ctx).await?.map(|window| window.starts_at.into()))
    }

    /// The end of duty; absent on a day off.
    async fn ends_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.window(ctx).await?.map(|window| window.ends_at.into()))
    }

    /// From when on check-ins no longer count; absent on a day off.
    async fn closes_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.window(ctx).await?.map(|window| window.closes_at.into()))
    }

    /// When one came (*masuk*): the first accepted check-in or approved correction.
    async fn checked_in_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.presence(ctx).await?.came_at.map(DateTime))
    }

    /// When one went (*pulang*): the last accepted check-out or approved correction.
    async fn checked_out_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.presence(ctx).await?.went_at.map(DateTime))
    }

    /// Whether one came and the day closed without a check-out (*lupa presensi pulang*).
    async fn is_check_out_missing(&self, ctx: &Context<'_>) -> Result<bool> {
        let (presence, window) = (self.presence(ctx).await?, self.window(ctx).await?);
        let is_over = window.is_some_and(|window| window.closes_at <= ctx.app().clock.now());
        Ok(is_over && presence.came_at.is_some() && presence.went_at.is_none())
    }
}

/// What a check-in is for.
#[derive(Union)]
pub enum Occasion {
    /// A day of duty (*hari kerja*).
    Workday(Workday),
    /// A class (*pertemuan kelas*).
    CourseSession(CourseSession),
}

/// The rule that lateness was measured under.
#[derive(Debug, Clone, SimpleObject)]
pub struct PunctualityRule {
    /// Its name.
    pub(super) name: String,
    /// The decree or decision that it rests on (*dasar hukum*).
    pub(super) citation: String,
    /// Its version.
    pub(super) version: i32,
}

impl From<&Rule> for PunctualityRule {
    fn from(rule: &Rule) -> Self {
        let row = &rule.row;
        Self { name: row.name.clone(), citation: row.citation.clone(), version: row.version }
    }
}

/// A level of lateness or of going early, where the rule set names levels (Permentan 68/2012).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(rename_items = "UPPERCASE", remote = "lateness_band::Level")]
pub enum LatenessLevel {
    /// *Terlambat*, 1 to 30 minutes.
    Tl1,
    /// *Terlambat*, 31 to 60 minutes.
    Tl2,
    /// *Terlambat*, 61 to 90 minutes.
    Tl3,
    /// *Terlambat*, more, or no record of coming.
    Tl4,
    /// *Pulang sebelum waktunya*, 1 to 30 minutes.
    Psw1,
    /// *Pulang sebelum waktunya*, 31 to 60 minutes.
    Psw2,
    /// *Pulang sebelum waktunya*, 61 to 90 minutes.
    Psw3,
    /// *Pulang sebelum waktunya*, more, or no record of going.
    Psw4,
}

/// How punctual a check-in was (*ketepatan waktu*).
#[derive(Debug, SimpleObject)]
pub struct Punctuality {
    /// Whether it came after the start (*terlambat*).
    is_late: bool,
    /// Whole minutes after the start, or after the time by which it may shift; seconds are dropped.
    minutes_late: i32,
    /// The level, where the agency's rule of lateness has levels.
    level: Option<LatenessLevel>,
    /// The cut of the allowance (*potongan tunjangan*) in percent, where the agency's rule of lateness sets one.
    deduction_percent: Option<f64>,
    /// The rule of lateness it was measured under, or the working hours where the agency has chosen none; absent for
    /// classes, which start when their session says.
    rule: Option<PunctualityRule>,
}

/// Percent of hundredths of a percent.
pub(super) fn percent(hundredths: i32) -> f64 {
    f64::from(hundredths) / 100.0
}

/// One recorded presence.
#[derive(Debug, Clone)]
pub struct CheckIn(pub check_in::Model, Review);

/// What is known of its review.
#[derive(Debug, Clone)]
enum Review {
    /// Nobody has asked.
    Unread,
    /// There is this one, or none.
    Read(Option<Box<check_in_review::Model>>),
}

impl From<check_in::Model> for CheckIn {
    fn from(row: check_in::Model) -> Self {
        Self(row, Review::Unread)
    }
}

connection!(CheckInConnection, CheckInEdge, CheckIn);

impl CheckIn {
    /// One that was read together with its review.
    #[must_use]
    pub fn with_review(row: check_in::Model, review: Option<check_in_review::Model>) -> Self {
        Self(row, Review::Read(review.map(Box::new)))
    }

    async fn reviewed(&self, ctx: &Context<'_>) -> Result<Option<check_in_review::Model>> {
        if let Review::Read(review) = &self.1 {
            return Ok(review.as_deref().cloned());
        }
        rows::load(ctx, ReviewOf(self.0.id)).await
    }
}

/// One recorded presence (*presensi*).
#[Object]
impl CheckIn {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Whose it is (*ASN*).
    async fn employee(&self, ctx: &Context<'_>) -> Result<Employee> {
        rows::load_present(ctx, self.0.employee_id).await.map(Employee)
    }

    /// What it is for: a workday or a class.
    async fn occasion(&self, ctx: &Context<'_>) -> Result<Occasion> {
        let missing = || Error::internal("a check-in without its occasion");
        match self.0.course_session_id {
            Some(id) => {
                let session = rows::load(ctx, AttendedSession(id)).await?;
                Ok(Occasion::CourseSession(session.ok_or_else(missing)?.into()))
            }
            None => Ok(Occasion::Workday(Workday {
                on: self.0.workday_on.ok_or_else(missing)?,
                time_zone: self.0.time_zone.clone(),
                schedule_id: self.0.schedule_id,
                shift_id: self.0.shift_id,
                employee_id: self.0.employee_id,
            })),
        }
    }

    /// Coming or going; absent for classes.
    async fn direction(&self) -> Option<WorkdayDirection> {
        self.0.direction.map(WorkdayDirection::from)
    }

    /// When it was captured, by the phone's clock.
    async fn captured_at(&self) -> DateTime {
        self.0.captured_at.into()
    }

    /// When it arrived, by the server's clock.
    async fn received_at(&self) -> DateTime {
        self.0.received_at.into()
    }

    /// When it was captured, by the server's clock: what window, code and lateness were judged at.
    async fn effective_at(&self) -> DateTime {
        self.0.effective_at.into()
    }

    /// What became of it (*hasil*).
    async fn verdict(&self) -> CheckInVerdict {
        self.0.verdict.into()
    }

    /// Why it was not simply accepted; empty when it was.
    #[graphql(directive = Lists::apply(2))]
    async fn reasons(&self) -> Vec<Reason> {
        Reason::split(&self.0.reasons)
    }

    /// The verdict and its reasons in words, or what a person decided and said with it, with what to do next, in the
    /// language of the request.
    async fn message(&self, ctx: &Context<'_>) -> Result<String> {
        let review = if message::may_be_decided(&self.0) { self.reviewed(ctx).await? } else { None };
        Ok(message::message(ctx.locale(), &self.0, review.as_ref()))
    }

    /// What people decided or have to decide of it (*pemeriksaan*); absent where the rules alone decided.
    async fn review(&self, ctx: &Context<'_>) -> Result<Option<CheckInReview>> {
        Ok(self.reviewed(ctx).await?.map(CheckInReview))
    }

    /// How punctual it was (*ketepatan waktu*); absent on going, and outside the time in which check-ins count.
    async fn punctuality(&self, ctx: &Context<'_>) -> Result<Option<Punctuality>> {
        let Some(minutes_late) = self.0.minutes_late else { return Ok(None) };
        let measured = match self.0.lateness_rule_id {
            Some(id) => rows::load(ctx, MeasuredUnder(id)).await?,
            None => None,
        };
        let grade = measured.as_ref().and_then(|rule| rule.grade(Side::Late, minutes_late)).unwrap_or_default();
        let rule = match measured {
            Some(rule) => Some(PunctualityRule::from(&rule)),
            None => rows::load_some(ctx, self.0.schedule_id).await?.map(|schedule| PunctualityRule {
                name: schedule.name,
                citation: schedule.citation,
                version: schedule.version,
            }),
        };
        Ok(Some(Punctuality {
            is_late: minutes_late > 0,
            minutes_late,
            level: grade.level.map(LatenessLevel::from),
            deduction_percent: grade.hundredths.map(percent),
            rule,
        }))
    }

    /// The nearest venue of the occasion (*lokasi*); absent where none was asked for or no location was sent.
    async fn venue(&self, ctx: &Context<'_>) -> Result<Option<Venue>> {
        Ok(rows::load_some(ctx, self.0.venue_id).await?.map(Venue::from))
    }

    /// Metres from the nearest venue of the occasion.
    async fn distance_meters(&self) -> Option<f64> {
        self.0.distance_meters
    }
}
