//! What chooses a rule of lateness, and what becomes of it.

use async_graphql::{ID, InputObject, OneofObject};
use entity::lateness_adoption;

use super::check_in::LatenessLevel;
use super::lateness::{LatenessAdoption, LatenessSide};
use crate::difference_payload;
use crate::graphql::scalars::Date;

/// From so many minutes on, a level and a cut of the allowance.
#[derive(Debug, InputObject)]
pub struct LatenessBandInput {
    /// Coming or going.
    pub side: LatenessSide,
    /// The first minute of the band, from 1 on; it ends where the next one of its side begins. On each side they ascend.
    pub from_minute: i32,
    /// The level, where the rule has levels: TL for coming, PSW for going.
    pub level: Option<LatenessLevel>,
    /// The cut in percent, 0 to 100 with two decimals at most; absent where it is not set yet.
    pub percent: Option<f64>,
}

/// A rule of lateness of an agency's own; a new version where it has one of that name.
#[derive(Debug, InputObject)]
pub struct OwnLatenessRuleInput {
    /// The name, at most 200 characters.
    pub name: String,
    /// The decree or decision that it rests on (*dasar hukum*), at most 200 characters.
    pub citation: String,
    /// What is to be known of it, at most 1,000 characters.
    pub note: Option<String>,
    /// By how many minutes the start may shift, and the end with it, where working hours do not say: 0 to 240.
    #[graphql(default = 0)]
    pub flexible_minutes: i32,
    /// Lateness up to so many minutes is none when as much is added at the end of the day: 0 to 240.
    #[graphql(default = 0)]
    pub made_up_minutes: i32,
    /// Late days of a month without the cut of `lateDaysPercent`: 0 to 31; absent where there is no such cut.
    pub late_days_free: Option<i32>,
    /// The cut of a month with more late days than that, in percent with two decimals at most; absent where it is not
    /// set yet.
    pub late_days_percent: Option<f64>,
    /// Whether a missing record of coming or going counts as the last band of its side.
    #[graphql(default)]
    pub missing_is_last_band: bool,
    /// The cut for an absent day in percent with two decimals at most; absent where it is that of what is missing.
    pub absent_percent: Option<f64>,
    /// The bands, at most 40.
    #[graphql(default)]
    pub bands: Vec<LatenessBandInput>,
}

/// The rule of lateness that an agency chooses.
#[derive(Debug, OneofObject)]
pub enum LatenessChoiceInput {
    /// A preset, or a version of one of the agency's own.
    RuleId(ID),
    /// One of the agency's own, new or as a new version.
    Own(OwnLatenessRuleInput),
    /// `true`: none. Lateness is measured, and costs nothing.
    #[graphql(name = "none")]
    NoRule(bool),
}

/// A rule of lateness (*aturan keterlambatan*) to choose. What was chosen before stays, up to the day before.
#[derive(Debug, InputObject)]
pub struct SetLatenessRuleInput {
    /// The agency.
    pub agency_id: ID,
    /// The first day; not before that of the newest choice that has begun, and not more than 62 days back where people
    /// served then. A choice that begins later stays: this one ends the day before.
    pub valid_from: Date,
    /// The agency's decision (*keputusan instansi*), at most 200 characters.
    pub citation: String,
    /// The rule.
    pub rule: LatenessChoiceInput,
    /// Only to tell what it changes of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where the first day is past.
    pub seen_difference: Option<String>,
}

difference_payload!(
    SetLatenessRulePayload {
        /// The choice from that day on; absent where it was only tried.
        adoption: LatenessAdoption = lateness_adoption::Model
    },
    SetLatenessRuleError,
    SetLatenessRuleErrorCode { NotFound, Forbidden, Blank, TooLong, Malformed, InvalidText, OutOfRange }
);
