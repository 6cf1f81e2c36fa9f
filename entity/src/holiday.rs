//! A national holiday or a day of collective leave, from decree data.

use sea_orm::entity::prelude::*;

use crate::ids::HolidayId;

/// What the day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// *Hari libur nasional*.
    National,
    /// *Cuti bersama*.
    CollectiveLeave,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "holiday")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HolidayId,
    pub date: Date,
    pub kind: Kind,
    pub name: String,
    /// The decree that it rests on; absent where it came from a list that names none.
    pub citation: Option<String>,
    pub created_at: DateTimeUtc,
    /// Since when it is none any more.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// The decree that took it back or put another in its place.
    pub withdrawal_citation: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
