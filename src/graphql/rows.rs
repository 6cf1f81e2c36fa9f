//! Rows by id, in batches: one query a table and a step of the answer, always through the actor's scope.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::{
    AgencyId, CheckInId, CourseId, CourseRunId, CourseSessionId, DeviceId, EmployeeId, EnrolmentId, HolidayId,
    JurisdictionId, RoleGrantId, ScheduleId, SiasnTermId, TypedId, UnitId, VenueId,
};
use sea_orm::{EntityTrait, QueryFilter as _};

use super::context::ContextExt as _;
use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::policy::{self, Actor, Scoped};

/// Loads rows for one request.
#[derive(Debug)]
pub struct Rows {
    /// The running server's parts.
    pub app: Arc<App>,
    /// Who asks.
    pub actor: Actor,
}

/// The id of a table whose rows are loaded by id.
pub trait RowKey: TypedId + Hash + Send + Sync + 'static {
    /// The table.
    type Table: Scoped<Model: Clone + Send + Sync>;
    /// Its id column.
    const ID: <Self::Table as EntityTrait>::Column;
    /// The id of a row.
    fn of(row: &<Self::Table as EntityTrait>::Model) -> Self;
}

/// A row of the table of `K`.
pub type Row<K> = <<K as RowKey>::Table as EntityTrait>::Model;

macro_rules! row_keys {
    ($($id:ident => $table:ident),* $(,)?) => {$(
        impl RowKey for $id {
            type Table = entity::$table::Entity;
            const ID: entity::$table::Column = entity::$table::Column::Id;
            fn of(row: &entity::$table::Model) -> Self {
                row.id
            }
        }
    )*};
}

row_keys! {
    AgencyId => agency,
    CheckInId => check_in,
    CourseId => course,
    CourseRunId => course_run,
    CourseSessionId => course_session,
    DeviceId => device,
    EmployeeId => employee,
    EnrolmentId => enrolment,
    HolidayId => holiday,
    JurisdictionId => jurisdiction,
    RoleGrantId => role_grant,
    ScheduleId => schedule,
    SiasnTermId => siasn_term,
    UnitId => unit,
    VenueId => venue,
}

impl<K: RowKey> Loader<K> for Rows {
    type Value = Row<K>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[K]) -> std::result::Result<HashMap<K, Row<K>>, Arc<Error>> {
        let ids = keys.iter().map(|key| (*key).into());
        let rows = policy::find::<K::Table>(&self.actor)
            .filter(db::any_of(self.app.db.engine(), K::ID, ids))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        Ok(rows.into_iter().map(|row| (K::of(&row), row)).collect())
    }
}

/// The row of an id, unless the actor may not see it.
///
/// # Errors
/// When the database does not answer.
pub async fn load<K: RowKey>(ctx: &async_graphql::Context<'_>, key: K) -> Result<Option<Row<K>>> {
    ctx.rows().load_one(key).await.map_err(|shared| Error::shared(&shared))
}

/// As [`load`], for an edge that may be absent.
///
/// # Errors
/// When the database does not answer.
pub async fn load_some<K: RowKey>(ctx: &async_graphql::Context<'_>, key: Option<K>) -> Result<Option<Row<K>>> {
    match key {
        Some(key) => load(ctx, key).await,
        None => Ok(None),
    }
}
