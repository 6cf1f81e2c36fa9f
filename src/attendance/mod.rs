//! Presence: a civil servant's phone says that its owner is somewhere at some time, for a workday or a class, and
//! gets a verdict with its reasons.
//!
//! Every well-formed attempt on an occasion that the caller may see is kept, whatever its verdict, exactly once.
//! What is decided from an attempt and the facts stands in [`rules`]; the code on the trainer's screen in
//! [`venue_code`]; [`judge`] applies them. [`record`] takes a sending in, [`writer`] judges and writes what has queued. Which shifts somebody works on a day, and why, follows from
//! dated data in [`working_time`]; to which of them an instant belongs, in [`workday`]; what lateness costs, in
//! [`lateness`]; what somebody's days come to, in [`day`]. [`duties`] and [`lives`] load what these need.

pub mod attempt;
pub mod day;
pub mod duties;
pub mod facts;
pub mod geo;
mod judge;
pub mod lateness;
pub mod lives;
mod loader;
pub mod message;
pub mod record;
pub mod rules;
pub mod schema;
#[cfg(test)]
mod test_data;
pub mod venue_code;
pub mod workday;
pub mod working_time;
pub mod writer;
