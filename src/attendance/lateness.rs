//! How late is late, and what it costs: rule sets as data, pure functions of them.
//!
//! Seconds are dropped: 07:30:59 is on time for 07:30, and 16:29:59 is before 16:30.

use chrono::{DurationRound as _, TimeDelta};
use entity::lateness_band::{self, Level, Side};
use entity::{lateness_adoption, lateness_rule};

use super::workday::Window;
use crate::clock::Instant;

/// A rule set with its bands, by side and minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The rule.
    pub row: lateness_rule::Model,
    /// Its bands.
    pub bands: Vec<lateness_band::Model>,
}

/// What an agency has chosen from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The choice.
    pub row: lateness_adoption::Model,
    /// The rule; absent where it chose none.
    pub rule: Option<Rule>,
}

/// Where in a rule set something falls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grade {
    /// The level, where the rule set names levels.
    pub level: Option<Level>,
    /// The cut of the allowance in hundredths of a percent, where the rule set gives one.
    pub hundredths: Option<i32>,
}

impl Rule {
    /// The grade of so many minutes; nothing below the first band.
    #[must_use]
    pub fn grade(&self, side: Side, minutes: i32) -> Option<Grade> {
        let reached = |band: &&lateness_band::Model| band.side == side && band.from_minute <= minutes;
        self.bands.iter().filter(reached).max_by_key(|band| band.from_minute).map(grade)
    }

    /// The grade of a missing record: the last band, where the rule set says so.
    #[must_use]
    pub fn missing(&self, side: Side) -> Option<Grade> {
        let last = self.bands.iter().filter(|band| band.side == side).max_by_key(|band| band.from_minute);
        last.filter(|_| self.row.missing_is_last_band).map(grade)
    }
}

fn grade(band: &lateness_band::Model) -> Grade {
    Grade { level: band.level, hundredths: band.hundredths }
}

/// An instant without its seconds.
fn minute(at: Instant) -> Instant {
    at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at)
}

fn minutes(delta: TimeDelta) -> i32 {
    i32::try_from(delta.num_minutes()).unwrap_or(i32::MAX)
}

/// Whole minutes that somebody came after the start and the time by which it may shift.
#[must_use]
pub fn minutes_late(window: &Window, flexible: i32, came_at: Instant) -> i32 {
    (minutes(minute(came_at) - minute(window.starts_at)) - flexible).max(0)
}

/// Whole minutes that somebody went before the end, which shifts with their start.
#[must_use]
pub fn minutes_early(window: &Window, flexible: i32, came_at: Option<Instant>, went_at: Instant) -> i32 {
    minutes(due_at(window, flexible, came_at) - minute(went_at)).max(0)
}

/// When somebody may go: the end, shifted by as much as they came before or after the start within what is flexible.
#[must_use]
pub fn due_at(window: &Window, flexible: i32, came_at: Option<Instant>) -> Instant {
    let shifted = came_at.map_or(0, |came| minutes(minute(came) - minute(window.starts_at)));
    minute(window.ends_at) + TimeDelta::minutes(shifted.clamp(-flexible, flexible).into())
}

/// Until when somebody has to stay so that the minutes that they came late are made up: by as many beyond the time at
/// which they may go. Absent where there are none, or more than may be made up, or where the window closes before.
#[must_use]
pub fn made_up_at(rule: Option<&Rule>, window: &Window, flexible: i32, came_at: Option<Instant>) -> Option<Instant> {
    let late = minutes_late(window, flexible, came_at?);
    let may_be = (1..=rule?.row.made_up_minutes).contains(&late);
    let at = due_at(window, flexible, came_at) + TimeDelta::minutes(late.into());
    (may_be && window.contains(at)).then_some(at)
}

/// How punctual somebody was in a shift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Assessment {
    /// Minutes late; absent where nobody came, 0 on time.
    pub minutes_late: Option<i32>,
    /// Minutes that somebody went early; absent where nobody went.
    pub minutes_early: Option<i32>,
    /// Whether lateness was made up at the end of the day, so that it is none.
    pub is_made_up: bool,
    /// The grade of coming.
    pub late: Option<Grade>,
    /// The grade of going.
    pub early: Option<Grade>,
    /// The cut of the allowance in hundredths of a percent; absent where no rule gives one.
    pub hundredths: Option<i32>,
}

/// What is known of somebody's shift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Presence {
    /// The first accepted IN.
    pub came_at: Option<Instant>,
    /// The last accepted OUT.
    pub went_at: Option<Instant>,
    /// Whether the window has closed: what is missing stays missing.
    pub is_over: bool,
}

/// Measures a shift. `flexible` are the minutes of the working hours, which go before the rule's.
#[must_use]
pub fn assess(rule: Option<&Rule>, window: &Window, flexible: Option<i32>, presence: Presence) -> Assessment {
    let Presence { came_at, went_at, is_over } = presence;
    let flexible = flexible_minutes(rule, flexible);
    let minutes_late = came_at.map(|came| minutes_late(window, flexible, came));
    let minutes_early = went_at.map(|went| minutes_early(window, flexible, came_at, went));
    let made_up_at = made_up_at(rule, window, flexible, came_at);
    let is_made_up = made_up_at.zip(went_at).is_some_and(|(at, went)| minute(went) >= at);
    let Some(rule) = rule else {
        return Assessment { minutes_late, minutes_early, is_made_up, ..Assessment::default() };
    };
    let graded = |side, measured: Option<i32>| match measured {
        Some(minutes) => rule.grade(side, minutes),
        None if is_over => rule.missing(side),
        None => None,
    };
    let late = graded(Side::Late, minutes_late).filter(|_| !is_made_up);
    let early = graded(Side::Early, minutes_early);
    let by_side = [late, early].into_iter().flatten().filter_map(|grade| grade.hundredths).reduce(|a, b| a + b);
    let is_absent = is_over && came_at.is_none() && went_at.is_none();
    let hundredths = rule.row.absent_hundredths.filter(|_| is_absent).or(by_side);
    Assessment { minutes_late, minutes_early, is_made_up, late, early, hundredths }
}

/// By how much a start may shift: as the working hours say, else as the rule does.
#[must_use]
pub fn flexible_minutes(rule: Option<&Rule>, hours: Option<i32>) -> i32 {
    hours.or(rule.map(|rule| rule.row.flexible_minutes)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
