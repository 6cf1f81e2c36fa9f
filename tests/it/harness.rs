//! A fresh database a test, on either engine, with a clock that stands still.

use std::sync::Arc;

use bina::app::App;
use bina::clock::{Clock, Instant};
use bina::config::{Config, DatabaseConfig, DocumentPolicy, Limits, LogConfig, ProxyConfig, Secret, TokenConfig};
use bina::db::{self, Direction};
use bina::identity::password::Hasher;
use sea_orm::{ConnectionTrait as _, Database, DbBackend, DbErr, Statement};
use tempfile::TempDir;

/// The engine a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    /// The production engine: the cluster that `BINA_TEST_POSTGRES_URL` names (`scripts/test` starts one).
    Postgres,
}

/// The instant at which every test begins: a Monday, 07:20 in Jakarta.
pub fn monday_morning() -> Instant {
    "2026-11-23T00:20:00Z".parse().expect("an instant")
}

/// A migrated, empty database with everything that actions need around it.
pub struct World {
    /// The parts of the server.
    pub app: Arc<App>,
    /// The folder of the database file and the keys; it goes with the world.
    _folder: TempDir,
}

impl World {
    /// A new world on an engine.
    pub async fn new(engine: Engine) -> Self {
        Self::set_up(engine, |_| {}).await
    }

    /// A new world on an engine, with settings of its own.
    pub async fn set_up(engine: Engine, set: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = match engine {
            Engine::Sqlite => {
                let config = DatabaseConfig::Sqlite { file: folder.path().join("bina.sqlite") };
                db::migrate(&config, Direction::Up).await.expect("the migrations run");
                config
            }
            Engine::Postgres => postgres_database().await.expect("a PostgreSQL database"),
        };
        let mut config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            allowed_origins: vec!["https://app.example".to_owned()],
            proxies: ProxyConfig::default(),
            // A test asks in a second for what a person asks for in an hour.
            limits: Limits { account_cost: 10_000_000, address_cost: 10_000_000, ..Limits::default() },
            data_dir: folder.path().to_owned(),
            database,
            token: TokenConfig {
                key_file: folder.path().join("keys.json"),
                issuer: "bina".to_owned(),
                audience: "bina-api".to_owned(),
            },
            mail: None,
            log: LogConfig { level: tracing::Level::WARN, is_json: false },
            coordinates_kept: chrono::TimeDelta::days(90),
            documents: DocumentPolicy::Open,
            metrics_token: None,
        };
        set(&mut config);
        let mut app = App::start(config, Clock::fixed(monday_morning())).await.expect("the app starts");
        app.hasher = Hasher::cheap();
        Self { app: Arc::new(app), _folder: folder }
    }
}

/// The URL of the test cluster.
pub fn postgres_url() -> String {
    std::env::var("BINA_TEST_POSTGRES_URL")
        .expect("BINA_TEST_POSTGRES_URL names a PostgreSQL cluster for tests; scripts/test starts one")
}

/// A new database, copied from a template that is migrated once for all tests of this code.
pub async fn postgres_database() -> Result<DatabaseConfig, DbErr> {
    let url = postgres_url();
    let (server, _) = url.rsplit_once('/').expect("a URL with a database name");
    let mut options = sea_orm::ConnectOptions::new(url.clone());
    options.max_connections(1).sqlx_logging(false);
    let admin = Database::connect(options).await?;
    let template = format!("bina_template_{}", build());
    admin.execute_unprepared("SELECT pg_advisory_lock(7462)").await?;
    let known = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT 1 FROM pg_database WHERE datname = $1",
        [template.clone().into()],
    );
    if admin.query_one_raw(known).await?.is_none() {
        let draft = format!("{template}_draft");
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {draft}")).await?;
        admin.execute_unprepared(&format!("CREATE DATABASE {draft}")).await?;
        db::migrate(&config(server, &draft), Direction::Up).await?;
        admin.execute_unprepared(&format!("ALTER DATABASE {draft} RENAME TO {template}")).await?;
    }
    let name = format!("bina_test_{}", uuid::Uuid::from_bytes(bina::id::Ids::default().bytes()).simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
    admin.execute_unprepared("SELECT pg_advisory_unlock(7462)").await?;
    admin.close().await?;
    Ok(config(server, &name))
}

/// Tells one build of the tests from another, whose migrations may differ.
fn build() -> u64 {
    let program = std::env::current_exe().and_then(std::fs::metadata).and_then(|program| program.modified());
    let built = program.expect("the test program is a file").duration_since(std::time::UNIX_EPOCH);
    built.expect("built after 1970").as_secs()
}

fn config(server: &str, name: &str) -> DatabaseConfig {
    DatabaseConfig::Postgres { url: Secret::new(format!("{server}/{name}")), pool_size: 4 }
}
