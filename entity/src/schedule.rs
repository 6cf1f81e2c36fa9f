//! Working hours of a unit, of an agency, or of the country, from a date on.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, ScheduleId, UnitId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScheduleId,
    /// Absent for the national default.
    pub agency_id: Option<AgencyId>,
    /// Absent for the whole agency.
    pub unit_id: Option<UnitId>,
    pub name: String,
    /// The decree or decision it rests on.
    pub citation: String,
    pub version: i32,
    pub valid_from: Date,
    /// The last day.
    pub valid_until: Option<Date>,
    /// Bit 0 is Monday, bit 6 Sunday.
    pub weekdays: i32,
    /// Minutes after local midnight.
    pub start_minute: i32,
    /// Minutes after local midnight of the day it starts on; past 1440 on the next day.
    pub end_minute: i32,
    /// How long before the start a check-in counts.
    pub opens_before_minutes: i32,
    /// How long after the end a check-in counts.
    pub closes_after_minutes: i32,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
