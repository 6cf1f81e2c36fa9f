//! Presence: a civil servant's phone says that its owner is somewhere at some time, for a workday or a class, and
//! gets a verdict with its reasons. Every well-formed attempt on an occasion that the caller may see is kept, whatever
//! its verdict, exactly once.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`rules`], [`venue_code`], [`geo`] | what an attempt comes to; the code on the trainer's screen |
//! | [`record`], [`facts`] | loads, decides and writes |
//! | [`working_time`] | which shifts somebody works on a day, and why, from dated data |
//! | [`workday`] | to which shift an instant belongs |
//! | [`lateness`], [`adoption`] | what lateness costs; which rule an agency has chosen |
//! | [`day`], [`unexcused`] | what somebody's days come to: always computed, never kept |
//! | [`difference`] | what a change makes of days that are past, shown before it is applied |
//! | [`duties`], [`lives`] | load what these need |
//! | [`arrangement`], [`roster`], [`ramadan`] | change what working time follows from |
//! | [`schema`], [`message`] | the GraphQL types; a verdict in words |
//! Every well-formed attempt on an occasion that the caller may see is kept, whatever its verdict, exactly once.
//! What is decided from an attempt and the facts stands in [`rules`]; the code on the trainer's screen in
//! [`venue_code`]; [`record`] loads, decides and writes. Which shifts somebody works on a day, and why, follows from
//! dated data in [`working_time`]; to which of them an instant belongs, in [`workday`]; what lateness costs, in
//! [`lateness`]; what somebody's days come to, in [`day`]. [`duties`], [`lives`] and [`months`] load what these need;
//! [`today`] is the first screen, [`export`] the table of a month.
//! [`lateness`]; what somebody's days come to, in [`day`]. [`duties`] and [`lives`] load what these need. [`arrangement`], [`roster`] and
//! [`ramadan`] change the data that working time follows from.
//! [`lateness`]; what somebody's days come to, in [`day`]. [`duties`] and [`lives`] load what these need.
//! [`arrangement`], [`roster`] and [`ramadan`] change the data that working time follows from.
//!
//! What the rules alone cannot decide, people do: [`review`] finds what looks wrong behind the write path and keeps the
//! queue; in a [`correction`] somebody says what a day's record lacks.

pub mod adoption;
pub mod arrangement;
pub mod correction;
pub mod day;
pub mod difference;
pub mod duties;
pub mod explain;
pub mod export;
pub mod facts;
pub mod geo;
pub mod lateness;
pub mod lives;
mod loader;
pub mod message;
pub mod months;
pub mod ramadan;
pub mod record;
pub mod review;
pub mod roster;
pub mod rules;
pub mod schema;
#[cfg(test)]
mod test_data;
pub mod today;
pub mod unexcused;
pub mod venue_code;
pub mod workday;
pub mod working_time;
