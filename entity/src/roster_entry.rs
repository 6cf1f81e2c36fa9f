//! Who works which shift on which day, where shifts are rostered.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, EmployeeId, RosterEntryId, ShiftId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roster_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RosterEntryId,
    pub agency_id: AgencyId,
    pub employee_id: EmployeeId,
    /// The local day on which the shift starts.
    pub workday_on: Date,
    pub shift_id: ShiftId,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
