//! A dated offering of a course.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CourseId, CourseRunId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CourseRunId,
    pub agency_id: AgencyId,
    pub course_id: CourseId,
    pub source_id: Option<String>,
    pub name: String,
    pub starts_on: Date,
    pub ends_on: Date,
    pub capacity: Option<i32>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
