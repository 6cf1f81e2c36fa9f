//! Failed attempts, counted by account and by address in the database, so that every process counts alike.

use entity::throttle;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    ExprTrait as _, QueryFilter, QuerySelect as _,
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

    /// Counts by the address a request came from; of IPv6 by the subscriber's /64.
    #[must_use]
    pub fn address(address: std::net::IpAddr) -> Self {
        match address.to_canonical() {
            std::net::IpAddr::V4(v4) => Self::new(Slowdown::ADDRESS, &[b"address", &v4.octets()]),
            std::net::IpAddr::V6(v6) => Self::new(Slowdown::ADDRESS, &[b"address", &v6.octets()[..8]]),
        }
    }
}

/// Takes an attempt: refused while a counter asks to wait, else counted as failed until [`succeed`] says otherwise.
/// So attempts sent at the same moment do not slip past each other.
///
/// # Errors
/// `TOO_MANY_ATTEMPTS` with the seconds to wait.
pub async fn attempt(app: &App, counters: &[Counter]) -> Result<()> {
    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    let mut wait = None;
    for counter in counters {
        wait = std::cmp::max(wait, count(&transaction, counter, now).await?);
    }
    match wait {
        Some(wait) => {
            transaction.rollback().await?;
            let seconds = wait.num_seconds() + 1;
            Err(Refusal::of(Problem::TooManyAttempts).with("seconds", seconds).into())
        }
        None => Ok(transaction.commit().await?),
    }
}

async fn count(
    transaction: &DatabaseTransaction,
    counter: &Counter,
    now: Instant,
) -> Result<Option<chrono::TimeDelta>> {
    // There is a row to lock before anything is counted: first failures that come together count one by one.
    let first = throttle::ActiveModel { key: Set(counter.key.clone()), failures: Set(0), last_failure_at: Set(now) };
    throttle::Entity::insert(first)
        .on_conflict(OnConflict::column(throttle::Column::Key).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    let row = throttle::Entity::find_by_id(counter.key.clone()).lock_exclusive().one(transaction).await?;
    let row = row.ok_or_else(|| Error::internal("a counter that was just written"))?;
    if let Some(wait) = counter.slowdown.wait(row.failures, row.last_failure_at, now) {
        return Ok(Some(wait));
    }
    let counted = throttle::ActiveModel {
        failures: Set(Slowdown::counted(row.failures, row.last_failure_at, now) + 1),
        last_failure_at: Set(now),
        ..row.into()
    };
    counted.update(transaction).await?;
    Ok(None)
}

/// The attempt was right: the account's counter starts anew, the address's forgets this attempt.
///
/// # Errors
/// When the database does not answer.
pub async fn succeed(connection: &impl ConnectionTrait, counters: &[Counter]) -> Result<()> {
    for counter in counters {
        let rows = throttle::Entity::update_many().filter(throttle::Column::Key.eq(counter.key.clone()));
        let failures = if counter.slowdown == Slowdown::ADDRESS {
            Expr::col(throttle::Column::Failures).sub(1)
        } else {
            Expr::val(0)
        };
        rows.col_expr(throttle::Column::Failures, failures).exec(connection).await?;
    }
    Ok(())
}
