//! What an agency's admin changes.

use async_graphql::{Context, Object};

use super::course::{Course, CreateCourseInput, CreateCoursePayload, UpdateCourseInput, UpdateCoursePayload};
use super::course_run::{
    CourseRun, CreateCourseRunInput, CreateCourseRunPayload, InviteAgencyInput, InviteAgencyPayload,
    UpdateCourseRunInput, UpdateCourseRunPayload,
};
use super::course_session::{
    CourseSession, CreateCourseSessionInput, CreateCourseSessionPayload, SetTrainersInput, SetTrainersPayload,
    UpdateCourseSessionInput, UpdateCourseSessionPayload,
};
use super::enrolment::{
    EnrolEmployeesInput, EnrolEmployeesPayload, Enrolment, WithdrawEnrolmentInput, WithdrawEnrolmentPayload,
};
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{AnswersEach, WRITE, Weighs};
use crate::graphql::payload::payload;
use crate::programme::service;

/// The mutations of courses.
#[derive(Debug, Default)]
pub struct ProgrammeMutation;

/// What an agency's admin changes of its courses, and who takes part in them.
#[Object]
impl ProgrammeMutation {
    /// Adds a course (*diklat*) to an agency's catalogue. For its admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn create_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The course.")] input: CreateCourseInput,
    ) -> Result<Option<CreateCoursePayload>> {
        payload(ctx, service::course::create(ctx.app(), ctx.actor(), input).await.map(Course))
    }

    /// Changes a course (*diklat*), or takes it out of the catalogue. For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn update_course(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateCourseInput,
    ) -> Result<Option<UpdateCoursePayload>> {
        payload(ctx, service::course::update(ctx.app(), ctx.actor(), input).await.map(Course))
    }

    /// Adds a dated offering of a course (*angkatan*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn create_course_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] input: CreateCourseRunInput,
    ) -> Result<Option<CreateCourseRunPayload>> {
        payload(ctx, service::course_run::create(ctx.app(), ctx.actor(), input).await.map(CourseRun))
    }

    /// Changes a course run (*angkatan*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn update_course_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateCourseRunInput,
    ) -> Result<Option<UpdateCourseRunPayload>> {
        payload(ctx, service::course_run::update(ctx.app(), ctx.actor(), input).await.map(CourseRun))
    }

    /// Invites another agency (*instansi*) to a course run: its people see it, and its admins may enrol them. Again changes
    /// nothing. For the admins of the agency that holds the run.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn invite_agency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run and the agency.")] input: InviteAgencyInput,
    ) -> Result<Option<InviteAgencyPayload>> {
        payload(ctx, service::course_run::invite(ctx.app(), ctx.actor(), input).await.map(CourseRun))
    }

    /// Adds a meeting (*pertemuan*) to a course run. For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn create_course_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] input: CreateCourseSessionInput,
    ) -> Result<Option<CreateCourseSessionPayload>> {
        payload(ctx, service::course_session::create(ctx.app(), ctx.actor(), input).await.map(CourseSession))
    }

    /// Changes a meeting (*pertemuan*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn update_course_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateCourseSessionInput,
    ) -> Result<Option<UpdateCourseSessionPayload>> {
        payload(ctx, service::course_session::update(ctx.app(), ctx.actor(), input).await.map(CourseSession))
    }

    /// Says who teaches a session (*pengajar*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn set_trainers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session and its trainers.")] input: SetTrainersInput,
    ) -> Result<Option<SetTrainersPayload>> {
        payload(ctx, service::course_session::set_trainers(ctx.app(), ctx.actor(), input).await.map(CourseSession))
    }

    /// Enrols people in a course run (*peserta*). For the admins of their agency, which holds the run or was invited to it.
    #[graphql(directive = Weighs::apply(WRITE), directive = AnswersEach::apply("input.employeeIds", "enrolments"))]
    async fn enrol_employees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run and the people.")] input: EnrolEmployeesInput,
    ) -> Result<Option<EnrolEmployeesPayload>> {
        payload(
            ctx,
            service::enrolment::enrol(ctx.app(), ctx.actor(), input)
                .await
                .map(|enrolled| enrolled.into_iter().map(Enrolment).collect()),
        )
    }

    /// Takes a person off the list of a course run; again changes nothing. For the admins of the agency that holds the run
    /// and of the person's.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn withdraw_enrolment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The enrolment.")] input: WithdrawEnrolmentInput,
    ) -> Result<Option<WithdrawEnrolmentPayload>> {
        payload(ctx, service::enrolment::withdraw(ctx.app(), ctx.actor(), input).await.map(Enrolment))
    }
}
