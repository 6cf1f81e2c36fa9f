//! One decision over people, chained to the one before it.

use sea_orm::entity::prelude::*;

use crate::ids::AccountId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain_id: Uuid,
    /// From 1 on, without a gap.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i32,
    pub at: DateTimeUtc,
    /// Absent for the server's own terminal and for work that the server does by itself.
    pub actor_id: Option<AccountId>,
    /// What was decided, as a word: `ROLE_GRANTED`.
    pub action: String,
    /// Over what: a `TypeID`.
    pub subject: String,
    /// JSON: ids, enum words, numbers, digests; no personal data.
    pub detail: String,
    /// Over all of this and the hash before it.
    pub hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
