//! Every authorisation decision.
//!
//! [`scope`] says which rows an actor may see: every query starts from it, by [`find`], so that what may not
//! be seen is not found. [`can`] says what an actor may do with a row that was found that way.

use std::sync::Arc;

mod scope;

use chrono::NaiveDate;
use entity::employee;
use entity::ids::{AccountId, AgencyId, DeviceId, EmployeeId, UnitId};

pub use self::scope::{Scoped, find, own_check_ins, own_sessions, with_readable_days};
use crate::error::{Error, Result};
use crate::problem::Problem;

/// Who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Actor {
    /// Nobody is logged in.
    #[default]
    Anonymous,
    /// Somebody is.
    Person(Arc<Person>),
}

/// Somebody who is logged in, with what the decisions need to know of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub account_id: AccountId,
    /// The device it is logged in on.
    pub device_id: DeviceId,
    /// Who it is as a civil servant; absent for a citizen.
    pub employee: Option<Employment>,
    /// Whether it is the national admin.
    pub is_national_admin: bool,
    /// The agencies it keeps.
    pub administers: Vec<AgencyId>,
    /// The units whose people it is the superior of: headed or granted ones with all below them.
    pub supervises: Vec<UnitId>,
}

/// A person's place in an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Employment {
    /// The employee.
    pub id: EmployeeId,
    /// Their agency.
    pub agency_id: AgencyId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// How they are employed.
    pub kind: employee::Employment,
    /// The first day of their present service.
    pub serves_from: NaiveDate,
    /// Their named superior.
    pub supervisor_id: Option<EmployeeId>,
}

impl Actor {
    /// The person.
    ///
    /// # Errors
    /// UNAUTHENTICATED when nobody is logged in.
    pub fn person(&self) -> Result<&Person> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Anonymous => Err(Error::unauthenticated()),
        }
    }

    /// Who the actor is as a civil servant, where they are one.
    #[must_use]
    pub fn employment(&self) -> Option<Employment> {
        match self {
            Self::Person(person) => person.employee,
            Self::Anonymous => None,
        }
    }

    /// The agencies whose structure and catalogue the actor sees: their own and those that they keep.
    fn agencies(&self) -> Vec<AgencyId> {
        let Self::Person(person) = self else { return Vec::new() };
        person.administers.iter().copied().chain(person.employee.map(|employee| employee.agency_id)).collect()
    }
}

impl Person {
    /// Who the person is as a civil servant.
    ///
    /// # Errors
    /// `NOT_AN_EMPLOYEE` for a citizen.
    pub fn employment(&self) -> Result<Employment> {
        self.employee.ok_or_else(|| Error::refused(Problem::NotAnEmployee))
    }
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change an agency's units, venues, people, courses and sessions.
    Keep(AgencyId),
    /// Name the admins of agencies.
    NameAgencyAdmins,
    /// Read the attendance of a unit's people and of all below it.
    ReadAttendance {
        /// The unit's agency.
        agency: AgencyId,
        /// The unit.
        unit: UnitId,
    },
    /// Set the nation's calendar.
    KeepCalendar,
}

/// Whether the actor may do it.
#[must_use]
pub fn can(actor: &Actor, action: Action) -> bool {
    let Actor::Person(person) = actor else { return false };
    match action {
        Action::Keep(agency) => person.administers.contains(&agency),
        Action::NameAgencyAdmins | Action::KeepCalendar => person.is_national_admin,
        Action::ReadAttendance { agency, unit } => {
            person.administers.contains(&agency) || person.supervises.contains(&unit)
        }
    }
}

/// As [`can`], as an error.
///
/// # Errors
/// UNAUTHENTICATED when nobody is logged in, else FORBIDDEN.
pub fn require(actor: &Actor, action: Action) -> Result<()> {
    actor.person()?;
    if can(actor, action) { Ok(()) } else { Err(Error::refused(Problem::Forbidden)) }
}

/// As [`require`] to keep an agency that an input names. Agencies are public, but for what is done in them another's is
/// as good as none.
///
/// # Errors
/// UNAUTHENTICATED; FORBIDDEN in one's own agency; `NOT_FOUND` at `field` elsewhere.
pub fn require_agency(actor: &Actor, field: &str, agency: AgencyId) -> Result<()> {
    let person = actor.person()?;
    if can(actor, Action::Keep(agency)) {
        Ok(())
    } else if person.employee.is_some_and(|employee| employee.agency_id == agency) {
        Err(Error::refused(Problem::Forbidden))
    } else {
        Err(Error::at(field, Problem::NotFound))
    }
}

/// That what is decided is another person's. A row of the queues (reviews, corrections) is seen by whom it is about and
/// by those who decide over it, superiors, admins and trainers, and by nobody else: who sees another's may decide.
///
/// # Errors
/// UNAUTHENTICATED when nobody is logged in; FORBIDDEN about oneself.
pub fn require_another(actor: &Actor, employee: EmployeeId) -> Result<()> {
    if actor.person()?.employee.is_some_and(|me| me.id == employee) {
        return Err(Error::refused(Problem::Forbidden));
    }
    Ok(())
}

/// Whether somebody decides over an employee: as the superior of their unit, as the superior named for them, or as who
/// keeps their agency. Nobody does over themself.
#[must_use]
pub fn is_over(person: &Person, employee: &employee::Model) -> bool {
    let me = person.employee.map(|me| me.id);
    let is_superior = employee.unit_id.is_some_and(|unit| person.supervises.contains(&unit))
        || me.is_some() && me == employee.supervisor_id;
    me != Some(employee.id) && (is_superior || person.administers.contains(&employee.agency_id))
}

/// As [`is_over`], as an error.
///
/// # Errors
/// UNAUTHENTICATED when nobody is logged in, else FORBIDDEN.
pub fn require_over(actor: &Actor, employee: &employee::Model) -> Result<()> {
    if is_over(actor.person()?, employee) { Ok(()) } else { Err(Error::refused(Problem::Forbidden)) }
}

/// Whether the actor may read what somebody's workdays come to: their own, their people's, those of an agency they keep.
#[must_use]
pub fn reads_days_of(actor: &Actor, employee: &employee::Model) -> bool {
    let Actor::Person(person) = actor else { return false };
    person.administers.contains(&employee.agency_id)
        || employee.unit_id.is_some_and(|unit| person.supervises.contains(&unit))
        || person.employee.is_some_and(|me| me.id == employee.id || employee.supervisor_id == Some(me.id))
}
