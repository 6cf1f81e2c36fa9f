//! A place with a fence.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, UnitId, VenueId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "venue")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VenueId,
    pub agency_id: AgencyId,
    /// The unit whose people are on duty here; absent for a room that is only for classes.
    pub unit_id: Option<UnitId>,
    pub source_id: Option<String>,
    pub name: String,
    /// Degrees, WGS 84.
    pub latitude: f64,
    /// Degrees, WGS 84.
    pub longitude: f64,
    pub radius_meters: i32,
    /// IANA zone.
    pub time_zone: String,
    pub is_active: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
