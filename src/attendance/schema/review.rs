//! The review of check-ins, in the schema.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::check_in_review::{self, Decision, Status};
use entity::ids::{CheckInId, CheckInReviewId};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::CheckIn;
use super::queue::{decider, of_others};
use crate::agency::schema::Employee;
use crate::attendance::message;
use crate::attendance::review::decide;
use crate::attendance::review::finding::{self, Finding};
use crate::attendance::rules::Reason;
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, Pages, WRITE, Weighs};
use crate::graphql::payload::payload;
use crate::graphql::rows;
use crate::graphql::scalars::DateTime;
use crate::{connection, mutation_payload};

/// Whether somebody has to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Status")]
pub enum CheckInReviewStatus {
    /// Somebody has to; after a dispute somebody else than before (*menunggu keputusan*).
    Open,
    /// Somebody has (*diputuskan*).
    Decided,
}

/// A decision over a check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CheckInDecision {
    /// It counts (*terima*).
    Accept,
    /// It does not count (*tolak*).
    Reject,
}

impl From<CheckInDecision> for Decision {
    fn from(decision: CheckInDecision) -> Self {
        match decision {
            CheckInDecision::Accept => Self::Accepted,
            CheckInDecision::Reject => Self::Rejected,
        }
    }
}

impl From<Decision> for CheckInDecision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Accepted => Self::Accept,
            Decision::Rejected => Self::Reject,
        }
    }
}

/// What a check-in's owner says of it before anybody has decided (*keterangan*).
#[derive(Debug, SimpleObject)]
pub struct CheckInStatement {
    /// What they say.
    words: String,
    /// When they said it.
    stated_at: DateTime,
}

/// What a check-in's owner says against its verdict (*keberatan*).
#[derive(Debug, SimpleObject)]
pub struct CheckInDispute {
    /// What they say.
    reason: String,
    /// When they said it.
    disputed_at: DateTime,
}

/// Something that looks wrong about a check-in.
#[derive(Debug, Clone)]
pub struct CheckInFinding(Finding);

/// Something that looks wrong about a check-in (*temuan*).
#[Object]
impl CheckInFinding {
    /// What it is, for programs.
    async fn kind(&self) -> Reason {
        self.0.kind
    }

    /// What it is, in words, in the language of the request.
    async fn words(&self, ctx: &Context<'_>) -> String {
        message::finding(ctx.locale(), &self.0)
    }

    /// Check-ins that it matches, at most 20, as far as one may see them.
    #[graphql(directive = Lists::apply(3))]
    async fn other_check_ins(&self, ctx: &Context<'_>) -> Result<Vec<CheckIn>> {
        let ids = self.0.matching.iter().copied();
        let mut seen = ctx.rows().load_many(ids).await.map_err(|error| Error::shared(&error))?;
        Ok(self.0.matching.iter().filter_map(|id| seen.remove(id)).map(CheckIn::from).collect())
    }

    /// Metres from the check-in that it matches, where that is what looks wrong.
    async fn distance_meters(&self) -> Option<f64> {
        self.0.distance_meters
    }

    /// Kilometres an hour between the two, where that is what looks wrong.
    async fn speed_kmh(&self) -> Option<f64> {
        self.0.speed_kmh
    }
}

/// What people decide of a check-in.
#[derive(Debug, Clone)]
pub struct CheckInReview(pub check_in_review::Model);

impl From<check_in_review::Model> for CheckInReview {
    fn from(row: check_in_review::Model) -> Self {
        Self(row)
    }
}

connection!(CheckInReviewConnection, CheckInReviewEdge, CheckInReview);

/// What people decide of a check-in (*pemeriksaan presensi*) that the rules alone could not decide, or whose verdict is
/// disputed.
#[Object]
impl CheckInReview {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The check-in.
    async fn check_in(&self, ctx: &Context<'_>) -> Result<CheckIn> {
        rows::load_present::<CheckInId>(ctx, self.0.check_in_id).await.map(CheckIn::from)
    }

    /// Whether somebody has to decide.
    async fn status(&self) -> CheckInReviewStatus {
        self.0.status.into()
    }

    /// When it was opened.
    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }

    /// What looks wrong when the check-in is held against others; what the attempt itself lacks stands in its reasons.
    #[graphql(directive = Lists::apply(3))]
    async fn findings(&self) -> Result<Vec<CheckInFinding>> {
        Ok(finding::read(&self.0.findings)?.into_iter().map(CheckInFinding).collect())
    }

    /// What the employee says of a check-in that waits, for whoever decides (*keterangan*).
    async fn statement(&self) -> Option<CheckInStatement> {
        let (words, stated_at) = self.0.statement.clone().zip(self.0.stated_at)?;
        Some(CheckInStatement { words, stated_at: stated_at.into() })
    }

    /// What the employee says against the verdict (*keberatan*): their one appeal.
    async fn dispute(&self) -> Option<CheckInDispute> {
        let (reason, disputed_at) = self.0.dispute.clone().zip(self.0.disputed_at)?;
        Some(CheckInDispute { reason, disputed_at: disputed_at.into() })
    }

    /// The last decision; with an open review, the one that is disputed.
    async fn decision(&self) -> Option<CheckInDecision> {
        self.0.decision.map(Into::into)
    }

    /// When it was made.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// Who made it, where one may see them.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        decider(ctx, self.0.decided_by).await
    }

    /// What was said with it (*catatan*).
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

/// A decision over a check-in.
#[derive(Debug, InputObject)]
pub struct ReviewCheckInInput {
    /// The check-in; not one's own.
    pub check_in_id: ID,
    /// The decision.
    pub decision: CheckInDecision,
    /// What to say with it, at most 1,000 characters; a rejection is explained.
    pub note: Option<String>,
}

/// What speaks against the verdict of a check-in.
#[derive(Debug, InputObject)]
pub struct DisputeCheckInInput {
    /// The check-in: one's own.
    pub check_in_id: ID,
    /// What speaks against its verdict, at most 1,000 characters.
    pub reason: String,
}

mutation_payload!(
    ReviewCheckInPayload {
        /// The review as it is now.
        check_in_review: CheckInReview
    },
    ReviewCheckInError,
    ReviewCheckInErrorCode { NotFound, Forbidden, AlreadyDecided, DecidedBySelf, Blank, TooLong, InvalidText }
);

mutation_payload!(
    DisputeCheckInPayload {
        /// The review as it is now.
        check_in_review: CheckInReview
    },
    DisputeCheckInError,
    DisputeCheckInErrorCode {
        NotFound,
        Forbidden,
        NotAnEmployee,
        NotDisputable,
        AlreadyDisputed,
        TooManyOpen,
        Blank,
        TooLong,
        InvalidText
    }
);

/// What is to be reviewed.
#[derive(Debug, Default)]
pub struct ReviewQuery;

/// What is to be reviewed.
#[Object]
impl ReviewQuery {
    /// The check-ins to be reviewed (*antrean pemeriksaan*) of the people whose superior one is, or whose agency one
    /// keeps, and of the classes that one teaches, the oldest first. One's own are never among them.
    #[graphql(directive = Pages::apply())]
    async fn check_in_reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this agency's people.")] agency_id: Option<ID>,
        #[graphql(desc = "Only those of the people of this unit, without the units below it.")] unit_id: Option<ID>,
        #[graphql(desc = "Only those of this status; open ones where absent.")] status: Option<CheckInReviewStatus>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<Option<CheckInReviewConnection>> {
        use check_in_review::Column::{AgencyId, EmployeeId};
        let found =
            of_others::<check_in_review::Entity>(ctx, (AgencyId, agency_id.as_ref()), (EmployeeId, unit_id.as_ref()))?
                .filter(check_in_review::Column::Status.eq(status.map_or(Status::Open, Status::from)));
        Ok(Some(rows::page::<CheckInReviewId>(ctx, first, after, found).await?.into()))
    }
}

/// Deciding over check-ins, and disputing.
#[derive(Debug, Default)]
pub struct ReviewMutation;

/// Deciding over check-ins, and disputing.
#[Object]
impl ReviewMutation {
    /// Decides whether a check-in that is to be reviewed counts: as a superior, as the agency's admin, as the trainer
    /// of the class; never over one's own, and once. After a dispute somebody else decides once more.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn review_check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: ReviewCheckInInput,
    ) -> Result<Option<ReviewCheckInPayload>> {
        payload(ctx, decide::review(ctx.app(), ctx.actor(), input).await.map(CheckInReview))
    }

    /// Says what speaks against the verdict of one's own check-in. Of one that does not count it is an appeal
    /// (*keberatan*): once, and somebody else decides than before. Of one that waits for a decision it is a statement
    /// for whoever decides (*keterangan*): other words replace it, and the appeal is left. The same words again change
    /// nothing.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn dispute_check_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What speaks against it.")] input: DisputeCheckInInput,
    ) -> Result<Option<DisputeCheckInPayload>> {
        payload(ctx, decide::dispute(ctx.app(), ctx.actor(), input).await.map(CheckInReview))
    }
}
