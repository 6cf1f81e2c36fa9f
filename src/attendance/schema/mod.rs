//! Attendance in the schema.

mod check_in;
mod mutation;
pub mod session;
mod viewer;

pub use check_in::{CheckIn, CheckInConnection};
pub use mutation::AttendanceMutation;
pub use viewer::ViewerAttendance;
