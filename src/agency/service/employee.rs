//! Civil servants are added and changed.

use entity::employee;
use entity::ids::{AgencyId, EmployeeId};
use entity::siasn_term::List;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, IntoActiveModel as _};

use super::{Lookup, MAX_NAME, nip, serving};
use crate::agency::rules;
use crate::agency::schema::{CreateEmployeeInput, UpdateEmployeeInput};
use crate::agency::tenure::{self, Asked};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// Adds a civil servant with the number that they carry from today on.
///
/// # Errors
/// What `CreateEmployeeErrorCode` names.
pub async fn create(app: &App, actor: &Actor, input: CreateEmployeeInput) -> Result<employee::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let agency = rows::named::<AgencyId>(&transaction, actor, "agencyId", &input.agency_id).await?;
    policy::require_agency(actor, "agencyId", agency.id)?;
    let lookup = Lookup { transaction: &transaction, actor, agency: agency.id };
    let now = app.clock.now();
    let today = rules::local_day(now, &agency.time_zone);
    nip::check("nip", &input.nip.0, input.employment.into(), today)?;
    let unit_id = lookup.unit("unitId", input.unit_id.as_ref()).await?;
    let local = rules::local_day(now, &lookup.time_zone(unit_id).await?);
    let tenure = tenure::begin(input.serves_from.map(|day| day.0), local)?;
    let employee = employee::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(agency.id),
        account_id: Set(None),
        source_id: Set(None),
        name: Set(text::name("name", &input.name, MAX_NAME)?),
        employment: Set(input.employment.into()),
        unit_id: Set(unit_id),
        post: Set(input.post.map(|post| text::name("post", &post, MAX_NAME)).transpose()?),
        post_type_id: Set(lookup.term("postTypeId", List::PostType, input.post_type_id.as_ref()).await?),
        rank_id: Set(lookup.term("rankId", List::Rank, input.rank_id.as_ref()).await?),
        supervisor_id: Set(lookup.colleague("supervisorId", input.supervisor_id.as_ref()).await?),
        is_active: Set(true),
        serves_from: Set(tenure.from),
        served_until: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let employee = employee.insert(&transaction).await?;
    nip::give(app, &transaction, &employee, input.nip, today).await?;
    transaction.commit().await?;
    app.actors.forget();
    Ok(employee)
}

/// Changes a civil servant.
///
/// # Errors
/// What `UpdateEmployeeErrorCode` names.
pub async fn update(app: &App, actor: &Actor, input: UpdateEmployeeInput) -> Result<employee::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let before = rows::held::<EmployeeId>(&transaction, actor, "employeeId", &input.employee_id).await?;
    policy::require(actor, Action::Keep(before.agency_id))?;
    let lookup = Lookup { transaction: &transaction, actor, agency: before.agency_id };
    let now = app.clock.now();
    let mut employee = before.clone().into_active_model();
    if let Some(name) = input::given("name", input.name)? {
        employee.name = Set(text::name("name", &name, MAX_NAME)?);
    }
    if let Some(employment) = input::given("employment", input.employment)? {
        if let Some(present) = nip::present(&transaction, before.id).await? {
            let today = rules::local_day(now, &lookup.time_zone(None).await?);
            nip::check("employment", &present.nip, employment.into(), today)?;
        }
        employee.employment = Set(employment.into());
    }
    if let Some(unit) = input.unit_id.as_opt_ref() {
        employee.unit_id = Set(lookup.unit("unitId", unit).await?);
    }
    if let Some(post) = input.post.as_opt_ref() {
        employee.post = Set(post.map(|post| text::name("post", post, MAX_NAME)).transpose()?);
    }
    if let Some(post_type) = input.post_type_id.as_opt_ref() {
        employee.post_type_id = Set(lookup.term("postTypeId", List::PostType, post_type).await?);
    }
    if let Some(rank) = input.rank_id.as_opt_ref() {
        employee.rank_id = Set(lookup.term("rankId", List::Rank, rank).await?);
    }
    if let Some(supervisor) = input.supervisor_id.as_opt_ref() {
        let supervisor = lookup.colleague("supervisorId", supervisor).await?;
        if supervisor == Some(before.id) {
            return Err(Error::at("supervisorId", Problem::Cycle));
        }
        employee.supervisor_id = Set(supervisor);
    }
    let asked = Asked {
        is_active: input::given("isActive", input.is_active)?.unwrap_or(before.is_active),
        from: input::given("servesFrom", input.serves_from)?.map(|day| day.0),
        until: input::given("servedUntil", input.served_until)?.map(|day| day.0),
    };
    let today = rules::local_day(now, &lookup.time_zone(before.unit_id).await?);
    let tenure = serving::change(app, &transaction, &before, asked, today).await?.tenure;
    employee.is_active = Set(asked.is_active);
    employee.serves_from = Set(tenure.from);
    employee.served_until = Set(tenure.until);
    employee.updated_at = Set(now);
    let employee = employee.update(&transaction).await?;
    let mut withdrawn = Withdrawn::default();
    if employee.unit_id != before.unit_id {
        withdrawn.by_move = serving::leave_placement(&transaction, &before, today).await?;
    }
    if let Some(last_on) = employee.served_until {
        withdrawn.by_leaving = serving::leave_roster(&transaction, before.id, last_on).await?;
    }
    for entry in decisions(&before, &employee, withdrawn) {
        audit::append(&transaction, app, Some(by), Some(employee.agency_id), entry).await?;
    }
    transaction.commit().await?;
    app.actors.forget();
    Ok(employee)
}

/// How many shifts the roster gives somebody no longer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Withdrawn {
    /// Those of the unit that was left.
    pub by_move: u64,
    /// Those after the last day of service.
    pub by_leaving: u64,
}

/// What is audited of a change: where somebody serves, and since when or until when.
#[must_use]
pub fn decisions(before: &employee::Model, after: &employee::Model, withdrawn: Withdrawn) -> Vec<Entry> {
    let mut decisions = Vec::new();
    let withdrawing = |entry: Entry, shifts: u64| match i64::try_from(shifts).unwrap_or(i64::MAX) {
        0 => entry,
        shifts => entry.number("withdrawnShifts", shifts),
    };
    if before.unit_id != after.unit_id {
        let entry =
            Entry::new("EMPLOYEE_MOVED", after.id).id_if_any("from", before.unit_id).id_if_any("to", after.unit_id);
        decisions.push(withdrawing(entry, withdrawn.by_move));
    }
    let action = match (before.is_active, after.is_active) {
        (true, false) => Some("EMPLOYEE_DEACTIVATED"),
        (false, true) => Some("EMPLOYEE_REACTIVATED"),
        _ if (before.serves_from, before.served_until) == (after.serves_from, after.served_until) => None,
        _ => Some("EMPLOYEE_SERVICE_DATED"),
    };
    if let Some(action) = action {
        let entry = match after.served_until {
            Some(last_on) => Entry::new(action, after.id).day("servedUntil", last_on),
            None => Entry::new(action, after.id).day("servesFrom", after.serves_from),
        };
        decisions.push(withdrawing(entry, withdrawn.by_leaving));
    }
    if before.supervisor_id != after.supervisor_id {
        let entry = Entry::new("SUPERVISOR_SET", after.id);
        decisions.push(entry.id_if_any("from", before.supervisor_id).id_if_any("to", after.supervisor_id));
    }
    decisions
}
