//! The thresholds of the review of check-ins, in the schema.

use async_graphql::{Context, ID, InputObject, Object};
use entity::ids::{AgencyId, ReviewThresholdId};
use entity::review_threshold;
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _};

use crate::agency::schema::Agency;
use crate::attendance::review::threshold;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Pages, WRITE, Weighs};
use crate::graphql::payload::payload;
use crate::graphql::rows;
use crate::graphql::scalars::Date;
use crate::{connection, mutation_payload, policy};

/// What makes a pattern of check-ins remarkable.
#[derive(Debug, Clone)]
pub struct ReviewThreshold(pub review_threshold::Model);

impl From<review_threshold::Model> for ReviewThreshold {
    fn from(row: review_threshold::Model) -> Self {
        Self(row)
    }
}

connection!(ReviewThresholdConnection, ReviewThresholdEdge, ReviewThreshold);

/// What makes a pattern of check-ins remarkable (*ambang pemeriksaan*), from a day on: an agency's own, or the country's
/// where it has none. Shown to those who keep agencies alone: who knows where the line lies stays below it.
#[Object]
impl ReviewThreshold {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*); absent for the country's.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Option<Agency>> {
        Ok(rows::load_some(ctx, self.0.agency_id).await?.map(Agency))
    }

    /// The decision that they rest on (*dasar hukum*).
    async fn citation(&self) -> &str {
        &self.0.citation
    }

    /// The version, counted up with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The first day.
    async fn valid_from(&self) -> Date {
        self.0.valid_from.into()
    }

    /// The last day; absent while no later version is set. A version that was corrected on its first day ends before it
    /// begins.
    async fn valid_until(&self) -> Option<Date> {
        self.0.valid_until.map(Date)
    }

    /// So many people with exactly the same coordinates (*koordinat*).
    async fn identical_people(&self) -> i32 {
        self.0.identical_people
    }

    /// One person with exactly the same coordinates (*koordinat*) on so many days.
    async fn identical_days(&self) -> i32 {
        self.0.identical_days
    }

    /// Either within so many days.
    async fn within_days(&self) -> i32 {
        self.0.within_days
    }

    /// Faster than so many kilometres an hour from one check-in to the next.
    async fn travel_kmh(&self) -> i32 {
        self.0.travel_kmh
    }

    /// When they lie further apart than so many metres.
    async fn travel_min_meters(&self) -> i32 {
        self.0.travel_min_meters
    }

    /// So many people on one phone (*ponsel*).
    async fn device_people(&self) -> i32 {
        self.0.device_people
    }

    /// Within so many hours.
    async fn device_hours(&self) -> i32 {
        self.0.device_hours
    }

    /// Sent more than so many minutes after it could have been.
    async fn late_minutes(&self) -> i32 {
        self.0.late_minutes
    }
}

/// What makes a pattern of an agency's check-ins remarkable (*ambang pemeriksaan*), to set. What held before stays as the
/// version before, up to the day before.
#[derive(Debug, InputObject)]
pub struct SetReviewThresholdsInput {
    /// The agency.
    pub agency_id: ID,
    /// The decision that they rest on (*dasar hukum*), at most 200 characters.
    pub citation: String,
    /// The first day: today or later, and not before that of the version before. What was found before stays found.
    pub valid_from: Date,
    /// So many people with exactly the same coordinates: 2 to 20.
    pub identical_people: i32,
    /// One person with exactly the same coordinates on so many days: 2 to one more than `withinDays`.
    pub identical_days: i32,
    /// Either within so many days: 1 to 31.
    pub within_days: i32,
    /// Faster than so many kilometres an hour from one check-in to the next: 100 to 1,000.
    pub travel_kmh: i32,
    /// When they lie further apart than so many metres: 500 to 50,000.
    pub travel_min_meters: i32,
    /// So many people on one phone: 2 to 20.
    pub device_people: i32,
    /// Within so many hours: 1 to 168.
    pub device_hours: i32,
    /// Sent more than so many minutes after it could have been: 5 to 1,440.
    pub late_minutes: i32,
}

mutation_payload!(
    SetReviewThresholdsPayload {
        /// The thresholds from that day on.
        review_threshold: ReviewThreshold
    },
    SetReviewThresholdsError,
    SetReviewThresholdsErrorCode { NotFound, Forbidden, Blank, TooLong, InvalidText, OutOfRange }
);

/// The thresholds of the review.
#[derive(Debug, Default)]
pub struct ThresholdQuery;

/// The thresholds of the review.
#[Object]
impl ThresholdQuery {
    /// What makes a pattern of check-ins remarkable (*ambang pemeriksaan*): the country's thresholds and an agency's own,
    /// all versions, for those who keep agencies.
    #[graphql(directive = Pages::apply())]
    async fn review_thresholds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency; the country's alone where absent.")] agency_id: Option<ID>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<Option<ReviewThresholdConnection>> {
        let agency: Option<AgencyId> = rows::parse_some_id("agencyId", agency_id.as_ref())?;
        let wanted = Condition::any()
            .add(review_threshold::Column::AgencyId.is_null())
            .add(review_threshold::Column::AgencyId.is_in(agency));
        let found = policy::find::<review_threshold::Entity>(ctx.actor()).filter(wanted);
        Ok(Some(rows::page::<ReviewThresholdId>(ctx, first, after, found).await?.into()))
    }
}

/// The thresholds of the review.
#[derive(Debug, Default)]
pub struct ThresholdMutation;

/// The thresholds of the review.
#[Object]
impl ThresholdMutation {
    /// Sets what makes a pattern of an agency's check-ins remarkable (*ambang pemeriksaan*), from a day on. For the
    /// agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn set_review_thresholds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thresholds.")] input: SetReviewThresholdsInput,
    ) -> Result<Option<SetReviewThresholdsPayload>> {
        payload(ctx, threshold::set(ctx.app(), ctx.actor(), input).await.map(ReviewThreshold))
    }
}
