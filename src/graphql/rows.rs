//! Rows by id, in batches: one query a table and a step of the answer, always through the actor's scope.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::ID;
use async_graphql::dataloader::Loader;
use entity::employee;
use entity::ids::{
    AccountId, AgencyId, CheckInId, CheckInReviewId, CorrectionId, CourseId, CourseRunId, CourseSessionId, DeviceId,
    DutyArrangementId, EmployeeId, EnrolmentId, HolidayId, JurisdictionId, LatenessAdoptionId, LatenessRuleId,
    RamadanPeriodId, ReviewThresholdId, RoleGrantId, RosterEntryId, ScheduleId, ShiftId, SiasnTermId, TypedId, UnitId,
    VenueId,
};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter as _, QuerySelect as _, Select};
use uuid::Uuid;

use super::context::{ContextExt as _, RequestActor};
use super::page::{self, Keyset, Page, PageArgs};
use crate::app::App;
use crate::db;
use crate::error::{Error, Result};
use crate::policy::{self, Actor, Scoped};
use crate::problem::Problem;

/// Loads rows for one request.
#[derive(Debug)]
pub struct Rows {
    /// The running server's parts.
    pub app: Arc<App>,
    /// Who asks.
    pub actor: Arc<RequestActor>,
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
    CheckInReviewId => check_in_review,
    CorrectionId => correction,
    CourseId => course,
    CourseRunId => course_run,
    CourseSessionId => course_session,
    DeviceId => device,
    DutyArrangementId => duty_arrangement,
    EmployeeId => employee,
    EnrolmentId => enrolment,
    HolidayId => holiday,
    JurisdictionId => jurisdiction,
    RamadanPeriodId => ramadan_period,
    LatenessAdoptionId => lateness_adoption,
    LatenessRuleId => lateness_rule,
    ReviewThresholdId => review_threshold,
    RoleGrantId => role_grant,
    RosterEntryId => roster_entry,
    ScheduleId => schedule,
    ShiftId => shift,
    SiasnTermId => siasn_term,
    UnitId => unit,
    VenueId => venue,
}

impl<K: RowKey> Loader<K> for Rows {
    type Value = Row<K>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[K]) -> std::result::Result<HashMap<K, Row<K>>, Arc<Error>> {
        let ids = keys.iter().map(|key| (*key).into());
        let rows = policy::find::<K::Table>(self.actor.get())
            .filter(db::any_of(self.app.db.engine(), K::ID, ids))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        Ok(rows.into_iter().map(|row| (K::of(&row), row)).collect())
    }
}

/// Employees by their accounts.
impl Loader<AccountId> for Rows {
    type Value = employee::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[AccountId]) -> std::result::Result<HashMap<AccountId, employee::Model>, Arc<Error>> {
        let ids = keys.iter().map(|key| key.0);
        let rows = policy::find::<employee::Entity>(self.actor.get())
            .filter(db::any_of(self.app.db.engine(), employee::Column::AccountId, ids))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        Ok(rows.into_iter().filter_map(|row| Some((row.account_id?, row))).collect())
    }
}

/// What stands behind a key: the row of an id, unless the actor may not see it.
///
/// # Errors
/// When the database does not answer.
pub async fn load<K>(ctx: &async_graphql::Context<'_>, key: K) -> Result<Option<<Rows as Loader<K>>::Value>>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    Rows: Loader<K, Error = Arc<Error>>,
{
    // Apart: each field of an object takes the room of its largest, and most of them load nothing.
    Box::pin(ctx.rows().load_one(key)).await.map_err(|shared| Error::shared(&shared))
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

/// As [`load`], for an edge that is always there for who sees the row that it starts from.
///
/// # Errors
/// When the database does not answer, or it is not there after all.
pub async fn load_present<K: RowKey>(ctx: &async_graphql::Context<'_>, key: K) -> Result<Row<K>> {
    load(ctx, key).await?.ok_or_else(|| Error::internal(format!("{key} is not there for who sees what points at it")))
}

/// A page of rows in the order in which they were made.
///
/// # Errors
/// `BAD_USER_INPUT` for `first` or `after`.
pub async fn page<K: RowKey>(
    ctx: &async_graphql::Context<'_>,
    first: Option<i32>,
    after: Option<String>,
    rows: Select<K::Table>,
) -> Result<Page<Row<K>>> {
    let args = PageArgs::new(ctx, first, after)?;
    page::page(&ctx.app().db, rows, keyset::<K>(), args).await
}

/// The rows of a table in the order in which they were made.
#[must_use]
pub fn keyset<K: RowKey>() -> Keyset<K::Table> {
    Keyset::by_id(K::ID, |row| K::of(row).into())
}

/// The typed id in an argument.
///
/// # Errors
/// `BAD_USER_INPUT` at `field` when it is malformed or of another kind.
pub fn parse_id<K: RowKey>(field: &str, id: &ID) -> Result<K> {
    id.parse().map_err(|_| Error::bad_input(field, Problem::Malformed))
}

/// As [`parse_id`], for an argument that may be absent.
///
/// # Errors
/// As [`parse_id`].
pub fn parse_some_id<K: RowKey>(field: &str, id: Option<&ID>) -> Result<Option<K>> {
    id.map(|id| parse_id(field, id)).transpose()
}

/// The row that an input names, for an action.
///
/// # Errors
/// As [`parse_id`]; `NOT_FOUND` at `field` when there is none or the actor may not see it.
pub async fn named<K: RowKey>(db: &impl ConnectionTrait, actor: &Actor, field: &str, id: &ID) -> Result<Row<K>> {
    one(db, policy::find(actor), field, parse_id::<K>(field, id)?).await
}

/// The id of a row that an input may name.
///
/// # Errors
/// As [`named`].
pub async fn named_some<K: RowKey>(
    db: &impl ConnectionTrait,
    actor: &Actor,
    field: &str,
    id: Option<&ID>,
) -> Result<Option<K>> {
    match id {
        Some(id) => Ok(Some(K::of(&named::<K>(db, actor, field, id).await?))),
        None => Ok(None),
    }
}

/// As [`named`], held until the end of the transaction, so that of two actions on it the second sees what the first
/// did. References to the row may come meanwhile. (On SQLite a transaction is alone anyway.)
///
/// # Errors
/// As [`named`].
pub async fn held<K: RowKey>(db: &impl ConnectionTrait, actor: &Actor, field: &str, id: &ID) -> Result<Row<K>> {
    one(db, policy::find(actor).lock(LockType::NoKeyUpdate), field, parse_id::<K>(field, id)?).await
}

async fn one<K: RowKey>(db: &impl ConnectionTrait, rows: Select<K::Table>, field: &str, key: K) -> Result<Row<K>> {
    let row = rows.filter(K::ID.eq(Into::<Uuid>::into(key))).one(db).await?;
    row.ok_or_else(|| Error::at(field, Problem::NotFound))
}
