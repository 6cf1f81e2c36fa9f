//! A unit's day and month, for its superiors and the agency's admins.

use std::ops::RangeInclusive;
use std::sync::Arc;

use async_graphql::{Context, SimpleObject};
use chrono::NaiveDate;
use entity::ids::EmployeeId;
use entity::{employee, unit};
use sea_orm::QueryFilter as _;

use super::day::AttendanceDay;
use super::month::{AttendanceMonth, check_day, day_of};
use crate::agency::loader::units_below;
use crate::agency::schema::Employee;
use crate::attendance::lives::Placed;
use crate::attendance::months::{self, Sheet};
use crate::connection;
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::page::{self, Page, PageArgs};
use crate::graphql::rows;
use crate::graphql::scalars::YearMonth;
use crate::policy::{self, Action};

/// A civil servant with a day of theirs.
#[derive(Debug, Clone, SimpleObject)]
pub struct EmployeeDay {
    /// Who (*ASN*).
    employee: Employee,
    /// The day.
    attendance: AttendanceDay,
}

connection!(EmployeeDayConnection, EmployeeDayEdge, EmployeeDay);

/// A civil servant with a month of theirs.
#[derive(Debug, Clone, SimpleObject)]
pub struct EmployeeMonth {
    /// Who (*ASN*).
    employee: Employee,
    /// The month.
    attendance: AttendanceMonth,
}

connection!(EmployeeMonthConnection, EmployeeMonthEdge, EmployeeMonth);

/// A day of the people of a unit and of all below it; nobody for who is neither their superior nor an admin.
///
/// # Errors
/// `BAD_USER_INPUT` for `on`, `first` or `after`.
pub async fn attendance_on(
    ctx: &Context<'_>,
    unit: &unit::Model,
    on: NaiveDate,
    first: Option<i32>,
    after: Option<String>,
) -> Result<EmployeeDayConnection> {
    check_day(on)?;
    let people = people(ctx, unit, &(on..=on), PageArgs::new(ctx, first, after)?).await?;
    let people = people.try_map(|(row, sheet)| {
        let attendance = day_of(ctx, &sheet, on).ok_or_else(|| Error::internal("a day without a record"))?;
        Ok(EmployeeDay { employee: row.into(), attendance })
    })?;
    Ok(people.into())
}

/// A month of the people of a unit and of all below it; nobody for who is neither their superior nor an admin.
///
/// # Errors
/// `BAD_USER_INPUT` for `first` or `after`.
pub async fn attendance_month(
    ctx: &Context<'_>,
    unit: &unit::Model,
    month: YearMonth,
    first: Option<i32>,
    after: Option<String>,
) -> Result<EmployeeMonthConnection> {
    let people = people(ctx, unit, &month.days(), PageArgs::new(ctx, first, after)?).await?;
    let people = people.try_map(|(row, sheet)| {
        Ok(EmployeeMonth { employee: row.into(), attendance: AttendanceMonth { month, sheet } })
    })?;
    Ok(people.into())
}

/// A page of people with their sheets: the same number of queries for one or for a hundred.
async fn people(
    ctx: &Context<'_>,
    unit: &unit::Model,
    days: &RangeInclusive<NaiveDate>,
    args: PageArgs,
) -> Result<Page<(employee::Model, Arc<Sheet>)>> {
    let app = ctx.app();
    let may_read = policy::can(ctx.actor(), Action::ReadAttendance { agency: unit.agency_id, unit: unit.id });
    let units = if may_read { units_below(app.db.read(), [unit.id]).await? } else { Vec::new() };
    let found = months::people_of(app, &units, days).filter(policy::with_readable_days(ctx.actor()));
    let people = page::page(&app.db, found, rows::keyset::<EmployeeId>(), args).await?;
    let placed: Vec<Placed> = people.rows.iter().map(|(_, row)| row.into()).collect();
    let sheets = months::sheets(app, &placed, days).await?;
    people.try_map(|row| {
        let sheet = sheets.get(&row.id).cloned().ok_or_else(|| Error::internal("a sheet that was not loaded"))?;
        Ok((row, sheet))
    })
}
