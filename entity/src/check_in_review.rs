//! What people decide of a check-in that the rules alone could not decide, or whose verdict is disputed.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, CheckInId, CheckInReviewId, CourseSessionId, EmployeeId};

/// Whether somebody has to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Somebody has to; after a dispute once more.
    Open,
    /// Somebody has.
    Decided,
}

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// It counts.
    Accepted,
    /// It does not.
    Rejected,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_in_review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CheckInReviewId,
    #[sea_orm(unique)]
    pub check_in_id: CheckInId,
    /// The employee's agency at the time.
    pub agency_id: AgencyId,
    pub employee_id: EmployeeId,
    pub course_session_id: Option<CourseSessionId>,
    pub status: Status,
    /// JSON: what was found, with the ids of the check-ins that match, and no names.
    pub findings: String,
    pub opened_at: DateTimeUtc,
    /// What the employee says before anybody decides.
    pub statement: Option<String>,
    pub stated_at: Option<DateTimeUtc>,
    /// What the employee says against the verdict: their one appeal.
    pub dispute: Option<String>,
    pub disputed_at: Option<DateTimeUtc>,
    /// The last decision; with an open review, the one that is disputed.
    pub decision: Option<Decision>,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<DateTimeUtc>,
    pub note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
