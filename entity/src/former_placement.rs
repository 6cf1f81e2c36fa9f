//! Where an employee was before they were moved.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, EmployeeId, UnitId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "former_placement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub employee_id: EmployeeId,
    /// The last day in that unit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub last_on: Date,
    pub agency_id: AgencyId,
    pub unit_id: Option<UnitId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
