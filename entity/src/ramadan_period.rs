//! Ramadan, as the government announced it.

use sea_orm::entity::prelude::*;

use crate::ids::RamadanPeriodId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ramadan_period")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RamadanPeriodId,
    pub starts_on: Date,
    /// The last day.
    pub ends_on: Date,
    pub citation: String,
    pub created_at: DateTimeUtc,
    /// Since when it is none any more.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// The announcement that took it back.
    pub withdrawal_citation: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
