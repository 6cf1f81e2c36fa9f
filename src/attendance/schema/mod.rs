//! Attendance in the schema.

pub mod check_in;
pub mod difference;
pub mod lateness;
pub mod lateness_input;
pub mod mutation;
pub mod session;
pub mod unexcused;
pub mod viewer;

pub use check_in::{CheckIn, CheckInConnection};
pub use difference::RecordsDifference;
pub use lateness::{
    LatenessAdoption, LatenessAdoptionConnection, LatenessMutation, LatenessQuery, LatenessRule, LatenessRuleConnection,
};
pub use mutation::AttendanceMutation;
pub use unexcused::UnexcusedDays;
pub use viewer::ViewerAttendance;
