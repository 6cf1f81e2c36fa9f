//! Leave, duty travel and work from home, in the schema.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::ids::{DutyArrangementId, EmployeeId};
use entity::{RequestStatus as Status, duty_arrangement};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryTrait as _};

use super::arrangement_input::{
    DecideDutyArrangementInput, RecordDutyArrangementInput, RequestDutyArrangementInput, WithdrawDutyArrangementInput,
};
use super::queue::{decider, of_others};
use super::request::{RequestStatus, Revocation};
use crate::agency::schema::Employee;
use crate::attendance::arrangement::{self, Arranged};
use crate::attendance::loader::AttendedWithin;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, Pages, STATEMENT, WRITE, Weighs};
use crate::graphql::page::{PageArgs, page};
use crate::graphql::payload::{Payload, payload};
use crate::graphql::rows;
use crate::graphql::scalars::{Date, DateTime};
use crate::{connection, mutation_errors, mutation_payload, policy};

/// Days with check-ins that are shown of an arrangement.
const ATTENDED: usize = 31;

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
        decider(ctx, self.0.decided_by).await
    }

    /// What whoever decided said (*catatan*).
    async fn decision_note(&self) -> Option<&str> {
        self.0.decision_note.as_deref()
    }

    /// That it holds no longer (*pencabutan*), where it was approved and then revoked.
    async fn revocation(&self) -> Option<Revocation> {
        Revocation::of(self.0.revoked_by, self.0.revoked_at, self.0.revocation_note.as_deref())
    }

    /// The first day on which it holds no longer, where it was revoked: on those before it still does.
    async fn revoked_from(&self) -> Option<Date> {
        self.0.revoked_from.map(Date)
    }

    /// The workdays within it to which somebody came or from which they went (*hari dengan presensi*), in order: by
    /// check-ins that count or that wait for a review, or by approved corrections; the first 31 of them. On a day of
    /// leave these count for nothing. Of check-ins that one may not see it tells nothing.
    #[graphql(directive = Lists::apply(31), directive = Weighs::apply(STATEMENT))]
    async fn attended_days(&self, ctx: &Context<'_>) -> Result<Vec<Date>> {
        let days = rows::load(ctx, AttendedWithin(self.0.id)).await?;
        Ok(days.into_iter().flatten().take(ATTENDED).map(Date::from).collect())
    }
}

/// Declares the payload of a mutation that answers the same arrangement to the same key.
macro_rules! arranged_payload {
    ($payload:ident, $error:ident, $code:ident { $($problem:ident),* $(,)? }) => {
        /// What became of the mutation.
        #[derive(SimpleObject)]
        pub struct $payload {
            /// The arrangement as it is now.
            duty_arrangement: Option<DutyArrangement>,
            /// Whether it had been made before.
            is_replay: bool,
            /// Why nothing was made; empty when it was.
            #[graphql(directive = $crate::graphql::cost::Lists::apply(2))]
            errors: Vec<$error>,
        }

        mutation_errors!($error, $code { $($problem,)* });

        impl Payload for $payload {
            type Done = Arranged;
            type Error = $error;

            fn done(done: Arranged) -> Self {
                let duty_arrangement = Some(DutyArrangement(done.arrangement));
                Self { duty_arrangement, is_replay: done.is_replay, errors: Vec::new() }
            }

            fn refused(errors: Vec<$error>) -> Self {
                Self { duty_arrangement: None, is_replay: false, errors }
            }
        }
    };
}

arranged_payload!(
    RequestDutyArrangementPayload,
    RequestDutyArrangementError,
    RequestDutyArrangementErrorCode {
        NotAnEmployee,
        OutOfRange,
        Blank,
        TooLong,
        InvalidText,
        AlreadyRequested,
        TooManyOpen,
        IdempotencyConflict
    }
);

arranged_payload!(
    RecordDutyArrangementPayload,
    RecordDutyArrangementError,
    RecordDutyArrangementErrorCode {
        NotFound,
        Forbidden,
        OutOfRange,
        Blank,
        TooLong,
        InvalidText,
        Overlaps,
        IdempotencyConflict
    }
);

mutation_payload!(
    WithdrawDutyArrangementPayload {
        /// The arrangement as it is now.
        duty_arrangement: DutyArrangement
    },
    WithdrawDutyArrangementError,
    WithdrawDutyArrangementErrorCode { NotFound, Forbidden, AlreadyDecided, AlreadyBegun }
);

mutation_payload!(
    DecideDutyArrangementPayload {
        /// The arrangement as it is now.
        duty_arrangement: DutyArrangement
    },
    DecideDutyArrangementError,
    DecideDutyArrangementErrorCode { NotFound, Forbidden, AlreadyDecided, Overlaps, Blank, TooLong, InvalidText }
);

/// Leave, duty travel and work from home.
#[derive(Debug, Default)]
pub struct ArrangementMutation;

/// Leave, duty travel and work from home.
#[Object]
impl ArrangementMutation {
    /// Asks for leave (*cuti*), duty travel (*perjalanan dinas*) or work from home (*bekerja dari rumah*).
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn request_duty_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What one asks for.")] input: RequestDutyArrangementInput,
    ) -> Result<Option<RequestDutyArrangementPayload>> {
        payload(ctx, arrangement::request(ctx.app(), ctx.actor(), input).await)
    }

    /// Takes back what one asked for (*batalkan*), until it is decided or, where it was approved, until the day before
    /// it begins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn withdraw_duty_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to take back.")] input: WithdrawDutyArrangementInput,
    ) -> Result<Option<WithdrawDutyArrangementPayload>> {
        payload(ctx, arrangement::withdraw(ctx.app(), ctx.actor(), input).await.map(DutyArrangement))
    }

    /// Decides once over what somebody asked for (*setujui, tolak*). For their superiors and the agency's admins, and
    /// never over what is one's own. A decision that is sent again changes nothing.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn decide_duty_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: DecideDutyArrangementInput,
    ) -> Result<Option<DecideDutyArrangementPayload>> {
        payload(ctx, arrangement::decide(ctx.app(), ctx.actor(), input).await.map(DutyArrangement))
    }

    /// Records what was granted on paper (*surat cuti, surat tugas*): it holds at once. For superiors and the agency's
    /// admins, and never for oneself.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn record_duty_arrangement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was granted.")] input: RecordDutyArrangementInput,
    ) -> Result<Option<RecordDutyArrangementPayload>> {
        payload(ctx, arrangement::record(ctx.app(), ctx.actor(), input).await)
    }
}

/// What a superior has to decide, and has decided.
#[derive(Debug, Default)]
pub struct ArrangementQuery;

/// What a superior has to decide, and has decided.
#[Object]
impl ArrangementQuery {
    /// The leave, duty travel and work from home of the people whose superior one is, or whose agency one keeps, in
    /// the order in which they were asked for. One's own stands in `viewer`.
    #[graphql(directive = Pages::apply())]
    async fn duty_arrangements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this agency.")] agency_id: Option<ID>,
        #[graphql(desc = "Only those of the people of this unit, without the units below it.")] unit_id: Option<ID>,
        #[graphql(desc = "Only those of which this became.")] status: Option<RequestStatus>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<Option<DutyArrangementConnection>> {
        use duty_arrangement::Column::{AgencyId, EmployeeId};
        let found =
            of_others::<duty_arrangement::Entity>(ctx, (AgencyId, agency_id.as_ref()), (EmployeeId, unit_id.as_ref()))?
                .apply_if(status, |found, status| {
                    found.filter(duty_arrangement::Column::Status.eq(Status::from(status)))
                });
        Ok(Some(rows::page::<DutyArrangementId>(ctx, first, after, found).await?.into()))
    }
}

/// The arrangements of somebody that the caller may see, the latest first day first.
///
/// # Errors
/// `BAD_USER_INPUT` for `first` or `after`.
pub async fn arrangements_of(
    ctx: &Context<'_>,
    employee: EmployeeId,
    first: Option<i32>,
    after: Option<String>,
) -> Result<DutyArrangementConnection> {
    let args = PageArgs::new(ctx, first, after)?;
    let found =
        policy::find::<duty_arrangement::Entity>(ctx.actor()).filter(duty_arrangement::Column::EmployeeId.eq(employee));
    let keyset = rows::keyset::<DutyArrangementId>()
        .by_day(duty_arrangement::Column::StartsOn, |row| row.starts_on)
        .newest_first();
    Ok(page(&ctx.app().db, found, keyset, args).await?.into())
}
