//! Somebody who can log in: a civil servant or a citizen.

use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// The name shown to its owner; an employee's present name is on the employee.
    pub name: String,
    /// Argon2id in PHC form; absent until the account is activated.
    pub password_hash: Option<String>,
    /// Since when an admin keeps its owner out.
    pub locked_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
