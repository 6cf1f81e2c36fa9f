//! Leave, duty travel and work from home, in the schema.

use async_graphql::{Context, Enum, ID, Object};
use entity::{RequestStatus as Status, duty_arrangement};

use crate::agency::schema::Employee;
use crate::connection;
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::rows;
use crate::graphql::scalars::{Date, DateTime};

/// What is arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "duty_arrangement::Kind")]
pub enum DutyArrangementKind {
    /// Annual leave (*cuti tahunan*).
    AnnualLeave,
    /// Long leave (*cuti besar*).
    LongLeave,
    /// Sick leave (*cuti sakit*).
    SickLeave,
    /// Maternity leave (*cuti melahirkan*).
    MaternityLeave,
    /// Leave for an important reason (*cuti karena alasan penting*).
    ImportantReasonLeave,
    /// Unpaid leave (*cuti di luar tanggungan negara*).
    UnpaidLeave,
    /// Duty travel (*perjalanan dinas*): a workday away from the unit's places.
    DutyTravel,
    /// Work from home (*bekerja dari rumah*): a workday away from the unit's places.
    WorkFromHome,
}

/// What became of something that a civil servant asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Status")]
pub enum RequestStatus {
    /// Nobody has decided yet (*diajukan*).
    Requested,
    /// It holds (*disetujui*).
    Approved,
    /// It does not hold (*ditolak*).
    Rejected,
    /// Whoever it is for took it back (*dibatalkan*).
    Withdrawn,
}

/// Leave, duty travel or work from home.
#[derive(Debug, Clone)]
pub struct DutyArrangement(pub duty_arrangement::Model);

impl From<duty_arrangement::Model> for DutyArrangement {
    fn from(row: duty_arrangement::Model) -> Self {
        Self(row)
    }
}

connection!(DutyArrangementConnection, DutyArrangementEdge, DutyArrangement);

/// Leave (*cuti*), duty travel (*perjalanan dinas*) or work from home (*bekerja dari rumah*) of a civil servant, for
/// some days.
#[Object]
impl DutyArrangement {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Whose it is (*ASN*).
    async fn employee(&self, ctx: &Context<'_>) -> Result<Employee> {
        rows::load_present(ctx, self.0.employee_id).await.map(Employee)
    }

    /// What it is.
    async fn kind(&self) -> DutyArrangementKind {
        self.0.kind.into()
    }

    /// The first day.
    async fn starts_on(&self) -> Date {
        self.0.starts_on.into()
    }

    /// The last day.
    async fn ends_on(&self) -> Date {
        self.0.ends_on.into()
    }

    /// Why (*alasan*).
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The number of the letter that it rests on (*nomor surat*).
    async fn document(&self) -> Option<&str> {
        self.0.document.as_deref()
    }

    /// What became of it.
    async fn status(&self) -> RequestStatus {
        self.0.status.into()
    }

    /// When it was asked for, or recorded by a superior.
    async fn requested_at(&self) -> DateTime {
        self.0.requested_at.into()
    }

    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// Who decided (*pejabat yang berwenang*), where one may see them.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        let Some(account) = self.0.decided_by else { return Ok(None) };
        let decider = ctx.rows().load_one(account).await.map_err(|error| Error::shared(&error))?;
        Ok(decider.map(Employee))
    }

    /// What whoever decided said (*catatan*).
    async fn decision_note(&self) -> Option<&str> {
        self.0.decision_note.as_deref()
    }
}
