//! Documents that clients teach: Apollo's automatic persisted queries. A client sends a hash; where nobody knows it, it
//! sends the text along, and everybody knows it from then on.
//!
//! Strangers may teach. So there is an end to how many are kept, how long, and how many are written a minute. What is not
//! kept is answered all the same: whoever taught it sends the text again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta};
use entity::learnt_document::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::Key;
use super::library::{self, Kept};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;

/// Documents at most: of 16 KiB each, the longest that the guard lets pass, they make 80 MB.
const MOST: u64 = 5_000;
/// Written a minute at most, by one process.
const A_MINUTE: u64 = 60;
/// What was used within this time gives its place to nobody.
const HOT: TimeDelta = TimeDelta::hours(1);
/// How often the use of one is written down, by one process: well within [`HOT`].
const TOUCHED_EVERY: TimeDelta = TimeDelta::minutes(15);
/// How long an unused one is kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// How many were written within the present minute: the minute above, the count in the last 16 bits.
#[derive(Debug, Default)]
pub(super) struct Pace(AtomicU64);

impl Pace {
    /// Takes one of the minute's writes, where one is left.
    fn take(&self, now: Instant) -> bool {
        let minute = u64::try_from(now.timestamp() / 60).unwrap_or_default();
        let next = |last: u64| {
            let written = if last >> 16 == minute { last & 0xffff } else { 0 };
            (written < A_MINUTE).then_some((minute << 16) | (written + 1))
        };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

/// The learnt document of a hash.
pub(super) async fn find(connection: &impl ConnectionTrait, hash: &[u8; 32]) -> Result<Option<Kept>> {
    let row = Entity::find_by_id(hash.to_vec()).one(connection).await?;
    Ok(row.map(|row| kept(row.hash, row.text.into(), row.last_used_at)))
}

fn kept(hash: Vec<u8>, text: Arc<str>, used_at: Instant) -> Kept {
    Kept { hash, text, used_at: Some(Arc::new(AtomicI64::new(used_at.timestamp()))) }
}

/// Remembers a document that the guard let pass, in every process, as far as there is room for it.
///
/// # Errors
/// When the database does not answer.
pub async fn learn(app: &Arc<App>, hash: [u8; 32], text: &Arc<str>) -> Result<()> {
    let key = Key::Hash(hash);
    let now = app.clock.now();
    if library::find(app, &key).await?.is_some() || !app.documents.pace.take(now) {
        return Ok(());
    }
    let transaction = app.db.begin().await?;
    if !make_room(&transaction, now).await? {
        return Ok(());
    }
    let row = ActiveModel { hash: Set(hash.to_vec()), text: Set(text.to_string()), last_used_at: Set(now) };
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Hash).do_nothing().to_owned())
        .exec_without_returning(&transaction)
        .await?;
    transaction.commit().await?;
    app.documents.keep(key, kept(hash.to_vec(), text.clone(), now));
    Ok(())
}

/// Whether there is room for one more, once those have gone that were unused longest.
async fn make_room(transaction: &DatabaseTransaction, now: Instant) -> Result<bool> {
    let surplus = (Entity::find().count(transaction).await? + 1).saturating_sub(MOST);
    if surplus == 0 {
        return Ok(true);
    }
    let unused = Entity::find().filter(Column::LastUsedAt.lt(now - HOT)).order_by_asc(Column::LastUsedAt);
    let going: Vec<Vec<u8>> =
        unused.select_only().column(Column::Hash).limit(surplus).into_tuple().all(transaction).await?;
    let is_enough = going.len() as u64 == surplus;
    if is_enough {
        Entity::delete_many().filter(Column::Hash.is_in(going)).exec(transaction).await?;
    }
    Ok(is_enough)
}

/// Notes that a document is in use, now and then, and lets nobody wait for it.
pub(super) fn touch(app: &Arc<App>, hash: &[u8], used_at: &AtomicI64) {
    let now = app.clock.now();
    let known = used_at.load(Ordering::Relaxed);
    let is_recent = DateTime::from_timestamp(known, 0).is_some_and(|known| now - known < TOUCHED_EVERY);
    let is_ours =
        !is_recent && used_at.compare_exchange(known, now.timestamp(), Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if is_ours {
        let (app, hash) = (app.clone(), hash.to_vec());
        tokio::spawn(async move {
            if let Err(error) = write_use(&app, hash, now).await {
                let cause = error.cause().map(ToString::to_string).unwrap_or_default();
                tracing::warn!(cause, "the use of a document was not noted");
            }
        });
    }
}

async fn write_use(app: &App, hash: Vec<u8>, now: Instant) -> Result<()> {
    let transaction = app.db.begin().await?;
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Hash.eq(hash))
        .filter(Column::LastUsedAt.lt(now))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// Deletes what nobody has used for a month.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy(transaction: &DatabaseTransaction, now: Instant) -> Result<()> {
    Entity::delete_many().filter(Column::LastUsedAt.lt(now - KEPT)).exec(transaction).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_many_writes() {
        let (pace, now) = (Pace::default(), Instant::UNIX_EPOCH + TimeDelta::days(20_000));
        for minutes in 0..3 {
            let now = now + TimeDelta::minutes(minutes);
            assert_eq!(
                (0..200).filter(|second| pace.take(now + TimeDelta::seconds(second / 4))).count() as u64,
                A_MINUTE
            );
        }
    }
}
