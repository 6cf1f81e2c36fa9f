//! The text behind an id. What was asked for once is kept in memory: a known id costs no statement.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use chrono::TimeDelta;
use moka::sync::Cache;
use tokio::time::{MissedTickBehavior, interval};

use super::{Key, learnt, registered};
use crate::app::App;
use crate::config::DocumentPolicy;
use crate::error::Result;

/// Bytes of the texts kept, about.
const KEPT: u64 = 8 * 1024 * 1024;
/// How often it is looked what was retired.
const LOOKS: Duration = Duration::from_secs(5);
/// How far back [`forget_retired`] looks: a process that missed a few looks, or whose clock is not that of the
/// terminal, forgets all the same.
const RETIRED_WITHIN: TimeDelta = TimeDelta::hours(1);

/// The documents that a process knows by id.
#[derive(Debug)]
pub struct Library {
    kept: Cache<Key, Kept>,
    pub(super) pace: learnt::Pace,
}

/// A document in memory.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub hash: Vec<u8>,
    pub text: Arc<str>,
    /// Of a learnt one: when the database last heard of its use, in seconds.
    pub used_at: Option<Arc<AtomicI64>>,
}

impl Default for Library {
    fn default() -> Self {
        let weigher = |_: &Key, kept: &Kept| u32::try_from(kept.text.len()).unwrap_or(u32::MAX).saturating_add(256);
        Self { kept: Cache::builder().max_capacity(KEPT).weigher(weigher).build(), pace: learnt::Pace::default() }
    }
}

impl Library {
    pub(super) fn keep(&self, key: Key, kept: Kept) {
        self.kept.insert(key, kept);
    }
}

/// The text of the document that `key` names: a registered one, and where the policy is open a learnt one.
///
/// # Errors
/// When the database does not answer.
pub async fn find(app: &Arc<App>, key: &Key) -> Result<Option<Arc<str>>> {
    let library = &app.documents;
    let kept = if let Some(kept) = library.kept.get(key) {
        kept
    } else {
        // Apart: most are known, and each request has the room for it.
        let Some(kept) = Box::pin(fetch(app, key)).await? else { return Ok(None) };
        library.keep(key.clone(), kept.clone());
        kept
    };
    if let Some(used_at) = &kept.used_at {
        learnt::touch(app, &kept.hash, used_at);
    }
    Ok(Some(kept.text))
}

async fn fetch(app: &App, key: &Key) -> Result<Option<Kept>> {
    if let Some(found) = registered::find(app.db.read(), key).await? {
        return Ok(Some(Kept { hash: found.hash, text: found.text.into(), used_at: None }));
    }
    match key {
        Key::Hash(hash) if app.config.documents == DocumentPolicy::Open => learnt::find(app.db.read(), hash).await,
        _ => Ok(None),
    }
}

/// Keeps up with what other processes and the terminal retire, for as long as it is polled.
pub async fn keep_up(app: Arc<App>) {
    let mut looks = interval(LOOKS);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if let Err(error) = forget_retired(&app).await {
            let cause = error.cause().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(cause, "it is not known which documents were retired");
        }
    }
}

/// Forgets the documents that were retired lately, in this process or in another.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_retired(app: &App) -> Result<()> {
    let retired: HashSet<Vec<u8>> =
        registered::retired_since(app.db.read(), app.clock.now() - RETIRED_WITHIN).await?.into_iter().collect();
    if !retired.is_empty() {
        let kept = &app.documents.kept;
        let gone = kept.iter().filter(|(_, kept)| kept.used_at.is_none() && retired.contains(&kept.hash));
        for (key, _) in gone {
            kept.invalidate(&*key);
        }
    }
    Ok(())
}
