//! Attendance in the schema.

pub mod arrangement;
pub mod check_in;
pub mod correction;
pub mod mutation;
pub mod review;
pub mod session;
pub mod viewer;

pub use arrangement::{DutyArrangement, DutyArrangementConnection};
pub use check_in::{CheckIn, CheckInConnection};
pub use correction::{Correction, CorrectionConnection, CorrectionMutation, CorrectionQuery, ViewerCorrections};
pub use mutation::AttendanceMutation;
pub use review::{CheckInReview, ReviewMutation, ReviewQuery};
pub use viewer::ViewerAttendance;
