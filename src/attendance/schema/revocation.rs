//! Taking back what was approved, in the schema.

use async_graphql::{Context, ID, InputObject, Object};

use super::{Correction, DutyArrangement};
use crate::attendance::revocation;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{WRITE, Weighs};
use crate::graphql::payload::payload;
use crate::graphql::scalars::Date;
use crate::mutation_payload;

/// Leave, duty travel or work from home that is to hold no longer.
#[derive(Debug, InputObject)]
pub struct RevokeDutyArrangementInput {
    /// The arrangement; not one's own, and not over for more than 62 days.
    pub duty_arrangement_id: ID,
    /// The first day on which it holds no longer (*terhitung mulai tanggal*): not more than 62 days back. Where absent, its
    /// own first day, or the 62nd day back.
    pub from: Option<Date>,
    /// Why (*catatan*), at most 1,000 characters.
    pub note: String,
}

/// A correction that is to count no longer.
#[derive(Debug, InputObject)]
pub struct RevokeCorrectionInput {
    /// The correction; not one's own, and of a day at most 62 days back.
    pub correction_id: ID,
    /// Why (*catatan*), at most 1,000 characters.
    pub note: String,
}

mutation_payload!(
    RevokeDutyArrangementPayload {
        /// The arrangement as it is now.
        duty_arrangement: DutyArrangement
    },
    RevokeDutyArrangementError,
    RevokeDutyArrangementErrorCode {
        NotFound,
        Forbidden,
        NotApproved,
        TooFarBack,
        OutOfRange,
        AlreadyDecided,
        Blank,
        TooLong,
        InvalidText
    }
);

mutation_payload!(
    RevokeCorrectionPayload {
        /// The correction as it is now.
        correction: Correction
    },
    RevokeCorrectionError,
    RevokeCorrectionErrorCode {
        NotFound,
        Forbidden,
        NotApproved,
        TooFarBack,
        AlreadyDecided,
        Blank,
        TooLong,
        InvalidText
    }
);

/// Taking back what was approved.
#[derive(Debug, Default)]
pub struct RevocationMutation;

/// Taking back what was approved.
#[Object]
impl RevocationMutation {
    /// Takes back the approval of leave, duty travel or work from home (*cabut*), before it begins, while it lasts or
    /// afterwards: its days are computed anew without it, and whose they are may ask for corrections of them within 31 days.
    /// For superiors and the agency's admins, and never for what is
    /// one's own. The same words again change nothing.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn revoke_duty_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to hold no longer, and why.")] input: RevokeDutyArrangementInput,
    ) -> Result<Option<RevokeDutyArrangementPayload>> {
        payload(ctx, revocation::revoke_arrangement(ctx.app(), ctx.actor(), input).await.map(DutyArrangement))
    }

    /// Takes back the approval of a correction (*cabut*): its day is computed anew without it, and whose it is may ask for
    /// another correction of it within 31 days. For superiors and the
    /// agency's admins, and never for one's own. The same words again change nothing.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn revoke_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to count no longer, and why.")] input: RevokeCorrectionInput,
    ) -> Result<Option<RevokeCorrectionPayload>> {
        payload(ctx, revocation::revoke_correction(ctx.app(), ctx.actor(), input).await.map(Correction))
    }
}
