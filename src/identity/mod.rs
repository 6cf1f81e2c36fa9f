//! Who somebody is: accounts, devices, tokens, one-time codes, roles.
//!
//! A civil servant's account is activated with a code from their agency's admin; a citizen's is registered with
//! a code sent to their e-mail address. Logging in opens a device: one family of refresh tokens, each exchanged
//! once, with access tokens of ten minutes beside them. What somebody may do is decided in [`crate::policy`]
//! from the [`actor`] that is loaded here.

pub mod account;
pub mod actor;
mod code;
mod find;
pub mod housekeeping;
pub mod keys;
pub mod password;
pub mod registration;
pub mod roles;
pub mod rules;
pub mod schema;
pub mod session;
pub mod throttle;
pub mod token;
