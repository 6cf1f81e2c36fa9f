//! Attendance in the schema.

pub mod arrangement;
pub mod arrangement_input;
pub mod check_in;
pub mod correction;
pub mod day;
pub mod difference;
pub mod holiday;
pub mod lateness;
pub mod lateness_input;
pub mod month;
pub mod mutation;
mod queue;
pub mod ramadan;
pub mod request;
pub mod review;
pub mod revocation;
pub mod roster;
pub mod session;
pub mod subscription;
pub mod threshold;
pub mod today;
pub mod unexcused;
pub mod unit;
pub mod viewer;

pub use arrangement::{ArrangementMutation, ArrangementQuery, DutyArrangement, DutyArrangementConnection};
pub use check_in::{CheckIn, CheckInConnection};
pub use correction::{Correction, CorrectionConnection, CorrectionMutation, CorrectionQuery, ViewerCorrections};
pub use difference::RecordsDifference;
pub use holiday::HolidayMutation;
pub use lateness::{
    LatenessAdoption, LatenessAdoptionConnection, LatenessMutation, LatenessQuery, LatenessRule, LatenessRuleConnection,
};
pub use mutation::AttendanceMutation;
pub use ramadan::{RamadanMutation, RamadanPeriod, RamadanQuery};
pub use review::{CheckInReview, ReviewMutation, ReviewQuery};
pub use revocation::RevocationMutation;
pub use roster::{RosterEntry, RosterEntryConnection, RosterMutation};
pub use subscription::AttendanceSubscription;
pub use threshold::{ReviewThreshold, ThresholdMutation, ThresholdQuery};
pub use unexcused::UnexcusedDays;
pub use viewer::ViewerAttendance;
