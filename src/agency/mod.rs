//! agency

pub mod nip;
