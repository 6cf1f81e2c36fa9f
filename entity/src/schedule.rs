//! Working hours of a unit, of an agency, or of the country, from a date on; their shifts stand in `shift`.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, ScheduleId, UnitId};

/// When in the year working hours hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Season {
    /// Outside Ramadan.
    Normal,
    /// In Ramadan.
    Ramadan,
    /// All year: shifts of direct-service units.
    AllYear,
}

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
    /// Counted by agency, unit and season.
    pub version: i32,
    pub season: Season,
    pub valid_from: Date,
    /// The last day.
    pub valid_until: Option<Date>,
    /// By so much the start may shift, and the end with it; absent: as the rule of lateness says.
    pub flexible_minutes: Option<i32>,
    /// Whether holidays are free.
    pub observes_holidays: bool,
    /// Whether the roster says who works which shift; else everybody works each.
    pub is_rostered: bool,
    /// Whether there are none any more: those of the place above hold. It has no shifts then.
    pub inherits: bool,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
