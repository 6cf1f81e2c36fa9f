//! Free text as people type it, made fit to be kept.

use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Error, Refusal, Result};
use crate::problem::Problem;

/// A name or another text of one line.
pub fn name(field: &str, text: &str, max: usize) -> Result<String> {
    let text: String = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(Error::at(field, Problem::Blank));
    }
    if text.chars().count() > max {
        return Err(Refusal::at(field, Problem::TooLong).with("max", max).into());
    }
    Ok(text)
}
