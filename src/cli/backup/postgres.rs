//! PostgreSQL, by its own tools. They are told where by their environment: a command line is everybody's to read.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use percent_encoding::percent_decode_str;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, Statement};
use url::Url;

use super::refused;
use crate::cli::CliError;
use crate::config::DatabaseConfig;
use crate::db::Db;

/// Where Debian and Ubuntu keep the tools of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Writes a snapshot into a file.
pub(super) async fn dump(url: &str, into: &Path) -> Result<(), CliError> {
    let file = OsString::from_iter([OsString::from("--file="), into.into()]);
    let arguments = ["--format=custom", "--no-owner", "--no-privileges", "--no-password"].map(OsString::from);
    run("pg_dump", url, arguments.into_iter().chain([file]).collect()).await.map_err(|why| refused(into, why))
}

/// Reads a backup into an empty database, all or nothing.
pub(super) async fn restore(config: &DatabaseConfig, url: &str, backup: &Path) -> Result<(), CliError> {
    let db = Db::connect(config).await?;
    let table = first_table(&db).await;
    db.close().await?;
    if let Some(table) = table? {
        let why = format!("the database holds data already (the table {table}); restore takes an empty one");
        return Err(refused(backup, why));
    }
    let database = url.parse::<PgConnectOptions>().ok().and_then(|options| options.get_database().map(str::to_owned));
    let database = database.ok_or_else(|| refused(backup, "BINA_DATABASE_URL names no database"))?;
    let arguments = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-password"];
    let mut arguments: Vec<OsString> = arguments.map(OsString::from).into();
    arguments.extend([format!("--dbname={database}").into(), "--".into(), backup.into()]);
    run("pg_restore", url, arguments).await.map_err(|why| refused(backup, format!("it was not restored: {why}")))
}

async fn first_table(db: &Db) -> Result<Option<String>, DbErr> {
    let tables = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' \
        AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1 LIMIT 1";
    let found = db.read().query_one_raw(Statement::from_string(DbBackend::Postgres, tables)).await?;
    found.map(|row| row.try_get_by_index(0)).transpose()
}

/// Runs a tool to its end; answers in its own words why it failed.
async fn run(tool: &'static str, url: &str, arguments: Vec<OsString>) -> Result<(), String> {
    let environment = environment(url).ok_or("BINA_DATABASE_URL is not understood")?;
    let program = find(tool)?;
    let work = move || {
        let mut command = Command::new(&program);
        command.args(arguments).envs(environment).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.output().map_err(|error| format!("{}: {error}", program.display()))
    };
    let ended = tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())??;
    if ended.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&ended.stderr);
    Err(words.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("; "))
}

/// The tool on the path; else that of the newest version on this machine.
fn find(tool: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file());
    let versions = std::fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let newest = || {
        let found = versions.filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin").join(tool))).filter(|(_, file)| file.is_file())
        });
        found.max().map(|(_, file)| file)
    };
    on_path.or_else(newest).ok_or_else(|| format!("{tool} is not on the PATH; the package postgresql-client has it"))
}

/// The connection as the variables of libpq.
fn environment(url: &str) -> Option<Vec<(&'static str, OsString)>> {
    let options: PgConnectOptions = url.parse().ok()?;
    let url = Url::parse(url).ok()?;
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut variables: Vec<(&'static str, OsString)> = vec![
        ("PGHOST", options.get_socket().map_or_else(|| options.get_host().into(), Into::into)),
        ("PGPORT", options.get_port().to_string().into()),
        ("PGUSER", options.get_username().into()),
        ("PGSSLMODE", ssl_mode(options.get_ssl_mode()).into()),
        ("PGAPPNAME", "bina".into()),
    ];
    variables.extend(options.get_database().map(|name| ("PGDATABASE", name.into())));
    variables.extend(url.password().map(|password| ("PGPASSWORD", decoded(password).into())));
    for (name, value) in url.query_pairs() {
        let variable = match &*name {
            "password" => "PGPASSWORD",
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
            "sslcert" | "ssl-cert" => "PGSSLCERT",
            "sslkey" | "ssl-key" => "PGSSLKEY",
            _ => continue,
        };
        variables.push((variable, value.into_owned().into()));
    }
    Some(variables)
}

fn ssl_mode(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_are_told_what_the_url_says() {
        let url = "postgres://bina:p%40ss%2Fw%2Brd@db.example:5433/kota?sslmode=verify-full&sslrootcert=/etc/ca.pem";
        let told = environment(url).unwrap();
        for (name, value) in [
            ("PGHOST", "db.example"),
            ("PGPORT", "5433"),
            ("PGUSER", "bina"),
            ("PGPASSWORD", "p@ss/w+rd"),
            ("PGDATABASE", "kota"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "/etc/ca.pem"),
        ] {
            assert!(told.contains(&(name, value.into())), "{name}: {told:?}");
        }
        let socket = environment("postgres:///kota?host=/run/postgresql&user=bina").unwrap();
        assert!(socket.contains(&("PGHOST", "/run/postgresql".into())), "{socket:?}");
        assert!(!socket.iter().any(|(name, _)| *name == "PGPASSWORD"));
    }
}
