//! What became of something that an employee asks for and a superior decides.

use sea_orm::entity::prelude::*;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestStatus {
    /// Nobody has decided yet.
    Requested,
    /// It holds.
    Approved,
    /// It does not.
    Rejected,
    /// Whoever asked took it back.
    Withdrawn,
    /// It held; whoever may decide took that back.
    Revoked,
}
