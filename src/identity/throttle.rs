//! Failed attempts, counted by account and by address in the database, so that every process counts alike.

use std::net::IpAddr;

use chrono::TimeDelta;
use entity::throttle;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    QueryFilter, QuerySelect as _,
};

use super::rules::Slowdown;
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::digest;
use crate::problem::Problem;

/// A thing that attempts are counted by.
#[derive(Debug, Clone)]
pub struct Counter {
    key: Vec<u8>,
    slowdown: Slowdown,
}

impl Counter {
    /// Counts by `parts`, which the database sees as a hash alone.
    #[must_use]
    pub fn new(slowdown: Slowdown, parts: &[&[u8]]) -> Self {
        Self { key: digest(parts), slowdown }
    }

    /// Counts by the address a request came from, of IPv6 by the subscriber's /64; `what` is counted apart from other
    /// things that come from there.
    #[must_use]
    pub fn address(what: &str, address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::new(Slowdown::ADDRESS, &[b"address", what.as_bytes(), &v4.octets()]),
            IpAddr::V6(v6) => Self::new(Slowdown::ADDRESS, &[b"address", what.as_bytes(), &v6.octets()[..8]]),
        }
    }
}

/// Refuses an attempt while one of its counters asks to wait.
///
/// # Errors
/// `TOO_MANY_ATTEMPTS` with the seconds to wait.
pub async fn check(app: &App, counters: &[Counter]) -> Result<()> {
    let now = app.clock.now();
    let keys = counters.iter().map(|counter| counter.key.clone());
    let rows = throttle::Entity::find().filter(throttle::Column::Key.is_in(keys)).all(app.db.read()).await?;
    let waits = counters.iter().filter_map(|counter| {
        let row = rows.iter().find(|row| row.key == counter.key)?;
        counter.slowdown.wait(row.failures, row.last_failure_at, now)
    });
    waits.max().map_or(Ok(()), |wait| Err(too_many(wait)))
}

/// Counts a failure.
///
/// # Errors
/// When the database does not answer.
pub async fn fail(app: &App, counters: &[Counter]) -> Result<()> {
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    for counter in counters {
        let row = locked(&transaction, counter, now).await?;
        add(&transaction, row, now).await?;
    }
    Ok(transaction.commit().await?)
}

/// Takes one of a few: what may be asked for so and so often, whether it fails or not.
///
/// # Errors
/// `TOO_MANY_ATTEMPTS` with the seconds to wait.
pub async fn take(app: &App, counters: &[Counter]) -> Result<()> {
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    for counter in counters {
        let row = locked(&transaction, counter, now).await?;
        if let Some(wait) = counter.slowdown.wait(row.failures, row.last_failure_at, now) {
            return Err(too_many(wait));
        }
        add(&transaction, row, now).await?;
    }
    Ok(transaction.commit().await?)
}

fn too_many(wait: TimeDelta) -> Error {
    Refusal::of(Problem::TooManyAttempts).with("seconds", wait.num_seconds() + 1).into()
}

/// The counter's row. There is one to lock before anything is counted, so that first failures that come together count
/// one by one.
async fn locked(transaction: &DatabaseTransaction, counter: &Counter, now: Instant) -> Result<throttle::Model> {
    let first = throttle::ActiveModel { key: Set(counter.key.clone()), failures: Set(0), last_failure_at: Set(now) };
    throttle::Entity::insert(first)
        .on_conflict(OnConflict::column(throttle::Column::Key).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    let row = throttle::Entity::find_by_id(counter.key.clone()).lock_exclusive().one(transaction).await?;
    row.ok_or_else(|| Error::internal("a counter that was just written"))
}

async fn add(transaction: &DatabaseTransaction, row: throttle::Model, now: Instant) -> Result<()> {
    let counted = throttle::ActiveModel {
        failures: Set(Slowdown::counted(row.failures, row.last_failure_at, now) + 1),
        last_failure_at: Set(now),
        ..row.into()
    };
    counted.update(transaction).await?;
    Ok(())
}

/// The attempt was right: the account's counter starts anew. An address's does not: one right password says nothing of
/// the others that are tried from there.
///
/// # Errors
/// When the database does not answer.
pub async fn succeed(connection: &impl ConnectionTrait, counters: &[Counter]) -> Result<()> {
    let keys =
        counters.iter().filter(|counter| counter.slowdown != Slowdown::ADDRESS).map(|counter| counter.key.clone());
    throttle::Entity::delete_many().filter(throttle::Column::Key.is_in(keys)).exec(connection).await?;
    Ok(())
}
