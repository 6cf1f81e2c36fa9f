//! Scalars that check their form before anything is executed.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr as _;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike as _, Months, NaiveDate, SecondsFormat, SubsecRound as _};

use crate::clock::Instant;

/// Parses the text form of a scalar.
fn text<T: ScalarType + async_graphql::InputType>(
    value: Value,
    parse: impl Fn(&str) -> Option<T>,
) -> InputValueResult<T> {
    match &value {
        Value::String(text) => parse(text).ok_or_else(|| InputValueError::custom("not of the expected form")),
        _ => Err(InputValueError::expected_type(value)),
    }
}

fn is_text(value: &Value, parse: impl Fn(&str) -> bool) -> bool {
    matches!(value, Value::String(text) if parse(text))
}

/// An instant (RFC 3339) with its offset from UTC; answers are in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub Instant);

impl DateTime {
    fn read(text: &str) -> Option<Self> {
        let instant = chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        // Within the years that both databases and every phone can write.
        // A leap second is no instant that both databases and a phone tell alike.
        let is_leap = chrono::Timelike::nanosecond(&instant) >= 1_000_000_000;
        let is_plausible = (1970..=9999).contains(&chrono::Datelike::year(&instant)) && !is_leap;
        is_plausible.then(|| Self(instant.trunc_subsecs(6)))
    }
}

/// An instant (RFC 3339) with its offset from UTC, for example `2026-11-23T07:30:00+07:00`. Answers are in UTC.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value, Self::read)
    }

    fn is_valid(value: &Value) -> bool {
        is_text(value, |text| Self::read(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<Instant> for DateTime {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

impl Date {
    fn read(text: &str) -> Option<Self> {
        // chrono alone would also read `2026-1-2` and signed years.
        let is_full = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        is_full.then(|| NaiveDate::from_str(text).ok().map(Self))?
    }
}

/// A calendar day, for example `2026-11-23`.
#[Scalar(name = "Date", specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value, Self::read)
    }

    fn is_valid(value: &Value) -> bool {
        is_text(value, |text| Self::read(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearMonth {
    first: NaiveDate,
}

impl YearMonth {
    /// The month of a day.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day0(0).unwrap_or(day) }
    }

    /// Reads `2026-11`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (year, _) = text.split_once('-').filter(|_| text.len() == 7)?;
        // Within the years that both databases and every phone can write.
        let is_plausible = year.parse().is_ok_and(|year: i32| (1970..9999).contains(&year));
        let first = Date::read(&format!("{text}-01"))?.0;
        is_plausible.then_some(Self { first })
    }

    /// Its days.
    #[must_use]
    pub fn days(self) -> RangeInclusive<NaiveDate> {
        let next = self.first.checked_add_months(Months::new(1));
        self.first..=next.and_then(|next| next.pred_opt()).unwrap_or(self.first)
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

/// A month of the calendar, for example `2026-11`.
#[Scalar(name = "YearMonth")]
impl ScalarType for YearMonth {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value, Self::read)
    }

    fn is_valid(value: &Value) -> bool {
        is_text(value, |text| Self::read(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uuid(pub uuid::Uuid);

impl Uuid {
    fn read(text: &str) -> Option<Self> {
        // The hyphenated form alone, as RFC 9562 writes it.
        (text.len() == 36).then(|| uuid::Uuid::parse_str(text).ok().map(Self))?
    }
}

/// A UUID in its hyphenated form (RFC 9562), for example `0193a5e2-7a3c-7000-8000-1f2e3d4c5b6a`.
#[Scalar(name = "UUID", specified_by_url = "https://www.rfc-editor.org/rfc/rfc9562")]
impl ScalarType for Uuid {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value, Self::read)
    }

    fn is_valid(value: &Value) -> bool {
        is_text(value, |text| Self::read(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The number of a civil servant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nip(pub String);

impl Nip {
    fn read(text: &str) -> Option<Self> {
        let is_number = text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self(text.to_owned()))
    }
}

/// The number of a civil servant (*NIP*, *NI PPPK*): 18 digits.
#[Scalar(name = "Nip")]
impl ScalarType for Nip {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value, Self::read)
    }

    fn is_valid(value: &Value) -> bool {
        is_text(value, |text| Self::read(text).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A local time of day, in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(pub i32);

impl TimeOfDay {
    fn read(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':').filter(|_| text.len() == 5)?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60 && text.is_ascii() && !text.contains('+'))
            .then(|| Self(i32::from(hours) * 60 + i32::from(minutes)))
    }
}

/// A local time of day, for example `07:30`.
#[Scalar(name = "TimeOfDay")]
impl ScalarType for TimeOfDay {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value, Self::read)
    }

    fn is_valid(value: &Value) -> bool {
        is_text(value, |text| Self::read(text).is_some())
    }

    fn to_value(&self) -> Value {
        let minute = self.0.rem_euclid(24 * 60);
        Value::String(format!("{:02}:{:02}", minute / 60, minute % 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_valid<T: ScalarType>(text: &str) -> bool {
        T::is_valid(&Value::String(text.to_owned()))
    }

    #[test]
    fn forms_are_checked() {
        for good in ["2026-11-23T07:30:00+07:00", "2026-11-23T00:30:00Z", "2026-11-23T00:30:00.123456789Z"] {
            assert!(is_valid::<DateTime>(good), "{good}");
        }
        for bad in [
            "2026-11-23",
            "2026-11-23T07:30:00",
            "2026-02-30T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "now",
            "",
        ] {
            assert!(!is_valid::<DateTime>(bad), "{bad}");
        }
        assert!(is_valid::<Date>("2024-02-29") && !is_valid::<Date>("2026-2-3") && !is_valid::<Date>("2026-02-29"));
        assert!(is_valid::<Uuid>("0193a5e2-7a3c-7000-8000-1f2e3d4c5b6a") && !is_valid::<Uuid>("0193a5e27a3c70008000"));
        assert!(is_valid::<Nip>("198703122010012003") && !is_valid::<Nip>("19870312201001200x"));
        assert!(is_valid::<YearMonth>("2026-11") && !is_valid::<YearMonth>("2026-13"));
        for bad in ["2026-1", "2026-11-01", "1969-12", "9999-01", "+026-11", "-001-11", ""] {
            assert!(!is_valid::<YearMonth>(bad), "{bad}");
        }
        assert!(is_valid::<TimeOfDay>("07:30") && !is_valid::<TimeOfDay>("24:00") && !is_valid::<TimeOfDay>("7:30"));
    }

    #[test]
    fn instants_are_answered_in_utc_and_cut_to_microseconds() {
        let instant = DateTime::read("2026-11-23T07:30:00.123456789+07:00").unwrap();
        assert_eq!(instant.to_value(), Value::from("2026-11-23T00:30:00.123456Z"));
    }
}
