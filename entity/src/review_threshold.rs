//! What makes a pattern of check-ins remarkable.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, ReviewThresholdId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review_threshold")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewThresholdId,
    /// Absent for the country's.
    pub agency_id: Option<AgencyId>,
    pub version: i32,
    pub citation: String,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
    /// So many people with exactly the same coordinates.
    pub identical_people: i32,
    /// Exactly the same coordinates of one person on so many days.
    pub identical_days: i32,
    /// Within so many days.
    pub within_days: i32,
    /// Faster than this from one check-in to the next.
    pub travel_kmh: i32,
    /// When they lie further apart than this.
    pub travel_min_meters: i32,
    /// So many people on one phone.
    pub device_people: i32,
    /// Within so many hours.
    pub device_hours: i32,
    /// Sent so much later than the phone had spoken to us after the capture.
    pub late_minutes: i32,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
