//! Which shifts somebody works on a day, and why: pure functions of dated data.
//!
//! Working hours stand on levels: the unit's own, its parents', the agency's, the country's (Perpres 21/2023). On a day
//! the nearest level decides that has hours of the day's season: normal ones or those of Ramadan, or such as hold all
//! year. Of their versions the newest that holds decides; one that inherits is none. Who does not serve works nothing. Leave goes before everything; where shifts are rostered the
//! roster says who works; else holidays and days without a shift are free.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use entity::duty_arrangement::{self, Kind};
use entity::employee::Employment;
use entity::ids::{AgencyId, UnitId};
use entity::schedule::Season;
use entity::{absence_sanction, holiday, ramadan_period, schedule, shift};

use super::lateness::Adoption;
use super::rules::Fence;
use super::workday::{Window, window};
use crate::agency::tenure::Tenure;
use crate::clock::Instant;

/// Working hours with their shifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The hours.
    pub schedule: schedule::Model,
    /// Their shifts, in order.
    pub shifts: Vec<shift::Model>,
}

/// The nation's calendar, and what it sets for everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// National holidays and days of collective leave.
    pub holidays: HashMap<NaiveDate, holiday::Model>,
    /// Every Ramadan that was announced.
    pub ramadan: Vec<ramadan_period::Model>,
    /// What unexcused days of absence lead to.
    pub sanctions: Vec<absence_sanction::Model>,
}

impl Calendar {
    /// The calendar of rows that hold. Of two on one day the national holiday is the day's, then the first by name.
    #[must_use]
    pub fn of(mut holidays: Vec<holiday::Model>, mut ramadan: Vec<ramadan_period::Model>) -> Self {
        holidays.sort_by(|a, b| {
            (a.kind != holiday::Kind::National, &a.name).cmp(&(b.kind != holiday::Kind::National, &b.name))
        });
        ramadan.sort_by_key(|period| period.starts_on);
        let mut of_day = HashMap::new();
        for holiday in holidays {
            of_day.entry(holiday.date).or_insert(holiday);
        }
        Self { holidays: of_day, ramadan, sanctions: Vec::new() }
    }

    /// The Ramadan in which a day lies.
    #[must_use]
    pub fn ramadan_on(&self, on: NaiveDate) -> Option<&ramadan_period::Model> {
        self.ramadan.iter().find(|period| (period.starts_on..=period.ends_on).contains(&on))
    }

    /// Whether a day is worked alike under both, whatever is cited for it.
    #[must_use]
    pub fn is_same_on(&self, other: &Self, on: NaiveDate) -> bool {
        let kind = |calendar: &Self| calendar.holidays.get(&on).map(|holiday| holiday.kind);
        kind(self) == kind(other) && self.ramadan_on(on).is_some() == other.ramadan_on(on).is_some()
    }
}

/// The zone of a level from a day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zoned {
    /// Of those that have begun the highest holds.
    pub version: i32,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The zone; absent where that of the level above holds.
    pub zone: Option<Tz>,
}

/// What holds for everybody of a unit.
#[derive(Debug, Clone)]
pub struct Duty {
    /// The agency.
    pub agency_id: AgencyId,
    /// The unit and those above it, upwards; none for those in the agency who have no unit.
    pub units: Vec<UnitId>,
    /// The working hours of the unit, of its parents, of the agency, of the country, each level by itself.
    pub levels: Vec<Vec<Hours>>,
    /// The zones of the unit, of its parents, of the agency, each level by itself.
    pub zones: Vec<Vec<Zoned>>,
    /// The active venues of the unit and its parents.
    pub fences: Vec<Fence>,
    /// The nation's calendar.
    pub calendar: Arc<Calendar>,
    /// The rules of lateness that the agency has chosen.
    pub lateness: Vec<Adoption>,
}

/// A shift that the roster gives somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rostered {
    /// The local day on which it starts.
    pub on: NaiveDate,
    /// The shift.
    pub shift: shift::Model,
    /// The hours that it belongs to.
    pub schedule: schedule::Model,
}

/// What holds for one person: where they were placed when, and what was granted to them.
#[derive(Debug, Clone)]
pub struct WorkingLife {
    /// How they are employed.
    pub employment: Employment,
    /// When they served here, in order.
    pub tenures: Vec<Tenure>,
    /// The duty of each placement with its last day, in order; the present one has none and stands last.
    pub placements: Vec<(Option<NaiveDate>, Arc<Duty>)>,
    /// Approved leave, duty travel, work from home.
    pub arrangements: Vec<duty_arrangement::Model>,
    /// Their roster.
    pub roster: Vec<Rostered>,
}

/// Why a day is a workday, or is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "DutyBasis")]
pub enum Basis {
    /// A workday by the working hours (*jam kerja*).
    Schedule,
    /// A workday by the roster (*jadwal dinas*).
    Roster,
    /// Free: the working hours have no shift on this day of the week (*libur mingguan*).
    RestDay,
    /// Free: the roster gives no shift (*lepas dinas*).
    NotRostered,
    /// Free: a national holiday (*hari libur nasional*).
    Holiday,
    /// Free: collective leave (*cuti bersama*).
    CollectiveLeave,
    /// Free: approved leave (*cuti*).
    Leave,
    /// Free: nobody has set working hours for the day.
    NoSchedule,
    /// Free: before the first day of service here, or after the last.
    NotServing,
}

/// A day of somebody's: what it is and from what that follows.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyDay<'a> {
    /// The local date.
    pub on: NaiveDate,
    /// Why it is what it is.
    pub basis: Basis,
    /// The working hours that were asked.
    pub schedule: Option<&'a schedule::Model>,
    /// The holiday that it is, whether or not it is free.
    pub holiday: Option<&'a holiday::Model>,
    /// The Ramadan that it lies in.
    pub ramadan: Option<&'a ramadan_period::Model>,
    /// The leave, duty travel or work from home that holds.
    pub arrangement: Option<&'a duty_arrangement::Model>,
    /// What lies around it, where it is no day of service.
    pub gap: Option<Gap>,
    /// The shifts to work, in the order in which they start; none on a free day.
    pub shifts: Vec<DutyShift<'a>>,
}

/// A time in which somebody does not serve here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last day of service before it.
    pub ended: Option<NaiveDate>,
    /// The first day of service after it.
    pub begins: Option<NaiveDate>,
}

/// A shift that somebody works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DutyShift<'a> {
    /// The local date on which it starts.
    pub on: NaiveDate,
    /// The hours that it belongs to.
    pub schedule: &'a schedule::Model,
    /// The shift.
    pub shift: &'a shift::Model,
    /// When.
    pub window: Window,
    /// Whether it is worked at the unit's venues: not on duty travel, not from home.
    pub is_fenced: bool,
}

impl WorkingLife {
    /// Somebody of whom nothing is known but the unit.
    #[must_use]
    pub fn of(duty: Arc<Duty>) -> Self {
        Self {
            employment: Employment::Pns,
            tenures: vec![Tenure::since(NaiveDate::MIN)],
            placements: vec![(None, duty)],
            arrangements: Vec::new(),
            roster: Vec::new(),
        }
    }

    /// The duty of the unit in which they were on a day.
    ///
    /// # Panics
    /// When there is no placement at all: the present one always stands there.
    #[must_use]
    pub fn duty(&self, on: NaiveDate) -> &Duty {
        let held = self.placements.iter().find(|(last, _)| last.is_none_or(|last| on <= last));
        &held.or(self.placements.last()).expect("the present placement").1
    }

    /// The zone of that unit on the day.
    #[must_use]
    pub fn zone(&self, on: NaiveDate) -> Tz {
        self.duty(on).zone(on)
    }

    /// What a day is, and why.
    #[must_use]
    pub fn day(&self, on: NaiveDate) -> DutyDay<'_> {
        let duty = self.duty(on);
        let ramadan = duty.calendar.ramadan_on(on);
        let holiday = duty.calendar.holidays.get(&on);
        let hours = duty.hours(on, ramadan.is_some());
        let arrangement = self.arrangement(on);
        let mut day = DutyDay {
            on,
            basis: Basis::Schedule,
            schedule: hours.map(|hours| &hours.schedule),
            holiday,
            ramadan,
            arrangement,
            gap: self.gap(on),
            shifts: Vec::new(),
        };
        let rostered: Vec<&Rostered> = self.roster.iter().filter(|entry| entry.on == on).collect();
        let is_away = arrangement.is_some_and(|arrangement| !is_leave(arrangement.kind));
        day.basis = match hours {
            _ if day.gap.is_some() => Basis::NotServing,
            _ if arrangement.is_some() && !is_away => Basis::Leave,
            _ if !rostered.is_empty() => Basis::Roster,
            None => Basis::NoSchedule,
            Some(hours) if hours.schedule.is_rostered => Basis::NotRostered,
            Some(hours) if hours.schedule.observes_holidays && holiday.is_some() => {
                match holiday.map(|holiday| holiday.kind) {
                    Some(holiday::Kind::CollectiveLeave) => Basis::CollectiveLeave,
                    _ => Basis::Holiday,
                }
            }
            Some(hours) if !hours.shifts.iter().any(|shift| works_on(shift, on)) => Basis::RestDay,
            Some(_) => Basis::Schedule,
        };
        let worked: Vec<(&schedule::Model, &shift::Model)> = match (day.basis, hours) {
            (Basis::Roster, _) => rostered.iter().map(|entry| (&entry.schedule, &entry.shift)).collect(),
            (Basis::Schedule, Some(hours)) => {
                hours.shifts.iter().filter(|shift| works_on(shift, on)).map(|shift| (&hours.schedule, shift)).collect()
            }
            _ => Vec::new(),
        };
        let zone = duty.zone(on);
        day.shifts = worked
            .into_iter()
            .filter_map(|(schedule, shift)| {
                let window = window(shift, on, zone)?;
                Some(DutyShift { on, schedule, shift, window, is_fenced: !is_away })
            })
            .collect();
        day.shifts.sort_by_key(|shift| shift.window.starts_at);
        day
    }

    /// What lies around a day on which they do not serve.
    fn gap(&self, on: NaiveDate) -> Option<Gap> {
        if self.tenures.iter().any(|tenure| tenure.covers(on)) {
            return None;
        }
        let ended = self.tenures.iter().filter_map(|tenure| tenure.until).filter(|last| *last < on).max();
        let begins = self.tenures.iter().map(|tenure| tenure.from).filter(|first| on < *first).min();
        Some(Gap { ended, begins })
    }

    fn arrangement(&self, on: NaiveDate) -> Option<&duty_arrangement::Model> {
        let held = self.arrangements.iter().filter(|row| (row.starts_on..=last_day(row)).contains(&on));
        // Leave goes before duty travel, whichever was approved first.
        held.min_by_key(|row| (!is_leave(row.kind), row.id))
    }
}

impl Duty {
    /// The zone of a day: that of the nearest level that has one.
    #[must_use]
    pub fn zone(&self, on: NaiveDate) -> Tz {
        let newest = |level: &Vec<Zoned>| {
            let begun = level.iter().filter(|zoned| zoned.valid_from <= on);
            begun.max_by_key(|zoned| zoned.version).and_then(|zoned| zoned.zone)
        };
        self.zones.iter().find_map(newest).unwrap_or(Tz::UTC)
    }

    /// The local date of an instant.
    #[must_use]
    pub fn local_day(&self, at: Instant) -> NaiveDate {
        let near = at.with_timezone(&self.zone(at.date_naive())).date_naive();
        at.with_timezone(&self.zone(near)).date_naive()
    }

    /// The working hours that decide on a day.
    #[must_use]
    pub fn hours(&self, on: NaiveDate, is_ramadan: bool) -> Option<&Hours> {
        let season = if is_ramadan { Season::Ramadan } else { Season::Normal };
        // The hours that hold all year go behind those of the season, where one level has both.
        let held = |level| newest(level, season, on).or_else(|| newest(level, Season::AllYear, on));
        self.levels.iter().map(Vec::as_slice).find_map(held)
    }

    /// The rule of lateness that the agency has chosen for a day.
    #[must_use]
    pub fn adoption(&self, on: NaiveDate) -> Option<&Adoption> {
        let holds = |adoption: &&Adoption| {
            adoption.row.valid_from <= on && adoption.row.valid_until.is_none_or(|last| on <= last)
        };
        self.lateness.iter().filter(holds).max_by_key(|adoption| adoption.row.version)
    }
}

/// The newest hours of a season that hold at a level on a day; nothing where these inherit.
fn newest(level: &[Hours], season: Season, on: NaiveDate) -> Option<&Hours> {
    let holds = |row: &schedule::Model| {
        row.season == season && row.valid_from <= on && row.valid_until.is_none_or(|last| on <= last)
    };
    let newest = level.iter().filter(|hours| holds(&hours.schedule)).max_by_key(|hours| hours.schedule.version);
    newest.filter(|hours| !hours.schedule.inherits)
}

/// The last day on which leave, duty travel or work from home holds.
#[must_use]
pub fn last_day(row: &duty_arrangement::Model) -> NaiveDate {
    row.revoked_from.and_then(|from| from.pred_opt()).unwrap_or(row.ends_on)
}

/// Whether it frees from duty; duty travel and work from home only free from the place.
#[must_use]
pub const fn is_leave(kind: Kind) -> bool {
    !matches!(kind, Kind::DutyTravel | Kind::WorkFromHome)
}

/// Whether a shift starts on a day.
#[must_use]
pub fn works_on(shift: &shift::Model, on: NaiveDate) -> bool {
    shift.weekdays & 1 << on.weekday().num_days_from_monday() != 0
}
