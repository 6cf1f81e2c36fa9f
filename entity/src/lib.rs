//! The tables of Bina, one file each, with their enums and typed ids.
//!
//! Nothing here knows of GraphQL or of a rule: a model is a row.
#![allow(missing_docs, reason = "the entity derive generates undocumented items beside every model")]

pub mod absence_sanction;
pub mod account;
pub mod agency;
pub mod audit_chain;
pub mod audit_entry;
pub mod check_in;
pub mod check_in_review;
pub mod check_in_trace;
pub mod contact;
pub mod correction;
pub mod course;
pub mod course_run;
pub mod course_run_guest;
pub mod course_session;
pub mod course_session_trainer;
pub mod device;
pub mod document;
pub mod document_alias;
pub mod duty_arrangement;
pub mod employee;
pub mod employee_nip;
pub mod enrolment;
pub mod former_placement;
pub mod former_tenure;
pub mod holiday;
pub mod ids;
pub mod jurisdiction;
pub mod lateness_adoption;
pub mod lateness_band;
pub mod lateness_rule;
pub mod learnt_document;
pub mod one_time_code;
pub mod pass_position;
pub mod ramadan_period;
pub mod refresh_token;
pub mod reopening;
pub mod request_status;
pub mod review_threshold;
pub mod role_grant;
pub mod roster_entry;
pub mod schedule;
pub mod shift;
pub mod siasn_term;
pub mod throttle;
pub mod time_zone_setting;
pub mod unit;
pub mod venue;

pub use self::request_status::RequestStatus;
