//! Who teaches a session.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CourseSessionId, EmployeeId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course_session_trainer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub course_session_id: CourseSessionId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub employee_id: EmployeeId,
    pub agency_id: AgencyId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
