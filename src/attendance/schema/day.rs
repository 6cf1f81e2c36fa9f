//! A day of somebody's: what it was to be, and what became of it.

use async_graphql::{ComplexObject, Context, SimpleObject};
use entity::ids::AccountId;

use super::arrangement::DutyArrangement;
use super::check_in::{LatenessLevel, PunctualityRule, percent};
use super::queue::decider;
use super::ramadan::RamadanPeriod;
use crate::agency::schema::{Holiday, Schedule, Shift};
use crate::attendance::day::{DayRecord, ShiftRecord, State};
use crate::attendance::explain::{self, explain};
use crate::attendance::lateness;
use crate::attendance::months::Sheet;
use crate::attendance::working_time::Basis;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Lists;
use crate::graphql::scalars::{Date, DateTime};
use crate::locale::Locale;

/// A shift of somebody's day (*giliran kerja*): when it was to be worked, and when it was.
#[derive(Debug, Clone, SimpleObject)]
pub struct AttendanceShift {
    /// The shift.
    shift: Shift,
    /// From when on check-ins count.
    opens_at: DateTime,
    /// The start.
    starts_at: DateTime,
    /// The end.
    ends_at: DateTime,
    /// From when on check-ins no longer count.
    closes_at: DateTime,
    /// When one may go (*jam pulang*): the end, shifted as the start was where it may shift.
    due_at: DateTime,
    /// Until when to stay so that having come late is made up (*mengganti keterlambatan*); absent where there is nothing
    /// that may be.
    made_up_at: Option<DateTime>,
    /// When somebody came (*masuk*): the first accepted check-in or approved correction.
    checked_in_at: Option<DateTime>,
    /// When somebody went (*pulang*): the last accepted check-out or approved correction.
    checked_out_at: Option<DateTime>,
    /// What became of it.
    state: State,
    /// Whole minutes late (*terlambat*); absent where nobody came.
    minutes_late: Option<i32>,
    /// Whole minutes that somebody went early (*pulang sebelum waktunya*); absent where nobody went.
    minutes_early: Option<i32>,
    /// Whether lateness was made up at the end of the day, so that it is none.
    is_made_up: bool,
    /// The level of lateness (*TL*), where the agency's rule of lateness has levels.
    late_level: Option<LatenessLevel>,
    /// The level of going early (*PSW*), where the agency's rule of lateness has levels.
    early_level: Option<LatenessLevel>,
    /// The cut of the allowance (*potongan tunjangan*) in percent, where the agency's rule of lateness sets one.
    deduction_percent: Option<f64>,
    /// The rule of lateness that it was measured under; absent where the agency has chosen none.
    rule: Option<PunctualityRule>,
    /// Whether it is worked at the unit's places: not on duty travel, not from home.
    is_fenced: bool,
}

impl From<&ShiftRecord<'_>> for AttendanceShift {
    fn from(record: &ShiftRecord<'_>) -> Self {
        let (window, assessment) = (record.duty.window, record.assessment);
        let flexible = lateness::flexible_minutes(record.rule, record.duty.schedule.flexible_minutes);
        let level = |grade: Option<lateness::Grade>| grade.and_then(|grade| grade.level).map(LatenessLevel::from);
        Self {
            shift: record.duty.shift.clone().into(),
            opens_at: window.opens_at.into(),
            starts_at: window.starts_at.into(),
            ends_at: window.ends_at.into(),
            closes_at: window.closes_at.into(),
            due_at: lateness::due_at(&window, flexible, record.presence.came_at).into(),
            made_up_at: lateness::made_up_at(record.rule, &window, flexible, record.presence.came_at).map(DateTime),
            checked_in_at: record.presence.came_at.map(DateTime),
            checked_out_at: record.presence.went_at.map(DateTime),
            state: record.state,
            minutes_late: assessment.minutes_late,
            minutes_early: assessment.minutes_early,
            is_made_up: assessment.is_made_up,
            late_level: level(assessment.late),
            early_level: level(assessment.early),
            deduction_percent: assessment.hundredths.map(percent),
            rule: record.rule.map(PunctualityRule::from),
            is_fenced: record.duty.is_fenced,
        }
    }
}

/// A day of a civil servant's attendance (*presensi harian*): why it is a workday or free, and what became of it.
/// Computed from what is recorded, under the working hours and rules that hold for the day.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct AttendanceDay {
    /// The local date, on which its shifts start.
    on: Date,
    /// The IANA zone in which the day lies.
    time_zone: String,
    /// Why it is a workday, or is none.
    basis: Basis,
    /// What became of it.
    state: State,
    /// Why, without who approved it.
    #[graphql(skip)]
    explained: String,
    /// Who approved what is arranged, where the explanation names them.
    #[graphql(skip)]
    approved_by: Option<AccountId>,
    /// The working hours that were asked (*jam kerja*).
    schedule: Option<Schedule>,
    /// The holiday that it is (*hari libur*), whether or not it is free.
    holiday: Option<Holiday>,
    /// The Ramadan that it lies in (*bulan Ramadan*).
    ramadan: Option<RamadanPeriod>,
    /// The leave, duty travel or work from home that holds (*cuti, perjalanan dinas, bekerja dari rumah*).
    arrangement: Option<DutyArrangement>,
    /// The shifts to work (*giliran kerja*), in the order in which they start; none on a free day.
    #[graphql(directive = Lists::apply(2))]
    shifts: Vec<AttendanceShift>,
    /// The cut of the allowance for the day in percent, where the agency's rule of lateness sets one.
    deduction_percent: Option<f64>,
}

impl AttendanceDay {
    /// The day of a record from a sheet, in the words of a language.
    #[must_use]
    pub fn of(locale: Locale, sheet: &Sheet, record: &DayRecord<'_>) -> Self {
        let day = &record.day;
        let zone = sheet.life.zone(day.on);
        Self {
            on: day.on.into(),
            time_zone: zone.name().to_owned(),
            basis: day.basis,
            state: record.state(),
            explained: explain(locale, record, zone),
            approved_by: day.arrangement.and_then(|arrangement| arrangement.decided_by),
            schedule: day.schedule.cloned().map(Schedule::from),
            holiday: day.holiday.cloned().map(Holiday::from),
            ramadan: day.ramadan.cloned().map(RamadanPeriod::from),
            arrangement: day.arrangement.cloned().map(DutyArrangement::from),
            shifts: record.shifts.iter().map(AttendanceShift::from).collect(),
            deduction_percent: record.hundredths().map(percent),
        }
    }
}

impl AttendanceDay {
    /// The same, whose explanation does not name who approved it.
    #[must_use]
    pub fn without_approver(self) -> Self {
        Self { approved_by: None, ..self }
    }
}

/// What is known of it beyond the record.
#[ComplexObject]
impl AttendanceDay {
    /// The basis in words, in the language of the request: from when to when, by which working hours, decree or letter,
    /// who approved it, where one may see them, and whether lateness that may be made up was.
    async fn explanation(&self, ctx: &Context<'_>) -> Result<String> {
        let Some(DutyArrangement(row)) = &self.arrangement else { return Ok(self.explained.clone()) };
        let approver = decider(ctx, self.approved_by).await?;
        let decision = approver.map(|approver| explain::approved(ctx.locale(), row, &approver.0.name));
        Ok([Some(self.explained.clone()), decision].into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}
