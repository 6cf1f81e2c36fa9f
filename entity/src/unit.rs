//! A work unit (*unit kerja*) in the tree of its agency.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, EmployeeId, JurisdictionId, UnitId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnitId,
    pub agency_id: AgencyId,
    pub parent_id: Option<UnitId>,
    /// Its id in the system it was imported from; unique in the agency.
    pub source_id: Option<String>,
    pub name: String,
    pub jurisdiction_id: Option<JurisdictionId>,
    /// IANA zone; its parent's, else its agency's, where absent.
    pub time_zone: Option<String>,
    pub head_employee_id: Option<EmployeeId>,
    pub is_active: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
