//! Accounts of civil servants: opened with a code from their admin, reset, locked.

use std::net::IpAddr;

use entity::ids::{AccountId, EmployeeId};
use entity::one_time_code::Purpose;
use entity::{account, contact, employee, role_grant};
use sea_orm::sea_query::{Expr, IntoCondition, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    QueryFilter, QuerySelect,
};

use super::rules::{Identifier, Slowdown};
use super::session::revoke_devices;
use super::throttle::{self, Counter};
use super::{code, find, password};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;

/// A civil servant as an admin names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By id.
    Id(EmployeeId),
    /// By present number: for the national admin, who sees no lists of people.
    Nip(String),
}

/// The employee whom an admin names, locked until the commit; not found alike whether there is none or the actor may
/// not see them.
///
/// # Errors
/// `NOT_FOUND` at `field`.
pub async fn named(
    transaction: &DatabaseTransaction,
    actor: &Actor,
    field: &str,
    named: &Named,
) -> Result<employee::Model> {
    let not_found = || Error::at(field, Problem::NotFound);
    let found = match named {
        Named::Id(id) => {
            policy::find::<employee::Entity>(actor).filter(employee::Column::Id.eq(*id)).one(transaction).await?
        }
        Named::Nip(nip) => {
            let person = actor.person()?;
            find::employee(transaction, nip)
                .await?
                .filter(|found| person.is_national_admin || person.administers.contains(&found.agency_id))
        }
    };
    let id = found.ok_or_else(not_found)?.id;
    // Weak enough that check-ins, which refer to them, do not wait for the audit log's turn.
    let held = employee::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(transaction).await?;
    held.ok_or_else(not_found)
}

/// A new account.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    app: &App,
    transaction: &DatabaseTransaction,
    name: &str,
    password_hash: Option<String>,
) -> Result<account::Model> {
    let now = app.clock.now();
    let account = account::ActiveModel {
        id: Set(app.ids.new_id(now)),
        name: Set(name.to_owned()),
        password_hash: Set(password_hash),
        locked_at: Set(None),
        created_at: Set(now),
    };
    Ok(account.insert(transaction).await?)
}

/// Adds a verified e-mail address, in its normal form, to an account.
///
/// # Errors
/// When the database does not answer or the address is taken.
pub async fn add_email(app: &App, transaction: &DatabaseTransaction, account: AccountId, email: String) -> Result<()> {
    let now = app.clock.now();
    let contact = contact::ActiveModel {
        id: Set(app.ids.new_id(now)),
        account_id: Set(account),
        kind: Set(contact::Kind::Email),
        value: Set(email),
        verified_at: Set(now),
    };
    contact.insert(transaction).await?;
    Ok(())
}

/// The account of an employee; opened, without a password, where there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn of_employee(
    app: &App,
    transaction: &DatabaseTransaction,
    employee: &employee::Model,
) -> Result<account::Model> {
    if let Some(id) = employee.account_id
        && let Some(account) = account::Entity::find_by_id(id).one(transaction).await?
    {
        return Ok(account);
    }
    let account = open(app, transaction, &employee.name, None).await?;
    employee::Entity::update_many()
        .col_expr(employee::Column::AccountId, Expr::value(account.id))
        .filter(employee::Column::Id.eq(employee.id))
        .exec(transaction)
        .await?;
    Ok(account)
}

/// A code for an employee to open their account or to set a new password.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` unless one may decide over the person's account.
pub async fn issue_code(app: &App, actor: &Actor, whom: &Named) -> Result<(String, Instant)> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let employee = named(&transaction, actor, "employee", whom).await?;
    require_over(&transaction, actor, &employee).await?;
    let account = of_employee(app, &transaction, &employee).await?;
    let made = code::make(app, &transaction, Purpose::Account, &account.id.to_string()).await?;
    let entry = Entry::new("ACCOUNT_CODE_ISSUED", account.id).id("employee", employee.id);
    audit::append(&transaction, app, Some(by), Some(employee.agency_id), entry).await?;
    transaction.commit().await?;
    tracing::info!(audit = true, by = %by, to = %account.id, "a one-time code was issued");
    Ok(made)
}

/// Who may decide over somebody's account: the admin of their agency; over an admin's, the national admin alone, or one
/// admin could take over another's.
async fn require_over(db: &impl ConnectionTrait, actor: &Actor, employee: &employee::Model) -> Result<()> {
    let is_oneself = actor.employment().is_some_and(|me| me.id == employee.id);
    if !is_oneself && is_agency_admin(db, employee).await? {
        policy::require(actor, Action::NameAgencyAdmins)
    } else {
        policy::require(actor, Action::Keep(employee.agency_id))
    }
}

async fn is_agency_admin(db: &impl ConnectionTrait, employee: &employee::Model) -> Result<bool> {
    let Some(account) = employee.account_id else { return Ok(false) };
    let grant = role_grant::Entity::find()
        .filter(role_grant::Column::AccountId.eq(account))
        .filter(role_grant::Column::Role.eq(role_grant::Role::AgencyAdmin))
        .filter(role_grant::Column::RevokedAt.is_null());
    Ok(grant.one(db).await?.is_some())
}

/// Wrong codes are counted by who is meant and where they come from together: no stranger keeps somebody waiting.
pub(super) fn code_counters(subject: &str, address: IpAddr) -> [Counter; 2] {
    let from = address.to_string();
    let here = Counter::new(Slowdown::ACCOUNT, &[b"code", subject.as_bytes(), from.as_bytes()]);
    [here, Counter::address("code", address)]
}

/// Sets the password of an account with a one-time code; whoever was logged in is logged out.
///
/// # Errors
/// `INVALID_CODE` alike for an unknown person and a wrong code; the rules for new passwords; `TOO_MANY_ATTEMPTS`.
pub async fn activate(app: &App, address: IpAddr, identifier: &str, typed: &str, new_password: &str) -> Result<()> {
    password::check_new("newPassword", new_password, &[identifier])?;
    let identifier = Identifier::read(identifier);
    let counters = code_counters(identifier.key(), address);
    let turn = app.hasher.turn().await?;
    throttle::check(app, &counters).await?;
    let hash = turn.hash(new_password).await?;
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    let account = find::account(&transaction, &identifier).await?;
    let is_right = match &account {
        Some(account) => code::take(app, &transaction, Purpose::Account, &account.id.to_string(), typed).await?,
        None => false,
    };
    let Some(account) = account.filter(|_| is_right) else {
        transaction.commit().await?;
        throttle::fail(app, &counters).await?;
        return Err(Error::at("code", Problem::InvalidCode));
    };
    set_password(&transaction, &account, hash).await?;
    let ended = revoke_devices(&transaction, account.id, Condition::all(), now).await?;
    throttle::succeed(&transaction, &counters).await?;
    transaction.commit().await?;
    app.actors.forget_devices(&ended).await;
    Ok(())
}

async fn set_password(transaction: &DatabaseTransaction, account: &account::Model, hash: String) -> Result<()> {
    let changed = account::ActiveModel { id: Set(account.id), password_hash: Set(Some(hash)), ..Default::default() };
    changed.update(transaction).await?;
    Ok(())
}

/// Changes one's own password; every other device is logged out.
///
/// # Errors
/// `INVALID_CREDENTIALS` at `currentPassword`; the rules for new passwords; `TOO_MANY_ATTEMPTS`.
pub async fn change_password(app: &App, actor: &Actor, current: &str, new_password: &str) -> Result<()> {
    let person = actor.person()?;
    let by_id = || account::Entity::find_by_id(person.account_id);
    let account = by_id().one(app.db.read()).await?.ok_or_else(Error::unauthenticated)?;
    password::check_new("newPassword", new_password, &[&account.name])?;
    let counters = [Counter::new(Slowdown::ACCOUNT, &[b"password", person.account_id.0.as_bytes()])];
    let turn = app.hasher.turn().await?;
    throttle::check(app, &counters).await?;
    let (is_right, turn) = turn.verify(current, account.password_hash.as_deref()).await?;
    if !is_right {
        throttle::fail(app, &counters).await?;
        return Err(Error::at("currentPassword", Problem::InvalidCredentials));
    }
    let hash = turn.hash(new_password).await?;
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    let unchanged = by_id().lock(LockType::NoKeyUpdate).one(&transaction).await?;
    if unchanged.as_ref().map(|now| &now.password_hash) != Some(&account.password_hash) {
        return Err(Error::at("currentPassword", Problem::InvalidCredentials));
    }
    set_password(&transaction, &account, hash).await?;
    let others = entity::device::Column::Id.ne(person.device_id).into_condition();
    let ended = revoke_devices(&transaction, account.id, others, now).await?;
    throttle::succeed(&transaction, &counters).await?;
    transaction.commit().await?;
    app.actors.forget_devices(&ended).await;
    Ok(())
}

/// Keeps an employee out of their account, or lets them in again. Locking logs every device out.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` unless one may decide over the person's account.
pub async fn set_lock(app: &App, actor: &Actor, whom: EmployeeId, is_locked: bool) -> Result<employee::Model> {
    let by = actor.person()?.account_id;
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    let employee = named(&transaction, actor, "employeeId", &Named::Id(whom)).await?;
    require_over(&transaction, actor, &employee).await?;
    let account = of_employee(app, &transaction, &employee).await?;
    account::Entity::update_many()
        .col_expr(account::Column::LockedAt, Expr::value(is_locked.then_some(now)))
        .filter(account::Column::Id.eq(account.id))
        .exec(&transaction)
        .await?;
    let ended =
        if is_locked { revoke_devices(&transaction, account.id, Condition::all(), now).await? } else { Vec::new() };
    let decision = if is_locked { "ACCOUNT_LOCKED" } else { "ACCOUNT_UNLOCKED" };
    let entry = Entry::new(decision, account.id).id("employee", employee.id);
    audit::append(&transaction, app, Some(by), Some(employee.agency_id), entry).await?;
    transaction.commit().await?;
    app.actors.forget_devices(&ended).await;
    tracing::info!(audit = true, %by, of = %account.id, is_locked, "an account was locked or unlocked");
    Ok(employee)
}
