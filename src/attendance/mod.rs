//! Presence: a civil servant's phone says that its owner is somewhere at some time, for a workday or a class, and
//! gets a verdict with its reasons. Every well-formed attempt on an occasion that the caller may see is kept, whatever
//! its verdict, exactly once.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`rules`], [`venue_code`], [`geo`] | what an attempt comes to; the code on the trainer's screen |
//! | [`record`], [`quota`], [`attempt`], [`facts`] | takes in what a phone sends, and how much of it a day |
//! | [`writer`] | judges and writes what has queued, one commit for all |
//! | [`working_time`] | which shifts somebody works on a day, and why, from dated data |
//! | [`workday`], [`span`] | to which shift an instant belongs; which shifts lie over each other |
//! | [`lateness`], [`adoption`] | what lateness costs; which rule an agency has chosen |
//! | [`day`], [`unexcused`] | what somebody's days come to: always computed, never kept |
//! | [`difference`] | what a change makes of days that are past, shown before it is applied |
//! | [`duties`], [`lives`], [`months`] | load what these need |
//! | [`arrangement`], [`roster`], [`ramadan`], [`holiday`] | change what working time follows from |
//! | [`review`], [`correction`] | what people decide: what looks wrong, and what a day's record lacks |
//! | [`requests`], [`revocation`] | how much may wait for a decision; taking back what was approved |
//! | [`reopening`], [`versions`] | what others changed can be answered; where a new version comes to stand |
//! | [`today`], [`explain`], [`export`] | the first screen, a day in words, the table of a month |
//! | [`schema`], [`message`] | the GraphQL types; a verdict in words |

pub mod adoption;
pub mod arrangement;
pub mod attempt;
pub mod correction;
pub mod day;
pub mod difference;
pub mod duties;
pub mod explain;
pub mod export;
pub mod facts;
pub mod geo;
pub mod holiday;
pub(crate) mod judge;
pub mod lateness;
pub mod lives;
mod loader;
pub mod message;
pub mod months;
pub mod quota;
pub mod ramadan;
pub mod record;
pub mod reopening;
pub mod requests;
pub mod review;
pub mod revocation;
pub mod roster;
pub mod rules;
pub mod schema;
pub mod span;
#[cfg(test)]
mod test_data;
pub mod today;
pub mod unexcused;
pub mod venue_code;
pub mod versions;
pub mod workday;
pub mod working_time;
pub mod writer;
