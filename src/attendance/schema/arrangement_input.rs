//! What mutations of leave, duty travel and work from home are given.

use async_graphql::{ID, InputObject};

use super::arrangement::DutyArrangementKind;
use super::request::RequestDecision;
use crate::graphql::scalars::{Date, Uuid};

/// What is to be arranged.
#[derive(Debug, InputObject)]
pub struct DutyArrangementInput {
    /// What it is.
    pub kind: DutyArrangementKind,
    /// The first day; at most 366 days before or after today.
    pub starts_on: Date,
    /// The last day; at most 366 days together.
    pub ends_on: Date,
    /// Why (*alasan*), at most 1,000 characters.
    pub reason: String,
    /// The number of the letter that it rests on (*nomor surat*), at most 200 characters.
    pub document: Option<String>,
}

/// Leave, duty travel or work from home that one asks for.
#[derive(Debug, InputObject)]
pub struct RequestDutyArrangementInput {
    /// Made by the phone once for this intent. Sent again with the same content, it gives the same arrangement.
    pub idempotency_key: Uuid,
    /// What one asks for.
    pub arrangement: DutyArrangementInput,
}

/// Leave, duty travel or work from home that was granted on paper.
#[derive(Debug, InputObject)]
pub struct RecordDutyArrangementInput {
    /// Made once for this intent. Sent again with the same content, it gives the same arrangement.
    pub idempotency_key: Uuid,
    /// Whose it is; not one's own.
    pub employee_id: ID,
    /// What was granted.
    pub arrangement: DutyArrangementInput,
}

/// What is to be taken back.
#[derive(Debug, InputObject)]
pub struct WithdrawDutyArrangementInput {
    /// The arrangement.
    pub duty_arrangement_id: ID,
}

/// A decision.
#[derive(Debug, InputObject)]
pub struct DecideDutyArrangementInput {
    /// What is decided over; not one's own.
    pub duty_arrangement_id: ID,
    /// The decision.
    pub decision: RequestDecision,
    /// What to say with it (*catatan*), at most 1,000 characters; a rejection is explained.
    pub note: Option<String>,
}
