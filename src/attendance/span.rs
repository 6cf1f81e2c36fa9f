//! Which shifts lie over each other: pure functions of local time.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use entity::shift;

use super::working_time::works_on;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// The time of a shift, in minutes of local time counted from a day long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: i64,
    until: i64,
    /// Which of the new ones it is of; absent for what stands and stays.
    position: Option<usize>,
}

impl Span {
    /// The time of a shift that starts on a day.
    #[must_use]
    pub fn of(on: NaiveDate, shift: &shift::Model, position: Option<usize>) -> Self {
        let midnight = i64::from(chrono::Datelike::num_days_from_ce(&on)) * DAY;
        let (from, until) = (midnight + i64::from(shift.start_minute), midnight + i64::from(shift.end_minute));
        Self { from, until, position }
    }
}

/// The positions of those among somebody's shifts that overlap another shift; the later one is named where both are new.
#[must_use]
pub fn overlapping(mut spans: Vec<Span>) -> Vec<usize> {
    spans.sort_unstable();
    let mut found = Vec::new();
    let mut longest: Option<Span> = None;
    for span in spans {
        if let Some(before) = longest.filter(|before| span.from < before.until) {
            found.extend(span.position.or(before.position));
        }
        longest = Some(longest.filter(|before| before.until >= span.until).unwrap_or(span));
    }
    found
}

/// The places of the shifts that overlap another one in a week in which everybody works each of them.
#[must_use]
pub fn clashing(shifts: &[shift::Model]) -> BTreeSet<usize> {
    // A shift reaches into the next day at most: eight days show the week's end over its beginning.
    let days = || (0..8).filter_map(|day| NaiveDate::MIN.checked_add_days(Days::new(day)));
    let worked =
        |(at, shift)| days().filter(move |on| works_on(shift, *on)).map(move |on| Span::of(on, shift, Some(at)));
    overlapping(shifts.iter().enumerate().flat_map(worked).collect()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::test_data::{day, shift};

    /// A day, a shift, and which assignment it is of.
    type Worked<'a> = (&'a str, &'a shift::Model, Option<usize>);

    #[test]
    fn shifts_of_a_week_clash_where_they_share_a_minute() {
        let (monday, sunday, all) = (0b000_0001, 0b100_0000, 0b111_1111);
        for (shifts, wanted) in [
            (vec![(monday, 420, 840), (monday, 840, 1320)], vec![]),
            (vec![(monday, 420, 840), (sunday, 420, 840)], vec![]),
            (vec![(monday, 420, 840), (monday, 839, 1320)], vec![1]),
            (vec![(monday, 839, 1320), (all, 420, 840)], vec![0]),
            // The night of the Sunday lasts into the Monday.
            (vec![(sunday, 1320, 1800), (monday, 359, 700)], vec![1]),
            (vec![(sunday, 1320, 1800), (monday, 360, 700)], vec![]),
            (vec![(all, 1260, 1860)], vec![]),
        ] {
            let shifts: Vec<_> =
                (1..).zip(shifts).map(|(id, (days, from, until))| shift(id, days, from, until)).collect();
            assert_eq!(clashing(&shifts), wanted.into_iter().collect(), "{shifts:?}");
        }
    }

    #[test]
    fn shifts_that_meet_do_not_overlap_and_those_over_midnight_do() {
        let (morning, evening, night) = (shift(1, 127, 420, 840), shift(2, 127, 840, 1320), shift(3, 127, 1320, 1890));
        let cases: [(&[Worked<'_>], &[usize]); 6] = [
            (
                &[
                    ("2026-11-23", &morning, Some(0)),
                    ("2026-11-23", &evening, Some(0)),
                    ("2026-11-23", &night, Some(0)),
                ],
                &[],
            ),
            (&[("2026-11-23", &night, Some(0)), ("2026-11-24", &morning, Some(1))], &[1]),
            (&[("2026-11-23", &night, None), ("2026-11-24", &morning, Some(0))], &[0]),
            (&[("2026-11-23", &night, Some(0)), ("2026-11-24", &morning, None)], &[0]),
            (&[("2026-11-23", &night, Some(0)), ("2026-11-24", &evening, Some(1))], &[]),
            (&[("2026-11-23", &morning, Some(4)), ("2026-11-23", &morning, Some(4))], &[4]),
        ];
        for (worked, wanted) in cases {
            let spans = worked.iter().map(|(on, shift, assignment)| Span::of(day(on), shift, *assignment));
            assert_eq!(overlapping(spans.collect()), wanted, "{worked:?}");
        }
    }
}
