//! When a workday begins and ends: pure functions of schedules, a zone and an instant.

use chrono::{Datelike as _, Days, NaiveDate, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use entity::schedule;

use crate::clock::Instant;

/// When a check-in counts, and what lateness is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when on a check-in counts.
    pub opens_at: Instant,
    /// The start of duty or class.
    pub starts_at: Instant,
    /// The end of duty or class.
    pub ends_at: Instant,
    /// From when on a check-in no longer counts.
    pub closes_at: Instant,
}

impl Window {
    /// Whether a check-in at that instant counts.
    #[must_use]
    pub fn contains(&self, at: Instant) -> bool {
        self.opens_at <= at && at < self.closes_at
    }

    /// How far an instant lies from the time between start and end.
    fn distance(&self, at: Instant) -> TimeDelta {
        if at < self.starts_at { self.starts_at - at } else { std::cmp::max(at - self.ends_at, TimeDelta::zero()) }
    }
}

/// A day of duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workday<'a> {
    /// The local date on which the shift starts.
    pub on: NaiveDate,
    /// The working hours that hold on it.
    pub schedule: &'a schedule::Model,
    /// When.
    pub window: Window,
}

/// The working hours of a day, from the levels that apply to a unit: its own rows, its parents', its agency's, the
/// country's, the nearest first. The nearest level that has a row for the day decides, also that it is a day off.
#[must_use]
pub fn schedule_of<'a>(levels: &[Vec<&'a schedule::Model>], day: NaiveDate) -> Option<&'a schedule::Model> {
    let holds = |row: &&&schedule::Model| row.valid_from <= day && row.valid_until.is_none_or(|last| day <= last);
    let row = levels.iter().find_map(|rows| rows.iter().filter(holds).max_by_key(|row| row.version))?;
    let weekday = 1 << day.weekday().num_days_from_monday();
    (row.weekdays & weekday != 0).then_some(*row)
}

/// When the working hours `row` lie on a day in a zone.
#[must_use]
pub fn window(row: &schedule::Model, day: NaiveDate, zone: Tz) -> Option<Window> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    let at = |minutes: i32| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(minutes.into()))?;
        Some(zone.from_local_datetime(&local).earliest()?.to_utc())
    };
    Some(Window {
        opens_at: at(row.start_minute - row.opens_before_minutes)?,
        starts_at: at(row.start_minute)?,
        ends_at: at(row.end_minute)?,
        closes_at: at(row.end_minute + row.closes_after_minutes)?,
    })
}

/// The workday that a check-in at `at` belongs to: the one whose window it falls into, the nearest where two
/// windows overlap (a night shift ends while the morning's opens); else that of the local date, where it is one.
#[must_use]
pub fn workday_at<'a>(levels: &[Vec<&'a schedule::Model>], zone: Tz, at: Instant) -> Option<Workday<'a>> {
    let today = at.with_timezone(&zone).date_naive();
    let days = [today.checked_sub_days(Days::new(1)), Some(today), today.checked_add_days(Days::new(1))];
    let workdays: Vec<_> = days
        .into_iter()
        .flatten()
        .filter_map(|on| {
            let schedule = schedule_of(levels, on)?;
            Some(Workday { on, schedule, window: window(schedule, on, zone)? })
        })
        .collect();
    let inside = workdays.iter().filter(|day| day.window.contains(at)).min_by_key(|day| day.window.distance(at));
    inside.or_else(|| workdays.iter().find(|day| day.on == today)).cloned()
}

#[cfg(test)]
mod tests {
    use entity::ids::ScheduleId;
    use uuid::Uuid;

    use super::*;

    fn hours(version: i32, weekdays: i32, start: i32, end: i32) -> schedule::Model {
        schedule::Model {
            id: ScheduleId(Uuid::nil()),
            agency_id: None,
            unit_id: None,
            name: "Jam kerja".to_owned(),
            citation: "Perpres 21/2023".to_owned(),
            version,
            valid_from: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
            valid_until: None,
            weekdays,
            start_minute: start,
            end_minute: end,
            opens_before_minutes: 120,
            closes_after_minutes: 360,
            created_at: Instant::UNIX_EPOCH,
        }
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_opens_and_closes_in_its_zone() {
        let normal = hours(1, 0b001_1111, 450, 960);
        let levels = [vec![&normal]];
        for (zone, opens) in [
            (Tz::Asia__Jakarta, "05:30+07:00"),
            (Tz::Asia__Makassar, "05:30+08:00"),
            (Tz::Asia__Jayapura, "05:30+09:00"),
        ] {
            let opens = opens.replace('+', ":00+");
            let opens = at(&format!("2026-11-23T{opens}"));
            assert!(workday_at(&levels, zone, opens).unwrap().window.contains(opens));
            let early = opens - TimeDelta::microseconds(1);
            assert!(!workday_at(&levels, zone, early).unwrap().window.contains(early));
        }
        // Sunday: no workday.
        assert_eq!(workday_at(&levels, Tz::Asia__Jakarta, at("2026-11-22T09:00:00+07:00")), None);
    }

    #[test]
    fn the_end_of_a_night_shift_counts_for_the_evening_it_began() {
        let night = hours(1, 0b111_1111, 22 * 60, 30 * 60);
        let levels = [vec![&night]];
        let day = workday_at(&levels, Tz::Asia__Jakarta, at("2026-11-24T06:05:00+07:00")).unwrap();
        assert_eq!(day.on, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
        let next = workday_at(&levels, Tz::Asia__Jakarta, at("2026-11-24T21:30:00+07:00")).unwrap();
        assert_eq!(next.on, NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
    }

    #[test]
    fn the_nearest_level_and_its_newest_version_decide() {
        let (country, old, new) = (hours(9, 127, 450, 960), hours(1, 127, 480, 990), hours(2, 0b001_1111, 420, 930));
        let levels = [vec![], vec![&old, &new], vec![&country]];
        let monday = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        assert_eq!(schedule_of(&levels, monday).unwrap().start_minute, 420);
        // The unit's own table says that Saturday is a day off, whatever the country's says.
        assert_eq!(schedule_of(&levels, NaiveDate::from_ymd_opt(2026, 11, 28).unwrap()), None);
    }
}
