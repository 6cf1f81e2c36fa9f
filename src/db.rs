//! The database: one handle for reading, one for writing, on either engine.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, ExprTrait as _, IdenStatic as _, Iterable as _, QuerySelect, RuntimeErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, Value, sqlx,
};

use sqlx_core::transaction::TransactionManager as _;
use uuid::Uuid;

use crate::config::DatabaseConfig;

/// How long an action waits for a connection before it answers UNAVAILABLE.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a write waits for SQLite's one writer: well below the deadline of an operation.
const WRITER_PATIENCE: Duration = Duration::from_secs(5);
/// A connection that was idle for so long is asked whether it still stands before it is used: asking each time doubles
/// the round trips of a request.
const RESTED: Duration = Duration::from_secs(1);
/// How long one process waits for another that migrates.
const MIGRATION_PATIENCE: Duration = Duration::from_mins(2);
/// The key of PostgreSQL's advisory lock around migrations: "bina" in ASCII.
const MIGRATION_LOCK: i64 = 0x6269_6e61;
/// The key of PostgreSQL's advisory lock around loading the demo: "load" in ASCII.
const LOAD_LOCK: i64 = 0x6c6f_6164;

/// The database of a running server.
///
/// SQLite has one writer at a time: writes queue for a single connection, reads have a pool of their own.
/// PostgreSQL has one pool for both, and one connection besides for check-ins.
#[derive(Clone, Debug)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    /// On PostgreSQL a process of the database that knows the tables, rows and plans of a check-in, and that nobody else
    /// keeps waiting: a pool would hand each group to another one. On SQLite as `write`.
    check_ins: DatabaseConnection,
    counted: Arc<Counted>,
}

/// The statements that went through the pools.
#[derive(Default)]
struct Counted {
    all: AtomicU64,
    failed: AtomicU64,
    watch: OnceLock<Watch>,
}

/// Who is told every statement.
type Watch = Box<dyn Fn(&Statement) + Send + Sync>;

impl std::fmt::Debug for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counted").field("all", &self.all).field("failed", &self.failed).finish_non_exhaustive()
    }
}

/// Counts every statement of a pool.
fn counting(mut pool: DatabaseConnection, counted: &Arc<Counted>) -> DatabaseConnection {
    let counted = counted.clone();
    pool.set_metric_callback(move |statement| {
        counted.all.fetch_add(1, Ordering::Relaxed);
        counted.failed.fetch_add(statement.failed.into(), Ordering::Relaxed);
        if let Some(watch) = counted.watch.get() {
            watch(statement.statement);
        }
    });
    pool
}

impl Db {
    /// Connects; does not migrate.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, DbErr> {
        let counted = Arc::default();
        match config {
            DatabaseConfig::Sqlite { file } => {
                let write = counting(Database::connect(sqlite_writer(file, WRITER_PATIENCE)).await?, &counted);
                let read = counting(Database::connect(sqlite(file, 4, ACQUIRE_TIMEOUT)).await?, &counted);
                Ok(Self { read, check_ins: write.clone(), write, counted })
            }
            DatabaseConfig::Postgres { url, pool_size } => {
                let pool = Database::connect(postgres(url.expose(), *pool_size, ACQUIRE_TIMEOUT)).await?;
                let pool = counting(pool, &counted);
                let mut options = postgres(url.expose(), 1, ACQUIRE_TIMEOUT);
                // Opened where its network is to be waited for.
                let check_ins = Database::connect(options.connect_lazy(true).to_owned()).await?;
                let check_ins = counting(check_ins, &counted);
                Ok(Self { read: pool.clone(), write: pool, check_ins, counted })
            }
        }
    }

    /// For queries.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a transaction that may write; on SQLite it takes the write lock at once, so that what it reads
    /// still holds when it writes.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.write.begin_with_options(read_write()).await
    }

    /// As [`begin`](Self::begin), for the one writer of check-ins.
    pub async fn begin_check_ins(&self) -> Result<DatabaseTransaction, DbErr> {
        self.check_ins.begin_with_options(read_write()).await
    }

    /// Opens the connection of the writer of check-ins: the thread that calls waits for its network from then on.
    pub async fn open_check_ins(&self) -> Result<(), DbErr> {
        self.check_ins.ping().await
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// How many statements were run so far, without the beginnings and ends of transactions: what a request costs is
    /// the difference that it makes.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.counted.all.load(Ordering::Relaxed)
    }

    /// Tells `watch` every statement from now on, with its values: for measurements. The first watch stays.
    pub fn watch(&self, watch: impl Fn(&Statement) + Send + Sync + 'static) {
        // Whoever comes second sees nothing.
        let _ = self.counted.watch.set(Box::new(watch));
    }

    /// How many of them failed.
    #[must_use]
    pub fn failed_statements(&self) -> u64 {
        self.counted.failed.load(Ordering::Relaxed)
    }

    /// The connections of each pool: its name, how many are in use, how many idle.
    #[must_use]
    pub fn connections(&self) -> Vec<(&'static str, u64, u64)> {
        let tell = |name, size: u32, idle: usize| (name, u64::from(size).saturating_sub(idle as u64), idle as u64);
        if self.engine() == DbBackend::Postgres {
            let pools = [("both", &self.read), ("check_ins", &self.check_ins)];
            let told = pools.map(|(name, pool)| (name, pool.get_postgres_connection_pool()));
            return told.map(|(name, pool)| tell(name, pool.size(), pool.num_idle())).to_vec();
        }
        let pools = [("read", &self.read), ("write", &self.write)];
        let told = pools.map(|(name, pool)| (name, pool.get_sqlite_connection_pool()));
        told.map(|(name, pool)| tell(name, pool.size(), pool.num_idle())).to_vec()
    }

    /// Closes the pools, so that SQLite folds its log into the file.
    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close_by_ref().await?;
        self.check_ins.close_by_ref().await?;
        self.write.close_by_ref().await
    }
}

fn read_write() -> TransactionOptions {
    TransactionOptions {
        isolation_level: None,
        access_mode: None,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    }
}

fn sqlite(file: &Path, connections: u32, patience: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite:");
    let file = file.to_owned();
    options
        .max_connections(connections)
        .acquire_timeout(patience)
        .test_before_acquire_if_idle_for(RESTED)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&file)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(patience)
        });
    options
}

/// The one connection that writes.
fn sqlite_writer(file: &Path, patience: Duration) -> ConnectOptions {
    let mut options = sqlite(file, 1, patience);
    // A commit or a rollback that failed (the disk was full) can leave a connection inside a transaction that nobody
    // ends: what is "committed" on it later is not. It is never used again. Readers begin none.
    options.map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(is_outside_transaction(connection)));
    options
}

/// Whether a connection stands in no transaction, by its own account and by the driver's.
async fn is_outside_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Behind whatever the driver has still to roll back. SQLite refuses it within a transaction.
    if sqlx::raw_sql("BEGIN").execute(&mut *connection).await.is_err() {
        return Ok(false);
    }
    sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
    Ok(<sqlx::Sqlite as sqlx::Database>::TransactionManager::get_transaction_depth(connection) == 0)
}

fn postgres(url: &str, connections: u32, patience: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(patience)
        .connect_timeout(patience)
        .test_before_acquire_if_idle_for(RESTED)
        .sqlx_logging(false)
        .set_application_name("bina");
    options
}

/// What [`migrate`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Applies everything that is pending.
    Up,
    /// Takes back the last `n` changes.
    Down(u32),
}

/// Migrates under a lock, all or nothing: of any number of processes that start at once, one does it.
pub async fn migrate(config: &DatabaseConfig, direction: Direction) -> Result<(), DbErr> {
    let options = match config {
        DatabaseConfig::Sqlite { file } => sqlite_writer(file, MIGRATION_PATIENCE),
        DatabaseConfig::Postgres { url, .. } => postgres(url.expose(), 1, MIGRATION_PATIENCE),
    };
    let connection = Database::connect(options).await?;
    let transaction = connection.begin_with_options(read_write()).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    }
    match direction {
        Direction::Up => Migrator::up(&transaction, None).await?,
        Direction::Down(steps) => Migrator::down(&transaction, Some(steps)).await?,
    }
    transaction.commit().await?;
    connection.close().await
}

/// A turn at something that one process does at a time.
#[derive(Debug)]
pub struct Turn(Option<DatabaseConnection>);

impl Turn {
    /// Waits for the turn to fill an empty database. On SQLite the file's writer is one anyway.
    pub async fn to_load(config: &DatabaseConfig) -> Result<Self, DbErr> {
        let DatabaseConfig::Postgres { url, .. } = config else { return Ok(Self(None)) };
        let connection = Database::connect(postgres(url.expose(), 1, ACQUIRE_TIMEOUT)).await?;
        connection.execute_unprepared(&format!("SELECT pg_advisory_lock({LOAD_LOCK})")).await?;
        Ok(Self(Some(connection)))
    }

    /// Gives the turn to the next.
    pub async fn end(self) -> Result<(), DbErr> {
        match self.0 {
            Some(connection) => connection.close().await,
            None => Ok(()),
        }
    }
}

/// Every change with whether it is applied.
pub async fn migration_status(db: &Db) -> Result<Vec<(String, bool)>, DbErr> {
    let changes = Migrator::get_migration_with_status_read_only(&db.read).await?;
    Ok(changes.iter().map(|change| (change.name().to_owned(), change.status() == MigrationStatus::Applied)).collect())
}

/// Whether the database cannot take work now (and may in a moment), as opposed to a fault of ours.
#[must_use]
pub fn is_unavailable(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_));
    };
    match &**cause {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        // SQLite: busy, locked, I/O error, full. PostgreSQL: deadlock, out of resources, operator intervention, broken
        // connection.
        sqlx::Error::Database(cause) => cause.code().is_some_and(|code| {
            let primary = code.parse::<u32>().map(|code| code & 0xff);
            matches!(primary, Ok(5 | 6 | 10 | 13)) && code.len() < 5
                || ["40", "53", "57", "58", "08"].iter().any(|class| code.len() == 5 && code.starts_with(class))
        }),
        _ => false,
    }
}

/// Whether a column holds one of the ids. On PostgreSQL one array parameter, so that the statement stays the same
/// however many there are.
pub fn any_of(engine: DbBackend, column: impl ColumnTrait, ids: impl Iterator<Item = Uuid>) -> SimpleExpr {
    let ids: Vec<Uuid> = ids.collect();
    match engine {
        DbBackend::Postgres => column.into_expr().eq(PgFunc::any(ids)),
        _ => column.is_in(ids),
    }
}

/// As [`any_of`], for a statement in words of our own: what stands behind the column, and its values, of which the first
/// is `$number`.
#[must_use]
pub fn among(engine: DbBackend, number: usize, ids: impl Iterator<Item = Uuid>) -> (String, Vec<Value>) {
    let ids: Vec<Uuid> = ids.collect();
    if engine == DbBackend::Postgres {
        return (format!("= ANY(${number})"), vec![ids.into()]);
    }
    let places: Vec<String> = (number..number + ids.len()).map(|place| format!("${place}")).collect();
    (format!("IN ({})", places.join(", ")), ids.into_iter().map(Value::from).collect())
}

/// Selects the columns of a table under a prefix, as a model nested in the row is read.
#[must_use]
pub fn columns_of<E: EntityTrait, S: QuerySelect>(rows: S, prefix: &str) -> S {
    E::Column::iter().fold(rows, |rows, column| rows.column_as(column, format!("{prefix}{}", column.as_str())))
}
