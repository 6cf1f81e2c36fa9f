//! A number that an employee carries or carried: a PPPK's changes on moving.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, EmployeeId, EmployeeNipId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "employee_nip")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EmployeeNipId,
    pub agency_id: AgencyId,
    pub employee_id: EmployeeId,
    /// 18 digits.
    pub nip: String,
    pub valid_from: Date,
    /// The last day; absent for the present number.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
