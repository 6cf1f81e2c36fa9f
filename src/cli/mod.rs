//! The command line.

mod backup;
mod documents;
mod start;
mod verify;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use futures_util::future::BoxFuture;
use tokio::time::timeout;

use self::start::{bad_key_file, configure, listen, migrated, start};
use crate::app::App;
use crate::attendance::review;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::db::{self, Db, Direction, Turn};
use crate::documents::keep_up;
use crate::error::{Error, Kind};
use crate::id::Ids;
use crate::identity::{housekeeping, keys, roles};
use crate::import::{self, ImportError, Source};
use crate::locale::Locale;
use crate::mail::Mailer;
use crate::{demo, http};

/// How long the check-ins that still wait may take once nobody waits for their answer.
const LAST_WRITES: Duration = Duration::from_millis(500);

/// API server of a local government's civil-servant development programme and its citizens.
#[derive(Debug, Parser)]
#[command(name = "bina", version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Configuration: environment variables, or the TOML file that BINA_CONFIG names (same names, \
lower case, without BINA_):
  BINA_LISTEN         address and port [127.0.0.1:8080]
  BINA_ALLOWED_ORIGINS   pages that may open sockets, beside our own: https://app.example,…
  BINA_TRUSTED_PROXIES, BINA_PROXY_HEADER   whose word on a client's address is taken: 127.0.0.1,10.0.0.0/24,
                      in X-Forwarded-For or Forwarded [nobody's; X-Forwarded-For]
  BINA_LIMIT_…        what one request and one caller may ask for; each with its bounds in docs/operations.md
  BINA_DATA_DIR       folder of the embedded database and the key file [bina-data; demo: bina-demo]
  BINA_DATABASE_URL   postgres://user:password@host:5432/name; without it the embedded SQLite database
  BINA_DATABASE_POOL  PostgreSQL connections at most [16]
  BINA_KEY_FILE       signing keys [BINA_DATA_DIR/keys.json]
  BINA_ISSUER, BINA_AUDIENCE   iss and aud of access tokens [bina, bina-api]
  BINA_SMTP_URL, BINA_MAIL_FROM   the mail server (smtp://, smtps://) and the sender
  BINA_LOG_LEVEL, BINA_LOG_FORMAT   error|warn|info|debug|trace [info], json|text [json]
  BINA_COORDINATE_DAYS   days after which the coordinates of check-ins are forgotten, 8 to 3650 [90]
  BINA_DOCUMENTS      open|registered: whether any document is executed, or registered ones alone [open]
  BINA_METRICS_TOKEN  the bearer token of /metrics; without it there are none";

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrates the database and serves the API until SIGTERM or SIGINT.
    Serve,
    /// Serves the API over the data of five cities, with accounts to try it.
    Demo(DemoArgs),
    /// The national admins.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// The database's schema.
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Reads a file of reference data, units or people into the database.
    Import(ImportArgs),
    /// The documents that apps send by their ids.
    #[command(subcommand)]
    Documents(documents::DocumentsCommand),
    /// Writes the whole database into one file, while servers run.
    Backup(backup::BackupArgs),
    /// Puts a backup into an empty database and checks it.
    Restore(backup::RestoreArgs),
    /// Recomputes every chain of the audit log; fails with the first broken place.
    Verify(verify::VerifyArgs),
    /// Prints the GraphQL schema (SDL).
    Schema,
    /// The keys that sign access tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Prints the demo's accounts as JSON and exits.
    #[arg(long)]
    print_accounts: bool,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Makes a national admin and prints the one-time code that opens the account.
    Create {
        /// The admin's e-mail address: what they log in with.
        #[arg(long)]
        email: String,
        /// The admin's name.
        #[arg(long)]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum MigrateCommand {
    /// Applies every change that is pending.
    Up,
    /// Takes changes back, the newest first. Their data is lost.
    Down {
        /// How many.
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
    /// Lists the changes and whether they are applied.
    Status,
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// What the file holds.
    #[arg(value_enum)]
    source: Source,
    /// The agency of the people in the file: its SIASN code or id.
    #[arg(long)]
    agency: Option<String>,
    /// The file; `-` for standard input.
    file: PathBuf,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Makes the next key the signing one. Nobody is logged out.
    Rotate,
}

/// Why a command ended without doing its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The work itself.
    #[error("{}", explain(.0))]
    Action(#[from] Error),
    /// An import as a whole.
    #[error("{0}")]
    Import(#[from] ImportError),
    /// The database is older than this version.
    #[error("the database lacks the change {0}: `bina migrate up` applies it")]
    Pending(String),
    /// A backup that was not taken or not restored.
    #[error("{}: {why}", .file.display())]
    Backup {
        /// Its file.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// Documents that cannot be registered, or are not there.
    #[error("{0}")]
    Documents(String),
    /// The audit log is not what it was.
    #[error("the audit log: {0}")]
    Broken(String),
    /// A file, a socket or the terminal.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A setting that leads to nothing usable.
    #[error("{setting}: {cause}; it takes {takes}")]
    Setting {
        /// The variable, and what it leads to where that is no secret.
        setting: String,
        /// Why it cannot be used.
        cause: String,
        /// What it takes.
        takes: &'static str,
    },
}

impl From<sea_orm::DbErr> for CliError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Action(error.into())
    }
}

/// On the server's own terminal the private cause is told.
fn explain(error: &Error) -> String {
    match (error.kind(), error.cause()) {
        (Kind::Refused(refusals), _) => {
            let words = refusals.iter().map(|one| match one.field.join(".") {
                field if field.is_empty() => Locale::En.refusal(one),
                field => format!("{field}: {}", Locale::En.refusal(one)),
            });
            words.collect::<Vec<_>>().join(" ")
        }
        (_, Some(cause)) => cause.to_string(),
        (_, None) => error.to_string(),
    }
}

fn io_error(what: impl Into<String>) -> impl FnOnce(io::Error) -> CliError {
    let what = what.into();
    |source| CliError::Io { what, source }
}

/// Runs the command.
///
/// # Errors
/// Why the command ended without doing its work, in words for an operator.
#[must_use]
pub fn run(cli: Cli, out: &mut (dyn Write + Send)) -> BoxFuture<'_, Result<(), CliError>> {
    // In a box, so that the server is compiled here, once, and not again in whatever calls this.
    Box::pin(execute(cli.command, out))
}

async fn execute(command: Command, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    match command {
        Command::Demo(DemoArgs { print_accounts: true }) => demo::print_json(out).map_err(io_error("the accounts")),
        Command::Demo(_) => serve_demo(out).await,
        Command::Serve => {
            let config = configure("bina-data")?;
            let app = Arc::new(start(config).await?);
            let listener = listen(&app).await?;
            serve(app, listener).await
        }
        Command::Admin(AdminCommand::Create { email, name }) => {
            let app = start(configure("bina-data")?).await?;
            let (code, expires_at) = roles::create_national_admin(&app, &email, &name).await?;
            let until = expires_at.format("%Y-%m-%d %H:%M UTC");
            writeln!(out, "One-time code: {code} (until {until}). Open the account with the mutation activateAccount.")
                .map_err(io_error("the terminal"))
        }
        Command::Migrate(command) => migrate(command, out).await,
        Command::Import(args) => import(args, out).await,
        Command::Documents(command) => documents::run(command, out).await,
        Command::Backup(args) => backup::backup(args, out).await,
        Command::Restore(args) => backup::restore(args, out).await,
        Command::Verify(args) => verify::run(args, out).await,
        Command::Schema => write!(out, "{}", crate::graphql::sdl()).map_err(io_error("the terminal")),
        Command::Keys(KeysCommand::Rotate) => {
            let config = configure("bina-data")?;
            keys::rotate(&config.token, &Clock::system(), &Ids::default()).map_err(bad_key_file(&config.token))?;
            writeln!(out, "A new key signs; running servers take it up within seconds.")
                .map_err(io_error("the terminal"))
        }
    }
}

async fn serve(app: Arc<App>, listener: tokio::net::TcpListener) -> Result<(), CliError> {
    let housekeeping = tokio::spawn(housekeeping::run(app.clone()));
    let review = tokio::spawn(review::run(app.clone()));
    let documents = tokio::spawn(keep_up(app.clone()));
    let served = http::serve(app.clone(), listener, http::stop_signal()).await;
    review.abort();
    documents.abort();
    // Those whose phones hung up: everybody else has their answer by now.
    if timeout(LAST_WRITES, app.check_ins.drain()).await.is_err() {
        tracing::warn!("some check-ins were not written in time; their phones have no answer and will send them again");
    }
    housekeeping.abort();
    Ok(served?)
}

async fn serve_demo(out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let mut app = start(configure("bina-demo")?).await?;
    if matches!(app.mailer, Mailer::None) {
        app.mailer = Mailer::Log;
    }
    let app = Arc::new(app);
    let listener = listen(&app).await?;
    let turn = Turn::to_load(&app.config.database).await?;
    demo::load(&app).await?;
    turn.end().await?;
    let url = format!("http://{}", listener.local_addr().map_err(io_error("the listener"))?);
    demo::print_welcome(out, &url).map_err(io_error("the terminal"))?;
    let today = tokio::spawn(demo::keep_today(app.clone()));
    let served = serve(app, listener).await;
    today.abort();
    served
}

async fn migrate(command: MigrateCommand, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let config = configure("bina-data")?;
    let direction = match command {
        MigrateCommand::Up => Some(Direction::Up),
        MigrateCommand::Down { steps } => Some(Direction::Down(steps)),
        MigrateCommand::Status => None,
    };
    migrated(&config.database, direction).await?;
    let db = Db::connect(&config.database).await?;
    for (name, is_applied) in db::migration_status(&db).await? {
        let state = if is_applied { "applied" } else { "pending" };
        writeln!(out, "{state}  {name}").map_err(io_error("the terminal"))?;
    }
    Ok(())
}

async fn import(args: ImportArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let app = start(configure("bina-data")?).await?;
    let input: Box<dyn Read + Send> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(&args.file).map_err(io_error(args.file.display().to_string()))?)
    };
    let agency = match &args.agency {
        Some(name) => Some(import::agency_named(&app, name).await?),
        None => None,
    };
    let progress = import::Terminal::or_silent();
    let report = import::run(&app, args.source, agency, input, &*progress).await?;
    writeln!(out, "{report}").map_err(io_error("the terminal"))?;
    Ok(app.db.close().await?)
}
