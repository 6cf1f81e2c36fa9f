//! Taking back what was approved. Nothing is deleted: the row keeps who approved it and who revoked it, and as days are
//! computed from what holds, they are other days at once.

use entity::ids::{AccountId, CorrectionId, DutyArrangementId};
use entity::{RequestStatus, correction, duty_arrangement};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, IntoActiveModel as _};

use super::schema::revocation::{RevokeCorrectionInput, RevokeDutyArrangementInput};
use super::{arrangement, correction as corrections, requests};
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Actor};
use crate::problem::Problem;
use crate::text;

/// Characters of a note at most.
const MAX_NOTE: usize = 1_000;

/// Takes back the approval of leave, duty travel or work from home. The same words again change nothing.
///
/// # Errors
/// What `RevokeDutyArrangementErrorCode` names.
pub async fn revoke_arrangement(
    app: &App,
    actor: &Actor,
    input: RevokeDutyArrangementInput,
) -> Result<duty_arrangement::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let id = &input.duty_arrangement_id;
    let before = rows::held::<DutyArrangementId>(&transaction, actor, "dutyArrangementId", id).await?;
    policy::require_over(actor, &requests::held(&transaction, before.employee_id).await?)?;
    let note = text::paragraphs("note", &input.note, MAX_NOTE)?;
    if is_revoked(before.status, (before.revoked_by, before.revocation_note.as_deref()), (by, &note))? {
        return Ok(before);
    }
    let mut row = before.into_active_model();
    row.status = Set(RequestStatus::Revoked);
    row.revoked_by = Set(Some(by));
    row.revoked_at = Set(Some(app.clock.now()));
    row.revocation_note = Set(Some(note));
    let row = row.update(&transaction).await?;
    arrangement::append(&transaction, app, by, "DUTY_ARRANGEMENT_REVOKED", &row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Takes back the approval of a correction. The same words again change nothing.
///
/// # Errors
/// What `RevokeCorrectionErrorCode` names.
pub async fn revoke_correction(app: &App, actor: &Actor, input: RevokeCorrectionInput) -> Result<correction::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let before = rows::held::<CorrectionId>(&transaction, actor, "correctionId", &input.correction_id).await?;
    policy::require_another(actor, before.employee_id)?;
    let note = text::paragraphs("note", &input.note, MAX_NOTE)?;
    if is_revoked(before.status, (before.revoked_by, before.revocation_note.as_deref()), (by, &note))? {
        return Ok(before);
    }
    let mut row = before.into_active_model();
    row.status = Set(RequestStatus::Revoked);
    row.revoked_by = Set(Some(by));
    row.revoked_at = Set(Some(app.clock.now()));
    row.revocation_note = Set(Some(note));
    let row = row.update(&transaction).await?;
    corrections::append(&transaction, app, by, "CORRECTION_REVOKED", &row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Whether this person has revoked it in these words; not yet, where it holds.
fn is_revoked(
    status: RequestStatus,
    before: (Option<AccountId>, Option<&str>),
    (by, note): (AccountId, &str),
) -> Result<bool> {
    match status {
        RequestStatus::Approved => Ok(false),
        RequestStatus::Revoked if before == (Some(by), Some(note)) => Ok(true),
        RequestStatus::Revoked => Err(Error::refused(Problem::AlreadyDecided)),
        RequestStatus::Requested | RequestStatus::Rejected | RequestStatus::Withdrawn => {
            Err(Error::refused(Problem::NotApproved))
        }
    }
}
