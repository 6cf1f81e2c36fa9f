//! One-time codes: made, tried, used up.

use entity::one_time_code::{self, Purpose};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait as _, QueryFilter, QueryOrder as _,
    QuerySelect as _,
};

use super::rules;
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::digest;

fn hash(subject: &str, code: &str) -> Vec<u8> {
    digest(&[b"code", subject.as_bytes(), code.as_bytes()])
}

/// Makes a code for `subject`; earlier ones die. Answers it as it is shown to people, and its end.
///
/// # Errors
/// When the database does not answer.
pub async fn make(
    app: &App,
    transaction: &DatabaseTransaction,
    purpose: Purpose,
    subject: &str,
) -> Result<(String, Instant)> {
    let now = app.clock.now();
    kill(transaction, purpose, subject, now).await?;
    let code = app.ids.one_time_code();
    let expires_at = now
        + match purpose {
            Purpose::Account => rules::ACCOUNT_CODE_LIFE,
            Purpose::Contact => rules::CONTACT_CODE_LIFE,
        };
    let row = one_time_code::ActiveModel {
        id: Set(app.ids.new_id(now)),
        purpose: Set(purpose),
        subject: Set(subject.to_owned()),
        code_hash: Set(hash(subject, &code)),
        created_at: Set(now),
        expires_at: Set(expires_at),
        used_at: Set(None),
        failed_attempts: Set(0),
    };
    one_time_code::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok((rules::show_code(&code), expires_at))
}

async fn kill(transaction: &DatabaseTransaction, purpose: Purpose, subject: &str, now: Instant) -> Result<()> {
    one_time_code::Entity::update_many()
        .col_expr(one_time_code::Column::UsedAt, Expr::value(now))
        .filter(one_time_code::Column::Purpose.eq(purpose))
        .filter(one_time_code::Column::Subject.eq(subject))
        .filter(one_time_code::Column::UsedAt.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}

/// Tries a code. A right one is used up; a wrong one is counted, and the caller commits either way.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    app: &App,
    transaction: &DatabaseTransaction,
    purpose: Purpose,
    subject: &str,
    typed: &str,
) -> Result<bool> {
    let now = app.clock.now();
    let living = one_time_code::Entity::find()
        .filter(one_time_code::Column::Purpose.eq(purpose))
        .filter(one_time_code::Column::Subject.eq(subject))
        .filter(one_time_code::Column::UsedAt.is_null())
        .filter(one_time_code::Column::ExpiresAt.gt(now))
        .filter(one_time_code::Column::FailedAttempts.lt(rules::MAX_CODE_FAILURES))
        .order_by_desc(one_time_code::Column::Id)
        .lock_exclusive()
        .one(transaction)
        .await?;
    let Some(living) = living else { return Ok(false) };
    if living.code_hash == hash(subject, &rules::normalise_code(typed)) {
        kill(transaction, purpose, subject, now).await?;
        return Ok(true);
    }
    let failures = Expr::col(one_time_code::Column::FailedAttempts).add(1);
    one_time_code::Entity::update_many()
        .col_expr(one_time_code::Column::FailedAttempts, failures)
        .filter(one_time_code::Column::Id.eq(living.id))
        .exec(transaction)
        .await?;
    Ok(false)
}
