//! Where a new version comes to stand among those of one thing: a pure rule of days.
//!
//! What has begun is not preceded: it is corrected from its first day on, or ended. What has not begun stays, and a
//! version before it ends on the day before.

use chrono::NaiveDate;

use crate::error::Result;
use crate::input;

/// The first and the last day of a version; one that was replaced on its first day ends before it begins.
pub type Validity = (NaiveDate, Option<NaiveDate>);

/// Where a version comes to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which of those before ends on the day before it begins.
    pub ends: Option<usize>,
    /// Its own last day: that before the next one begins.
    pub until: Option<NaiveDate>,
}

/// Finds the place of a version from a day on.
///
/// # Errors
/// `OUT_OF_RANGE` at `field` where it would precede one that has begun.
pub fn place(field: &str, versions: &[Validity], from: NaiveDate, today: NaiveDate) -> Result<Place> {
    let holds_at_all = |(first, last): &Validity| last.is_none_or(|last| *first <= last);
    let standing = || versions.iter().filter(|version| holds_at_all(version));
    let begun = standing().map(|(first, _)| *first).filter(|first| *first <= today).max();
    input::within(field, from, &(begun.unwrap_or(input::FIRST_DAY)..=input::LAST_DAY))?;
    let next = standing().map(|(first, _)| *first).filter(|first| from < *first).min();
    let covers = |(first, last): &Validity| *first <= from && last.is_none_or(|last| from <= last);
    Ok(Place { ends: versions.iter().position(covers), until: next.and_then(|next| next.pred_opt()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_version_stands_before_those_that_have_not_begun() {
        let versions = [
            ("2026-01-01", Some("2026-11-22")),
            ("2026-11-23", Some("2026-12-31")),
            // Replaced on its first day.
            ("2027-01-01", Some("2026-12-31")),
            ("2027-01-01", None),
        ];
        let versions = versions.map(|(first, last)| (day(first), last.map(day)));
        for (from, ends, until) in [
            ("2026-11-23", Some(1), Some("2026-12-31")),
            ("2026-12-15", Some(1), Some("2026-12-31")),
            ("2027-01-01", Some(3), None),
            ("2027-02-01", Some(3), None),
        ] {
            let place = place("validFrom", &versions, day(from), day("2026-11-25")).unwrap();
            assert_eq!(place, Place { ends, until: until.map(day) }, "{from}");
        }
        assert!(place("validFrom", &versions, day("2026-11-22"), day("2026-11-25")).is_err(), "one has begun");
        let first = place("validFrom", &[], day("2012-01-01"), day("2026-11-25")).unwrap();
        assert_eq!(first, Place { ends: None, until: None });
        // Where none has begun, one may begin at any time.
        let coming = place("validFrom", &versions[3..], day("2026-06-01"), day("2026-11-25")).unwrap();
        assert_eq!(coming, Place { ends: None, until: Some(day("2026-12-31")) });
    }
}
