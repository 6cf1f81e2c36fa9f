//! Corrections: an employee says when they came or went where no check-in tells it, and a superior decides. An approved
//! one counts as a check-in does, whenever the day is computed.

use chrono::{Days, NaiveDate};
use entity::RequestStatus;
use entity::check_in::Direction;
use entity::correction::{self, Entity};
use entity::ids::{AccountId, CorrectionId, EmployeeId, ShiftId};
use sea_orm::{
    ActiveEnum as _, ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction,
    EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
};
use serde_json::json;
use uuid::Uuid;

use super::requests::asking;
use super::schema::correction::{DecideCorrectionInput, RequestCorrectionInput, WithdrawCorrectionInput};
use super::schema::request::RequestDecision;
use super::{lives, reopening, requests, workday};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::graphql::rows;
use crate::id::digest;
use crate::policy::{self, Actor, Employment};
use crate::problem::Problem;
use crate::{input, text};

/// Characters of a reason, of evidence or of a note at most.
const MAX_TEXT: usize = 1_000;
/// So far back a day may be corrected that nobody else changed since: the allowance of a month is paid in the next, and
/// what is asked for later cannot be told from memory any more.
const LOOK_BACK: Days = Days::new(31);
/// So far around a day the shifts that its instants could belong to lie.
const MARGIN: Days = Days::new(2);

/// A correction that stands in the database.
#[derive(Debug, Clone)]
pub struct Requested {
    /// The correction.
    pub correction: correction::Model,
    /// Whether it stood there before.
    pub is_replay: bool,
}

/// What is asked for, as it will be kept.
struct Draft {
    workday_on: NaiveDate,
    direction: Direction,
    happened_at: Instant,
    reason: String,
    evidence: Option<String>,
}

impl Draft {
    fn of(given: &RequestCorrectionInput) -> Result<Self> {
        let evidence = given.evidence.as_deref().map(|text| text::paragraphs("evidence", text, MAX_TEXT));
        Ok(Self {
            workday_on: input::day("workdayOn", given.workday_on)?,
            direction: given.direction.into(),
            happened_at: given.happened_at.0,
            reason: text::paragraphs("reason", &given.reason, MAX_TEXT)?,
            evidence: evidence.transpose()?,
        })
    }

    /// SHA-256 over what is asked for.
    fn payload_hash(&self) -> Vec<u8> {
        let canonical = json!([
            self.workday_on,
            self.direction.to_value(),
            self.happened_at.timestamp_micros(),
            self.reason,
            self.evidence
        ]);
        digest(&[b"correction", canonical.to_string().as_bytes()])
    }
}

/// Asks for a correction of a day of one's own.
///
/// # Errors
/// What `RequestCorrectionErrorCode` names.
pub async fn request(app: &App, actor: &Actor, input: RequestCorrectionInput) -> Result<Requested> {
    let me = actor.person()?.employment()?;
    let draft = Draft::of(&input)?;
    let (key, payload_hash) = (input.idempotency_key.0, draft.payload_hash());
    let transaction = app.db.begin().await?;
    asking(&transaction, me.id).await?;
    // Sent again it is what it was, also when it could no longer be asked for.
    if let Some(known) = replayed(&transaction, me.id, key, &payload_hash).await? {
        return Ok(known);
    }
    let shift_id = shift(app, &transaction, me, &draft).await?;
    refuse_more(&transaction, me.id, shift_id, &draft).await?;
    let now = app.clock.now();
    let row = correction::Model {
        id: app.ids.new_id(now),
        agency_id: me.agency_id,
        employee_id: me.id,
        workday_on: draft.workday_on,
        shift_id: Some(shift_id),
        direction: draft.direction,
        happened_at: draft.happened_at,
        reason: draft.reason,
        evidence: draft.evidence,
        status: RequestStatus::Requested,
        idempotency_key: key,
        payload_hash,
        requested_at: now,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        revoked_by: None,
        revoked_at: None,
        revocation_note: None,
    };
    let correction = row.into_active_model().insert(&transaction).await?;
    transaction.commit().await?;
    Ok(Requested { correction, is_replay: false })
}

/// What was asked for with the key before.
async fn replayed(
    transaction: &DatabaseTransaction,
    employee: EmployeeId,
    key: Uuid,
    payload_hash: &[u8],
) -> Result<Option<Requested>> {
    let known = Entity::find()
        .filter(correction::Column::EmployeeId.eq(employee))
        .filter(correction::Column::IdempotencyKey.eq(key))
        .one(transaction)
        .await?;
    match known {
        Some(correction) if correction.payload_hash != payload_hash => {
            Err(Error::at("idempotencyKey", Problem::IdempotencyConflict))
        }
        known => Ok(known.map(|correction| Requested { correction, is_replay: true })),
    }
}

/// One thing is asked for once, and not too much at a time. Seconds make no other time: they are dropped where lateness
/// is measured.
async fn refuse_more(
    transaction: &DatabaseTransaction,
    employee: EmployeeId,
    shift: ShiftId,
    draft: &Draft,
) -> Result<()> {
    let open = Entity::find()
        .filter(correction::Column::EmployeeId.eq(employee))
        .filter(correction::Column::Status.eq(RequestStatus::Requested))
        .all(transaction)
        .await?;
    let minute = |at: Instant| at.timestamp().div_euclid(60);
    let asked = (Some(shift), draft.direction, minute(draft.happened_at));
    if open.iter().any(|other| (other.shift_id, other.direction, minute(other.happened_at)) == asked) {
        return Err(Error::at("happenedAt", Problem::AlreadyRequested));
    }
    requests::require_room(open.len(), requests::OPEN_CORRECTIONS)
}

/// The shift of the day in whose time it happened: it must be the one that it will count for.
async fn shift(app: &App, db: &impl ConnectionTrait, me: Employment, draft: &Draft) -> Result<ShiftId> {
    let (on, now) = (draft.workday_on, app.clock.now());
    let around = on.checked_sub_days(MARGIN).unwrap_or(on)..=on.checked_add_days(MARGIN).unwrap_or(on);
    let mut lives = lives::lives(app, db, &[me.into()], &around).await?;
    let life = lives.remove(&me.id).ok_or_else(|| Error::internal("a life that was not loaded"))?;
    let today = workday::local_day(&life, now);
    let furthest = today.checked_sub_days(LOOK_BACK).unwrap_or(today);
    // What others changed since may be answered, however long ago it was.
    if furthest <= on || !reopening::is_open(app, db, me, on).await? {
        input::within("workdayOn", on, &(furthest..=today))?;
    }
    if draft.happened_at > now {
        let latest = now.with_timezone(&life.zone(on)).format("%Y-%m-%d %H:%M");
        return Err(Refusal::at("happenedAt", Problem::OutOfRange).with("min", on).with("max", latest).into());
    }
    workday::shift_at(&life, draft.happened_at, Some(draft.direction))
        .filter(|shift| shift.on == on && shift.window.contains(draft.happened_at))
        .map(|shift| shift.shift.id)
        .ok_or_else(|| Error::at("happenedAt", Problem::OutsideShift))
}

/// Takes back what one asked for and nobody has decided.
///
/// # Errors
/// What `WithdrawCorrectionErrorCode` names.
pub async fn withdraw(app: &App, actor: &Actor, input: WithdrawCorrectionInput) -> Result<correction::Model> {
    let person = actor.person()?;
    let transaction = app.db.begin().await?;
    let before = rows::held::<CorrectionId>(&transaction, actor, "correctionId", &input.correction_id).await?;
    if person.employee.is_none_or(|me| me.id != before.employee_id) {
        return Err(Error::refused(Problem::Forbidden));
    }
    match before.status {
        RequestStatus::Requested => {}
        RequestStatus::Withdrawn => return Ok(before),
        RequestStatus::Approved | RequestStatus::Rejected | RequestStatus::Revoked => {
            return Err(Error::refused(Problem::AlreadyDecided));
        }
    }
    let mut row = before.into_active_model();
    row.status = Set(RequestStatus::Withdrawn);
    let row = row.update(&transaction).await?;
    append(&transaction, app, person.account_id, "CORRECTION_WITHDRAWN", &row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Decides over a correction, once. A decision that is sent again changes nothing.
///
/// # Errors
/// What `DecideCorrectionErrorCode` names.
pub async fn decide(app: &App, actor: &Actor, input: DecideCorrectionInput) -> Result<correction::Model> {
    let by = actor.person()?.account_id;
    let note = input.note.map(|note| text::paragraphs("note", &note, MAX_TEXT)).transpose()?;
    let transaction = app.db.begin().await?;
    let before = rows::held::<CorrectionId>(&transaction, actor, "correctionId", &input.correction_id).await?;
    policy::require_another(actor, before.employee_id)?;
    let status = match input.decision {
        RequestDecision::Approve => RequestStatus::Approved,
        RequestDecision::Reject => RequestStatus::Rejected,
    };
    requests::require_reason(status, note.as_deref())?;
    if before.status != RequestStatus::Requested {
        let is_same = (before.status, before.decided_by, &before.decision_note) == (status, Some(by), &note);
        return if is_same { Ok(before) } else { Err(Error::refused(Problem::AlreadyDecided)) };
    }
    let mut row = before.into_active_model();
    row.status = Set(status);
    row.decided_by = Set(Some(by));
    row.decided_at = Set(Some(app.clock.now()));
    row.decision_note = Set(note);
    let row = row.update(&transaction).await?;
    append(&transaction, app, by, "CORRECTION_DECIDED", &row).await?;
    transaction.commit().await?;
    Ok(row)
}

pub(super) async fn append(
    transaction: &DatabaseTransaction,
    app: &App,
    by: AccountId,
    action: &'static str,
    row: &correction::Model,
) -> Result<()> {
    let content = json!([row.happened_at, row.reason, row.evidence, row.decision_note]).to_string();
    let entry = Entry::new(action, row.id)
        .id("employee", row.employee_id)
        .day("workdayOn", row.workday_on)
        .word("direction", row.direction)
        .word("status", row.status)
        .text("content", &content)
        .text_if_any("note", row.revocation_note.as_deref());
    audit::append(transaction, app, Some(by), Some(row.agency_id), entry).await
}
