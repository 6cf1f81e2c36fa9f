//! Courses are added to the catalogue and changed.

use entity::course;
use entity::ids::{AgencyId, CourseId};
use entity::siasn_term::List;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, IntoActiveModel as _};

use crate::agency::service::{Lookup, MAX_NAME};
use crate::app::App;
use crate::error::Result;
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::programme::schema::{CreateCourseInput, UpdateCourseInput};
use crate::{input, text};

/// Characters of a description at most.
const MAX_DESCRIPTION: usize = 4000;

/// Adds a course.
///
/// # Errors
/// What `CreateCourseErrorCode` names.
pub async fn create(app: &App, actor: &Actor, input: CreateCourseInput) -> Result<course::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let agency = rows::named::<AgencyId>(&transaction, actor, "agencyId", &input.agency_id).await?;
    policy::require_agency(actor, "agencyId", agency.id)?;
    let lookup = Lookup { transaction: &transaction, actor, agency: agency.id };
    let now = app.clock.now();
    let course = course::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(agency.id),
        source_id: Set(None),
        title: Set(text::name("title", &input.title, MAX_NAME)?),
        description: Set(input.description.as_deref().map(description).transpose()?),
        course_name_id: Set(lookup.term("courseNameId", List::CourseName, input.course_name_id.as_ref()).await?),
        training_form_id: Set(lookup
            .term("trainingFormId", List::TrainingForm, input.training_form_id.as_ref())
            .await?),
        is_active: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let course = course.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(course)
}

/// Changes a course.
///
/// # Errors
/// What `UpdateCourseErrorCode` names.
pub async fn update(app: &App, actor: &Actor, input: UpdateCourseInput) -> Result<course::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let before = rows::held::<CourseId>(&transaction, actor, "courseId", &input.course_id).await?;
    policy::require(actor, Action::Keep(before.agency_id))?;
    let lookup = Lookup { transaction: &transaction, actor, agency: before.agency_id };
    let mut course = before.into_active_model();
    if let Some(title) = input::given("title", input.title)? {
        course.title = Set(text::name("title", &title, MAX_NAME)?);
    }
    if let Some(text) = input.description.as_opt_deref() {
        course.description = Set(text.map(description).transpose()?);
    }
    if let Some(name) = input.course_name_id.as_opt_ref() {
        course.course_name_id = Set(lookup.term("courseNameId", List::CourseName, name).await?);
    }
    if let Some(form) = input.training_form_id.as_opt_ref() {
        course.training_form_id = Set(lookup.term("trainingFormId", List::TrainingForm, form).await?);
    }
    if let Some(is_active) = input::given("isActive", input.is_active)? {
        course.is_active = Set(is_active);
    }
    course.updated_at = Set(app.clock.now());
    let course = course.update(&transaction).await?;
    transaction.commit().await?;
    Ok(course)
}

fn description(text: &str) -> Result<String> {
    text::paragraphs("description", text, MAX_DESCRIPTION)
}
