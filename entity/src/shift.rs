//! A shift of working hours: when work starts and ends on some weekdays.

use sea_orm::entity::prelude::*;

use crate::ids::{ScheduleId, ShiftId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shift")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ShiftId,
    pub schedule_id: ScheduleId,
    /// Its place among the shifts.
    pub position: i32,
    pub name: String,
    /// Bit 0 is Monday, bit 6 Sunday.
    pub weekdays: i32,
    /// Minutes after local midnight.
    pub start_minute: i32,
    /// Minutes after local midnight of the day it starts on; past 1440 on the next day.
    pub end_minute: i32,
    /// Of these, the break.
    pub break_minutes: i32,
    /// How long before the start a check-in counts.
    pub opens_before_minutes: i32,
    /// How long after the end a check-in counts.
    pub closes_after_minutes: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
