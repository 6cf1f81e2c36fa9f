//! Somebody's months and days.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{Datelike as _, NaiveDate};
use entity::ids::EmployeeId;

use super::check_in::percent;
use super::day::AttendanceDay;
use crate::attendance::day::{Totals, totals};
use crate::attendance::months::{Sheet, SheetOf};
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, SHEET, Weighs};
use crate::graphql::rows;
use crate::graphql::scalars::YearMonth;
use crate::problem::Problem;

/// A month of a civil servant's attendance (*rekap presensi bulanan*).
#[derive(Debug, Clone)]
pub struct AttendanceMonth {
    /// The month.
    pub month: YearMonth,
    /// What is known of its days.
    pub sheet: Arc<Sheet>,
}

/// A month of a civil servant's attendance (*rekap presensi bulanan*).
#[Object(directive = Weighs::apply(SHEET))]
impl AttendanceMonth {
    /// The month.
    async fn month(&self) -> YearMonth {
        self.month
    }

    /// Its days, in order.
    #[graphql(directive = Lists::apply(31))]
    async fn days(&self, ctx: &Context<'_>) -> Vec<AttendanceDay> {
        let records = self.sheet.records(self.month.days(), ctx.app().clock.now());
        records.iter().map(|record| AttendanceDay::of(ctx.locale(), &self.sheet, record)).collect()
    }

    /// What they add up to.
    async fn totals(&self, ctx: &Context<'_>) -> AttendanceTotals {
        totals(&self.sheet.records(self.month.days(), ctx.app().clock.now())).into()
    }
}

/// What days of attendance add up to. Days to come count for nothing.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct AttendanceTotals {
    /// Days with a shift that has begun or is over (*hari kerja*).
    workdays: u32,
    /// Days on which they came or went (*hadir*).
    present_days: u32,
    /// Days that are over without any presence (*tidak hadir tanpa keterangan*).
    absent_days: u32,
    /// Days on which something waits for somebody to look at it (*sedang diperiksa*): neither present nor absent.
    under_review_days: u32,
    /// Days of leave (*cuti*).
    leave_days: u32,
    /// Days on which they came late (*terlambat*) and did not make it up.
    late_days: u32,
    /// Minutes late, together.
    minutes_late: i32,
    /// Days on which they went early (*pulang sebelum waktunya*).
    early_days: u32,
    /// Minutes that they went early, together.
    minutes_early: i32,
    /// Shifts that are over without a check-in (*lupa presensi masuk*).
    missing_ins: u32,
    /// Shifts that are over without a check-out (*lupa presensi pulang*).
    missing_outs: u32,
    /// The cut of the allowance (*potongan tunjangan*) in percent, with what the rule of lateness cuts by the month; absent
    /// where no rule sets one.
    deduction_percent: Option<f64>,
    /// Cuts that the rule of lateness orders and for which the agency has not set a percentage: they are missing in the sum.
    unset_deductions_count: u32,
}

impl From<Totals> for AttendanceTotals {
    fn from(totals: Totals) -> Self {
        Self {
            workdays: totals.workdays,
            present_days: totals.present_days,
            absent_days: totals.absent_days,
            under_review_days: totals.under_review_days,
            leave_days: totals.leave_days,
            late_days: totals.late_days,
            minutes_late: totals.minutes_late,
            early_days: totals.early_days,
            minutes_early: totals.minutes_early,
            missing_ins: totals.missing_ins,
            missing_outs: totals.missing_outs,
            deduction_percent: totals.hundredths.map(percent),
            unset_deductions_count: totals.unset_cuts,
        }
    }
}

/// Somebody's month; nothing where the caller may not read their days.
///
/// # Errors
/// When the database does not answer.
pub async fn month(ctx: &Context<'_>, employee_id: EmployeeId, month: YearMonth) -> Result<Option<AttendanceMonth>> {
    let (first, last) = month.days().into_inner();
    let sheet = rows::load(ctx, SheetOf { employee_id, first, last }).await?;
    Ok(sheet.map(|sheet| AttendanceMonth { month, sheet }))
}

/// Somebody's day; nothing where the caller may not read their days.
///
/// # Errors
/// `BAD_USER_INPUT` for a day of no plausible year.
pub async fn day(ctx: &Context<'_>, employee_id: EmployeeId, on: NaiveDate) -> Result<Option<AttendanceDay>> {
    check_day(on)?;
    let sheet = rows::load(ctx, SheetOf { employee_id, first: on, last: on }).await?;
    Ok(sheet.and_then(|sheet| day_of(ctx, &sheet, on)))
}

/// A day of a sheet.
pub(super) fn day_of(ctx: &Context<'_>, sheet: &Sheet, on: NaiveDate) -> Option<AttendanceDay> {
    let record = sheet.records(on..=on, ctx.app().clock.now()).pop()?;
    Some(AttendanceDay::of(ctx.locale(), sheet, &record))
}

/// Within the years that both databases and every phone can write.
pub(super) fn check_day(on: NaiveDate) -> Result<()> {
    if (1970..9999).contains(&on.year()) { Ok(()) } else { Err(Error::bad_input("on", Problem::Malformed)) }
}
