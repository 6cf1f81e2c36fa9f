//! Attendance in the schema.

pub mod arrangement;
pub mod check_in;
pub mod day;
pub mod month;
pub mod mutation;
pub mod ramadan;
pub mod roster;
pub mod session;
pub mod subscription;
pub mod today;
pub mod unit;
pub mod viewer;

pub use arrangement::{ArrangementMutation, ArrangementQuery, DutyArrangement, DutyArrangementConnection};
pub use check_in::{CheckIn, CheckInConnection};
pub use mutation::AttendanceMutation;
pub use ramadan::{RamadanMutation, RamadanPeriod, RamadanQuery};
pub use roster::{RosterEntry, RosterEntryConnection, RosterMutation};
pub use subscription::AttendanceSubscription;
pub use viewer::ViewerAttendance;
