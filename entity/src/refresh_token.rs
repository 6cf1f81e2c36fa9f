//! A refresh token, by its hash.

use sea_orm::entity::prelude::*;

use crate::ids::{DeviceId, RefreshTokenId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefreshTokenId,
    pub device_id: DeviceId,
    /// The token that was exchanged for this one.
    pub parent_id: Option<RefreshTokenId>,
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    pub created_at: DateTimeUtc,
    /// Idle limit, 60 days after it was issued.
    pub expires_at: DateTimeUtc,
    /// When it was first exchanged.
    pub used_at: Option<DateTimeUtc>,
    /// When a sibling took its place before it was used.
    pub superseded_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
