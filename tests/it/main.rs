//! The tests that enter by the API, on both databases.
#![allow(clippy::unwrap_used, reason = "what a test cannot unwrap fails it")]

mod agency;
mod allowance;
mod attack;
mod attendance;
mod audit;
mod authz;
mod cast;
mod cities;
mod client;
mod correction;
mod demo;
mod documents;
mod explorer;
mod faults;
mod harness;
mod http;
mod identity;
mod import;
mod lateness;
mod live;
mod mail;
mod metrics;
mod migration;
mod process;
mod programme;
mod reading;
mod reference;
mod review;
mod schema;
mod serve;
mod transfer;
mod working_time;
mod writer;
