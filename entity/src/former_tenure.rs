//! When somebody served who left and came back.

use sea_orm::entity::prelude::*;

use crate::ids::EmployeeId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "former_tenure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub employee_id: EmployeeId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub serves_from: Date,
    /// The last day.
    pub served_until: Date,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
