//! A one-time code: activation or reset of an account, or the proof of an e-mail address.

use sea_orm::entity::prelude::*;

use crate::ids::OneTimeCodeId;

/// What a code opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    /// Sets the password of an account: activation and reset.
    Account,
    /// Proves an e-mail address.
    Contact,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OneTimeCodeId,
    pub purpose: Purpose,
    /// The account's id, or the address to prove.
    pub subject: String,
    /// SHA-256 over subject and code.
    pub code_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
    /// Wrong codes tried against it; it dies at its limit.
    pub failed_attempts: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
