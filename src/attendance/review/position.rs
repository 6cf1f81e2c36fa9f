//! How far a pass over check-ins has come, in the order of their ids, which is that of their receipt.
//!
//! On PostgreSQL the position's row is the lease: who has it locked works, everybody else passes on. SQLite has one
//! writer, which is not to be held while a pass reads: there a step moves the position only from where it had begun.

use entity::pass_position;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::error::{Error, Result};

/// The pass that looks at check-ins.
pub const REVIEW: &str = "CHECK_IN_REVIEW";
/// The pass that forgets coordinates.
pub const EXPIRY: &str = "COORDINATE_EXPIRY";

/// Takes the lease; nothing when another process has it.
///
/// # Errors
/// When the database does not answer.
pub async fn take(transaction: &DatabaseTransaction, name: &str) -> Result<Option<Uuid>> {
    let row = pass_position::Entity::find_by_id(name)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(transaction)
        .await?;
    Ok(row.map(|row| row.position))
}

/// Where the pass stands.
///
/// # Errors
/// When the database does not answer.
pub async fn read(db: &impl ConnectionTrait, name: &str) -> Result<Uuid> {
    let row = pass_position::Entity::find_by_id(name).one(db).await?;
    Ok(row.ok_or_else(|| Error::internal("a pass without a position"))?.position)
}

/// Moves on; says whether it was still where the step had begun.
///
/// # Errors
/// When the database does not answer.
pub async fn advance(transaction: &DatabaseTransaction, name: &str, from: Uuid, to: Uuid) -> Result<bool> {
    let moved = pass_position::Entity::update_many()
        .col_expr(pass_position::Column::Position, Expr::value(to))
        .filter(pass_position::Column::Name.eq(name))
        .filter(pass_position::Column::Position.eq(from))
        .exec(transaction)
        .await?;
    Ok(moved.rows_affected == 1)
}
