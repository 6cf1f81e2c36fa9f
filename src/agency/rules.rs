//! Pure rules: the tree of units, places, numbers as others see them, hours of work.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use entity::ids::UnitId;

use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::problem::Problem;

/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// A unit's place in the tree, and the zone that it names itself.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The unit above.
    pub parent_id: Option<UnitId>,
    /// Its own IANA zone.
    pub time_zone: Option<String>,
}

/// The units of an agency.
pub type UnitTree = HashMap<UnitId, Branch>;

/// A unit and the units above it, upwards; it ends even in a tree that closes a circle.
pub fn path(tree: &UnitTree, unit: UnitId) -> impl Iterator<Item = UnitId> {
    let mut seen = HashSet::new();
    std::iter::successors(Some(unit), |unit| tree.get(unit)?.parent_id).take_while(move |unit| seen.insert(*unit))
}

/// Whether `unit` would come to lie below itself under `parent`.
#[must_use]
pub fn closes_circle(tree: &UnitTree, unit: UnitId, parent: UnitId) -> bool {
    path(tree, parent).any(|above| above == unit)
}

/// The zone of a unit: its own, else the nearest above it that names one.
#[must_use]
pub fn time_zone(tree: &UnitTree, unit: UnitId) -> Option<&str> {
    path(tree, unit).find_map(|unit| tree.get(&unit)?.time_zone.as_deref())
}

/// A place on Earth in degrees, and not 0,0, which is what a phone without a fix gives. Swapped coordinates of a place
/// in Indonesia are none: it lies east of 95°, where no latitude is.
///
/// # Errors
/// `INVALID_LOCATION` at `field`.
pub fn check_location(field: &str, latitude: f64, longitude: f64) -> Result<()> {
    let is_place = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    let is_null_island = latitude.abs() < f64::EPSILON && longitude.abs() < f64::EPSILON;
    if is_place && !is_null_island { Ok(()) } else { Err(Error::at(field, Problem::InvalidLocation)) }
}

/// The day that it is in a zone.
#[must_use]
pub fn local_day(now: Instant, time_zone: &str) -> NaiveDate {
    now.with_timezone(&time_zone.parse().unwrap_or(Tz::UTC)).date_naive()
}

/// A number as others see it: the first four and the last two digits.
#[must_use]
pub fn masked(nip: &str) -> String {
    let last = nip.len().saturating_sub(2);
    nip.chars().enumerate().map(|(at, digit)| if at < 4 || at >= last { digit } else { '•' }).collect()
}

/// Days of the week as a schedule keeps them: bit 0 is Monday.
#[must_use]
pub fn weekday_bits(days: impl IntoIterator<Item = Weekday>) -> i32 {
    days.into_iter().fold(0, |bits, day| bits | 1 << day.num_days_from_monday())
}

/// The days of the week that a schedule keeps, from Monday on.
#[must_use]
pub fn weekdays(bits: i32) -> Vec<Weekday> {
    (0..7).filter(|day| bits & 1 << day != 0).filter_map(|day| Weekday::try_from(day).ok()).collect()
}

/// The minute at which work ends, counted from the midnight before its start: an end that is not after the start lies
/// on the next day.
#[must_use]
pub fn end_minute(start: i32, end: i32) -> i32 {
    if end > start { end } else { end + DAY }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(number: u128) -> UnitId {
        uuid::Uuid::from_u128(number).into()
    }

    /// 1 above 2 above 3; 4 alone.
    fn tree() -> UnitTree {
        let branch = |parent: Option<u128>, zone: Option<&str>| Branch {
            parent_id: parent.map(unit),
            time_zone: zone.map(str::to_owned),
        };
        HashMap::from([
            (unit(1), branch(None, Some("Asia/Jakarta"))),
            (unit(2), branch(Some(1), None)),
            (unit(3), branch(Some(2), None)),
            (unit(4), branch(None, None)),
        ])
    }

    #[test]
    fn a_unit_cannot_lie_below_itself() {
        let tree = tree();
        for (below, is_circle) in [(1, true), (2, true), (3, true), (4, false)] {
            assert_eq!(closes_circle(&tree, unit(1), unit(below)), is_circle, "{below}");
        }
        assert!(!closes_circle(&tree, unit(3), unit(1)));
    }

    #[test]
    fn a_broken_tree_ends() {
        let mut tree = tree();
        tree.get_mut(&unit(1)).unwrap().parent_id = Some(unit(3));
        assert_eq!(path(&tree, unit(2)).count(), 3);
    }

    #[test]
    fn the_nearest_zone_upwards_holds() {
        let mut tree = tree();
        assert_eq!(time_zone(&tree, unit(3)), Some("Asia/Jakarta"));
        tree.get_mut(&unit(2)).unwrap().time_zone = Some("Asia/Jayapura".to_owned());
        assert_eq!(time_zone(&tree, unit(3)), Some("Asia/Jayapura"));
        assert_eq!(time_zone(&tree, unit(4)), None);
    }

    #[test]
    fn only_places_are_places() {
        for (latitude, longitude, is_place) in [
            (5.8926, 95.3238, true),
            (-8.4667, 140.3333, true),
            (0.0, 109.3333, true),
            (0.0, 0.0, false),
            (-0.0, 0.0, false),
            (95.3238, 5.8926, false),
            (f64::NAN, 95.0, false),
            (1.0, f64::INFINITY, false),
            (-90.1, 100.0, false),
            (1.0, 180.1, false),
        ] {
            assert_eq!(check_location("location", latitude, longitude).is_ok(), is_place, "{latitude}, {longitude}");
        }
    }

    #[test]
    fn a_masked_number_shows_six_digits() {
        assert_eq!(masked("198703122010012012"), "1987••••••••••••12");
    }

    #[test]
    fn weekdays_survive_their_bits() {
        let days = vec![Weekday::Mon, Weekday::Fri, Weekday::Sun];
        assert_eq!(weekday_bits(days.clone()), 0b101_0001);
        assert_eq!(weekdays(0b101_0001), days);
    }

    #[test]
    fn a_night_shift_ends_on_the_next_day() {
        assert_eq!((end_minute(450, 960), end_minute(1320, 360), end_minute(480, 480)), (960, 1800, 1920));
    }
}
