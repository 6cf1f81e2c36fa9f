//! A catalogue entry.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CourseId, SiasnTermId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "course")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CourseId,
    pub agency_id: AgencyId,
    pub source_id: Option<String>,
    pub title: String,
    pub description: Option<String>,
    /// The name in the national list.
    pub course_name_id: Option<SiasnTermId>,
    pub training_form_id: Option<SiasnTermId>,
    pub is_active: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
