//! What actions check of their inputs, whatever the domain.

use std::fmt::Display;
use std::ops::RangeInclusive;

use async_graphql::MaybeUndefined;
use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::error::{Error, Refusal, Result};
use crate::graphql::scalars::Date;
use crate::problem::Problem;

/// What an update gives for something that must not be empty: nothing where the field is absent.
///
/// # Errors
/// `BLANK` at `field` for `null`.
pub fn given<T>(field: &str, value: MaybeUndefined<T>) -> Result<Option<T>> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Err(Error::at(field, Problem::Blank)),
        MaybeUndefined::Value(value) => Ok(Some(value)),
    }
}

/// A value within its bounds.
///
/// # Errors
/// `OUT_OF_RANGE` at `field`.
pub fn within<T: PartialOrd + Display>(field: &str, value: T, bounds: &RangeInclusive<T>) -> Result<T> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    let refusal = Refusal::at(field, Problem::OutOfRange).with("min", bounds.start()).with("max", bounds.end());
    Err(refusal.into())
}

/// The first day that somebody can mean.
pub const FIRST_DAY: NaiveDate = day_of(1900, 1, 1);
/// The last day that somebody can mean.
pub const LAST_DAY: NaiveDate = day_of(2200, 12, 31);

const fn day_of(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

/// A day that somebody can mean: neither database is asked about the year 0.
///
/// # Errors
/// `OUT_OF_RANGE` at `field`.
pub fn day(field: &str, day: Date) -> Result<NaiveDate> {
    within(field, day.0, &(FIRST_DAY..=LAST_DAY))
}

/// The name of an IANA zone.
///
/// # Errors
/// `INVALID_TIME_ZONE` at `field`.
pub fn time_zone(field: &str, name: &str) -> Result<String> {
    let zone: Tz = name.parse().map_err(|_| Error::at(field, Problem::InvalidTimeZone))?;
    Ok(zone.name().to_owned())
}
