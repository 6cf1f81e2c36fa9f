//! What all that civil servants ask for has in common, in the schema: what became of it, the decision, the revocation.

use async_graphql::{Context, Enum, Object};
use entity::RequestStatus as Status;
use entity::ids::AccountId;

use super::queue::decider;
use crate::agency::schema::Employee;
use crate::clock::Instant;
use crate::error::Result;
use crate::graphql::scalars::DateTime;

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
    /// It held; whoever may decide took that back (*dicabut*).
    Revoked,
}

/// A decision over what somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum RequestDecision {
    /// It holds (*setuju*).
    Approve,
    /// It does not hold (*tolak*).
    Reject,
}

/// That what was approved holds no longer.
#[derive(Debug, Clone)]
pub struct Revocation {
    by: AccountId,
    at: Instant,
    note: String,
}

impl Revocation {
    /// The revocation of a row, where it was revoked.
    #[must_use]
    pub fn of(by: Option<AccountId>, at: Option<Instant>, note: Option<&str>) -> Option<Self> {
        Some(Self { by: by?, at: at?, note: note?.to_owned() })
    }
}

/// That what was approved holds no longer (*pencabutan*).
#[Object]
impl Revocation {
    /// When it was revoked.
    async fn revoked_at(&self) -> DateTime {
        self.at.into()
    }

    /// Who revoked it (*pejabat yang berwenang*), where one may see them.
    async fn revoked_by(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        decider(ctx, Some(self.by)).await
    }

    /// Why (*catatan*).
    async fn note(&self) -> &str {
        &self.note
    }
}
