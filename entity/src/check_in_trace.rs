//! Where and on which phone a check-in was made; deleted when its coordinates expire.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, CheckInId, EmployeeId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "check_in_trace")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub check_in_id: CheckInId,
    pub agency_id: AgencyId,
    pub employee_id: EmployeeId,
    /// The app on the phone, whoever was logged in.
    pub installation_id: Uuid,
    /// The workday, or the local date of a class.
    pub local_on: Date,
    /// By our clock.
    pub at: DateTimeUtc,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
