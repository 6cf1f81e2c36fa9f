//! Configuration: environment variables `BINA_…`, and below them the file that `BINA_CONFIG` names
//! (TOML, the same names in lower case without the prefix).

mod limits;
mod settings;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use ipnet::IpNet;
use sea_orm::sqlx::postgres::PgConnectOptions;

pub use self::limits::{Limits, Setting};
use self::settings::{Settings, variable};

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Everything that an operator sets.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port of the server.
    pub listen: SocketAddr,
    /// The origins whose pages may open sockets, beside our own.
    pub allowed_origins: Vec<String>,
    /// Whose word on the address of a client is taken.
    pub proxies: ProxyConfig,
    /// What is taken of one request, and of one caller.
    pub limits: Limits,
    /// The folder of the embedded database and the key file.
    pub data_dir: PathBuf,
    /// The database.
    pub database: DatabaseConfig,
    /// Tokens.
    pub token: TokenConfig,
    /// E-mail; absent where none is sent.
    pub mail: Option<MailConfig>,
    /// The log.
    pub log: LogConfig,
    /// How long the coordinates of check-ins are kept.
    pub coordinates_kept: TimeDelta,
    /// Which documents are executed.
    pub documents: DocumentPolicy,
    /// What lets somebody read the metrics; without it nobody may.
    pub metrics_token: Option<Secret>,
}

/// Where the data lives.
#[derive(Clone, Debug)]
pub enum DatabaseConfig {
    /// The embedded default.
    Sqlite {
        /// The database's file.
        file: PathBuf,
    },
    /// The production engine.
    Postgres {
        /// `postgres://…`, with its password.
        url: Secret,
        /// Connections at most.
        pool_size: u32,
    },
}

/// The proxies before us.
#[derive(Clone, Debug, Default)]
pub struct ProxyConfig {
    /// Their addresses; of anybody else nothing is believed.
    pub trusted: Vec<IpNet>,
    /// The header in which each of them writes whom it had before it.
    pub header: ProxyHeader,
}

/// Where a proxy writes the address of the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    ForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// How access tokens are made.
#[derive(Clone, Debug)]
pub struct TokenConfig {
    /// The file of the signing keys.
    pub key_file: PathBuf,
    /// `iss` of our tokens.
    pub issuer: String,
    /// `aud` of our tokens.
    pub audience: String,
}

/// How e-mail leaves.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// `smtp://` or `smtps://`, with user and password where the server asks for them.
    pub smtp_url: Secret,
    /// The sender's address.
    pub from: String,
}

/// Which documents are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentPolicy {
    /// Any; and clients may teach some.
    Open,
    /// Those alone that an operator registered.
    Registered,
}

/// What the log looks like.
#[derive(Clone, Copy, Debug)]
pub struct LogConfig {
    /// The least level that is written.
    pub level: tracing::Level,
    /// JSON lines, or text for a person.
    pub is_json: bool,
}

/// A value that stops the start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable holds what it cannot take.
    #[error("{variable} is `{value}`; it takes {takes}")]
    Value {
        /// The variable's name.
        variable: String,
        /// What it holds.
        value: String,
        /// What it takes, with an example.
        takes: &'static str,
    },
    /// A number lies outside its bounds.
    #[error("{variable} is `{value}`; it takes {takes}")]
    Number {
        /// The variable's name.
        variable: String,
        /// What it holds.
        value: String,
        /// Its bounds.
        takes: String,
    },
    /// A secret variable holds what it cannot take; its value stays out of the message.
    #[error("{variable} does not hold what it takes: {takes}")]
    SecretValue {
        /// The variable's name.
        variable: String,
        /// What it takes, with an example.
        takes: &'static str,
    },
    /// The file is no TOML. The message shows none of its lines: one may hold a password.
    #[error("BINA_CONFIG {}, line {line}: {reason}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

const NAMES: [&str; 18] = [
    "config",
    "listen",
    "allowed_origins",
    "trusted_proxies",
    "proxy_header",
    "data_dir",
    "database_url",
    "database_pool",
    "key_file",
    "issuer",
    "audience",
    "smtp_url",
    "mail_from",
    "log_level",
    "log_format",
    "coordinate_days",
    "documents",
    "metrics_token",
];

impl Config {
    /// Reads file and environment; `data_dir` is the folder where they name none. The second value names `BINA_…` settings that mean nothing here.
    ///
    /// # Errors
    /// Names the first variable whose value cannot be taken, and what it takes.
    pub fn load(data_dir: &str) -> Result<(Self, Vec<String>), ConfigError> {
        let file = std::env::var_os("BINA_CONFIG").filter(|file| !file.is_empty()).map(PathBuf::from);
        if let Some(file) = file.as_ref().filter(|file| !file.is_file()) {
            return Err(ConfigError::Value {
                variable: variable("config"),
                value: file.display().to_string(),
                takes: "the path of a TOML file, for example /etc/bina.toml",
            });
        }
        let settings = Settings::read(file.as_deref())?;
        let unknown = settings
            .0
            .keys()
            .filter(|name| !NAMES.contains(&name.as_str()) && !Limits::is_named(name) && !name.starts_with("test_"))
            .map(|name| variable(name))
            .collect();
        Ok((Self::from_settings(&settings, data_dir)?, unknown))
    }

    fn from_settings(settings: &Settings, data_dir: &str) -> Result<Self, ConfigError> {
        let listen = settings.parse(
            "listen",
            SocketAddr::from(([127, 0, 0, 1], 8080)),
            "an address and a port, for example 127.0.0.1:8080",
            |text| text.parse().ok(),
        )?;
        let data_dir = settings.text("data_dir").map_or_else(|| PathBuf::from(data_dir), PathBuf::from);
        let key_file = settings.text("key_file").map_or_else(|| data_dir.join("keys.json"), PathBuf::from);
        let level = settings
            .parse("log_level", tracing::Level::INFO, "error, warn, info, debug or trace", |text| text.parse().ok())?;
        let is_json = settings.parse("log_format", true, "json or text", |text| match text {
            "json" => Some(true),
            "text" => Some(false),
            _ => None,
        })?;
        let coordinate_days = settings.parse("coordinate_days", 90, "a number of days, from 8 to 3650", |text| {
            // A check-in may be sent, and sent again, for seven days.
            text.parse().ok().filter(|days| (8..=3_650).contains(days))
        })?;
        Ok(Self {
            listen,
            coordinates_kept: TimeDelta::days(coordinate_days),
            allowed_origins: allowed_origins(settings)?,
            proxies: proxies(settings)?,
            limits: Limits::read(settings)?,
            database: database(settings, &data_dir)?,
            token: TokenConfig {
                key_file,
                issuer: settings.text("issuer").unwrap_or_else(|| "bina".to_owned()),
                audience: settings.text("audience").unwrap_or_else(|| "bina-api".to_owned()),
            },
            mail: mail(settings)?,
            log: LogConfig { level, is_json },
            documents: settings.parse("documents", DocumentPolicy::Open, "open or registered", |text| match text {
                "open" => Some(DocumentPolicy::Open),
                "registered" => Some(DocumentPolicy::Registered),
                _ => None,
            })?,
            metrics_token: metrics_token(settings)?,
            data_dir,
        })
    }
}

fn allowed_origins(settings: &Settings) -> Result<Vec<String>, ConfigError> {
    const TAKES: &str =
        "origins with commas between them, for example https://app.kota.go.id,https://portal.kota.go.id";
    settings.parse("allowed_origins", Vec::new(), TAKES, |text| {
        let origins = text.split(',').map(|origin| {
            let origin = origin.trim();
            let (scheme, host) = origin.split_once("://")?;
            let is_origin = matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains(['/', '*', ' ']);
            is_origin.then(|| origin.to_ascii_lowercase())
        });
        origins.collect()
    })
}

fn proxies(settings: &Settings) -> Result<ProxyConfig, ConfigError> {
    const TAKES: &str = "addresses or networks with commas between them, for example 127.0.0.1,10.0.0.0/24";
    let trusted = settings.parse("trusted_proxies", Vec::new(), TAKES, |text| {
        let networks = text.split(',').map(|network| {
            let network = network.trim();
            let network: IpNet = network.parse().ok().or_else(|| network.parse::<IpAddr>().ok().map(IpNet::from))?;
            // Whoever trusts everybody lets everybody choose an address.
            (network.prefix_len() > 0).then_some(network)
        });
        networks.collect()
    })?;
    let header = settings.parse("proxy_header", ProxyHeader::default(), "X-Forwarded-For or Forwarded", |text| {
        match text.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Some(ProxyHeader::ForwardedFor),
            "forwarded" => Some(ProxyHeader::Forwarded),
            _ => None,
        }
    })?;
    Ok(ProxyConfig { trusted, header })
}

fn database(settings: &Settings, data_dir: &Path) -> Result<DatabaseConfig, ConfigError> {
    const TAKES: &str = "postgres://user:password@host:5432/name (with ?sslmode=verify-full across a network), \
                         or nothing for the embedded SQLite database in BINA_DATA_DIR";
    let pool_size =
        settings.parse("database_pool", 16, "the number of PostgreSQL connections at most, from 2 to 500", |text| {
            text.parse().ok().filter(|size| (2..=500).contains(size))
        })?;
    match settings.text("database_url") {
        None => Ok(DatabaseConfig::Sqlite { file: data_dir.join("bina.sqlite") }),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            let is_valid = url.parse::<PgConnectOptions>().is_ok();
            is_valid
                .then_some(DatabaseConfig::Postgres { url: Secret(url), pool_size })
                .ok_or(ConfigError::SecretValue { variable: variable("database_url"), takes: TAKES })
        }
        Some(_) => Err(ConfigError::SecretValue { variable: variable("database_url"), takes: TAKES }),
    }
}

fn metrics_token(settings: &Settings) -> Result<Option<Secret>, ConfigError> {
    const TAKES: &str = "at least 16 letters, digits and signs without a space, for example of `openssl rand -hex 16`";
    let Some(token) = settings.text("metrics_token") else { return Ok(None) };
    let is_valid = token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_graphic());
    let bad = ConfigError::SecretValue { variable: variable("metrics_token"), takes: TAKES };
    is_valid.then_some(Some(Secret(token))).ok_or(bad)
}

fn mail(settings: &Settings) -> Result<Option<MailConfig>, ConfigError> {
    const TAKES_URL: &str =
        "smtp://host:25, smtp://user:password@host:587?tls=required or smtps://user:password@host:465";
    const TAKES_FROM: &str = "the sender's address, for example Bina <bina@kota.go.id>";
    let from = settings.parse("mail_from", "Bina <bina@localhost>".to_owned(), TAKES_FROM, |text| {
        text.parse::<lettre::message::Mailbox>().is_ok().then(|| text.to_owned())
    })?;
    let Some(smtp_url) = settings.text("smtp_url") else { return Ok(None) };
    if lettre::AsyncSmtpTransport::<lettre::Tokio1Executor>::from_url(&smtp_url).is_err() {
        return Err(ConfigError::SecretValue { variable: variable("smtp_url"), takes: TAKES_URL });
    }
    Ok(Some(MailConfig { smtp_url: Secret(smtp_url), from }))
}

/// The configuration for the eye at start: no secret in it.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "listen={} data_dir={} database=", self.listen, self.data_dir.display())?;
        match &self.database {
            DatabaseConfig::Sqlite { file } => write!(f, "sqlite:{}", file.display())?,
            DatabaseConfig::Postgres { url, pool_size } => {
                let options: PgConnectOptions = url.expose().parse().map_err(|_| fmt::Error)?;
                let (host, port, name) = (options.get_host(), options.get_port(), options.get_database());
                write!(f, "postgres:{host}:{port}/{} pool={pool_size}", name.unwrap_or_default())?;
            }
        }
        write!(
            f,
            " key_file={} issuer={} audience={}",
            self.token.key_file.display(),
            self.token.issuer,
            self.token.audience
        )?;
        match &self.mail {
            Some(mail) => write!(f, " mail=smtp:[secret] from={}", mail.from)?,
            None => f.write_str(" mail=none")?,
        }
        write!(f, " log={} {}", self.log.level, if self.log.is_json { "json" } else { "text" })?;
        if !self.proxies.trusted.is_empty() {
            let trusted: Vec<_> = self.proxies.trusted.iter().map(ToString::to_string).collect();
            write!(f, " trusted_proxies={}", trusted.join(","))?;
        }
        for (setting, value) in self.limits.each().filter(|(setting, value)| setting.default != *value) {
            write!(f, " {}={value}", setting.name)?;
        }
        write!(f, " coordinate_days={}", self.coordinates_kept.num_days())?;
        f.write_str(match self.documents {
            DocumentPolicy::Open => " documents=open",
            DocumentPolicy::Registered => " documents=registered",
        })?;
        f.write_str(if self.metrics_token.is_some() { " metrics=token" } else { " metrics=none" })
    }
}
