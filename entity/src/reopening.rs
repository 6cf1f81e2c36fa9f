//! Days that others changed after the fact, which those whom they are about may answer.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, EmployeeId, ReopeningId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reopening")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReopeningId,
    /// Whose people they are about; absent for the nation's, and where one person is named.
    pub agency_id: Option<AgencyId>,
    /// Whom they are about, where they are one person's.
    pub employee_id: Option<EmployeeId>,
    pub first_on: Date,
    pub last_on: Date,
    pub reopened_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
