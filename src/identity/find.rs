//! Accounts by what people log in with.

use entity::{account, contact, employee, employee_nip};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::rules::Identifier;
use crate::error::Result;

/// The account of an identifier: a verified contact, or the present number of an active employee.
///
/// # Errors
/// When the database does not answer.
pub async fn account(db: &impl ConnectionTrait, identifier: &Identifier) -> Result<Option<account::Model>> {
    let account_id = match identifier {
        Identifier::Email(address) => {
            let found = contact::Entity::find()
                .filter(contact::Column::Kind.eq(contact::Kind::Email))
                .filter(contact::Column::Value.eq(address))
                .one(db)
                .await?;
            found.map(|contact| contact.account_id)
        }
        Identifier::Nip(nip) => employee(db, nip).await?.and_then(|employee| employee.account_id),
        Identifier::Unknown(_) => None,
    };
    match account_id {
        Some(id) => Ok(account::Entity::find_by_id(id).one(db).await?),
        None => Ok(None),
    }
}

/// The active employee who carries a number now.
///
/// # Errors
/// When the database does not answer.
pub async fn employee(db: &impl ConnectionTrait, nip: &str) -> Result<Option<employee::Model>> {
    let present = employee_nip::Entity::find()
        .filter(employee_nip::Column::Nip.eq(nip))
        .filter(employee_nip::Column::ValidUntil.is_null())
        .one(db)
        .await?;
    let Some(present) = present else { return Ok(None) };
    let active = employee::Entity::find_by_id(present.employee_id).filter(employee::Column::IsActive.eq(true));
    Ok(active.one(db).await?)
}
