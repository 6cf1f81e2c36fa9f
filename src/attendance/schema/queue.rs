//! What the queues of superiors have in common: whose requests stand in them, and who decided.

use async_graphql::{Context, ID};
use entity::employee;
use entity::ids::{AccountId, AgencyId, UnitId};
use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _, QuerySelect as _, QueryTrait as _, Select};

use crate::agency::schema::Employee;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::rows;
use crate::policy::{self, Scoped};

/// The rows of other people that the caller may see: of an agency, of a unit without those below it, or of all.
///
/// # Errors
/// `BAD_USER_INPUT` for a malformed id.
pub fn of_others<E: Scoped>(
    ctx: &Context<'_>,
    agency: (E::Column, Option<&ID>),
    unit: (E::Column, Option<&ID>),
) -> Result<Select<E>> {
    let ((agency_of, agency), (employee_of, unit)) = (agency, unit);
    let agency: Option<AgencyId> = rows::parse_some_id("agencyId", agency)?;
    let unit: Option<UnitId> = rows::parse_some_id("unitId", unit)?;
    let in_unit = |unit: UnitId| {
        let people = employee::Entity::find().filter(employee::Column::UnitId.eq(unit));
        people.select_only().column(employee::Column::Id).into_query()
    };
    Ok(policy::find::<E>(ctx.actor())
        .filter(employee_of.is_not_in(ctx.actor().employment().map(|me| me.id)))
        .apply_if(agency, |found, agency| found.filter(agency_of.eq(agency)))
        .apply_if(unit, |found, unit| found.filter(employee_of.in_subquery(in_unit(unit)))))
}

/// Who decided, where the caller may see them.
///
/// # Errors
/// When the database does not answer.
pub async fn decider(ctx: &Context<'_>, account: Option<AccountId>) -> Result<Option<Employee>> {
    let Some(account) = account else { return Ok(None) };
    let employee = rows::load(ctx, account).await?;
    Ok(employee.map(Employee))
}
