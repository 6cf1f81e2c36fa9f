//! What is read for many rows at once: a number for each person, a zone for each unit.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::{AgencyId, EmployeeId, ScheduleId, UnitId};
use entity::{employee_nip, shift, unit};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Statement,
};

use super::rules::{Branch, UnitTree};
use crate::db;
use crate::error::Error;
use crate::graphql::rows::Rows;
use crate::policy;

/// The number that an employee carries now, in full: who may see it whole is decided where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PresentNipOf(pub EmployeeId);

impl Loader<PresentNipOf> for Rows {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PresentNipOf]) -> Result<HashMap<PresentNipOf, String>, Arc<Error>> {
        let ids = keys.iter().map(|key| key.0.into());
        let rows = employee_nip::Entity::find()
            .filter(db::any_of(self.app.db.engine(), employee_nip::Column::EmployeeId, ids))
            .filter(employee_nip::Column::ValidUntil.is_null())
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        Ok(rows.into_iter().map(|row| (PresentNipOf(row.employee_id), row.nip)).collect())
    }
}

/// The shifts of working hours that the caller may see, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShiftsOf(pub ScheduleId);

impl Loader<ShiftsOf> for Rows {
    type Value = Vec<shift::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ShiftsOf]) -> Result<HashMap<ShiftsOf, Vec<shift::Model>>, Arc<Error>> {
        let schedules = keys.iter().map(|key| key.0.into());
        let rows = policy::find::<shift::Entity>(self.actor.get())
            .filter(db::any_of(self.app.db.engine(), shift::Column::ScheduleId, schedules))
            .order_by_asc(shift::Column::Position)
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let mut shifts = HashMap::<ShiftsOf, Vec<shift::Model>>::new();
        for row in rows {
            shifts.entry(ShiftsOf(row.schedule_id)).or_default().push(row);
        }
        Ok(shifts)
    }
}

/// The tree of an agency's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitTreeOf(pub AgencyId);

impl Loader<UnitTreeOf> for Rows {
    type Value = Arc<UnitTree>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[UnitTreeOf]) -> Result<HashMap<UnitTreeOf, Arc<UnitTree>>, Arc<Error>> {
        let agencies = keys.iter().map(|key| key.0.into());
        let wanted = db::any_of(self.app.db.engine(), unit::Column::AgencyId, agencies);
        let trees = unit_trees(self.app.db.read(), wanted).await.map_err(|error| Arc::new(error.into()))?;
        Ok(trees.into_iter().map(|(agency, tree)| (UnitTreeOf(agency), Arc::new(tree))).collect())
    }
}

/// Reads the tree of an agency's units.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_tree(db: &impl ConnectionTrait, agency: AgencyId) -> Result<UnitTree, DbErr> {
    Ok(unit_trees(db, unit::Column::AgencyId.eq(agency)).await?.remove(&agency).unwrap_or_default())
}

async fn unit_trees(db: &impl ConnectionTrait, wanted: SimpleExpr) -> Result<HashMap<AgencyId, UnitTree>, DbErr> {
    let rows: Vec<(AgencyId, UnitId, Option<UnitId>, Option<String>)> = unit::Entity::find()
        .filter(wanted)
        .select_only()
        .columns([unit::Column::AgencyId, unit::Column::Id, unit::Column::ParentId, unit::Column::TimeZone])
        .into_tuple()
        .all(db)
        .await?;
    let mut trees: HashMap<AgencyId, UnitTree> = HashMap::new();
    for (agency, id, parent_id, time_zone) in rows {
        trees.entry(agency).or_default().insert(id, Branch { parent_id, time_zone });
    }
    Ok(trees)
}

/// The given units and every unit below them, by id.
///
/// # Errors
/// When the database does not answer.
pub async fn units_below(
    db: &impl ConnectionTrait,
    units: impl IntoIterator<Item = UnitId>,
) -> Result<Vec<UnitId>, Error> {
    let engine = db.get_database_backend();
    let (given, values) = db::among(engine, 1, units.into_iter().map(|unit| unit.0));
    // UNION drops what was met before, so that it ends even in a tree that closes a circle.
    let downwards = format!(
        "WITH RECURSIVE downwards (id) AS (
            SELECT id FROM unit WHERE id {given}
            UNION
            SELECT unit.id FROM unit JOIN downwards ON unit.parent_id = downwards.id
        ) SELECT id FROM downwards ORDER BY id"
    );
    let rows = db.query_all_raw(Statement::from_sql_and_values(engine, downwards, values)).await?;
    rows.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}
