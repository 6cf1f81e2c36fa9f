//! Attendance in the schema.

pub mod arrangement;
pub mod check_in;
pub mod day;
pub mod difference;
pub mod lateness;
pub mod lateness_input;
pub mod month;
pub mod mutation;
pub mod ramadan;
pub mod roster;
pub mod session;
pub mod subscription;
pub mod today;
pub mod unexcused;
pub mod unit;
pub mod viewer;

pub use arrangement::{ArrangementMutation, ArrangementQuery, DutyArrangement, DutyArrangementConnection};
pub use check_in::{CheckIn, CheckInConnection};
pub use difference::RecordsDifference;
pub use lateness::{
    LatenessAdoption, LatenessAdoptionConnection, LatenessMutation, LatenessQuery, LatenessRule, LatenessRuleConnection,
};
pub use mutation::AttendanceMutation;
pub use ramadan::{RamadanMutation, RamadanPeriod, RamadanQuery};
pub use roster::{RosterEntry, RosterEntryConnection, RosterMutation};
pub use subscription::AttendanceSubscription;
pub use unexcused::UnexcusedDays;
pub use viewer::ViewerAttendance;
