//! The GraphQL types of courses, and the mutations on them.

mod course;
mod course_run;
mod course_session;
mod enrolment;
mod mutation;

pub use course::*;
pub use course_run::*;
pub use course_session::*;
pub use enrolment::*;
pub use mutation::*;
