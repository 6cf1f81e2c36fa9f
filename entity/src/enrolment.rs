//! A person in a course run.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CourseRunId, EmployeeId, EnrolmentId};

/// Whether the person takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Takes part.
    Enrolled,
    /// Was taken off the list.
    Withdrawn,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EnrolmentId,
    /// The agency that holds the run.
    pub agency_id: AgencyId,
    pub course_run_id: CourseRunId,
    pub employee_id: EmployeeId,
    pub status: Status,
    pub enrolled_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
