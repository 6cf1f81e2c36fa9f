//! A catalogue entry, and what changes it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::ids::CourseRunId;
use entity::{course, course_run};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::course_run::CourseRunConnection;
use crate::agency::schema::{Agency, SiasnTerm};
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Pages;
use crate::graphql::rows;
use crate::policy;

/// A catalogue entry.
#[derive(Debug, Clone)]
pub struct Course(pub course::Model);

impl From<course::Model> for Course {
    fn from(row: course::Model) -> Self {
        Self(row)
    }
}

crate::connection!(CourseConnection, CourseEdge, Course);

/// A course (*diklat*) in an agency's catalogue.
#[Object]
impl Course {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*) whose catalogue it stands in.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Its name in the national list (*jenis kursus*).
    async fn course_name(&self, ctx: &Context<'_>) -> Result<Option<SiasnTerm>> {
        Ok(rows::load_some(ctx, self.0.course_name_id).await?.map(SiasnTerm))
    }

    /// Its form of development in the national list (*jenis diklat*).
    async fn training_form(&self, ctx: &Context<'_>) -> Result<Option<SiasnTerm>> {
        Ok(rows::load_some(ctx, self.0.training_form_id).await?.map(SiasnTerm))
    }

    /// Whether it is still offered.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// Its dated offerings (*angkatan*), as far as one may see them.
    #[graphql(directive = Pages::apply())]
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<CourseRunConnection> {
        let found = policy::find(ctx.actor()).filter(course_run::Column::CourseId.eq(self.0.id));
        Ok(rows::page::<CourseRunId>(ctx, first, after, found).await?.into())
    }
}

/// A course (*diklat*) to add to the catalogue.
#[derive(Debug, InputObject)]
pub struct CreateCourseInput {
    /// The agency in whose catalogue it stands.
    pub agency_id: ID,
    /// The title, at most 200 characters.
    pub title: String,
    /// What it is about, at most 4000 characters.
    pub description: Option<String>,
    /// Its name in the national list `COURSE_NAME` (*jenis kursus*).
    pub course_name_id: Option<ID>,
    /// Its form in the national list `TRAINING_FORM` (*jenis diklat*).
    pub training_form_id: Option<ID>,
}

/// Changes of a course (*diklat*). An absent field stays as it is; `null` empties one that may be empty.
#[derive(Debug, InputObject)]
pub struct UpdateCourseInput {
    /// The course.
    pub course_id: ID,
    /// The title, at most 200 characters.
    pub title: MaybeUndefined<String>,
    /// What it is about, at most 4000 characters.
    pub description: MaybeUndefined<String>,
    /// Its name in the national list `COURSE_NAME` (*jenis kursus*).
    pub course_name_id: MaybeUndefined<ID>,
    /// Its form in the national list `TRAINING_FORM` (*jenis diklat*).
    pub training_form_id: MaybeUndefined<ID>,
    /// False takes it out of the catalogue: it gets no new runs.
    pub is_active: MaybeUndefined<bool>,
}

crate::mutation_payload!(
    CreateCoursePayload {
        /// The course that was added.
        course: Course
    },
    CreateCourseError,
    CreateCourseErrorCode { NotFound, Forbidden, Blank, TooLong, InvalidText }
);

crate::mutation_payload!(
    UpdateCoursePayload {
        /// The course as it is now.
        course: Course
    },
    UpdateCourseError,
    UpdateCourseErrorCode { NotFound, Forbidden, Blank, TooLong, InvalidText }
);
