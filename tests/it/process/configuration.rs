//! The configuration: what it takes, what it says of what it does not take, and what it keeps to itself.

use std::fs;

use rstest::rstest;

use super::{Ended, Home, Process};
use crate::harness::{Engine, postgres_url};

/// Stands in every password here.
const SECRET: &str = "rahasia-sekali";

fn serve(home: &Home, settings: &[(&str, &str)]) -> Process {
    let mut command = home.command(&["serve"]);
    command.envs(settings.iter().copied());
    Process::spawn(command)
}

fn assert_refused(ended: &Ended, variable: &str, takes: &str) {
    let last = ended.err.lines().last().unwrap_or_default();
    assert_eq!(ended.code, Some(1), "{variable}: {}", ended.err);
    assert!(last.starts_with(&format!("bina: {variable}")) && last.contains(takes), "{variable}: {}", ended.err);
    assert!(!ended.err.contains(SECRET) && !ended.out.contains(SECRET), "{variable}: {}", ended.err);
}

#[rstest]
#[case("BINA_LISTEN", "banana", "an address and a port")]
#[case("BINA_LISTEN", "8080", "an address and a port")]
#[case("BINA_LISTEN", "203.0.113.1:8080", "an address of this machine")]
#[case("BINA_DATA_DIR", "/proc/bina", "a folder")]
#[case("BINA_DATA_DIR", "/dev/null", "a folder")]
#[case("BINA_DATABASE_URL", "mysql://bina:rahasia-sekali@127.0.0.1/bina", "postgres://user:password@host")]
#[case("BINA_DATABASE_URL", "postgres://bina:rahasia-sekali@127.0.0.1:port/bina", "postgres://user:password@host")]
#[case("BINA_DATABASE_URL", "postgres://bina:rahasia-sekali@127.0.0.1:1/bina", "postgres://user:password@host")]
#[case("BINA_DATABASE_URL", "rahasia-sekali", "postgres://user:password@host")]
#[case("BINA_DATABASE_POOL", "many", "from 2 to 500")]
#[case("BINA_DATABASE_POOL", "1", "from 2 to 500")]
#[case("BINA_DATABASE_POOL", "-4", "from 2 to 500")]
#[case("BINA_KEY_FILE", "/", "signing keys")]
#[case("BINA_KEY_FILE", "/proc/keys.json", "signing keys")]
#[case("BINA_SMTP_URL", "http://bina:rahasia-sekali@127.0.0.1", "smtp://host:25")]
#[case("BINA_SMTP_URL", "rahasia-sekali", "smtp://host:25")]
#[case("BINA_MAIL_FROM", "Bina", "bina@kota.go.id")]
#[case("BINA_ALLOWED_ORIGINS", "*", "https://app.kota.go.id")]
#[case("BINA_ALLOWED_ORIGINS", "app.kota.go.id", "https://app.kota.go.id")]
#[case("BINA_TRUSTED_PROXIES", "balancer.local", "addresses or networks")]
#[case("BINA_TRUSTED_PROXIES", "0.0.0.0/0", "addresses or networks")]
#[case("BINA_PROXY_HEADER", "X-Real-IP", "X-Forwarded-For or Forwarded")]
#[case("BINA_LIMIT_BRACKETS", "1500", "a whole number from 16 to 64")]
#[case("BINA_LIMIT_ACCOUNT_COST", "29999", "a whole number from 30000 to")]
#[case("BINA_LOG_LEVEL", "loud", "error, warn, info, debug or trace")]
#[case("BINA_LOG_FORMAT", "[json]", "json or text")]
#[case("BINA_DOCUMENTS", "closed", "open or registered")]
#[case("BINA_CONFIG", "/nowhere.toml", "a TOML file")]
#[case("BINA_CONFIG", "/", "a TOML file")]
fn a_wrong_value_stops_the_start(#[case] variable: &str, #[case] value: &str, #[case] takes: &str) {
    let home = Home::new(Engine::Sqlite);
    assert_refused(&serve(&home, &[(variable, value)]).end(), variable, takes);
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let url = postgres_url().replacen('@', &format!(":{SECRET}@"), 1) + "_that_is_not_there";
    let ended = serve(&Home::new(Engine::Sqlite), &[("BINA_DATABASE_URL", &url)]).end();
    assert_refused(&ended, "BINA_DATABASE_URL", "does not exist");
}

#[rstest]
#[case::no_database("bina.sqlite", "not a database", "BINA_DATA_DIR")]
#[case::no_keys("keys.json", "{}", "BINA_KEY_FILE")]
fn a_file_of_something_else_is_named(#[case] file: &str, #[case] text: &str, #[case] variable: &str) {
    let home = Home::new(Engine::Sqlite);
    let folder = home.folder.path().join("data");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(file), text.repeat(1_000)).unwrap();
    let path = folder.join(file);
    assert_refused(&serve(&home, &[]).end(), variable, path.to_str().unwrap());
}

#[rstest]
#[case("database_url = postgres://bina:rahasia-sekali@127.0.0.1/bina", "BINA_CONFIG", "line 2")]
#[case("smtp_url = \"smtp://bina:rahasia-sekali@127.0.0.1", "BINA_CONFIG", "line 2")]
#[case("smtp_url = \"a\"\nsmtp_url = \"rahasia-sekali\"", "BINA_CONFIG", "line 3")]
#[case("smtp_url = [\"rahasia-sekali\"]", "BINA_SMTP_URL", "a text or a number")]
#[case("[database]\nurl = \"rahasia-sekali\"", "BINA_DATABASE", "a text or a number")]
#[case("database_pool = 1", "BINA_DATABASE_POOL", "from 2 to 500")]
fn a_wrong_file_stops_the_start_and_is_not_shown(#[case] text: &str, #[case] variable: &str, #[case] takes: &str) {
    let home = Home::new(Engine::Sqlite);
    let file = home.folder.path().join("bina.toml");
    fs::write(&file, format!("# settings\n{text}\n")).unwrap();
    assert_refused(&serve(&home, &[("BINA_CONFIG", file.to_str().unwrap())]).end(), variable, takes);
}

/// The environment goes before the file; what is shown holds no secret; what means nothing is said.
#[rstest]
fn the_configuration_is_shown_without_secrets(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut home = Home::new(engine);
    let file = home.folder.path().join("bina.toml");
    // The cluster trusts whoever comes: a password is sent and not looked at.
    let url = home.database.take().map(|url| url.replacen('@', &format!(":{SECRET}@"), 1));
    let of_url = url.as_ref().map(|url| format!("database_url = \"{url}\"\n")).unwrap_or_default();
    fs::write(
        &file,
        format!(
            "{of_url}database_pool = 7\nissuer = \"https://file.example\"\naudience = \"of-the-file\"\n\
             smtp_url = \"smtp://bina:{SECRET}@127.0.0.1:1\"\nlog_format = \"text\"\nlog_lewel = \"warn\"\n"
        ),
    )
    .unwrap();
    let mut command = home.command(&["serve"]);
    command.env("BINA_CONFIG", &file).env("BINA_AUDIENCE", "of-the-environment").env("BINA_LOG_FORMAT", "json");
    command.env("BINA_SMTP_PASSWORD", SECRET).env("BINA_LOG_LEVEL", "trace");
    let server = super::Server::start(command);
    let log = server.process.err();
    server.kill();
    let told = log.lines().find(|line| line.contains("configuration: ")).expect("it is shown");
    for part in ["issuer=https://file.example", "audience=of-the-environment", "mail=smtp:[secret]", "TRACE json"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let (name, part) = match &url {
        None => (None, "database=sqlite:"),
        Some(url) => (url.rsplit_once('/').map(|(_, name)| name), "database=postgres:127.0.0.1:"),
    };
    assert!(told.contains(part) && told.contains(name.unwrap_or_default()), "{told}");
    assert_eq!(told.contains("pool=7"), engine == Engine::Postgres, "{told}");
    for unknown in ["BINA_SMTP_PASSWORD", "BINA_LOG_LEWEL"] {
        let warned = log.lines().any(|line| line.contains("\"WARN\"") && line.contains(unknown));
        assert!(warned, "{unknown}: {log}");
    }
    assert!(!log.contains(SECRET), "{log}");
}
