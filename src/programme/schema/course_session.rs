//! One meeting of a course run, and what changes it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::course_session;

use super::course_run::CourseRun;
use crate::agency::schema::{Agency, Employee, EmployeeConnection, Venue};
use crate::attendance::schema::CheckInConnection;
use crate::attendance::schema::session::{self, RollSummary, VenueCode};
use crate::error::Result;
use crate::graphql::cost::{Lists, Pages, ROW, Weighs};
use crate::graphql::rows;
use crate::graphql::scalars::DateTime;
use crate::programme::loader::TrainersOf;

/// One meeting of a course run.
#[derive(Debug, Clone)]
pub struct CourseSession(pub course_session::Model);

impl From<course_session::Model> for CourseSession {
    fn from(row: course_session::Model) -> Self {
        Self(row)
    }
}

crate::connection!(CourseSessionConnection, CourseSessionEdge, CourseSession);

/// One meeting of a course run (*pertemuan*).
#[Object]
impl CourseSession {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The run (*angkatan*); absent for who sees this meeting only because they, or somebody they are the superior
    /// of, were there.
    async fn run(&self, ctx: &Context<'_>) -> Result<Option<CourseRun>> {
        Ok(rows::load(ctx, self.0.course_run_id).await?.map(CourseRun))
    }

    /// The code for the trainer's screen (*kode presensi*); absent for everybody but this session's trainers.
    async fn venue_code(&self, ctx: &Context<'_>) -> Result<Option<VenueCode>> {
        session::venue_code(ctx, &self.0).await
    }

    /// The check-ins (*presensi*), as far as the caller may see them: all for the trainers, one's own for a
    /// participant.
    #[graphql(directive = Pages::apply())]
    async fn roll(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<CheckInConnection> {
        session::roll(ctx, &self.0, first, after).await
    }

    /// The roll in numbers (*rekap presensi*), for the trainers and the admins of the agency that holds it.
    async fn roll_summary(&self, ctx: &Context<'_>) -> Result<Option<RollSummary>> {
        session::roll_summary(ctx, &self.0).await
    }

    /// Who is enrolled and has not come (*belum hadir*): has no check-in that counts, or that waits for review. For the
    /// trainers and the admins of the agency that holds it.
    #[graphql(directive = Pages::apply())]
    async fn missing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<EmployeeConnection> {
        session::missing(ctx, &self.0, first, after).await
    }

    /// The agency (*instansi*) that holds it.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The place (*lokasi*); absent for a meeting on line.
    async fn venue(&self, ctx: &Context<'_>) -> Result<Option<Venue>> {
        Ok(rows::load_some(ctx, self.0.venue_id).await?.map(Venue))
    }

    /// When it begins.
    async fn starts_at(&self) -> DateTime {
        self.0.starts_at.into()
    }

    /// When it ends.
    async fn ends_at(&self) -> DateTime {
        self.0.ends_at.into()
    }

    /// The IANA zone in which its times are shown.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// How many minutes before the beginning a check-in (*presensi*) counts.
    async fn opens_before_minutes(&self) -> i32 {
        self.0.opens_before_minutes
    }

    /// Whether a check-in needs the code on the trainer's screen.
    async fn requires_code(&self) -> bool {
        self.0.requires_code
    }

    /// Who teaches it (*pengajar*), as far as one may see them; at most 20.
    #[graphql(directive = Lists::apply(2))]
    async fn trainers(&self, ctx: &Context<'_>) -> Result<Vec<Employee>> {
        let trainers = rows::load(ctx, TrainersOf(self.0.id)).await?;
        Ok(trainers.unwrap_or_default().into_iter().map(Employee).collect())
    }
}

/// A meeting of a course run (*pertemuan*) to add.
#[derive(Debug, InputObject)]
pub struct CreateCourseSessionInput {
    /// The run.
    pub course_run_id: ID,
    /// The title, at most 200 characters.
    pub title: String,
    /// The place (*lokasi*), of the agency that holds the run; absent for a meeting on line.
    pub venue_id: Option<ID>,
    /// When it begins.
    pub starts_at: DateTime,
    /// When it ends.
    pub ends_at: DateTime,
    /// The IANA zone in which its times are shown; where absent, the place's or else the agency's.
    pub time_zone: Option<String>,
    /// How many minutes before the beginning a check-in counts: 0 to 720.
    #[graphql(default = 30)]
    pub opens_before_minutes: i32,
    /// Whether a check-in needs the code on the trainer's screen.
    #[graphql(default = true)]
    pub requires_code: bool,
}

/// Changes of a meeting (*pertemuan*). An absent field stays as it is; `null` empties one that may be empty.
#[derive(Debug, InputObject)]
pub struct UpdateCourseSessionInput {
    /// The session.
    pub course_session_id: ID,
    /// The title, at most 200 characters.
    pub title: MaybeUndefined<String>,
    /// The place (*lokasi*), of the agency that holds the run; `null` for a meeting on line.
    pub venue_id: MaybeUndefined<ID>,
    /// When it begins.
    pub starts_at: MaybeUndefined<DateTime>,
    /// When it ends.
    pub ends_at: MaybeUndefined<DateTime>,
    /// The IANA zone in which its times are shown.
    pub time_zone: MaybeUndefined<String>,
    /// How many minutes before the beginning a check-in counts: 0 to 720.
    pub opens_before_minutes: MaybeUndefined<i32>,
    /// Whether a check-in needs the code on the trainer's screen.
    pub requires_code: MaybeUndefined<bool>,
}

/// Who teaches a session (*pengajar*) from now on, in place of who did.
#[derive(Debug, InputObject)]
pub struct SetTrainersInput {
    /// The session.
    pub course_session_id: ID,
    /// 1 to 20 active employees of the agency that holds the run.
    #[graphql(directive = Weighs::apply(ROW))]
    pub employee_ids: Vec<ID>,
}

crate::mutation_payload!(
    CreateCourseSessionPayload {
        /// The session that was added.
        course_session: CourseSession
    },
    CreateCourseSessionError,
    CreateCourseSessionErrorCode {
        NotFound,
        Forbidden,
        Blank,
        TooLong,
        InvalidText,
        InvalidTimeZone,
        OutOfRange,
        InvalidPeriod,
        Inactive,
    }
);

crate::mutation_payload!(
    UpdateCourseSessionPayload {
        /// The session as it is now.
        course_session: CourseSession
    },
    UpdateCourseSessionError,
    UpdateCourseSessionErrorCode {
        NotFound,
        Forbidden,
        Blank,
        TooLong,
        InvalidText,
        InvalidTimeZone,
        OutOfRange,
        InvalidPeriod,
        Inactive,
    }
);

crate::mutation_payload!(
    SetTrainersPayload {
        /// The session with its trainers.
        course_session: CourseSession
    },
    SetTrainersError,
    SetTrainersErrorCode { NotFound, Forbidden, OutOfRange, Inactive }
);
