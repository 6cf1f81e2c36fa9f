//! Attendance in the schema.

pub mod arrangement;
pub mod check_in;
pub mod mutation;
pub mod session;
pub mod subscription;
pub mod viewer;

pub use arrangement::{DutyArrangement, DutyArrangementConnection};
pub use check_in::{CheckIn, CheckInConnection};
pub use mutation::AttendanceMutation;
pub use subscription::AttendanceSubscription;
pub use viewer::ViewerAttendance;
