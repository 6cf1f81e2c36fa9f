//! Presence: a civil servant's phone says that its owner is somewhere at some time, for a workday or a class, and
//! gets a verdict with its reasons.
//!
//! Every well-formed attempt on an occasion that the caller may see is kept, whatever its verdict, exactly once.
//! What is decided from the attempt and the facts stands in [`rules`]; when a workday begins and ends in
//! [`workday`]; the code on the trainer's screen in [`venue_code`]; [`record`] loads, decides and writes.

pub mod facts;
pub mod geo;
mod loader;
pub mod message;
pub mod record;
pub mod rules;
pub mod schema;
pub mod venue_code;
pub mod workday;
