//! What an employee says that a day's record lacks, and what a superior decided.

use sea_orm::entity::prelude::*;

use crate::RequestStatus;
use crate::check_in::Direction;
use crate::ids::{AccountId, AgencyId, CorrectionId, EmployeeId, ShiftId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "correction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CorrectionId,
    pub agency_id: AgencyId,
    pub employee_id: EmployeeId,
    pub workday_on: Date,
    pub shift_id: Option<ShiftId>,
    pub direction: Direction,
    /// When the person came or went.
    pub happened_at: DateTimeUtc,
    pub reason: String,
    /// What shows it: a letter, a witness.
    pub evidence: Option<String>,
    pub status: RequestStatus,
    pub idempotency_key: Uuid,
    pub payload_hash: Vec<u8>,
    pub requested_at: DateTimeUtc,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<DateTimeUtc>,
    pub decision_note: Option<String>,
    /// Who took back the approval.
    pub revoked_by: Option<AccountId>,
    pub revoked_at: Option<DateTimeUtc>,
    pub revocation_note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
