//! Leave, duty travel and work from home: asked for by oneself and decided by a superior, or recorded by a superior
//! where the decree is on paper.
//!
//! The employee's row is held while one is made or decided, so that of two that come at once the second sees the first.

use chrono::{Days, NaiveDate};
use entity::duty_arrangement::{self, Kind};
use entity::ids::{AccountId, AgencyId, DutyArrangementId, EmployeeId, UnitId};
use entity::{RequestStatus, employee};
use sea_orm::{
    ActiveEnum as _, ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction,
    EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
};
use serde_json::json;
use uuid::Uuid;

use super::requests::{asking, held};
use super::schema::arrangement_input::{
    DecideDutyArrangementInput, DutyArrangementInput, RecordDutyArrangementInput, RequestDutyArrangementInput,
    WithdrawDutyArrangementInput,
};
use super::schema::request::RequestDecision;
use super::working_time::is_leave;
use super::{duties, requests};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::id::digest;
use crate::policy::{self, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// Characters of a reason or a note at most.
const MAX_REASON: usize = 1_000;
/// Characters of a letter's number at most.
const MAX_DOCUMENT: usize = 200;
/// How many days after the first the last may be.
const LONGEST: Days = Days::new(365);
/// How many days before or after today the first may be. Before: unexcused days are counted by the year (PP 94/2021),
/// so that what lies further back changes nothing that is still counted. After: holidays and collective leave are decreed
/// for the coming year, and over what lies beyond it nobody can decide yet.
const FURTHEST: Days = Days::new(366);

/// An arrangement that stands in the database.
#[derive(Debug, Clone)]
pub struct Arranged {
    /// The arrangement.
    pub arrangement: duty_arrangement::Model,
    /// Whether it stood there before.
    pub is_replay: bool,
}

/// What is to be arranged, as it will be kept.
struct Draft {
    kind: Kind,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    reason: String,
    document: Option<String>,
}

impl Draft {
    fn of(given: DutyArrangementInput) -> Result<Self> {
        let starts_on = input::day("arrangement.startsOn", given.starts_on)?;
        let longest = starts_on.checked_add_days(LONGEST).unwrap_or(starts_on);
        let document = given.document.map(|number| text::name("arrangement.document", &number, MAX_DOCUMENT));
        Ok(Self {
            kind: given.kind.into(),
            starts_on,
            ends_on: input::within("arrangement.endsOn", given.ends_on.0, &(starts_on..=longest))?,
            reason: text::paragraphs("arrangement.reason", &given.reason, MAX_REASON)?,
            document: document.transpose()?,
        })
    }

    /// That it lies in a time that somebody can decide over.
    fn require_near(&self, today: NaiveDate) -> Result<()> {
        let first = today.checked_sub_days(FURTHEST).unwrap_or(today);
        let last = today.checked_add_days(FURTHEST).unwrap_or(today);
        input::within("arrangement.startsOn", self.starts_on, &(first..=last)).map(drop)
    }

    /// SHA-256 over what is asked for, and over who asks: oneself or a superior.
    fn payload_hash(&self, is_recorded: bool) -> Vec<u8> {
        let canonical = json!([
            if is_recorded { "recorded" } else { "requested" },
            self.kind.to_value(),
            self.starts_on,
            self.ends_on,
            self.reason,
            self.document,
        ]);
        digest(&[b"duty arrangement", canonical.to_string().as_bytes()])
    }
}

/// Asks for leave, duty travel or work from home.
///
/// # Errors
/// What `RequestDutyArrangementErrorCode` names.
pub async fn request(app: &App, actor: &Actor, input: RequestDutyArrangementInput) -> Result<Arranged> {
    let person = actor.person()?;
    let me = person.employment()?;
    let draft = Draft::of(input.arrangement)?;
    let transaction = app.db.begin().await?;
    let me = asking(&transaction, me.id).await?;
    let key = input.idempotency_key.0;
    if let Some(known) = replayed(&transaction, me.id, key, &draft.payload_hash(false)).await? {
        return Ok(known);
    }
    draft.require_near(today(app, &transaction, me.agency_id, me.unit_id).await?)?;
    refuse_more(&transaction, me.id, &draft).await?;
    let arrangement = new(app, &me, person.account_id, key, draft, false).insert(&transaction).await?;
    transaction.commit().await?;
    Ok(Arranged { arrangement, is_replay: false })
}

/// Records what was granted on paper: it holds at once.
///
/// # Errors
/// What `RecordDutyArrangementErrorCode` names.
pub async fn record(app: &App, actor: &Actor, input: RecordDutyArrangementInput) -> Result<Arranged> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let employee = rows::held::<EmployeeId>(&transaction, actor, "employeeId", &input.employee_id).await?;
    policy::require_over(actor, &employee)?;
    let draft = Draft::of(input.arrangement)?;
    let key = input.idempotency_key.0;
    if let Some(known) = replayed(&transaction, employee.id, key, &draft.payload_hash(true)).await? {
        return Ok(known);
    }
    draft.require_near(today(app, &transaction, employee.agency_id, employee.unit_id).await?)?;
    refuse_overlap(&transaction, employee.id, (draft.kind, draft.starts_on, draft.ends_on)).await?;
    let arrangement = new(app, &employee, by, key, draft, true).insert(&transaction).await?;
    append(&transaction, app, by, "DUTY_ARRANGEMENT_RECORDED", &arrangement).await?;
    transaction.commit().await?;
    Ok(Arranged { arrangement, is_replay: false })
}

/// Takes back what one asked for: until it is decided, or until the day on which it begins.
///
/// # Errors
/// What `WithdrawDutyArrangementErrorCode` names.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    input: WithdrawDutyArrangementInput,
) -> Result<duty_arrangement::Model> {
    let person = actor.person()?;
    let today = match person.employee {
        Some(me) => Some(today(app, app.db.read(), me.agency_id, me.unit_id).await?),
        None => None,
    };
    let transaction = app.db.begin().await?;
    let id = &input.duty_arrangement_id;
    let before = rows::held::<DutyArrangementId>(&transaction, actor, "dutyArrangementId", id).await?;
    if person.employee.is_none_or(|me| me.id != before.employee_id) {
        return Err(Error::refused(Problem::Forbidden));
    }
    match before.status {
        RequestStatus::Requested => {}
        RequestStatus::Withdrawn => return Ok(before),
        RequestStatus::Rejected | RequestStatus::Revoked => return Err(Error::refused(Problem::AlreadyDecided)),
        RequestStatus::Approved if today.is_some_and(|today| today < before.starts_on) => {}
        RequestStatus::Approved => return Err(Error::refused(Problem::AlreadyBegun)),
    }
    let mut row = before.into_active_model();
    row.status = Set(RequestStatus::Withdrawn);
    let row = row.update(&transaction).await?;
    append(&transaction, app, person.account_id, "DUTY_ARRANGEMENT_WITHDRAWN", &row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Decides over what somebody asked for, once. A decision that is sent again changes nothing.
///
/// # Errors
/// What `DecideDutyArrangementErrorCode` names.
pub async fn decide(app: &App, actor: &Actor, input: DecideDutyArrangementInput) -> Result<duty_arrangement::Model> {
    let by = actor.person()?.account_id;
    let note = input.note.map(|note| text::paragraphs("note", &note, MAX_REASON)).transpose()?;
    let transaction = app.db.begin().await?;
    let id = &input.duty_arrangement_id;
    let before = rows::held::<DutyArrangementId>(&transaction, actor, "dutyArrangementId", id).await?;
    let employee = held(&transaction, before.employee_id).await?;
    policy::require_over(actor, &employee)?;
    let (status, action) = match input.decision {
        RequestDecision::Approve => (RequestStatus::Approved, "DUTY_ARRANGEMENT_APPROVED"),
        RequestDecision::Reject => (RequestStatus::Rejected, "DUTY_ARRANGEMENT_REJECTED"),
    };
    requests::require_reason(status, note.as_deref())?;
    if before.status != RequestStatus::Requested {
        let is_same = (before.status, before.decided_by, &before.decision_note) == (status, Some(by), &note);
        return if is_same { Ok(before) } else { Err(Error::refused(Problem::AlreadyDecided)) };
    }
    if status == RequestStatus::Approved {
        refuse_overlap(&transaction, employee.id, (before.kind, before.starts_on, before.ends_on)).await?;
    }
    let mut row = before.into_active_model();
    row.status = Set(status);
    row.decided_by = Set(Some(by));
    row.decided_at = Set(Some(app.clock.now()));
    row.decision_note = Set(note);
    let row = row.update(&transaction).await?;
    append(&transaction, app, by, action, &row).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The day that it is where somebody works.
pub(super) async fn today(
    app: &App,
    db: &impl ConnectionTrait,
    agency: AgencyId,
    unit: Option<UnitId>,
) -> Result<NaiveDate> {
    Ok(duties::duty(app, db, agency, unit).await?.local_day(app.clock.now()))
}

/// What was made with the key before.
async fn replayed(
    transaction: &DatabaseTransaction,
    employee: EmployeeId,
    key: Uuid,
    payload_hash: &[u8],
) -> Result<Option<Arranged>> {
    let known = duty_arrangement::Entity::find()
        .filter(duty_arrangement::Column::EmployeeId.eq(employee))
        .filter(duty_arrangement::Column::IdempotencyKey.eq(key))
        .one(transaction)
        .await?;
    match known {
        Some(arrangement) if arrangement.payload_hash != payload_hash => {
            Err(Error::at("idempotencyKey", Problem::IdempotencyConflict))
        }
        known => Ok(known.map(|arrangement| Arranged { arrangement, is_replay: true })),
    }
}

/// One thing is asked for once, and not too much at a time.
async fn refuse_more(transaction: &DatabaseTransaction, employee: EmployeeId, draft: &Draft) -> Result<()> {
    let open = duty_arrangement::Entity::find()
        .filter(duty_arrangement::Column::EmployeeId.eq(employee))
        .filter(duty_arrangement::Column::Status.eq(RequestStatus::Requested))
        .all(transaction)
        .await?;
    let asked = (draft.kind, draft.starts_on, draft.ends_on);
    if open.iter().any(|other| (other.kind, other.starts_on, other.ends_on) == asked) {
        return Err(Error::at("arrangement.startsOn", Problem::AlreadyRequested));
    }
    requests::require_room(open.len(), requests::OPEN_ARRANGEMENTS)
}

/// Of two leaves at once nobody could say which days are counted. Duty travel and work from home may lie beside
/// anything: leave goes before them.
async fn refuse_overlap(
    transaction: &DatabaseTransaction,
    employee: EmployeeId,
    (kind, starts_on, ends_on): (Kind, NaiveDate, NaiveDate),
) -> Result<()> {
    let approved = duty_arrangement::Entity::find()
        .filter(duty_arrangement::Column::EmployeeId.eq(employee))
        .filter(duty_arrangement::Column::Status.eq(RequestStatus::Approved))
        .filter(duty_arrangement::Column::EndsOn.gte(starts_on))
        .filter(duty_arrangement::Column::StartsOn.lte(ends_on))
        .all(transaction)
        .await?;
    if is_leave(kind) && approved.iter().any(|other| is_leave(other.kind)) {
        return Err(Error::refused(Problem::Overlaps));
    }
    Ok(())
}

fn new(
    app: &App,
    employee: &employee::Model,
    by: AccountId,
    key: Uuid,
    draft: Draft,
    is_recorded: bool,
) -> duty_arrangement::ActiveModel {
    let now = app.clock.now();
    let row = duty_arrangement::Model {
        id: app.ids.new_id(now),
        agency_id: employee.agency_id,
        employee_id: employee.id,
        payload_hash: draft.payload_hash(is_recorded),
        kind: draft.kind,
        starts_on: draft.starts_on,
        ends_on: draft.ends_on,
        reason: draft.reason,
        document: draft.document,
        status: if is_recorded { RequestStatus::Approved } else { RequestStatus::Requested },
        idempotency_key: key,
        requested_by: by,
        requested_at: now,
        decided_by: is_recorded.then_some(by),
        decided_at: is_recorded.then_some(now),
        decision_note: None,
        revoked_by: None,
        revoked_from: None,
        revoked_at: None,
        revocation_note: None,
    };
    row.into_active_model()
}

/// What somebody is ill with or wants leave for stays out of the chain; its digest shows that it was this.
pub(super) async fn append(
    transaction: &DatabaseTransaction,
    app: &App,
    by: AccountId,
    action: &'static str,
    row: &duty_arrangement::Model,
) -> Result<()> {
    let content = json!([row.kind.to_value(), row.reason, row.document, row.decision_note]).to_string();
    let entry = Entry::new(action, row.id)
        .id("employee", row.employee_id)
        .day("startsOn", row.starts_on)
        .day("endsOn", row.ends_on)
        .text("content", &content)
        .text_if_any("note", row.revocation_note.as_deref());
    let entry = match row.revoked_from {
        Some(from) => entry.day("revokedFrom", from),
        None => entry,
    };
    audit::append(transaction, app, Some(by), Some(row.agency_id), entry).await
}
