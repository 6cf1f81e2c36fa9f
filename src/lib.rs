//! Bina: the API server of a local government's civil-servant development programme and the citizens it serves.
//!
//! | Folder | What it is |
//! | --- | --- |
//! | [`http`] | from the socket to the executor: limits, tokens, status codes |
//! | [`graphql`] | the merged roots, guard, context, pages, nodes, the way errors leave |
//! | [`identity`] | accounts, devices, tokens, roles |
//! | [`agency`] | agencies, units, employees, venues, schedules, national lists |
//! | [`programme`] | courses, runs, sessions, enrolments |
//! | [`attendance`] | check-ins, working hours, what days come to, leave and corrections |
//! | [`audit`] | what was decided over people, chained by hashes |
//! | [`documents`] | documents of GraphQL that are known by an id |
//! | [`events`] | what happened, on its way to those who want to know of it |
//! | [`policy`] | every authorisation decision |
//! | [`import`], [`demo`] | data from files |

pub mod agency;
pub mod app;
pub mod attendance;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod documents;
pub mod error;
pub mod events;
pub mod graphql;
pub mod http;
pub mod id;
pub mod identity;
pub mod import;
pub mod input;
pub mod locale;
pub mod mail;
pub mod metrics;
pub mod policy;
pub mod problem;
pub mod programme;
pub mod text;
