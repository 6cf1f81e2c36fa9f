//! From when until when somebody serves in an agency (*masa tugas*): pure rules of dated stretches.
//!
//! What becomes free may lie as far back as leave that is recorded from paper: unexcused days are counted by the year.
//! What becomes a workday may lie only as far back as any other change of the past, and can be answered.

use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};

use crate::error::{Error, Refusal, Result};
use crate::input;
use crate::problem::Problem;

/// How many days back days may become workdays.
const BINDS: Days = Days::new(62);
/// How many days back days may become free.
const FREES: Days = Days::new(366);
/// How many days ahead somebody may begin.
const AHEAD: Days = Days::new(366);

/// A stretch of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenure {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; absent while it lasts. Whoever left before they came has one before the first.
    pub until: Option<NaiveDate>,
}

impl Tenure {
    /// One that lasts.
    #[must_use]
    pub const fn since(from: NaiveDate) -> Self {
        Self { from, until: None }
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn covers(&self, on: NaiveDate) -> bool {
        self.from <= on && self.until.is_none_or(|last| on <= last)
    }

    /// Whether no day lies in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until.is_some_and(|last| last < self.from)
    }
}

/// What is asked for of somebody's service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Whether they serve.
    pub is_active: bool,
    /// Their first day (`servesFrom`).
    pub from: Option<NaiveDate>,
    /// Their last day (`servedUntil`).
    pub until: Option<NaiveDate>,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The stretch of now, or the last.
    pub tenure: Tenure,
    /// The one before, where a new one begins.
    pub former: Option<Tenure>,
    /// The days that become days of service.
    pub bound: Option<RangeInclusive<NaiveDate>>,
}

/// Begins somebody's service: today, where no day is given.
///
/// # Errors
/// `OUT_OF_RANGE` at `servesFrom`.
pub fn begin(from: Option<NaiveDate>, today: NaiveDate) -> Result<Tenure> {
    let bounds = back(today, BINDS)..=ahead(today);
    Ok(Tenure::since(input::within("servesFrom", from.unwrap_or(today), &bounds)?))
}

/// Changes somebody's service; `before` is the last day of the stretch before the present one.
///
/// # Errors
/// `CONTRADICTORY` at the day of the other case; `OUT_OF_RANGE` at `servesFrom` or `servedUntil`.
pub fn change(present: Tenure, before: Option<NaiveDate>, asked: Asked, today: NaiveDate) -> Result<Changed> {
    match (present.until, asked) {
        (_, Asked { is_active: true, until: Some(_), .. }) => Err(not_both("servedUntil")),
        (_, Asked { is_active: false, from: Some(_), .. }) => Err(not_both("servesFrom")),
        (None, Asked { is_active: true, from: Some(from), .. }) => begun_otherwise(present, before, from, today),
        (None, Asked { is_active: true, .. }) | (Some(_), Asked { is_active: false, until: None, .. }) => {
            Ok(Changed { tenure: present, former: None, bound: None })
        }
        (Some(last), Asked { is_active: true, from, .. }) => returned(present, last, from, today),
        (_, Asked { until, .. }) => left(present, until, today),
    }
}

/// A day of service that ended, of somebody who serves, or the other way round.
fn not_both(day: &str) -> Error {
    Refusal::at(day, Problem::Contradictory).with("other", "isActive").into()
}

/// The first day was another one.
fn begun_otherwise(present: Tenure, before: Option<NaiveDate>, from: NaiveDate, today: NaiveDate) -> Result<Changed> {
    let nearest = before.map_or(NaiveDate::MIN, next).max(back(today, BINDS));
    let latest = if present.from < back(today, FREES) { present.from } else { ahead(today) };
    input::within("servesFrom", from, &(nearest.min(present.from)..=latest))?;
    let bound = (from < present.from).then(|| from..=previous(present.from));
    Ok(Changed { tenure: Tenure::since(from), former: None, bound })
}

/// They serve no longer, or left on another day than was said. Who has not begun leaves before they came.
fn left(present: Tenure, until: Option<NaiveDate>, today: NaiveDate) -> Result<Changed> {
    let before_all = previous(present.from);
    let latest = match present.until {
        // Days of long ago do not become workdays anew.
        Some(last) if next(last) < back(today, BINDS) => last,
        _ => today.max(before_all),
    };
    let earliest = before_all.max(back(today, FREES)).min(latest);
    let until = input::within("servedUntil", until.unwrap_or(latest), &(earliest..=latest))?;
    let bound = present.until.filter(|last| *last < until).map(|last| next(last)..=until);
    Ok(Changed { tenure: Tenure { until: Some(until), ..present }, former: None, bound })
}

/// They serve again. On the day after the last they never left.
fn returned(present: Tenure, last: NaiveDate, from: Option<NaiveDate>, today: NaiveDate) -> Result<Changed> {
    let earliest = next(last).max(back(today, BINDS));
    let from = input::within("servesFrom", from.unwrap_or(today.max(earliest)), &(earliest..=ahead(today)))?;
    let never_left = from == next(last);
    Ok(Changed {
        tenure: Tenure::since(if never_left { present.from } else { from }),
        former: Some(present).filter(|former| !never_left && !former.is_empty()),
        bound: (from < today).then(|| from..=previous(today)),
    })
}

fn back(day: NaiveDate, days: Days) -> NaiveDate {
    day.checked_sub_days(days).unwrap_or(day)
}

fn ahead(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(AHEAD).unwrap_or(day)
}

fn previous(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

fn next(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn tenure(from: &str, until: Option<&str>) -> Tenure {
        Tenure { from: day(from), until: until.map(day) }
    }

    const STAYS: Asked = Asked { is_active: true, from: None, until: None };
    const GOES: Asked = Asked { is_active: false, from: None, until: None };

    /// Today is 2026-11-23.
    fn changed(present: Tenure, before: Option<&str>, asked: Asked) -> Option<Changed> {
        change(present, before.map(day), asked, day("2026-11-23")).ok()
    }

    fn to(tenure: Tenure) -> Changed {
        Changed { tenure, former: None, bound: None }
    }

    #[test]
    fn what_is_not_asked_for_stays() {
        let (serves, left) = (tenure("2026-01-01", None), tenure("2026-01-01", Some("2026-02-01")));
        assert_eq!(changed(serves, None, STAYS), Some(to(serves)));
        assert_eq!(changed(left, None, GOES), Some(to(left)));
    }

    #[test]
    fn who_leaves_has_a_last_day() {
        let serves = tenure("2026-01-01", None);
        let until = |last: &str| Asked { until: Some(day(last)), ..GOES };
        assert_eq!(changed(serves, None, GOES), Some(to(tenure("2026-01-01", Some("2026-11-23")))));
        assert_eq!(changed(serves, None, until("2025-12-31")), Some(to(tenure("2026-01-01", Some("2025-12-31")))));
        for wrong in ["2026-11-24", "2025-12-30"] {
            assert_eq!(changed(serves, None, until(wrong)), None, "{wrong}");
        }
        // A year back, and no further, however long they served.
        let long = tenure("2010-01-01", None);
        assert!(changed(long, None, until("2025-11-22")).is_some());
        assert_eq!(changed(long, None, until("2025-11-21")), None);
        // Who has not begun.
        let coming = tenure("2026-12-01", None);
        assert_eq!(changed(coming, None, GOES), Some(to(tenure("2026-12-01", Some("2026-11-30")))));
        assert_eq!(changed(coming, None, until("2026-12-01")), None);
    }

    #[test]
    fn a_last_day_is_corrected() {
        let left = tenure("2026-01-01", Some("2026-11-10"));
        let until = |last: &str| Asked { until: Some(day(last)), ..GOES };
        assert_eq!(changed(left, None, until("2026-11-01")), Some(to(tenure("2026-01-01", Some("2026-11-01")))));
        let later = changed(left, None, until("2026-11-20")).unwrap();
        assert_eq!(later.bound, Some(day("2026-11-11")..=day("2026-11-20")));
        assert_eq!(changed(left, None, until("2026-11-24")), None);
        // The 62nd day back may become a workday, the 63rd may not.
        assert!(changed(tenure("2026-01-01", Some("2026-09-21")), None, until("2026-11-20")).is_some());
        assert_eq!(changed(tenure("2026-01-01", Some("2026-09-20")), None, until("2026-11-20")), None);
    }

    #[test]
    fn who_returns_has_a_new_stretch() {
        let left = tenure("2026-01-01", Some("2026-11-10"));
        let from = |first: &str| Asked { from: Some(day(first)), ..STAYS };
        let back = Changed { former: Some(left), ..to(tenure("2026-11-23", None)) };
        assert_eq!(changed(left, None, STAYS), Some(back));
        let late = changed(left, None, from("2026-12-01")).unwrap();
        assert_eq!((late.tenure, late.bound), (tenure("2026-12-01", None), None));
        let early = changed(left, None, from("2026-11-12")).unwrap();
        assert_eq!((early.former, early.bound), (Some(left), Some(day("2026-11-12")..=day("2026-11-22"))));
        let never = changed(left, None, from("2026-11-11")).unwrap();
        assert_eq!((never.tenure, never.former), (tenure("2026-01-01", None), None), "they never left");
        for wrong in ["2026-11-10", "2027-11-25"] {
            assert_eq!(changed(left, None, from(wrong)), None, "{wrong}");
        }
        assert_eq!(changed(tenure("2026-01-01", Some("2026-02-01")), None, from("2026-09-21")), None);
        // Left today and back today.
        let today = tenure("2026-01-01", Some("2026-11-23"));
        assert_eq!(changed(today, None, STAYS), Some(to(tenure("2026-01-01", None))));
        // Who never served leaves no stretch behind.
        let never = tenure("2026-11-01", Some("2026-10-31"));
        assert_eq!(changed(never, None, STAYS).unwrap().former, None);
    }

    #[test]
    fn a_first_day_is_corrected() {
        let serves = tenure("2026-11-02", None);
        let from = |first: &str| Asked { from: Some(day(first)), ..STAYS };
        assert_eq!(changed(serves, None, from("2026-11-09")), Some(to(tenure("2026-11-09", None))));
        let earlier = changed(serves, None, from("2026-09-22")).unwrap();
        assert_eq!(earlier.bound, Some(day("2026-09-22")..=day("2026-11-01")));
        assert_eq!(changed(serves, None, from("2026-09-21")), None);
        assert_eq!(changed(serves, Some("2026-10-31"), from("2026-10-31")), None, "they served then");
        assert!(changed(serves, Some("2026-10-31"), from("2026-11-01")).is_some());
        // Nobody erases years of service.
        assert_eq!(changed(tenure("2020-01-01", None), None, from("2026-11-09")), None);
        assert_eq!(changed(tenure("2020-01-01", None), None, from("2019-12-31")), None);
    }

    #[test]
    fn service_begins_within_bounds() {
        let begins = |first: Option<&str>| begin(first.map(day), day("2026-11-23")).ok();
        assert_eq!(begins(None), Some(tenure("2026-11-23", None)));
        for (first, is_taken) in
            [("2026-09-22", true), ("2026-09-21", false), ("2027-11-24", true), ("2027-11-25", false)]
        {
            assert_eq!(begins(Some(first)).is_some(), is_taken, "{first}");
        }
    }
}
