//! By which clock an agency or a unit works from a day on; of versions that have begun the newest holds.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, TimeZoneSettingId, UnitId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "time_zone_setting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TimeZoneSettingId,
    pub agency_id: AgencyId,
    /// Absent for the agency's.
    pub unit_id: Option<UnitId>,
    /// Counted by agency and unit.
    pub version: i32,
    /// IANA zone; absent where that of what is above the unit holds.
    pub time_zone: Option<String>,
    pub valid_from: Date,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
