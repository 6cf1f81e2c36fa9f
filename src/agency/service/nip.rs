//! A civil servant's number changes; the numbers before it stay as history.

use chrono::{Days, NaiveDate};
use entity::employee::Employment;
use entity::ids::{EmployeeId, EmployeeNipId};
use entity::{employee, employee_nip};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, SqlErr,
};

use super::Lookup;
use crate::agency::schema::ChangeEmployeeNipInput;
use crate::agency::{nip, rules};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::graphql::scalars::Nip;
use crate::input;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;

/// Gives somebody a new number from a day on. The number that they carry already changes nothing.
///
/// # Errors
/// What `ChangeEmployeeNipErrorCode` names.
pub async fn change(app: &App, actor: &Actor, input: ChangeEmployeeNipInput) -> Result<employee::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let before = rows::held::<EmployeeId>(&transaction, actor, "employeeId", &input.employee_id).await?;
    policy::require(actor, Action::Keep(before.agency_id))?;
    let lookup = Lookup { transaction: &transaction, actor, agency: before.agency_id };
    let now = app.clock.now();
    let today = rules::local_day(now, &lookup.time_zone(None).await?);
    let employment = input.employment.map_or(before.employment, Into::into);
    check("nip", &input.nip.0, employment, today)?;
    let mut number = None;
    let present = present(&transaction, before.id).await?;
    if present.as_ref().is_none_or(|present| present.nip != input.nip.0) {
        let earliest = present.as_ref().map_or(input::FIRST_DAY, |present| present.valid_from);
        let valid_from = input::within("validFrom", input.valid_from.0, &(earliest..=today))?;
        if let Some(present) = present {
            let mut past = present.into_active_model();
            past.valid_until = Set(valid_from.checked_sub_days(Days::new(1)));
            past.update(&transaction).await?;
        }
        number = Some(give(app, &transaction, &before, input.nip, valid_from).await?);
    }
    let is_changed = number.is_some() || employment != before.employment;
    let mut employee = before.into_active_model();
    employee.employment = Set(employment);
    employee.updated_at = Set(now);
    let employee = employee.update(&transaction).await?;
    if is_changed {
        let entry = Entry::new("NIP_CHANGED", employee.id).id_if_any("number", number).word("employment", employment);
        audit::append(&transaction, app, Some(by), Some(employee.agency_id), entry).await?;
    }
    transaction.commit().await?;
    app.actors.forget();
    Ok(employee)
}

/// The number that somebody carries now.
pub(super) async fn present(
    transaction: &DatabaseTransaction,
    employee: EmployeeId,
) -> Result<Option<employee_nip::Model>> {
    let present = employee_nip::Entity::find()
        .filter(employee_nip::Column::EmployeeId.eq(employee))
        .filter(employee_nip::Column::ValidUntil.is_null());
    Ok(present.one(transaction).await?)
}

/// Checks the structure of a number.
pub(super) fn check(field: &str, number: &str, employment: Employment, today: NaiveDate) -> Result<()> {
    nip::check(number, employment, today).map_err(|_| Error::at(field, Problem::InvalidNip))
}

/// Makes a number somebody's present one; nobody else may carry it.
pub(super) async fn give(
    app: &App,
    transaction: &DatabaseTransaction,
    employee: &employee::Model,
    number: Nip,
    valid_from: NaiveDate,
) -> Result<EmployeeNipId> {
    let row = employee_nip::ActiveModel {
        id: Set(app.ids.new_id(app.clock.now())),
        agency_id: Set(employee.agency_id),
        employee_id: Set(employee.id),
        nip: Set(number.0),
        valid_from: Set(valid_from),
        valid_until: Set(None),
    };
    Ok(row.insert(transaction).await.map_err(taken)?.id)
}

fn taken(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::at("nip", Problem::AlreadyExists),
        _ => error.into(),
    }
}
