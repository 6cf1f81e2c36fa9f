//! Writes what the reader hands over: one transaction a chunk, several attempts where others write too.

use std::io::Read;
use std::slice;

use entity::ids::TypedId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel,
    Iterable as _, RuntimeErr, SqlErr, Value,
};
use uuid::Uuid;

use super::employees::{Waiting, WaitingList};
use super::error::ImportError;
use super::progress::Progress;
use super::reader::{self, Chunk};
use super::report::{RefusedRow, Report};
use super::rows::{Layout, Row};
use crate::app::App;
use crate::clock::Instant;
use crate::id::Ids;

/// How often a chunk is tried as a whole before its rows are tried one by one, and then each row.
const ATTEMPTS: usize = 3;
/// The key of PostgreSQL's advisory lock that imports take turns by: "impo" in ASCII.
const IMPORT_LOCK: i64 = 0x696d_706f;
/// Rows of one statement. A few fixed sizes, so that the prepared statements that both engines keep stay few.
const BATCHES: [usize; 4] = [512, 64, 8, 1];

/// Where the rows of a file go.
pub(super) trait Target: Sync {
    /// What is written: rows, mostly.
    type Item: Sync;

    /// The line of an item.
    fn line(item: &Self::Item) -> u64;

    /// Writes some items, or refuses them. May be called again for the same items: it keeps nothing.
    fn write(&self, writing: &Writing<'_>, items: &[Self::Item])
    -> impl Future<Output = Result<Outcome, DbErr>> + Send;
}

/// What a row made of what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Updated,
    Unchanged,
}

impl Change {
    /// From what was there to what shall be.
    pub fn between<T: PartialEq>(before: Option<&T>, after: &T) -> Self {
        match before {
            None => Self::Created,
            Some(before) if before == after => Self::Unchanged,
            Some(_) => Self::Updated,
        }
    }
}

/// What became of some rows.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    created: u64,
    updated: u64,
    unchanged: u64,
    refused: Vec<RefusedRow>,
    /// People whose supervisor was not there yet.
    pub waiting: Vec<Waiting>,
}

impl Outcome {
    pub fn count(&mut self, change: Change) {
        *match change {
            Change::Created => &mut self.created,
            Change::Updated => &mut self.updated,
            Change::Unchanged => &mut self.unchanged,
        } += 1;
    }

    /// Counts a row, and says whether it is to be written.
    pub fn changes<T: PartialEq>(&mut self, before: Option<&T>, after: &T) -> bool {
        let change = Change::between(before, after);
        self.count(change);
        change != Change::Unchanged
    }

    pub fn refuse(&mut self, row: RefusedRow) {
        self.refused.push(row);
    }

    fn add(&mut self, other: Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.refused.extend(other.refused);
        self.waiting.extend(other.waiting);
    }

    /// Counts into a report, and gives back who still waits.
    pub fn enter(self, report: &mut Report) -> Vec<Waiting> {
        report.created += self.created;
        report.updated += self.updated;
        report.unchanged += self.unchanged;
        self.refused.into_iter().for_each(|row| report.refuse(row));
        self.waiting
    }
}

/// A transaction in which rows are written, with what writing needs.
pub(super) struct Writing<'a> {
    pub transaction: &'a DatabaseTransaction,
    pub now: Instant,
    ids: &'a Ids,
}

impl Writing<'_> {
    pub fn new_id<T: TypedId>(&self) -> T {
        self.ids.new_id(self.now)
    }

    pub fn engine(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    /// Whether a column holds one of the texts: one value to bind, however many they are.
    pub fn among<'t>(&self, column: impl ColumnTrait, texts: impl IntoIterator<Item = &'t str>) -> Expr {
        let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
        if self.engine() == DbBackend::Postgres {
            return any(column, texts);
        }
        let list = Expr::val(serde_json::Value::from(texts).to_string());
        Expr::cust_with_exprs("? IN (SELECT value FROM json_each(?))", [Expr::col(column.as_column_ref()), list])
    }

    /// Whether a column holds one of the ids.
    pub fn among_ids(&self, column: impl ColumnTrait, ids: impl IntoIterator<Item: Into<Uuid>>) -> Expr {
        let ids: Vec<Uuid> = ids.into_iter().map(Into::into).collect();
        if self.engine() == DbBackend::Postgres {
            return any(column, ids);
        }
        let hex: Vec<_> = ids.iter().map(|id| id.simple().to_string()).collect();
        let list = Expr::val(serde_json::Value::from(hex).to_string());
        Expr::cust_with_exprs("? IN (SELECT unhex(value) FROM json_each(?))", [Expr::col(column.as_column_ref()), list])
    }

    /// Inserts rows; of those whose id is there already, writes the `changed` columns.
    pub async fn save<E>(&self, rows: Vec<E::Model>, changed: &[E::Column]) -> Result<(), DbErr>
    where
        E: EntityTrait<Model: IntoActiveModel<E::ActiveModel> + Send>,
        E::ActiveModel: Send,
    {
        let on_conflict = OnConflict::columns(E::PrimaryKey::iter()).update_columns(changed.iter().copied()).to_owned();
        self.insert::<E>(rows, &on_conflict).await
    }

    /// Inserts rows, but for those whose key is there already.
    pub async fn add<E>(&self, rows: Vec<E::Model>) -> Result<(), DbErr>
    where
        E: EntityTrait<Model: IntoActiveModel<E::ActiveModel> + Send>,
        E::ActiveModel: Send,
    {
        self.insert::<E>(rows, &OnConflict::columns(E::PrimaryKey::iter()).do_nothing().to_owned()).await
    }

    async fn insert<E>(&self, mut rows: Vec<E::Model>, on_conflict: &OnConflict) -> Result<(), DbErr>
    where
        E: EntityTrait<Model: IntoActiveModel<E::ActiveModel> + Send>,
        E::ActiveModel: Send,
    {
        while let Some(size) = BATCHES.into_iter().find(|size| *size <= rows.len()) {
            let batch: Vec<_> = rows.drain(..size).collect();
            E::insert_many(batch.into_iter().map(IntoActiveModel::into_active_model))
                .on_conflict(on_conflict.clone())
                .exec_without_returning(self.transaction)
                .await?;
        }
        Ok(())
    }
}

/// PostgreSQL's way to ask for one of a list.
fn any(column: impl ColumnTrait, list: impl Into<Value>) -> Expr {
    Expr::cust_with_exprs("$1 = ANY($2)", [Expr::col(column.as_column_ref()), Expr::val(list)])
}

/// Reads a file to its end and writes what it holds; gives back who still waits for a supervisor.
pub(super) async fn import<T: Target<Item = Row>>(
    app: &App,
    layout: &'static Layout,
    target: &T,
    input: Box<dyn Read + Send>,
    progress: &dyn Progress,
) -> Result<(Report, WaitingList), ImportError> {
    widen_cache(app).await?;
    // One chunk is written, one waits, one is read.
    let (sender, mut chunks) = tokio::sync::mpsc::channel::<Chunk>(1);
    let reader = tokio::task::spawn_blocking(move || reader::read(layout, input, &sender));
    let mut report = Report::default();
    let mut waiting = WaitingList::default();
    let mut done = 0;
    while let Some(chunk) = chunks.recv().await {
        done += chunk.len() as u64;
        chunk.refused.into_iter().for_each(|row| report.refuse(row));
        waiting.extend(write(app, target, &chunk.rows).await?.enter(&mut report));
        progress.rows(done);
    }
    reader.await.map_err(ImportError::Reader)??;
    Ok((report, waiting))
}

/// SQLite's own 2 MB of cache hold less than a chunk of a large table touches: it would write the same pages to disk
/// again and again. The one connection that writes keeps this until it closes.
async fn widen_cache(app: &App) -> Result<(), DbErr> {
    if app.db.engine() == DbBackend::Sqlite {
        let transaction = app.db.begin().await?;
        transaction.execute_unprepared("PRAGMA cache_size = -32768").await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Writes some items in one transaction, or, where others keep getting in the way, one by one.
pub(super) async fn write<T: Target>(app: &App, target: &T, items: &[T::Item]) -> Result<Outcome, DbErr> {
    if let Some(outcome) = attempt(app, target, items).await? {
        return Ok(outcome);
    }
    let mut all = Outcome::default();
    for item in items {
        match attempt(app, target, slice::from_ref(item)).await? {
            Some(outcome) => all.add(outcome),
            None => all.refuse(RefusedRow {
                line: T::line(item),
                column: None,
                reason: "another change of the same data stood in the way: import the file again".to_owned(),
            }),
        }
    }
    Ok(all)
}

/// Tries a few times: what another writer has done in between is seen at the next attempt.
async fn attempt<T: Target>(app: &App, target: &T, items: &[T::Item]) -> Result<Option<Outcome>, DbErr> {
    for _ in 0..ATTEMPTS {
        let transaction = app.db.begin().await?;
        queue(&transaction).await?;
        let writing = Writing { transaction: &transaction, now: app.clock.now(), ids: &app.ids };
        match target.write(&writing, items).await {
            Ok(outcome) => {
                transaction.commit().await?;
                return Ok(Some(outcome));
            }
            Err(error) if is_clash(&error) => transaction.rollback().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Imports take turns, chunk by chunk, instead of waiting for each other's rows in a circle. On SQLite they do anyway.
async fn queue(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({IMPORT_LOCK})")).await?;
    }
    Ok(())
}

/// Whether another writer was in the way: a constraint, or (PostgreSQL, class 40) a deadlock.
fn is_clash(error: &DbErr) -> bool {
    if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_)))
    {
        return true;
    }
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return false;
    };
    let code = cause.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code.len() == 5 && code.starts_with("40"))
}
