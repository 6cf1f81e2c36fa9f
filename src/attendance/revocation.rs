//! Taking back what was approved. Nothing is deleted: the row keeps who approved it and who revoked it, and as days are
//! computed from what holds, they are other days at once, which whom they are about may answer. Days further back than any
//! other change may reach stay.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use entity::ids::{AccountId, CorrectionId, DutyArrangementId};
use entity::{RequestStatus, correction, duty_arrangement, employee};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, DatabaseTransaction, IntoActiveModel as _};

use super::difference::FURTHEST;
use super::reopening::{self, Whose};
use super::schema::revocation::{RevokeCorrectionInput, RevokeDutyArrangementInput};
use super::{arrangement, correction as corrections, requests};
use crate::app::App;
use crate::error::{Error, Refusal, Result};
use crate::graphql::rows;
use crate::policy::{self, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// Characters of a note at most.
const MAX_NOTE: usize = 1_000;

/// Takes back the approval of leave, duty travel or work from home, as a whole or from a day on; days of long ago stay.
/// The same words again change nothing.
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
    let employee = requests::held(&transaction, before.employee_id).await?;
    policy::require_over(actor, &employee)?;
    let note = text::paragraphs("note", &input.note, MAX_NOTE)?;
    if is_revoked(before.status, (before.revoked_by, before.revocation_note.as_deref()), (by, &note))? {
        let is_same = input.from.is_none_or(|from| before.revoked_from == Some(from.0));
        return if is_same { Ok(before) } else { Err(Error::refused(Problem::AlreadyDecided)) };
    }
    let days = before.starts_on..=before.ends_on;
    let first = earliest(app, &transaction, &employee, ("dutyArrangementId", days)).await?;
    let from = match input.from {
        Some(from) => input::within("from", from.0, &(first..=before.ends_on))?,
        None => first,
    };
    let mut row = before.into_active_model();
    row.status = Set(RequestStatus::Revoked);
    row.revoked_by = Set(Some(by));
    row.revoked_at = Set(Some(app.clock.now()));
    row.revoked_from = Set(Some(from));
    row.revocation_note = Set(Some(note));
    let row = row.update(&transaction).await?;
    reopening::note(app, &transaction, Whose::People(vec![employee.id]), from..=row.ends_on).await?;
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
    let employee = requests::held(&transaction, before.employee_id).await?;
    earliest(app, &transaction, &employee, ("correctionId", before.workday_on..=before.workday_on)).await?;
    let mut row = before.into_active_model();
    row.status = Set(RequestStatus::Revoked);
    row.revoked_by = Set(Some(by));
    row.revoked_at = Set(Some(app.clock.now()));
    row.revocation_note = Set(Some(note));
    let row = row.update(&transaction).await?;
    reopening::note(app, &transaction, Whose::People(vec![employee.id]), row.workday_on..=row.workday_on).await?;
    corrections::append(&transaction, app, by, "CORRECTION_REVOKED", &row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The first of some days that may still change: those further back than any other change may reach stay.
async fn earliest(
    app: &App,
    transaction: &DatabaseTransaction,
    employee: &employee::Model,
    (field, days): (&str, RangeInclusive<NaiveDate>),
) -> Result<NaiveDate> {
    let today = arrangement::today(app, transaction, employee.agency_id, employee.unit_id).await?;
    let furthest = today.checked_sub_days(FURTHEST).unwrap_or(today);
    if *days.end() < furthest {
        return Err(Refusal::at(field, Problem::TooFarBack).with("min", furthest).into());
    }
    Ok(furthest.max(*days.start()))
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
