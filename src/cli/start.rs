//! What commands begin with: the configuration, the database, the keys, the port. What is wrong with one of them is
//! said with the variable that leads to it and what that takes.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use sea_orm::DbErr;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use tokio::net::TcpListener;

use super::{CliError, explain};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, DatabaseConfig, TokenConfig};
use crate::db::{self, Db, Direction};
use crate::error::Error;
use crate::http;
use crate::id::Ids;
use crate::identity::keys;

/// How long the database may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(10);

const TAKES_FOLDER: &str = "a folder that bina may write to";
const TAKES_DATABASE: &str = "postgres://user:password@host:5432/name of a database that is there";

/// Reads the configuration, sets the log up and shows it; `data_dir` is the folder where it names none.
pub(super) fn configure(data_dir: &str) -> Result<Config, CliError> {
    let (config, unknown) = Config::load(data_dir)?;
    http::log::init(config.log);
    for variable in unknown {
        tracing::warn!(variable, "this setting means nothing to bina");
    }
    tracing::info!("configuration: {config}");
    make_private(&config.data_dir).map_err(|error| CliError::Setting {
        setting: format!("BINA_DATA_DIR {}", config.data_dir.display()),
        cause: error.to_string(),
        takes: TAKES_FOLDER,
    })?;
    Ok(config)
}

/// The database holds what its owner's eyes alone may see: hashes of passwords, secrets of codes.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A migrated database and everything around it.
pub(super) async fn start(config: Config) -> Result<App, CliError> {
    migrated(&config.database, Some(Direction::Up)).await?;
    // Opened once more with the rest; here for words that name the variable.
    keys::KeyRing::open(&config.token, &Clock::system(), &Ids::default()).map_err(bad_key_file(&config.token))?;
    Ok(App::start(config, Clock::system()).await?)
}

/// A database that is there and has every change that this version knows; nothing is written to it.
pub(super) async fn existing(config: &Config) -> Result<Db, CliError> {
    there(config)?;
    migrated(&config.database, None).await?;
    let db = Db::connect(&config.database).await?;
    match db::migration_status(&db).await?.into_iter().find(|(_, is_applied)| !is_applied) {
        Some((name, _)) => Err(CliError::Pending(name)),
        None => Ok(db),
    }
}

/// Whether there is a database to read: SQLite would make one.
pub(super) fn there(config: &Config) -> Result<(), CliError> {
    if let DatabaseConfig::Sqlite { file } = &config.database
        && !file.is_file()
    {
        return Err(CliError::Setting {
            setting: format!("BINA_DATA_DIR, {}", file.display()),
            cause: "there is no database".to_owned(),
            takes: "the folder of the embedded database",
        });
    }
    Ok(())
}

/// Migrates where that is asked for; what is wrong with the database is said with the variable that leads to it.
pub(super) async fn migrated(database: &DatabaseConfig, direction: Option<Direction>) -> Result<(), CliError> {
    let (setting, takes, reached) = match database {
        DatabaseConfig::Sqlite { file } => (format!("BINA_DATA_DIR, {}", file.display()), TAKES_FOLDER, Ok(())),
        DatabaseConfig::Postgres { url, .. } => {
            ("BINA_DATABASE_URL".to_owned(), TAKES_DATABASE, reach(url.expose()).await)
        }
    };
    let done = match (reached, direction) {
        (Err(cause), _) => Err(cause),
        (Ok(()), None) => Ok(()),
        (Ok(()), Some(direction)) => migrate_patiently(database, direction).await.map_err(|error| error.to_string()),
    };
    done.map_err(|cause| CliError::Setting { setting, cause, takes })
}

/// Processes that make one SQLite file at once meet before any lock of ours holds: SQLite waits for nobody while it
/// gives a new file its write-ahead log, and says that the file is locked.
async fn migrate_patiently(database: &DatabaseConfig, direction: Direction) -> Result<(), DbErr> {
    let started = Instant::now();
    loop {
        match db::migrate(database, direction).await {
            Err(error) if db::is_unavailable(&error) && started.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            done => return done,
        }
    }
}

/// Whether PostgreSQL takes a connection. The pool would try again for minutes, and then say only that time ran out.
async fn reach(url: &str) -> Result<(), String> {
    let tell = |error: sqlx::Error| match error.as_database_error() {
        Some(refusal) => refusal.message().to_owned(),
        None => error.to_string(),
    };
    let connect = async { url.parse::<PgConnectOptions>()?.connect().await?.close().await };
    match tokio::time::timeout(PATIENCE, connect).await {
        Ok(reached) => reached.map_err(tell),
        Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
    }
}

/// The port, before anybody is told of it.
pub(super) async fn listen(app: &App) -> Result<TcpListener, CliError> {
    let address = app.config.listen;
    TcpListener::bind(address).await.map_err(|error| CliError::Setting {
        setting: format!("BINA_LISTEN {address}"),
        cause: error.to_string(),
        takes: "an address of this machine with a port that nobody else listens on",
    })
}

/// For an error about the key file.
pub(super) fn bad_key_file(config: &TokenConfig) -> impl FnOnce(Error) -> CliError {
    let setting = format!("BINA_KEY_FILE {}", config.key_file.display());
    let takes = "the path of the file that bina keeps its signing keys in";
    move |error| CliError::Setting { setting, cause: explain(&error), takes }
}
