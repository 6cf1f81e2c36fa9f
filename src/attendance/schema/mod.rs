//! Attendance in the schema.

pub mod arrangement;
pub mod check_in;
pub mod day;
pub mod month;
pub mod mutation;
pub mod session;
pub mod today;
pub mod unit;
pub mod viewer;

pub use arrangement::{DutyArrangement, DutyArrangementConnection};
pub use check_in::{CheckIn, CheckInConnection};
pub use mutation::AttendanceMutation;
pub use viewer::ViewerAttendance;
