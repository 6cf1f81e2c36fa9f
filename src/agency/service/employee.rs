//! Civil servants are added and changed.

use chrono::{Days, NaiveDate};
use entity::ids::{AgencyId, EmployeeId};
use entity::siasn_term::List;
use entity::{employee, former_placement};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, EntityTrait as _, IntoActiveModel as _};

use super::{Lookup, MAX_NAME, nip};
use crate::agency::rules;
use crate::agency::schema::{CreateEmployeeInput, UpdateEmployeeInput};
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
    let employee = employee::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(agency.id),
        account_id: Set(None),
        source_id: Set(None),
        name: Set(text::name("name", &input.name, MAX_NAME)?),
        employment: Set(input.employment.into()),
        unit_id: Set(lookup.unit("unitId", input.unit_id.as_ref()).await?),
        post: Set(input.post.map(|post| text::name("post", &post, MAX_NAME)).transpose()?),
        post_type_id: Set(lookup.term("postTypeId", List::PostType, input.post_type_id.as_ref()).await?),
        rank_id: Set(lookup.term("rankId", List::Rank, input.rank_id.as_ref()).await?),
        supervisor_id: Set(lookup.colleague("supervisorId", input.supervisor_id.as_ref()).await?),
        is_active: Set(true),
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
    if let Some(is_active) = input::given("isActive", input.is_active)? {
        employee.is_active = Set(is_active);
    }
    employee.updated_at = Set(now);
    let employee = employee.update(&transaction).await?;
    if employee.unit_id != before.unit_id {
        let today = rules::local_day(now, &lookup.time_zone(before.unit_id).await?);
        leave_placement(&transaction, &before, today).await?;
    }
    for entry in decisions(&before, &employee) {
        audit::append(&transaction, app, Some(by), Some(employee.agency_id), entry).await?;
    }
    transaction.commit().await?;
    app.actors.forget();
    Ok(employee)
}

/// Keeps where somebody was until yesterday: their workdays up to then are measured by the working hours there. Moved
/// twice in a day, it is the morning's unit that was theirs.
///
/// # Errors
/// When the database does not answer.
pub async fn leave_placement(db: &impl ConnectionTrait, before: &employee::Model, today: NaiveDate) -> Result<()> {
    let placement = former_placement::ActiveModel {
        employee_id: Set(before.id),
        last_on: Set(today.checked_sub_days(Days::new(1)).unwrap_or(today)),
        agency_id: Set(before.agency_id),
        unit_id: Set(before.unit_id),
    };
    let columns = [former_placement::Column::EmployeeId, former_placement::Column::LastOn];
    former_placement::Entity::insert(placement)
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// What is audited of a change: where somebody serves, and whether.
#[must_use]
pub fn decisions(before: &employee::Model, after: &employee::Model) -> Vec<Entry> {
    let mut decisions = Vec::new();
    if before.unit_id != after.unit_id {
        let entry =
            Entry::new("EMPLOYEE_MOVED", after.id).id_if_any("from", before.unit_id).id_if_any("to", after.unit_id);
        decisions.push(entry);
    }
    if before.is_active != after.is_active {
        let decision = if after.is_active { "EMPLOYEE_REACTIVATED" } else { "EMPLOYEE_DEACTIVATED" };
        decisions.push(Entry::new(decision, after.id));
    }
    if before.supervisor_id != after.supervisor_id {
        let entry = Entry::new("SUPERVISOR_SET", after.id);
        decisions.push(entry.id_if_any("from", before.supervisor_id).id_if_any("to", after.supervisor_id));
    }
    decisions
}
