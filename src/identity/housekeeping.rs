//! What has served its time goes: counters of failures that were forgiven, codes and refresh tokens that ended,
//! documents that nobody uses, coordinates of check-ins.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use entity::{one_time_code, refresh_token, throttle};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::app::App;
use crate::attendance::review::expiry;
use crate::documents::learnt;
use crate::error::Result;

/// How often.
const EVERY: Duration = Duration::from_hours(1);
/// How long something that proves nothing any more is kept for whoever looks into an incident.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Tidies up now and every hour, for as long as it is polled.
pub async fn run(app: Arc<App>) {
    let mut hours = tokio::time::interval(EVERY);
    loop {
        hours.tick().await;
        if let Err(error) = tidy(&app).await {
            let cause = error.cause().map(ToString::to_string).unwrap_or_default();
            tracing::warn!(cause, "tidying up has to wait");
        }
    }
}

/// Deletes what ended more than a week ago, and forgets the coordinates of old check-ins.
///
/// # Errors
/// When the database does not answer.
pub async fn tidy(app: &App) -> Result<()> {
    let before = app.clock.now() - KEPT;
    let transaction = app.db.begin().await?;
    throttle::Entity::delete_many().filter(throttle::Column::LastFailureAt.lt(before)).exec(&transaction).await?;
    one_time_code::Entity::delete_many().filter(one_time_code::Column::ExpiresAt.lt(before)).exec(&transaction).await?;
    refresh_token::Entity::delete_many().filter(refresh_token::Column::ExpiresAt.lt(before)).exec(&transaction).await?;
    learnt::tidy(&transaction, app.clock.now()).await?;
    transaction.commit().await?;
    expiry::forget(app).await
}
