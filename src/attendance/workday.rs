//! To which shift an instant belongs: pure functions of working hours, a zone and the instant.

use std::cmp::max;

use chrono::{Days, NaiveDate, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use entity::check_in::Direction;
use entity::shift;

use super::working_time::{DutyShift, WorkingLife};
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

    /// How far an instant lies from what it is about: who comes is near a start, who goes near an end, and neither is
    /// near the time between.
    fn distance(&self, at: Instant, direction: Option<Direction>) -> TimeDelta {
        match direction {
            Some(Direction::In) => (at - self.starts_at).abs(),
            Some(Direction::Out) => (at - self.ends_at).abs(),
            None if at < self.starts_at => self.starts_at - at,
            None => max(at - self.ends_at, TimeDelta::zero()),
        }
    }
}

/// When a shift lies on a day in a zone.
#[must_use]
pub fn window(shift: &shift::Model, on: NaiveDate, zone: Tz) -> Option<Window> {
    let midnight = on.and_hms_opt(0, 0, 0)?;
    let at = |minutes: i32| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(minutes.into()))?;
        Some(zone.from_local_datetime(&local).earliest()?.to_utc())
    };
    Some(Window {
        opens_at: at(shift.start_minute - shift.opens_before_minutes)?,
        starts_at: at(shift.start_minute)?,
        ends_at: at(shift.end_minute)?,
        closes_at: at(shift.end_minute + shift.closes_after_minutes)?,
    })
}

/// The local date of an instant where somebody works.
#[must_use]
pub fn local_day(life: &WorkingLife, at: Instant) -> NaiveDate {
    let near = at.with_timezone(&life.zone(at.date_naive())).date_naive();
    at.with_timezone(&life.zone(near)).date_naive()
}

/// The shift that an instant belongs to: the nearest of those whose window it falls into (a night shift ends while the
/// morning's opens); else the nearest of the local date's, where it is a workday.
#[must_use]
pub fn shift_at(life: &WorkingLife, at: Instant, direction: Option<Direction>) -> Option<DutyShift<'_>> {
    nearest_of(&mut |on| life.day(on).shifts, local_day(life, at), at, direction)
}

/// The shifts of a day.
pub type ShiftsOn<'a, 'b> = dyn FnMut(NaiveDate) -> Vec<DutyShift<'a>> + 'b;

fn nearest_of<'a>(
    shifts_on: &mut ShiftsOn<'a, '_>,
    today: NaiveDate,
    at: Instant,
    direction: Option<Direction>,
) -> Option<DutyShift<'a>> {
    let days = [today.checked_sub_days(Days::new(1)), Some(today), today.checked_add_days(Days::new(1))];
    let shifts: Vec<_> = days.into_iter().flatten().flat_map(shifts_on).collect();
    let nearest = |shift: &&DutyShift<'_>| shift.window.distance(at, direction);
    let inside = shifts.iter().filter(|shift| shift.window.contains(at)).min_by_key(nearest);
    inside.or_else(|| shifts.iter().filter(|shift| shift.on == today).min_by_key(nearest)).copied()
}

/// As [`shift_at`], for something that was recorded for a day: where no window holds it any more, that day's nearest.
/// Who asks for many gives the shifts of days that it knows already.
#[must_use]
pub fn shift_of<'a>(
    life: &WorkingLife,
    shifts_on: &mut ShiftsOn<'a, '_>,
    on: NaiveDate,
    at: Instant,
    direction: Direction,
) -> Option<DutyShift<'a>> {
    if let Some(shift) = nearest_of(shifts_on, local_day(life, at), at, Some(direction))
        && (shift.window.contains(at) || shift.on == on)
    {
        return Some(shift);
    }
    shifts_on(on).into_iter().min_by_key(|shift| shift.window.distance(at, Some(direction)))
}

#[cfg(test)]
mod tests;
