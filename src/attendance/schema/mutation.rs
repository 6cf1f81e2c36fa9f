//! Checking in, in the schema.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};

use super::CheckIn;
use super::check_in::WorkdayDirection;
use crate::attendance::attempt::{Attempt, Occasion, Recorded};
use crate::attendance::record;
use crate::attendance::rules::Location;
use crate::error::{Error, Kind, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{AnswersEach, CHECK_IN, CHECK_IN_OF_MANY, Lists, Weighs};
use crate::graphql::error::log_fault;
use crate::graphql::payload::refused;
use crate::graphql::rows::parse_id;
use crate::graphql::scalars::{DateTime, Uuid};
use crate::mutation_errors;
use crate::problem::Problem;

/// Coming to or going from duty.
#[derive(Debug, Clone, InputObject)]
pub struct WorkdayInput {
    /// Coming or going.
    direction: WorkdayDirection,
}

/// What a check-in is for.
#[derive(Debug, Clone, OneofObject)]
pub enum OccasionInput {
    /// Duty (*hari kerja*): the workday that the time belongs to.
    Workday(WorkdayInput),
    /// A class (*pertemuan kelas*).
    CourseSessionId(ID),
}

impl OccasionInput {
    fn occasion(&self) -> Result<Occasion> {
        match self {
            Self::Workday(workday) => Ok(Occasion::Workday(workday.direction.into())),
            Self::CourseSessionId(id) => Ok(Occasion::CourseSession(parse_id("occasion.courseSessionId", id)?)),
        }
    }
}

/// A fix of the phone.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct LocationInput {
    /// Degrees north, WGS 84.
    latitude: f64,
    /// Degrees east, WGS 84.
    longitude: f64,
    /// The fix's uncertainty in metres, as the phone tells it.
    accuracy_meters: Option<f64>,
    /// Whether the phone says that the location is mocked.
    #[graphql(default)]
    is_mocked: bool,
}

impl From<LocationInput> for Location {
    fn from(input: LocationInput) -> Self {
        Self {
            latitude: input.latitude,
            longitude: input.longitude,
            accuracy_meters: input.accuracy_meters,
            is_mocked: input.is_mocked,
        }
    }
}

/// One check-in, sent as it is captured.
#[derive(Debug, InputObject)]
pub struct CheckInInput {
    /// Made by the phone once for this intent. Sent again with the same content, it gives the same check-in.
    idempotency_key: Uuid,
    /// What it is for.
    occasion: OccasionInput,
    /// The phone's clock at the act.
    captured_at: DateTime,
    /// The phone's clock at sending.
    sent_at: DateTime,
    /// Where the phone was.
    location: Option<LocationInput>,
    /// The six digits on the trainer's screen.
    venue_code: Option<String>,
}

/// A check-in that was captured off line.
#[derive(Debug, InputObject)]
pub struct SyncCheckInsItem {
    /// Made by the phone once for this intent. Sent again with the same content, it gives the same check-in.
    idempotency_key: Uuid,
    /// What it is for.
    occasion: OccasionInput,
    /// The phone's clock at the act.
    captured_at: DateTime,
    /// Where the phone was.
    location: Option<LocationInput>,
    /// The six digits on the trainer's screen.
    venue_code: Option<String>,
}

impl SyncCheckInsItem {
    fn attempt(self) -> Result<Attempt> {
        Ok(Attempt {
            idempotency_key: self.idempotency_key.0,
            occasion: self.occasion.occasion()?,
            captured_at: self.captured_at.0,
            location: self.location.map(Location::from),
            venue_code: self.venue_code,
        })
    }
}

impl SyncCheckInsItem {
    /// As [`Self::attempt`]; an id that is none is an occasion that there is not, and fails its own item alone.
    fn offline_attempt(self) -> Result<Attempt> {
        self.attempt().map_err(|_| Error::at("occasion.courseSessionId", Problem::NotFound))
    }
}

/// Check-ins of up to seven days off line.
#[derive(Debug, InputObject)]
pub struct SyncCheckInsInput {
    /// The phone's clock at sending.
    sent_at: DateTime,
    /// 1 to 200 check-ins, in the order in which they were captured.
    #[graphql(directive = Weighs::apply(CHECK_IN_OF_MANY))]
    items: Vec<SyncCheckInsItem>,
}

/// What became of a check-in.
#[derive(Default, SimpleObject)]
pub struct CheckInPayload {
    /// The check-in as it is recorded now, whatever its verdict; absent when it could not be recorded.
    check_in: Option<CheckIn>,
    /// Whether it had been recorded before.
    is_replay: bool,
    /// Why it could not be recorded; empty when it was.
    #[graphql(directive = Lists::apply(2))]
    errors: Vec<CheckInError>,
}

mutation_errors!(
    CheckInError,
    CheckInErrorCode {
        NotFound,
        InvalidLocation,
        CapturedInFuture,
        TooOld,
        IdempotencyConflict,
        NotAnEmployee,
        TooManyCheckIns,
        Unavailable
    }
);

impl CheckInPayload {
    fn of(ctx: &Context<'_>, result: Result<Recorded>) -> Result<Self> {
        Ok(match result {
            Ok(recorded) => {
                Self { check_in: Some(recorded.check_in.into()), is_replay: recorded.is_replay, errors: Vec::new() }
            }
            Err(error) => Self { errors: refused(ctx, error)?, ..Self::default() },
        })
    }

    /// Of one among others: what is no fault of the caller's is told beside its neighbours' results, and in the log.
    fn of_item(ctx: &Context<'_>, at: usize, result: Result<Recorded>) -> Result<Self> {
        let result = result.map_err(|error| match error.kind() {
            Kind::Unavailable { .. } | Kind::Internal => {
                log_fault(&error, &format!("syncCheckIns.results.{at}"), ctx.request_id());
                Error::refused(Problem::Unavailable)
            }
            _ => error,
        });
        Self::of(ctx, result)
    }
}

/// What became of check-ins captured off line.
#[derive(Default, SimpleObject)]
pub struct SyncCheckInsPayload {
    /// One result for each item, in their order.
    results: Vec<CheckInPayload>,
    /// Why nothing was looked at; empty when each item has its result.
    #[graphql(directive = Lists::apply(2))]
    errors: Vec<SyncCheckInsError>,
}

mutation_errors!(SyncCheckInsError, SyncCheckInsErrorCode { OutOfRange, NotAnEmployee, TooManyCheckIns });

/// Checking in.
#[derive(Default)]
pub struct AttendanceMutation;

/// Checking in.
#[Object]
impl AttendanceMutation {
    /// Records a presence (*presensi*): on duty or in a class. Every well-formed attempt on an occasion that one may
    /// see is recorded, whatever its verdict.
    #[graphql(directive = Weighs::apply(CHECK_IN))]
    async fn check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The check-in.")] input: CheckInInput,
    ) -> Result<Option<CheckInPayload>> {
        ctx.actor().person()?;
        let item = SyncCheckInsItem {
            idempotency_key: input.idempotency_key,
            occasion: input.occasion,
            captured_at: input.captured_at,
            location: input.location,
            venue_code: input.venue_code,
        };
        let recorded = record::record(ctx.app(), ctx.actor(), input.sent_at.0, vec![Ok(item.attempt()?)]).await;
        let one = recorded.and_then(|mut results| {
            results.pop().unwrap_or_else(|| Err(Error::internal("an attempt without a result")))
        });
        CheckInPayload::of(ctx, one).map(Some)
    }

    /// Records presences that were captured off line. Each item has its own result; a bad one fails alone, and sending
    /// all of them again doubles nothing. One that is UNAVAILABLE is to be kept and sent again, with the same key.
    #[graphql(directive = Weighs::apply(CHECK_IN), directive = AnswersEach::apply("input.items", "results"))]
    async fn sync_check_ins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The check-ins.")] input: SyncCheckInsInput,
    ) -> Result<Option<SyncCheckInsPayload>> {
        ctx.actor().person()?;
        let attempts = input.items.into_iter().map(SyncCheckInsItem::offline_attempt).collect();
        let results = match record::record(ctx.app(), ctx.actor(), input.sent_at.0, attempts).await {
            Ok(results) => results,
            Err(error) => {
                return Ok(Some(SyncCheckInsPayload { errors: refused(ctx, error)?, ..Default::default() }));
            }
        };
        let results = results.into_iter().enumerate().map(|(at, result)| CheckInPayload::of_item(ctx, at, result));
        let results = results.collect::<Result<_>>()?;
        Ok(Some(SyncCheckInsPayload { results, errors: Vec::new() }))
    }
}
