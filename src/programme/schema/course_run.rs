//! A dated offering of a course, and what changes it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::ids::{CourseSessionId, EnrolmentId};
use entity::{course_run, course_session, enrolment};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::course::Course;
use super::course_session::CourseSessionConnection;
use super::enrolment::EnrolmentConnection;
use crate::agency::schema::Agency;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, Pages};
use crate::graphql::page::{PageArgs, page};
use crate::graphql::rows;
use crate::graphql::scalars::Date;
use crate::policy;
use crate::programme::loader::GuestsOf;

/// A dated offering of a course.
#[derive(Debug, Clone)]
pub struct CourseRun(pub course_run::Model);

impl From<course_run::Model> for CourseRun {
    fn from(row: course_run::Model) -> Self {
        Self(row)
    }
}

crate::connection!(CourseRunConnection, CourseRunEdge, CourseRun);

/// A dated offering of a course (*angkatan*).
#[Object]
impl CourseRun {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*) that holds it.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// The course (*diklat*).
    async fn course(&self, ctx: &Context<'_>) -> Result<Course> {
        rows::load_present(ctx, self.0.course_id).await.map(Course)
    }

    /// The name, for example `Angkatan II`.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The first day.
    async fn starts_on(&self) -> Date {
        self.0.starts_on.into()
    }

    /// The last day.
    async fn ends_on(&self) -> Date {
        self.0.ends_on.into()
    }

    /// How many can take part (*kuota*); absent where there is no limit.
    async fn capacity(&self) -> Option<i32> {
        self.0.capacity
    }

    /// Its meetings (*pertemuan*), by their beginning.
    #[graphql(directive = Pages::apply())]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<CourseSessionConnection> {
        let args = PageArgs::new(ctx, first, after)?;
        let found = policy::find::<course_session::Entity>(ctx.actor())
            .filter(course_session::Column::CourseRunId.eq(self.0.id));
        let keyset =
            rows::keyset::<CourseSessionId>().by_instant(course_session::Column::StartsAt, |row| row.starts_at);
        Ok(page(&ctx.app().db, found, keyset, args).await?.into())
    }

    /// Who takes part or took part (*peserta*), as far as one may see them.
    #[graphql(directive = Pages::apply())]
    async fn enrolments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<EnrolmentConnection> {
        let found = policy::find(ctx.actor()).filter(enrolment::Column::CourseRunId.eq(self.0.id));
        Ok(rows::page::<EnrolmentId>(ctx, first, after, found).await?.into())
    }

    /// The agencies (*instansi*) that were invited to send their people; at most 100.
    #[graphql(directive = Lists::apply(20))]
    async fn guests(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        let guests = rows::load(ctx, GuestsOf(self.0.id)).await?;
        Ok(guests.unwrap_or_default().into_iter().map(Agency).collect())
    }
}

/// A dated offering of a course (*angkatan*) to add.
#[derive(Debug, InputObject)]
pub struct CreateCourseRunInput {
    /// The course.
    pub course_id: ID,
    /// The name, at most 200 characters.
    pub name: String,
    /// The first day.
    pub starts_on: Date,
    /// The last day.
    pub ends_on: Date,
    /// How many can take part (*kuota*): 1 to 10000; absent where there is no limit.
    pub capacity: Option<i32>,
}

/// Changes of a course run (*angkatan*). An absent field stays as it is; `null` empties one that may be empty.
#[derive(Debug, InputObject)]
pub struct UpdateCourseRunInput {
    /// The run.
    pub course_run_id: ID,
    /// The name, at most 200 characters.
    pub name: MaybeUndefined<String>,
    /// The first day.
    pub starts_on: MaybeUndefined<Date>,
    /// The last day.
    pub ends_on: MaybeUndefined<Date>,
    /// How many can take part (*kuota*): not fewer than do, at most 10000; `null` for no limit.
    pub capacity: MaybeUndefined<i32>,
}

/// An agency to invite to a course run (*angkatan*).
#[derive(Debug, InputObject)]
pub struct InviteAgencyInput {
    /// The run.
    pub course_run_id: ID,
    /// The agency (*instansi*) whose admins may then enrol its people.
    pub agency_id: ID,
}

crate::mutation_payload!(
    CreateCourseRunPayload {
        /// The run that was added.
        course_run: CourseRun
    },
    CreateCourseRunError,
    CreateCourseRunErrorCode { NotFound, Forbidden, Blank, TooLong, InvalidText, OutOfRange, InvalidPeriod, Inactive }
);

crate::mutation_payload!(
    UpdateCourseRunPayload {
        /// The run as it is now.
        course_run: CourseRun
    },
    UpdateCourseRunError,
    UpdateCourseRunErrorCode { NotFound, Forbidden, Blank, TooLong, InvalidText, OutOfRange, InvalidPeriod }
);

crate::mutation_payload!(
    InviteAgencyPayload {
        /// The run with its guests.
        course_run: CourseRun
    },
    InviteAgencyError,
    InviteAgencyErrorCode { NotFound, Forbidden, OutOfRange }
);
