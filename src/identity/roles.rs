//! Roles that are given and taken.

use entity::ids::{AgencyId, RoleGrantId, UnitId};
use entity::role_grant::{self, Role};
use entity::{contact, unit};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::account::{Named, add_email, named, of_employee, open};
use super::{code, rules};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::text;

/// The role to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// To keep an agency: given by the national admin to one of its people.
    AgencyAdmin(AgencyId),
    /// To act as head of a unit: given by the agency's admin to one of its people.
    Supervisor(UnitId),
}

/// Gives a role. Giving it again changes nothing.
///
/// # Errors
/// `NOT_FOUND` for a person or unit that one may not see or that is of another agency; `FORBIDDEN`.
pub async fn grant(app: &App, actor: &Actor, whom: &Named, grant: Grant) -> Result<role_grant::Model> {
    let granter = actor.person()?.account_id;
    if let Grant::AgencyAdmin(_) = grant {
        policy::require(actor, Action::NameAgencyAdmins).inspect_err(|_| {
            tracing::warn!(audit = true, account = %granter, "an agency admin's role was asked for by somebody who may not give it");
        })?;
    }
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    let employee = named(&transaction, actor, "employee", whom).await?;
    let (role, agency_id, unit_id) = match grant {
        Grant::AgencyAdmin(agency) => (Role::AgencyAdmin, agency, None),
        Grant::Supervisor(unit_id) => {
            let unit =
                policy::find::<unit::Entity>(actor).filter(unit::Column::Id.eq(unit_id)).one(&transaction).await?;
            let unit = unit.ok_or_else(|| Error::at("role.supervisorOfUnitId", Problem::NotFound))?;
            policy::require(actor, Action::Keep(unit.agency_id))?;
            (Role::Supervisor, unit.agency_id, Some(unit_id))
        }
    };
    if employee.agency_id != agency_id {
        return Err(Error::at("employee", Problem::NotFound));
    }
    let account = of_employee(app, &transaction, &employee).await?;
    let same = role_grant::Entity::find()
        .filter(role_grant::Column::AccountId.eq(account.id))
        .filter(role_grant::Column::Role.eq(role))
        .filter(role_grant::Column::AgencyId.eq(agency_id))
        .filter(unit_id.map_or_else(|| role_grant::Column::UnitId.is_null(), |id| role_grant::Column::UnitId.eq(id)))
        .filter(role_grant::Column::RevokedAt.is_null());
    if let Some(held) = same.one(&transaction).await? {
        transaction.commit().await?;
        return Ok(held);
    }
    let row = role_grant::ActiveModel {
        id: Set(app.ids.new_id(now)),
        account_id: Set(account.id),
        role: Set(role),
        agency_id: Set(Some(agency_id)),
        unit_id: Set(unit_id),
        granted_by: Set(Some(granter)),
        granted_at: Set(now),
        revoked_at: Set(None),
    };
    let row = row.insert(&transaction).await?;
    audit::append(&transaction, app, Some(granter), row.agency_id, entry("ROLE_GRANTED", &row)).await?;
    transaction.commit().await?;
    app.actors.forget();
    tracing::info!(audit = true, by = %granter, to = %row.account_id, grant = %row.id, "a role was given");
    Ok(row)
}

/// Takes a role back.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` unless one may give it.
pub async fn revoke(app: &App, actor: &Actor, id: RoleGrantId) -> Result<role_grant::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let held =
        policy::find::<role_grant::Entity>(actor).filter(role_grant::Column::Id.eq(id)).one(&transaction).await?;
    let mut held = held.ok_or_else(|| Error::at("roleGrantId", Problem::NotFound))?;
    match (held.role, held.agency_id) {
        (Role::AgencyAdmin, _) => policy::require(actor, Action::NameAgencyAdmins)?,
        (Role::Supervisor, Some(agency)) => policy::require(actor, Action::Keep(agency))?,
        // Given, and so taken, on the server's own terminal alone.
        (Role::NationalAdmin, _) | (Role::Supervisor, None) => return Err(Error::refused(Problem::Forbidden)),
    }
    let now = app.clock.now();
    let taken = role_grant::Entity::update_many()
        .col_expr(role_grant::Column::RevokedAt, Expr::value(now))
        .filter(role_grant::Column::Id.eq(id))
        .filter(role_grant::Column::RevokedAt.is_null())
        .exec(&transaction)
        .await?;
    if taken.rows_affected > 0 {
        audit::append(&transaction, app, Some(by), held.agency_id, entry("ROLE_REVOKED", &held)).await?;
    }
    transaction.commit().await?;
    app.actors.forget();
    held.revoked_at = Some(now);
    tracing::info!(audit = true, %by, from = %held.account_id, grant = %id, "a role was taken back");
    Ok(held)
}

/// Makes a national admin, on the server's own terminal, and answers the code that opens the account.
///
/// # Errors
/// `MALFORMED` or `ALREADY_EXISTS` at `email`; the rules for names.
pub async fn create_national_admin(app: &App, email: &str, name: &str) -> Result<(String, Instant)> {
    let name = text::name("name", name, 100)?;
    let email = rules::email(email).ok_or_else(|| Error::at("email", Problem::Malformed))?;
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    let taken = contact::Entity::find().filter(contact::Column::Value.eq(&email)).one(&transaction).await?;
    if taken.is_some() {
        return Err(Error::at("email", Problem::AlreadyExists));
    }
    let account = open(app, &transaction, &name, None).await?;
    add_email(app, &transaction, account.id, email).await?;
    let role = role_grant::ActiveModel {
        id: Set(app.ids.new_id(now)),
        account_id: Set(account.id),
        role: Set(Role::NationalAdmin),
        agency_id: Set(None),
        unit_id: Set(None),
        granted_by: Set(None),
        granted_at: Set(now),
        revoked_at: Set(None),
    };
    let role = role.insert(&transaction).await?;
    let code = code::make(app, &transaction, entity::one_time_code::Purpose::Account, &account.id.to_string()).await?;
    audit::append(&transaction, app, None, None, entry("ROLE_GRANTED", &role)).await?;
    transaction.commit().await?;
    Ok(code)
}

fn entry(decision: &'static str, grant: &role_grant::Model) -> Entry {
    Entry::new(decision, grant.id)
        .id("account", grant.account_id)
        .word("role", grant.role)
        .id_if_any("unit", grant.unit_id)
}
