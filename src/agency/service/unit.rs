//! Work units are added and changed.

use entity::ids::{AgencyId, UnitId};
use entity::{agency, unit};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    QuerySelect as _,
};

use super::{Lookup, MAX_NAME};
use crate::agency::loader::unit_tree;
use crate::agency::rules;
use crate::agency::schema::{CreateUnitInput, UpdateUnitInput};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// Adds a unit.
///
/// # Errors
/// What `CreateUnitErrorCode` names.
pub async fn create(app: &App, actor: &Actor, input: CreateUnitInput) -> Result<unit::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let agency = rows::named::<AgencyId>(&transaction, actor, "agencyId", &input.agency_id).await?;
    policy::require_agency(actor, "agencyId", agency.id)?;
    let lookup = Lookup { transaction: &transaction, actor, agency: agency.id };
    let now = app.clock.now();
    let unit = unit::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(agency.id),
        parent_id: Set(lookup.unit("parentId", input.parent_id.as_ref()).await?),
        source_id: Set(None),
        name: Set(text::name("name", &input.name, MAX_NAME)?),
        jurisdiction_id: Set(
            rows::named_some(&transaction, actor, "jurisdictionId", input.jurisdiction_id.as_ref()).await?
        ),
        time_zone: Set(input.time_zone.map(|zone| input::time_zone("timeZone", &zone)).transpose()?),
        head_employee_id: Set(lookup.colleague("headEmployeeId", input.head_employee_id.as_ref()).await?),
        is_active: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let unit = unit.insert(&transaction).await?;
    transaction.commit().await?;
    app.forget();
    Ok(unit)
}

/// Changes a unit.
///
/// # Errors
/// What `UpdateUnitErrorCode` names.
pub async fn update(app: &App, actor: &Actor, input: UpdateUnitInput) -> Result<unit::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let named = rows::named::<UnitId>(&transaction, actor, "unitId", &input.unit_id).await?;
    policy::require(actor, Action::Keep(named.agency_id))?;
    if !input.parent_id.is_undefined() {
        hold_agency(&transaction, named.agency_id).await?;
    }
    let before = rows::held::<UnitId>(&transaction, actor, "unitId", &input.unit_id).await?;
    let lookup = Lookup { transaction: &transaction, actor, agency: before.agency_id };
    let mut unit = before.clone().into_active_model();
    if let Some(name) = input::given("name", input.name)? {
        unit.name = Set(text::name("name", &name, MAX_NAME)?);
    }
    if let Some(parent) = input.parent_id.as_opt_ref() {
        let parent = lookup.unit("parentId", parent).await?;
        check_tree(&transaction, &before, parent).await?;
        unit.parent_id = Set(parent);
    }
    if let Some(jurisdiction) = input.jurisdiction_id.as_opt_ref() {
        unit.jurisdiction_id = Set(rows::named_some(&transaction, actor, "jurisdictionId", jurisdiction).await?);
    }
    if let Some(head) = input.head_employee_id.as_opt_ref() {
        unit.head_employee_id = Set(lookup.colleague("headEmployeeId", head).await?);
    }
    if let Some(is_active) = input::given("isActive", input.is_active)? {
        unit.is_active = Set(is_active);
    }
    unit.updated_at = Set(app.clock.now());
    let unit = unit.update(&transaction).await?;
    if before.parent_id != unit.parent_id {
        let entry =
            Entry::new("UNIT_MOVED", unit.id).id_if_any("from", before.parent_id).id_if_any("to", unit.parent_id);
        audit::append(&transaction, app, Some(by), Some(unit.agency_id), entry).await?;
    }
    if before.head_employee_id != unit.head_employee_id {
        let entry = Entry::new("UNIT_HEAD_SET", unit.id).id_if_any("from", before.head_employee_id);
        let entry = entry.id_if_any("to", unit.head_employee_id);
        audit::append(&transaction, app, Some(by), Some(unit.agency_id), entry).await?;
    }
    transaction.commit().await?;
    app.forget();
    Ok(unit)
}

/// Holds the agency of a unit that moves: of two moves that close a circle only together, the second sees the first.
/// It is held before the unit, as by whoever sets a unit's zone.
async fn hold_agency(transaction: &DatabaseTransaction, agency: AgencyId) -> Result<()> {
    agency::Entity::find_by_id(agency).lock(LockType::NoKeyUpdate).one(transaction).await?;
    Ok(())
}

/// Whether a unit may come to stand below `parent`.
async fn check_tree(transaction: &DatabaseTransaction, unit: &unit::Model, parent: Option<UnitId>) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    let tree = unit_tree(transaction, unit.agency_id).await?;
    if rules::closes_circle(&tree, unit.id, parent) { Err(Error::at("parentId", Problem::Cycle)) } else { Ok(()) }
}
