//! Corrections, in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::ids::{CorrectionId, EmployeeId};
use entity::{RequestStatus as Status, correction};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryTrait as _};

use super::check_in::WorkdayDirection;
use super::queue::{decider, of_others};
use super::request::{RequestDecision, RequestStatus, Revocation};
use crate::agency::schema::{Employee, Shift};
use crate::attendance::correction as action;
use crate::attendance::correction::Requested;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, Pages, WRITE, Weighs};
use crate::graphql::page::{PageArgs, page};
use crate::graphql::payload::{Payload, payload};
use crate::graphql::rows;
use crate::graphql::scalars::{Date, DateTime, Uuid};
use crate::policy::Person;
use crate::{connection, mutation_errors, mutation_payload, policy};

/// What an employee says that a day's record lacks.
#[derive(Debug, Clone)]
pub struct Correction(pub correction::Model);

impl From<correction::Model> for Correction {
    fn from(row: correction::Model) -> Self {
        Self(row)
    }
}

connection!(CorrectionConnection, CorrectionEdge, Correction);

/// What an employee says that the record of a workday lacks (*koreksi presensi*). Once approved, it counts as a check-in
/// does.
#[Object]
impl Correction {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Whose it is (*ASN*).
    async fn employee(&self, ctx: &Context<'_>) -> Result<Employee> {
        rows::load_present(ctx, self.0.employee_id).await.map(Employee)
    }

    /// The local date on which the shift starts.
    async fn workday_on(&self) -> Date {
        self.0.workday_on.into()
    }

    /// The shift (*giliran kerja*) in whose time it happened.
    async fn shift(&self, ctx: &Context<'_>) -> Result<Option<Shift>> {
        Ok(rows::load_some(ctx, self.0.shift_id).await?.map(Shift::from))
    }

    /// Coming or going.
    async fn direction(&self) -> WorkdayDirection {
        self.0.direction.into()
    }

    /// When they came or went.
    async fn happened_at(&self) -> DateTime {
        self.0.happened_at.into()
    }

    /// Why no check-in tells it (*alasan*).
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What shows it (*bukti*): a letter, a witness.
    async fn evidence(&self) -> Option<&str> {
        self.0.evidence.as_deref()
    }

    /// What became of it.
    async fn status(&self) -> RequestStatus {
        self.0.status.into()
    }

    /// When it was asked for.
    async fn requested_at(&self) -> DateTime {
        self.0.requested_at.into()
    }

    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// Who decided, where one may see them.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        decider(ctx, self.0.decided_by).await
    }

    /// What was said with the decision (*catatan*).
    async fn note(&self) -> Option<&str> {
        self.0.decision_note.as_deref()
    }

    /// That it counts no longer (*pencabutan*), where it was approved and then revoked.
    async fn revocation(&self) -> Option<Revocation> {
        Revocation::of(self.0.revoked_by, self.0.revoked_at, self.0.revocation_note.as_deref())
    }
}

/// What a day's record lacks.
#[derive(Debug, InputObject)]
pub struct RequestCorrectionInput {
    /// Made by the phone once for this intent. Sent again with the same content, it gives the same correction.
    pub idempotency_key: Uuid,
    /// The local date on which the shift starts: today or one of the 31 days before; or an earlier one that others changed
    /// in the last 31 days, by other hours, a holiday, a roster, a revocation, a rejected check-in.
    pub workday_on: Date,
    /// Coming or going.
    pub direction: WorkdayDirection,
    /// When one came or went: in the past, and within the time in which check-ins to a shift of that day count.
    pub happened_at: DateTime,
    /// Why no check-in tells it, at most 1,000 characters.
    pub reason: String,
    /// What shows it: a letter, a witness; at most 1,000 characters.
    pub evidence: Option<String>,
}

/// A correction to take back.
#[derive(Debug, InputObject)]
pub struct WithdrawCorrectionInput {
    /// The correction: one's own.
    pub correction_id: ID,
}

/// A decision over a correction.
#[derive(Debug, InputObject)]
pub struct DecideCorrectionInput {
    /// The correction; not one's own.
    pub correction_id: ID,
    /// The decision.
    pub decision: RequestDecision,
    /// What to say with it, at most 1,000 characters; a rejection is explained.
    pub note: Option<String>,
}

/// What became of the mutation.
#[derive(SimpleObject)]
pub struct RequestCorrectionPayload {
    /// The correction as it is now.
    correction: Option<Correction>,
    /// Whether it had been asked for before.
    is_replay: bool,
    /// Why it was not taken; empty when it was.
    #[graphql(directive = Lists::apply(2))]
    errors: Vec<RequestCorrectionError>,
}

mutation_errors!(
    RequestCorrectionError,
    RequestCorrectionErrorCode {
        NotAnEmployee,
        IdempotencyConflict,
        OutOfRange,
        OutsideShift,
        AlreadyRequested,
        TooManyOpen,
        Blank,
        TooLong,
        InvalidText
    }
);

impl Payload for RequestCorrectionPayload {
    type Done = Requested;
    type Error = RequestCorrectionError;

    fn done(done: Requested) -> Self {
        Self { correction: Some(done.correction.into()), is_replay: done.is_replay, errors: Vec::new() }
    }

    fn refused(errors: Vec<RequestCorrectionError>) -> Self {
        Self { correction: None, is_replay: false, errors }
    }
}

mutation_payload!(
    WithdrawCorrectionPayload {
        /// The correction as it is now.
        correction: Correction
    },
    WithdrawCorrectionError,
    WithdrawCorrectionErrorCode { NotFound, Forbidden, AlreadyDecided }
);

mutation_payload!(
    DecideCorrectionPayload {
        /// The correction as it is now.
        correction: Correction
    },
    DecideCorrectionError,
    DecideCorrectionErrorCode { NotFound, Forbidden, AlreadyDecided, Blank, TooLong, InvalidText }
);

/// What superiors have to decide.
#[derive(Debug, Default)]
pub struct CorrectionQuery;

/// What superiors have to decide.
#[Object]
impl CorrectionQuery {
    /// The corrections (*koreksi presensi*) of the people whose superior one is, or whose agency one keeps, in the order
    /// in which they were asked for. One's own stand in `viewer`.
    #[graphql(directive = Pages::apply())]
    async fn corrections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this agency's people.")] agency_id: Option<ID>,
        #[graphql(desc = "Only those of the people of this unit, without the units below it.")] unit_id: Option<ID>,
        #[graphql(desc = "Only those of which this became.")] status: Option<RequestStatus>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<Option<CorrectionConnection>> {
        use correction::Column::{AgencyId, EmployeeId};
        let found =
            of_others::<correction::Entity>(ctx, (AgencyId, agency_id.as_ref()), (EmployeeId, unit_id.as_ref()))?
                .apply_if(status, |found, status| found.filter(correction::Column::Status.eq(Status::from(status))));
        Ok(Some(rows::page::<CorrectionId>(ctx, first, after, found).await?.into()))
    }
}

/// The corrections of somebody that the caller may see, newest first.
///
/// # Errors
/// `BAD_USER_INPUT` for `first` or `after`.
pub async fn corrections_of(
    ctx: &Context<'_>,
    employee: EmployeeId,
    first: Option<i32>,
    after: Option<String>,
) -> Result<CorrectionConnection> {
    let args = PageArgs::new(ctx, first, after)?;
    let found = policy::find::<correction::Entity>(ctx.actor()).filter(correction::Column::EmployeeId.eq(employee));
    Ok(page(&ctx.app().db, found, rows::keyset::<CorrectionId>().newest_first(), args).await?.into())
}

/// What one says that one's own days lack.
#[derive(Debug)]
pub struct ViewerCorrections(pub Arc<Person>);

/// What one says that one's own days lack.
#[Object]
impl ViewerCorrections {
    /// One's own corrections (*koreksi presensi*), newest first; none for citizens.
    #[graphql(directive = Pages::apply())]
    async fn corrections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<CorrectionConnection> {
        // Nobody has the nil id: a citizen's list is empty.
        let me = self.0.employee.map_or(EmployeeId(uuid::Uuid::nil()), |me| me.id);
        corrections_of(ctx, me, first, after).await
    }
}

/// Corrections of days.
#[derive(Debug, Default)]
pub struct CorrectionMutation;

/// Corrections of days.
#[Object]
impl CorrectionMutation {
    /// Says when one came or went on a workday where no check-in tells it (*koreksi presensi*). A superior decides.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn request_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the day's record lacks.")] input: RequestCorrectionInput,
    ) -> Result<Option<RequestCorrectionPayload>> {
        payload(ctx, action::request(ctx.app(), ctx.actor(), input).await)
    }

    /// Takes back a correction that nobody has decided.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn withdraw_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: WithdrawCorrectionInput,
    ) -> Result<Option<WithdrawCorrectionPayload>> {
        payload(ctx, action::withdraw(ctx.app(), ctx.actor(), input).await.map(Correction))
    }

    /// Decides over a correction, once: as a superior or as the agency's admin, and never over one's own. A decision that
    /// is sent again changes nothing.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn decide_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: DecideCorrectionInput,
    ) -> Result<Option<DecideCorrectionPayload>> {
        payload(ctx, action::decide(ctx.app(), ctx.actor(), input).await.map(Correction))
    }
}
