//! How much of what somebody asks for may wait for a decision: a queue that one person fills hides everybody else's.
//!
//! Whoever asks is held until the end of the transaction, so that of two requests that come at once the second counts
//! the first, on either database.

use entity::ids::EmployeeId;
use entity::{RequestStatus, employee};
use sea_orm::sea_query::LockType;
use sea_orm::{DatabaseTransaction, EntityTrait as _, QuerySelect as _};

use crate::error::{Error, Refusal, Result};
use crate::problem::Problem;

/// Undecided leave, duty travel and work from home of a person at most: more than a year's annual leave day by day, and a
/// journey each month.
pub const OPEN_ARRANGEMENTS: usize = 30;
/// Undecided corrections of a person at most: coming and going on each of the 32 days that may be corrected, today and the
/// 31 before.
pub const OPEN_CORRECTIONS: usize = 64;
/// Undecided disputes of a person at most: one a day of a month.
pub const OPEN_DISPUTES: usize = 31;

/// The employee, held until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn held(transaction: &DatabaseTransaction, id: EmployeeId) -> Result<employee::Model> {
    let row = employee::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(transaction).await?;
    row.ok_or_else(|| Error::internal("a request of nobody"))
}

/// As [`held`], for who asks.
///
/// # Errors
/// `NOT_AN_EMPLOYEE` for who serves no longer.
pub async fn asking(transaction: &DatabaseTransaction, id: EmployeeId) -> Result<employee::Model> {
    let me = held(transaction, id).await?;
    if me.is_active { Ok(me) } else { Err(Error::refused(Problem::NotAnEmployee)) }
}

/// That one more may be asked for beside those that are open.
///
/// # Errors
/// `TOO_MANY_OPEN`.
pub fn require_room(open: usize, most: usize) -> Result<()> {
    if open < most { Ok(()) } else { Err(Refusal::of(Problem::TooManyOpen).with("max", most).into()) }
}

/// That whoever is refused is told why.
///
/// # Errors
/// `BLANK` at `note`.
pub fn require_reason(status: RequestStatus, note: Option<&str>) -> Result<()> {
    if status == RequestStatus::Rejected && note.is_none() { Err(Error::at("note", Problem::Blank)) } else { Ok(()) }
}
