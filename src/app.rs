//! What every action is given: a plain struct, passed on explicitly.

use crate::attendance::duties::Duties;
use crate::attendance::quota::Quota;
use crate::attendance::writer::Writer;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::documents::Library;
use crate::error::Result;
use crate::events::Live;
use crate::id::Ids;
use crate::identity::actor::ActorCache;
use crate::identity::keys::KeyRing;
use crate::identity::password::Hasher;
use crate::mail::Mailer;
use crate::metrics::Metrics;

/// The running server's parts.
#[derive(Debug)]
pub struct App {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Ids and secrets.
    pub ids: Ids,
    /// Password hashing.
    pub hasher: Hasher,
    /// The keys that sign access tokens.
    pub keys: KeyRing,
    /// Who is behind a token, for a moment.
    pub actors: ActorCache,
    /// The duty of units, for a moment.
    pub duties: Duties,
    /// Documents by their ids.
    pub documents: Library,
    /// What people have used of the attempts that a day may have.
    pub check_in_quota: Quota,
    /// Check-ins on their way into the database.
    pub check_ins: Writer,
    /// E-mail.
    pub mailer: Mailer,
    /// Who wants to know what happens.
    pub live: Live,
    /// What is counted.
    pub metrics: Metrics,
}

impl App {
    /// Connects and loads the keys. The database has been migrated before.
    ///
    /// # Errors
    /// When the database does not answer or the key file cannot be read.
    pub async fn start(config: Config, clock: Clock) -> Result<Self> {
        let db = Db::connect(&config.database).await?;
        let ids = Ids::default();
        let keys = KeyRing::open(&config.token, &clock, &ids)?;
        Ok(Self {
            hasher: Hasher::recommended(),
            actors: ActorCache::default(),
            duties: Duties::default(),
            documents: Library::default(),
            check_in_quota: Quota::default(),
            check_ins: Writer::start(&db).await?,
            mailer: Mailer::new(config.mail.as_ref())?,
            live: Live::default(),
            metrics: Metrics::default(),
            config,
            db,
            clock,
            ids,
            keys,
        })
    }

    /// Forgets who people are and what their duty is: after a change of people, units, venues or roles.
    pub fn forget(&self) {
        self.actors.forget();
        self.duties.forget();
    }
}
