//! One meeting of a course run.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CourseRunId, CourseSessionId, VenueId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CourseSessionId,
    pub agency_id: AgencyId,
    pub course_run_id: CourseRunId,
    pub source_id: Option<String>,
    pub title: String,
    /// Absent for a meeting on line.
    pub venue_id: Option<VenueId>,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    /// IANA zone in which its times are shown.
    pub time_zone: String,
    /// How long before the start a check-in counts.
    pub opens_before_minutes: i32,
    /// Whether the code on the trainer's screen is asked for.
    pub requires_code: bool,
    /// TOTP secret (RFC 6238), 20 bytes.
    pub code_secret: Vec<u8>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
