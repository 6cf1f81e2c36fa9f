//! A change that is not made yet, and what it makes of the duty of units and of the roster of people.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use entity::ids::{AgencyId, EmployeeId, UnitId};

use crate::attendance::lateness::Adoption;
use crate::attendance::working_time::{Calendar, Duty, Hours, Rostered, Zoned};
use crate::input;

/// A change that is not made yet. It goes before what held on its days.
#[derive(Debug, Clone)]
pub enum Change {
    /// The agency chooses a rule of lateness, or none.
    Lateness(Adoption),
    /// Working hours of the agency or of a unit.
    Hours(Hours),
    /// The clock of the agency or of a unit.
    Zone {
        /// The agency.
        agency_id: AgencyId,
        /// The unit; absent for the agency's own.
        unit_id: Option<UnitId>,
        /// The zone from its day on.
        zoned: Zoned,
    },
    /// The nation's calendar.
    Calendar {
        /// As it stands.
        before: Calendar,
        /// As it would be.
        after: Arc<Calendar>,
    },
    /// What people work on some days, in place of what the roster gave them there.
    Roster(HashMap<(EmployeeId, NaiveDate), Vec<Rostered>>),
}

impl Change {
    /// From the first to the last day on which it may change anything; nothing where there is no such day.
    #[must_use]
    pub fn days(&self) -> Option<RangeInclusive<NaiveDate>> {
        match self {
            Self::Lateness(Adoption { row, .. }) => Some(row.valid_from..=row.valid_until.unwrap_or(input::LAST_DAY)),
            Self::Hours(Hours { schedule, .. }) => {
                Some(schedule.valid_from..=schedule.valid_until.unwrap_or(input::LAST_DAY))
            }
            Self::Zone { zoned, .. } => Some(zoned.valid_from..=input::LAST_DAY),
            Self::Calendar { before, after } => span(unlike(before, after)),
            Self::Roster(days) => span(days.keys().map(|(_, on)| *on)),
        }
    }

    /// Whose days alone it changes; nothing where it does not name them.
    #[must_use]
    pub fn people(&self) -> Option<Vec<EmployeeId>> {
        let Self::Roster(days) = self else { return None };
        let mut ids: Vec<EmployeeId> = days.keys().map(|(employee, _)| *employee).collect();
        ids.sort_unstable();
        ids.dedup();
        Some(ids)
    }

    /// Whether it concerns those who have the duty.
    #[must_use]
    pub fn concerns(&self, duty: &Duty) -> bool {
        match self {
            Self::Calendar { .. } | Self::Roster(_) => true,
            Self::Lateness(_) | Self::Hours(_) | Self::Zone { .. } => self.level(duty).is_some(),
        }
    }

    /// Where among the levels of a duty it lies; nothing where it does not concern it.
    fn level(&self, duty: &Duty) -> Option<usize> {
        let (agency, unit) = match self {
            Self::Lateness(adoption) => (Some(adoption.row.agency_id), None),
            Self::Hours(hours) => (hours.schedule.agency_id, hours.schedule.unit_id),
            Self::Zone { agency_id, unit_id, .. } => (Some(*agency_id), *unit_id),
            Self::Calendar { .. } | Self::Roster(_) => return None,
        };
        match unit {
            _ if agency != Some(duty.agency_id) => None,
            Some(unit) => duty.units.iter().position(|above| *above == unit),
            None => Some(duty.units.len()),
        }
    }

    /// The duty under the change.
    #[must_use]
    pub fn over(&self, duty: &Duty) -> Duty {
        let mut duty = duty.clone();
        let level = self.level(&duty);
        match self {
            Self::Lateness(adoption) => duty.lateness.extend(level.map(|_| adoption.clone())),
            Self::Hours(hours) => {
                if let Some(level) = level.and_then(|level| duty.levels.get_mut(level)) {
                    level.push(hours.clone());
                }
            }
            Self::Zone { zoned, .. } => {
                if let Some(level) = level.and_then(|level| duty.zones.get_mut(level)) {
                    level.push(*zoned);
                }
            }
            Self::Calendar { after, .. } => duty.calendar = after.clone(),
            Self::Roster(_) => {}
        }
        duty
    }

    /// Lays somebody's roster under the change.
    pub fn roster(&self, employee: EmployeeId, roster: &mut Vec<Rostered>) {
        let Self::Roster(days) = self else { return };
        roster.retain(|entry| !days.contains_key(&(employee, entry.on)));
        let own = days.iter().filter(|((of, _), _)| *of == employee);
        roster.extend(own.flat_map(|(_, worked)| worked.iter().cloned()));
    }
}

/// The days that are worked otherwise under another calendar.
fn unlike(before: &Calendar, after: &Calendar) -> impl Iterator<Item = NaiveDate> {
    let of = |calendar: &Calendar| {
        let ramadan = calendar.ramadan.iter().flat_map(|period| {
            let last = period.ends_on;
            period.starts_on.iter_days().take_while(move |on| *on <= last)
        });
        calendar.holidays.keys().copied().chain(ramadan).collect::<Vec<_>>()
    };
    of(before).into_iter().chain(of(after)).filter(|on| !before.is_same_on(after, *on))
}

fn span(days: impl Iterator<Item = NaiveDate>) -> Option<RangeInclusive<NaiveDate>> {
    days.fold(None, |span: Option<RangeInclusive<NaiveDate>>, on| match span {
        Some(span) => Some(on.min(*span.start())..=on.max(*span.end())),
        None => Some(on..=on),
    })
}
