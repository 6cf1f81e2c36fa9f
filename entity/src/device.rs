//! A phone or browser in which an account is logged in: one family of refresh tokens.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, DeviceId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeviceId,
    pub account_id: AccountId,
    /// Made by the app when it was installed.
    pub installation_id: Uuid,
    /// What the person calls it.
    pub name: String,
    pub created_at: DateTimeUtc,
    /// When it last refreshed its tokens.
    pub last_seen_at: DateTimeUtc,
    /// The end of the family, at most a year after the login.
    pub expires_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
