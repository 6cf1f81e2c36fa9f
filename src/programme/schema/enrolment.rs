//! A person in a course run, and what changes that.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::enrolment;

use super::course_run::CourseRun;
use crate::agency::schema::Employee;
use crate::error::Result;
use crate::graphql::cost::{ROW, Weighs};
use crate::graphql::rows;
use crate::graphql::scalars::DateTime;

/// Whether the person takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "enrolment::Status")]
pub enum EnrolmentStatus {
    /// Takes part (*terdaftar*).
    Enrolled,
    /// Was taken off the list (*mundur*).
    Withdrawn,
}

/// A person in a course run.
#[derive(Debug, Clone)]
pub struct Enrolment(pub enrolment::Model);

impl From<enrolment::Model> for Enrolment {
    fn from(row: enrolment::Model) -> Self {
        Self(row)
    }
}

crate::connection!(EnrolmentConnection, EnrolmentEdge, Enrolment);

/// A person in a course run (*kepesertaan*).
#[Object]
impl Enrolment {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The run (*angkatan*), where one may still see it.
    async fn run(&self, ctx: &Context<'_>) -> Result<Option<CourseRun>> {
        Ok(rows::load(ctx, self.0.course_run_id).await?.map(CourseRun))
    }

    /// The person (*peserta*).
    async fn employee(&self, ctx: &Context<'_>) -> Result<Employee> {
        rows::load_present(ctx, self.0.employee_id).await.map(Employee)
    }

    /// Whether the person takes part.
    async fn status(&self) -> EnrolmentStatus {
        self.0.status.into()
    }

    /// When the person was enrolled, last.
    async fn enrolled_at(&self) -> DateTime {
        self.0.enrolled_at.into()
    }
}

/// People to enrol in a course run (*angkatan*): all of them, or with an error none.
#[derive(Debug, InputObject)]
pub struct EnrolEmployeesInput {
    /// The run: of the caller's agency, or one that it was invited to.
    pub course_run_id: ID,
    /// 1 to 100 active employees of the caller's agency. Who is enrolled already stays so.
    #[graphql(directive = Weighs::apply(ROW))]
    pub employee_ids: Vec<ID>,
    /// Whether they are released from the shifts that the roster gives them then (*surat tugas*): without it a class
    /// that collides with one is refused.
    #[graphql(default)]
    pub is_released_from_duty: bool,
}

/// A person to take off the list of a course run.
#[derive(Debug, InputObject)]
pub struct WithdrawEnrolmentInput {
    /// The enrolment.
    pub enrolment_id: ID,
}

crate::mutation_payload!(
    EnrolEmployeesPayload {
        /// The enrolments of these people, in the order of the input.
        enrolments: Vec<Enrolment>
    },
    EnrolEmployeesError,
    EnrolEmployeesErrorCode {
        NotFound,
        Forbidden,
        OutOfRange,
        Inactive,
        RunFull,
        CollidesWithClass,
        CollidesWithDuty,
    }
);

crate::mutation_payload!(
    WithdrawEnrolmentPayload {
        /// The enrolment as it is now.
        enrolment: Enrolment
    },
    WithdrawEnrolmentError,
    WithdrawEnrolmentErrorCode { NotFound, Forbidden }
);
