//! Leave, duty travel or work from home: asked for, and decided by a superior.

use sea_orm::entity::prelude::*;

use crate::RequestStatus;
use crate::ids::{AccountId, AgencyId, DutyArrangementId, EmployeeId};

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// *Cuti tahunan*.
    AnnualLeave,
    /// *Cuti besar*.
    LongLeave,
    /// *Cuti sakit*.
    SickLeave,
    /// *Cuti melahirkan*.
    MaternityLeave,
    /// *Cuti karena alasan penting*.
    ImportantReasonLeave,
    /// *Cuti di luar tanggungan negara*.
    UnpaidLeave,
    /// *Perjalanan dinas*.
    DutyTravel,
    /// *Bekerja dari rumah*.
    WorkFromHome,
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_arrangement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DutyArrangementId,
    pub agency_id: AgencyId,
    pub employee_id: EmployeeId,
    pub kind: Kind,
    pub starts_on: Date,
    /// The last day.
    pub ends_on: Date,
    pub reason: String,
    /// The letter it rests on (*nomor surat*).
    pub document: Option<String>,
    pub status: RequestStatus,
    pub idempotency_key: Uuid,
    pub payload_hash: Vec<u8>,
    pub requested_by: AccountId,
    pub requested_at: DateTimeUtc,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<DateTimeUtc>,
    pub decision_note: Option<String>,
    /// Who took back the approval.
    pub revoked_by: Option<AccountId>,
    pub revoked_at: Option<DateTimeUtc>,
    /// The first day on which it holds no longer.
    pub revoked_from: Option<Date>,
    pub revocation_note: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
