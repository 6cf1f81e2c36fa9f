//! One recorded attempt to be present.

use sea_orm::entity::prelude::*;

use crate::ids::{
    AgencyId, CheckInId, CourseSessionId, DeviceId, EmployeeId, LatenessRuleId, ScheduleId, ShiftId, VenueId,
};

/// What a check-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Occasion {
    /// Duty of a day.
    Workday,
    /// A meeting of a course.
    CourseSession,
}

/// Coming or going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// Start of duty.
    In,
    /// End of duty.
    Out,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Counts.
    Accepted,
    /// A person has to look at it.
    NeedsReview,
    /// Does not count.
    Rejected,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "check_in")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CheckInId,
    /// The employee's agency at the time.
    pub agency_id: AgencyId,
    pub employee_id: EmployeeId,
    pub device_id: DeviceId,
    pub idempotency_key: Uuid,
    /// SHA-256 of the canonical input without key and sending time.
    pub payload_hash: Vec<u8>,
    pub occasion: Occasion,
    pub direction: Option<Direction>,
    /// The local day on which the shift starts.
    pub workday_on: Option<Date>,
    /// IANA zone in which it was judged.
    pub time_zone: String,
    pub course_session_id: Option<CourseSessionId>,
    /// The phone's clock at the act.
    pub captured_at: DateTimeUtc,
    /// The phone's clock at sending.
    pub sent_at: DateTimeUtc,
    /// Our clock.
    pub received_at: DateTimeUtc,
    /// The act by our clock: what window, code and lateness were judged at.
    pub effective_at: DateTimeUtc,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub accuracy_meters: Option<f64>,
    pub is_mocked: bool,
    /// The nearest venue of the occasion.
    pub venue_id: Option<VenueId>,
    pub distance_meters: Option<f64>,
    pub verdict: Verdict,
    /// Reason codes, comma-separated.
    pub reasons: String,
    pub minutes_late: Option<i32>,
    /// The working hours it was judged under.
    pub schedule_id: Option<ScheduleId>,
    pub shift_id: Option<ShiftId>,
    /// The rule of lateness that it was measured under.
    pub lateness_rule_id: Option<LatenessRuleId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

/// Its review, where there is one.
impl Related<super::check_in_review::Entity> for Entity {
    fn to() -> RelationDef {
        let review = Self::belongs_to(super::check_in_review::Entity);
        review.from(Column::Id).to(super::check_in_review::Column::CheckInId).into()
    }
}

impl ActiveModelBehavior for ActiveModel {}
