//! Coordinates expire: what was decided stays, where somebody stood does not.

use std::time::Duration;

use entity::{check_in, check_in_trace};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::position;
use crate::app::App;
use crate::error::Result;
use crate::id::first_of;

/// Check-ins of a step: a short transaction, also where there is one writer.
const STEP: u64 = 500;
/// How long others go first between two steps.
const PAUSE: Duration = Duration::from_millis(50);

/// Forgets the coordinates of every check-in that is old enough.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(app: &App) -> Result<()> {
    while step(app).await? {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Forgets those of the next check-ins; says whether there may be more. The hash of what a phone sent goes with them:
/// coordinates could be searched for by it. A key that is sent again then answers its check-in, whatever comes with it.
async fn step(app: &App) -> Result<bool> {
    let until = first_of(app.clock.now() - app.config.coordinates_kept);
    let seen = position::read(app.db.read(), position::EXPIRY).await?;
    let old = check_in::Entity::find()
        .select_only()
        .column(check_in::Column::Id)
        .filter(check_in::Column::Id.gt(seen))
        .filter(check_in::Column::Id.lt(until))
        .order_by_asc(check_in::Column::Id)
        .limit(STEP)
        .into_tuple::<Uuid>()
        .all(app.db.read())
        .await?;
    let Some(last) = old.last().copied() else { return Ok(false) };
    let transaction = app.db.begin().await?;
    if !position::advance(&transaction, position::EXPIRY, seen, last).await? {
        return Ok(true);
    }
    let absent = Expr::value(None::<f64>);
    check_in::Entity::update_many()
        .col_expr(check_in::Column::Latitude, absent.clone())
        .col_expr(check_in::Column::Longitude, absent.clone())
        .col_expr(check_in::Column::AccuracyMeters, absent)
        .col_expr(check_in::Column::PayloadHash, Expr::value(Vec::<u8>::new()))
        .filter(check_in::Column::Id.gt(seen))
        .filter(check_in::Column::Id.lte(last))
        .exec(&transaction)
        .await?;
    // Also what the review wrote of check-ins that had expired before it came to them.
    check_in_trace::Entity::delete_many()
        .filter(check_in_trace::Column::CheckInId.lte(last))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(old.len() as u64 == STEP)
}
