//! An agency that was invited to send its people to a run.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CourseRunId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course_run_guest")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub course_run_id: CourseRunId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub guest_agency_id: AgencyId,
    /// The agency that holds the run.
    pub agency_id: AgencyId,
    pub invited_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
