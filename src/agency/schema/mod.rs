//! The GraphQL types of agencies, and the queries and mutations on them.

mod agency;
mod employee;
mod employee_input;
mod mutation;
mod query;
mod reference;
mod schedule;
mod time_zone;
mod unit;
mod venue;

pub use agency::*;
pub use employee::*;
pub use employee_input::*;
pub use mutation::*;
pub use query::*;
pub use reference::*;
pub use schedule::*;
pub use time_zone::*;
pub use unit::*;
pub use venue::*;
