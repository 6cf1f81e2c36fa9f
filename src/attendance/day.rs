//! The record of somebody's days: what they were to work, when they came and went, what follows. Always computed from
//! what stands in the database, never kept, so that a corrected rule corrects every day that it holds for.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use entity::absence_sanction;
use entity::check_in::Direction;
use entity::ids::ShiftId;

use super::lateness::{self, Assessment, Presence, Rule};
use super::workday;
use super::working_time::{Basis, DutyDay, DutyShift, WorkingLife};
use crate::clock::Instant;

/// A check-in to a workday that counts or that somebody has still to look at, or an approved correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The workday that it was recorded for.
    pub on: NaiveDate,
    /// Coming or going.
    pub direction: Direction,
    /// When, by our clock.
    pub at: Instant,
    /// Whether somebody has still to look at it: it neither counts nor is missing.
    pub is_waiting: bool,
}

/// What became of a shift or of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "DutyState")]
pub enum State {
    /// No duty (*bebas tugas*): see why.
    Free,
    /// It has not begun.
    Upcoming,
    /// It has begun, and nobody has come yet.
    Awaited,
    /// Somebody is on duty (*sedang bertugas*).
    OnDuty,
    /// Came and went (*hadir*).
    Complete,
    /// What is missing was sent, and somebody has still to look at it (*sedang diperiksa*).
    UnderReview,
    /// It is over and one of coming and going is missing (*tidak lengkap*).
    Incomplete,
    /// It is over and nobody came (*tidak hadir*).
    Absent,
}

/// The record of a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftRecord<'a> {
    /// The shift.
    pub duty: DutyShift<'a>,
    /// When somebody came and went.
    pub presence: Presence,
    /// What was sent and waits for somebody to look at it.
    pub waits: Waits,
    /// What became of it.
    pub state: State,
    /// The rule of lateness that it was measured under.
    pub rule: Option<&'a Rule>,
    /// What was measured.
    pub assessment: Assessment,
}

impl ShiftRecord<'_> {
    /// How many cuts the rule orders for it without saying how much.
    fn unset_cuts(&self) -> u32 {
        let is_absence_cut = self.rule.is_some_and(|rule| rule.row.absent_hundredths.is_some());
        if self.state == State::Absent && is_absence_cut {
            return 0;
        }
        let grades = [self.assessment.late, self.assessment.early].into_iter().flatten();
        grades.map(|grade| u32::from(grade.hundredths.is_none())).sum()
    }
}

/// The record of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayRecord<'a> {
    /// What the day is.
    pub day: DutyDay<'a>,
    /// Its shifts.
    pub shifts: Vec<ShiftRecord<'a>>,
}

impl DayRecord<'_> {
    /// What became of the day as a whole.
    #[must_use]
    pub fn state(&self) -> State {
        let states: Vec<State> = self.shifts.iter().map(|shift| shift.state).collect();
        let has = |state| states.contains(&state);
        match states.first() {
            None => State::Free,
            Some(first) if states.iter().all(|state| state == first) => *first,
            // Of several shifts the one that is under way is the day's.
            Some(_) if has(State::OnDuty) => State::OnDuty,
            Some(_) if has(State::Awaited) => State::Awaited,
            Some(_) if has(State::Upcoming) => State::Upcoming,
            Some(_) if has(State::UnderReview) => State::UnderReview,
            Some(_) => State::Incomplete,
        }
    }

    /// The cut of the allowance for the day, in hundredths of a percent; absent where no rule gives one.
    #[must_use]
    pub fn hundredths(&self) -> Option<i32> {
        self.shifts.iter().filter_map(|shift| shift.assessment.hundredths).reduce(|a, b| a + b)
    }

    /// Whether somebody came late and did not make it up.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.shifts.iter().any(|shift| shift.assessment.minutes_late > Some(0) && !shift.assessment.is_made_up)
    }
}

/// The records of days, in their order.
#[must_use]
pub fn records<'a>(
    life: &'a WorkingLife,
    events: &[Event],
    days: impl IntoIterator<Item = NaiveDate>,
    now: Instant,
) -> Vec<DayRecord<'a>> {
    let presences = presences(life, events);
    let record = |on| {
        let day = life.day(on);
        let rule = life.duty(on).adoption(on).and_then(|adoption| adoption.rule.as_ref());
        let shifts = day.shifts.iter().map(|shift| {
            let Sent { came_at, went_at, waits } = presences.get(&(on, shift.shift.id)).copied().unwrap_or_default();
            // Nobody goes before they have come: such an OUT belongs to nothing.
            let went_at = went_at.filter(|went| came_at.is_none_or(|came| came <= *went));
            let waits = Waits { came: waits.came && came_at.is_none(), went: waits.went && went_at.is_none() };
            let presence = Presence { came_at, went_at, is_over: shift.window.closes_at <= now };
            // What waits is not missing, whoever is slow to look at it.
            let settled = Presence { is_over: presence.is_over && waits == Waits::default(), ..presence };
            ShiftRecord {
                duty: *shift,
                presence,
                waits,
                state: if waits == Waits::default() { state(shift, presence, now) } else { State::UnderReview },
                rule,
                assessment: lateness::assess(rule, &shift.window, shift.schedule.flexible_minutes, settled),
            }
        });
        DayRecord { shifts: shifts.collect(), day }
    };
    days.into_iter().map(record).collect()
}

/// What was sent for a shift.
#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    came_at: Option<Instant>,
    went_at: Option<Instant>,
    waits: Waits,
}

/// Which end of a shift waits for somebody to look at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// Coming.
    pub came: bool,
    /// Going.
    pub went: bool,
}

/// The first IN and the last OUT of each shift, and what waits.
fn presences(life: &WorkingLife, events: &[Event]) -> HashMap<(NaiveDate, ShiftId), Sent> {
    let mut presences = HashMap::<_, Sent>::new();
    let mut known = HashMap::<NaiveDate, Vec<DutyShift<'_>>>::new();
    let mut shifts_on = |on| known.entry(on).or_insert_with(|| life.day(on).shifts).clone();
    for event in events {
        let shift = workday::shift_of(life, &mut shifts_on, event.on, event.at, event.direction);
        let Some(shift) = shift else { continue };
        let Sent { came_at, went_at, waits } = presences.entry((shift.on, shift.shift.id)).or_default();
        match event.direction {
            Direction::In if event.is_waiting => waits.came = true,
            Direction::Out if event.is_waiting => waits.went = true,
            Direction::In => *came_at = Some(came_at.map_or(event.at, |first| first.min(event.at))),
            Direction::Out => *went_at = Some(went_at.map_or(event.at, |last| last.max(event.at))),
        }
    }
    presences
}

fn state(shift: &DutyShift<'_>, presence: Presence, now: Instant) -> State {
    match (presence.came_at, presence.went_at) {
        (Some(_), Some(_)) => State::Complete,
        (None, None) if presence.is_over => State::Absent,
        _ if presence.is_over => State::Incomplete,
        (Some(_), None) => State::OnDuty,
        (None, _) if now < shift.window.starts_at => State::Upcoming,
        (None, _) => State::Awaited,
    }
}

/// What days add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Days with a shift that has begun or is over.
    pub workdays: u32,
    /// Days on which somebody came or went.
    pub present_days: u32,
    /// Days that are over without any presence.
    pub absent_days: u32,
    /// Days on which something waits for somebody to look at it.
    pub under_review_days: u32,
    /// Days of leave.
    pub leave_days: u32,
    /// Days on which somebody came late and did not make it up.
    pub late_days: u32,
    /// Minutes late, together.
    pub minutes_late: i32,
    /// Days on which somebody went early.
    pub early_days: u32,
    /// Minutes that somebody went early, together.
    pub minutes_early: i32,
    /// Shifts that are over without an IN.
    pub missing_ins: u32,
    /// Shifts that are over without an OUT.
    pub missing_outs: u32,
    /// The cut of the allowance in hundredths of a percent, days and months together; absent where no rule gives one.
    pub hundredths: Option<i32>,
    /// Cuts that a rule orders without saying how much.
    pub unset_cuts: u32,
}

/// Adds up the days of one month: a rule that cuts beyond a number of late days counts them by the month.
#[must_use]
pub fn totals(records: &[DayRecord<'_>]) -> Totals {
    let mut totals = Totals::default();
    let mut late_by_rule: Vec<(&Rule, u32)> = Vec::new();
    for record in records {
        let state = record.state();
        totals.leave_days += u32::from(record.day.basis == Basis::Leave);
        totals.workdays += u32::from(!matches!(state, State::Free | State::Upcoming));
        totals.absent_days += u32::from(state == State::Absent);
        let waits = |shift: &ShiftRecord<'_>| shift.state == State::UnderReview;
        totals.under_review_days += u32::from(record.shifts.iter().any(waits));
        let present = |shift: &ShiftRecord<'_>| shift.presence.came_at.or(shift.presence.went_at).is_some();
        totals.present_days += u32::from(record.shifts.iter().any(present));
        totals.late_days += u32::from(record.is_late());
        let is_early = |shift: &ShiftRecord<'_>| shift.assessment.minutes_early > Some(0);
        totals.early_days += u32::from(record.shifts.iter().any(is_early));
        for shift in &record.shifts {
            let Assessment { minutes_late, minutes_early, is_made_up, .. } = shift.assessment;
            totals.minutes_late += minutes_late.filter(|_| !is_made_up).unwrap_or_default();
            totals.minutes_early += minutes_early.unwrap_or_default();
            totals.missing_ins += u32::from(shift.state == State::Incomplete && shift.presence.came_at.is_none());
            totals.missing_outs += u32::from(shift.state == State::Incomplete && shift.presence.went_at.is_none());
            totals.unset_cuts += shift.unset_cuts();
        }
        totals.hundredths = sum(totals.hundredths, record.hundredths());
        if let Some(rule) = record.shifts.first().and_then(|shift| shift.rule)
            && record.is_late()
        {
            match late_by_rule.iter_mut().find(|(known, _)| known.row.id == rule.row.id) {
                Some((_, days)) => *days += 1,
                None => late_by_rule.push((rule, 1)),
            }
        }
    }
    for (rule, days) in late_by_rule {
        if rule.row.late_days_free.is_some_and(|free| i64::from(days) > i64::from(free)) {
            totals.hundredths = sum(totals.hundredths, rule.row.late_days_hundredths);
            totals.unset_cuts += u32::from(rule.row.late_days_hundredths.is_none());
        }
    }
    totals
}

fn sum(a: Option<i32>, b: Option<i32>) -> Option<i32> {
    [a, b].into_iter().flatten().reduce(|a, b| a + b)
}

/// Where somebody stands with the unexcused days of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Unexcused days of the year.
    pub days: u32,
    /// The longest row of them, workday after workday.
    pub in_a_row: u32,
    /// What they lead to so far.
    pub reached: Option<&'a absence_sanction::Model>,
    /// What comes next, and after how many more days at the least.
    pub next: Option<(&'a absence_sanction::Model, u32)>,
}

/// Counts the unexcused days of a year among records, of which the first may lie before it: they count for the row alone.
#[must_use]
pub fn standing<'a>(records: &[DayRecord<'_>], year: i32, sanctions: &'a [absence_sanction::Model]) -> Standing<'a> {
    let (mut days, mut in_a_row, mut row) = (0_u32, 0_u32, 0_u32);
    for record in records {
        match record.state() {
            State::Absent => {
                row += 1;
                if record.day.on.year() == year {
                    days += 1;
                    in_a_row = in_a_row.max(row);
                }
            }
            // A weekend between two absent days does not interrupt them; leave does, and not to serve.
            State::Free if !matches!(record.day.basis, Basis::Leave | Basis::NotServing) => {}
            State::Upcoming | State::Awaited | State::UnderReview => {}
            _ => row = 0,
        }
    }
    let reached_by = |sanction: &absence_sanction::Model| if sanction.is_consecutive { in_a_row } else { days };
    let lacking = |sanction: &absence_sanction::Model| {
        let so_far = if sanction.is_consecutive { row } else { days };
        u32::try_from(sanction.from_days).unwrap_or_default().saturating_sub(so_far)
    };
    let is_reached =
        |sanction: &&absence_sanction::Model| i64::from(reached_by(sanction)) >= i64::from(sanction.from_days);
    let reached = sanctions.iter().filter(is_reached).max_by_key(|sanction| sanction.kind);
    let graver = |sanction: &&absence_sanction::Model| {
        !is_reached(sanction) && reached.is_none_or(|reached| reached.kind < sanction.kind)
    };
    let next = sanctions.iter().filter(graver).min_by_key(|sanction| (lacking(sanction), sanction.kind));
    Standing { days, in_a_row, reached, next: next.map(|sanction| (sanction, lacking(sanction))) }
}

#[cfg(test)]
mod tests;
