//! From so many minutes on, a level and a cut of the allowance.

use sea_orm::entity::prelude::*;

use crate::ids::LatenessRuleId;

/// Which end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    /// Coming.
    Late,
    /// Going.
    Early,
}

/// A level that the rule set names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "UPPERCASE")]
pub enum Level {
    /// *Terlambat*.
    Tl1,
    /// *Terlambat*.
    Tl2,
    /// *Terlambat*.
    Tl3,
    /// *Terlambat*.
    Tl4,
    /// *Pulang sebelum waktunya*.
    Psw1,
    /// *Pulang sebelum waktunya*.
    Psw2,
    /// *Pulang sebelum waktunya*.
    Psw3,
    /// *Pulang sebelum waktunya*.
    Psw4,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lateness_band")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: LatenessRuleId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub side: Side,
    #[sea_orm(primary_key, auto_increment = false)]
    pub from_minute: i32,
    pub level: Option<Level>,
    /// Hundredths of a percent.
    pub hundredths: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
