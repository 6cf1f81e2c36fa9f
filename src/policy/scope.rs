//! Which rows of each table an actor may see.

use entity::ids::EmployeeId;
use entity::{
    account, agency, check_in, check_in_review, correction, course, course_run, course_run_guest, course_session,
    course_session_trainer, device, duty_arrangement, employee, employee_nip, enrolment, holiday, jurisdiction,
    lateness_adoption, lateness_rule, ramadan_period, review_threshold, role_grant, roster_entry, schedule, shift,
    siasn_term, unit, venue,
};
use sea_orm::sea_query::{Expr, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::{Actor, Person};

/// A table whose rows are seen by some and not by others.
pub trait Scoped: EntityTrait {
    /// Which rows the actor may see.
    fn scope(actor: &Actor) -> Condition;
}

/// The rows of `E` that the actor may see.
#[must_use]
pub fn find<E: Scoped>(actor: &Actor) -> Select<E> {
    E::find().filter(E::scope(actor))
}

fn nobody() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

/// The ids of one column of a query, to be used within another.
fn ids<E: EntityTrait>(rows: Select<E>, column: E::Column) -> SelectStatement {
    rows.select_only().column(column).into_query()
}

/// The sessions that an employee teaches.
fn taught_sessions(trainer: EmployeeId) -> SelectStatement {
    let taught = course_session_trainer::Entity::find().filter(course_session_trainer::Column::EmployeeId.eq(trainer));
    ids(taught, course_session_trainer::Column::CourseSessionId)
}

/// The runs in which an employee teaches a session.
fn taught_runs(trainer: EmployeeId) -> SelectStatement {
    let sessions =
        course_session::Entity::find().filter(course_session::Column::Id.in_subquery(taught_sessions(trainer)));
    ids(sessions, course_session::Column::CourseRunId)
}

/// The runs that an employee takes part in.
fn attended_runs(participant: EmployeeId) -> SelectStatement {
    let enrolments = enrolment::Entity::find()
        .filter(enrolment::Column::EmployeeId.eq(participant))
        .filter(enrolment::Column::Status.eq(enrolment::Status::Enrolled));
    ids(enrolments, enrolment::Column::CourseRunId)
}

/// The runs that the actor may see: of their agencies, those their agencies were invited to, and those that
/// they attend or teach.
fn visible_runs(actor: &Actor) -> Condition {
    let agencies = actor.agencies();
    let invitations = course_run_guest::Entity::find()
        .filter(course_run_guest::Column::GuestAgencyId.is_in(agencies.iter().copied()));
    let seen = Condition::any()
        .add(course_run::Column::AgencyId.is_in(agencies))
        .add(course_run::Column::Id.in_subquery(ids(invitations, course_run_guest::Column::CourseRunId)));
    match actor.employment() {
        Some(me) => seen
            .add(course_run::Column::Id.in_subquery(attended_runs(me.id)))
            .add(course_run::Column::Id.in_subquery(taught_runs(me.id))),
        None => seen,
    }
}

/// The people whose superior the actor is.
fn subordinates(person: &Person) -> Condition {
    let by_unit = Condition::any().add(employee::Column::UnitId.is_in(person.supervises.iter().copied()));
    match person.employee {
        Some(me) => by_unit.add(employee::Column::SupervisorId.eq(me.id)),
        None => by_unit,
    }
}

/// The people whose days the actor may read: oneself, and those that one keeps or is the superior of. Seeing somebody
/// is not enough: a participant sees the trainer.
#[must_use]
pub fn with_readable_days(actor: &Actor) -> Condition {
    let Actor::Person(person) = actor else { return nobody() };
    let kept = subordinates(person).add(employee::Column::AgencyId.is_in(person.administers.iter().copied()));
    match person.employee {
        Some(me) => kept.add(employee::Column::Id.eq(me.id)),
        None => kept,
    }
}

/// The check-ins of the civil servant that the actor is: what they see of them anyway, found by their id alone.
#[must_use]
pub fn own_check_ins(me: Option<EmployeeId>) -> Select<check_in::Entity> {
    check_in::Entity::find().filter(match me {
        Some(me) => Condition::all().add(check_in::Column::EmployeeId.eq(me)),
        None => nobody(),
    })
}

/// The sessions that the civil servant that the actor is attends or teaches: what they see of them anyway, found from
/// their enrolments.
#[must_use]
pub fn own_sessions(me: Option<EmployeeId>) -> Select<course_session::Entity> {
    let Some(me) = me else { return course_session::Entity::find().filter(nobody()) };
    let attended =
        course_session::Entity::find().filter(course_session::Column::CourseRunId.in_subquery(attended_runs(me)));
    // A union is read from its parts; of an alternative PostgreSQL reads the whole table.
    let mut own = ids(attended, course_session::Column::Id);
    own.union(UnionType::Distinct, taught_sessions(me));
    course_session::Entity::find().filter(course_session::Column::Id.in_subquery(own))
}

macro_rules! seen_by_all {
    ($($table:ident),*) => {$(
        impl Scoped for $table::Entity {
            fn scope(_: &Actor) -> Condition {
                Condition::all()
            }
        }
    )*};
}
// National reference data, published as it is.
seen_by_all!(jurisdiction, agency, siasn_term, holiday, ramadan_period);

impl Scoped for unit::Entity {
    fn scope(actor: &Actor) -> Condition {
        Condition::any().add(unit::Column::AgencyId.is_in(actor.agencies()))
    }
}

/// The national default is everybody's who is logged in.
impl Scoped for schedule::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(_) = actor else { return nobody() };
        Condition::any()
            .add(schedule::Column::AgencyId.is_in(actor.agencies()))
            .add(schedule::Column::AgencyId.is_null())
    }
}

/// The shifts of the working hours that one may see.
impl Scoped for shift::Entity {
    fn scope(actor: &Actor) -> Condition {
        let hours = find::<schedule::Entity>(actor);
        Condition::all().add(shift::Column::ScheduleId.in_subquery(ids(hours, schedule::Column::Id)))
    }
}

/// The presets are everybody's who is logged in; an agency's own rules are its people's.
impl Scoped for lateness_rule::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(_) = actor else { return nobody() };
        Condition::any()
            .add(lateness_rule::Column::AgencyId.is_in(actor.agencies()))
            .add(lateness_rule::Column::AgencyId.is_null())
    }
}

impl Scoped for lateness_adoption::Entity {
    fn scope(actor: &Actor) -> Condition {
        Condition::any().add(lateness_adoption::Column::AgencyId.is_in(actor.agencies()))
    }
}

/// Those of the agencies that one keeps, and the country's for whoever keeps any or is the national admin: who knows where
/// the line lies stays below it.
impl Scoped for review_threshold::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(person) = actor else { return nobody() };
        let seen = Condition::any().add(review_threshold::Column::AgencyId.is_in(person.administers.iter().copied()));
        let is_keeper = person.is_national_admin || !person.administers.is_empty();
        if is_keeper { seen.add(review_threshold::Column::AgencyId.is_null()) } else { seen }
    }
}

/// Places of one's agencies, and where the runs that one may see meet.
impl Scoped for venue::Entity {
    fn scope(actor: &Actor) -> Condition {
        let rooms = find::<course_session::Entity>(actor).filter(course_session::Column::VenueId.is_not_null());
        Condition::any()
            .add(venue::Column::AgencyId.is_in(actor.agencies()))
            .add(venue::Column::Id.in_subquery(ids(rooms, course_session::Column::VenueId)))
    }
}

/// Oneself; one's superior; the people one is the superior of, keeps, or teaches, or whose presence one has on a
/// roll; and who teaches the runs that one attends.
impl Scoped for employee::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(person) = actor else { return nobody() };
        let kept = || person.administers.iter().copied();
        let run_by_my_agency = enrolment::Entity::find().filter(enrolment::Column::AgencyId.is_in(kept()));
        let my_agency_sessions = course_session::Entity::find().filter(course_session::Column::AgencyId.is_in(kept()));
        let on_my_agency_rolls = check_in::Entity::find()
            .filter(check_in::Column::CourseSessionId.in_subquery(ids(my_agency_sessions, course_session::Column::Id)));
        let seen = subordinates(person)
            .add(employee::Column::AgencyId.is_in(kept()))
            .add(employee::Column::Id.in_subquery(ids(run_by_my_agency, enrolment::Column::EmployeeId)))
            .add(employee::Column::Id.in_subquery(ids(on_my_agency_rolls, check_in::Column::EmployeeId)));
        let Some(me) = person.employee else { return seen };
        let pupils = enrolment::Entity::find().filter(enrolment::Column::CourseRunId.in_subquery(taught_runs(me.id)));
        let on_my_rolls =
            check_in::Entity::find().filter(check_in::Column::CourseSessionId.in_subquery(taught_sessions(me.id)));
        let attended = course_session::Entity::find()
            .filter(course_session::Column::CourseRunId.in_subquery(attended_runs(me.id)));
        let trainers = course_session_trainer::Entity::find().filter(
            course_session_trainer::Column::CourseSessionId.in_subquery(ids(attended, course_session::Column::Id)),
        );
        seen.add(employee::Column::Id.is_in(me.supervisor_id.into_iter().chain([me.id])))
            .add(employee::Column::Id.in_subquery(ids(pupils, enrolment::Column::EmployeeId)))
            .add(employee::Column::Id.in_subquery(ids(on_my_rolls, check_in::Column::EmployeeId)))
            .add(employee::Column::Id.in_subquery(ids(trainers, course_session_trainer::Column::EmployeeId)))
    }
}

/// The history of numbers is the person's own and their agency admin's.
impl Scoped for employee_nip::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(person) = actor else { return nobody() };
        let kept = Condition::any().add(employee_nip::Column::AgencyId.is_in(person.administers.iter().copied()));
        match person.employee {
            Some(me) => kept.add(employee_nip::Column::EmployeeId.eq(me.id)),
            None => kept,
        }
    }
}

impl Scoped for course_run::Entity {
    fn scope(actor: &Actor) -> Condition {
        visible_runs(actor)
    }
}

/// The catalogue of one's agencies, and the courses of the runs that one may see.
impl Scoped for course::Entity {
    fn scope(actor: &Actor) -> Condition {
        let runs = find::<course_run::Entity>(actor);
        Condition::any()
            .add(course::Column::AgencyId.is_in(actor.agencies()))
            .add(course::Column::Id.in_subquery(ids(runs, course_run::Column::CourseId)))
    }
}

impl Scoped for course_session::Entity {
    fn scope(actor: &Actor) -> Condition {
        let runs = find::<course_run::Entity>(actor);
        Condition::any().add(course_session::Column::CourseRunId.in_subquery(ids(runs, course_run::Column::Id)))
    }
}

/// One's own; those of the runs that one teaches or that one's agency holds; those of the people that one keeps or
/// is the superior of.
impl Scoped for enrolment::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(person) = actor else { return nobody() };
        let mine = employee::Entity::find()
            .filter(subordinates(person).add(employee::Column::AgencyId.is_in(person.administers.iter().copied())));
        let seen = Condition::any()
            .add(enrolment::Column::AgencyId.is_in(person.administers.iter().copied()))
            .add(enrolment::Column::EmployeeId.in_subquery(ids(mine, employee::Column::Id)));
        match person.employee {
            Some(me) => seen
                .add(enrolment::Column::EmployeeId.eq(me.id))
                .add(enrolment::Column::CourseRunId.in_subquery(taught_runs(me.id))),
            None => seen,
        }
    }
}

/// One's own; the rolls of the sessions that one teaches or that one's agency holds; those of the people that one
/// keeps or is the superior of.
impl Scoped for check_in::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(person) = actor else { return nobody() };
        let kept = || person.administers.iter().copied();
        let people = employee::Entity::find().filter(subordinates(person));
        let sessions = course_session::Entity::find().filter(course_session::Column::AgencyId.is_in(kept()));
        let seen = Condition::any()
            .add(check_in::Column::AgencyId.is_in(kept()))
            .add(check_in::Column::EmployeeId.in_subquery(ids(people, employee::Column::Id)))
            .add(check_in::Column::CourseSessionId.in_subquery(ids(sessions, course_session::Column::Id)));
        match person.employee {
            Some(me) => seen
                .add(check_in::Column::EmployeeId.eq(me.id))
                .add(check_in::Column::CourseSessionId.in_subquery(taught_sessions(me.id))),
            None => seen,
        }
    }
}

/// As the check-ins that they are of.
impl Scoped for check_in_review::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(person) = actor else { return nobody() };
        let kept = || person.administers.iter().copied();
        let people = employee::Entity::find().filter(subordinates(person));
        let sessions = course_session::Entity::find().filter(course_session::Column::AgencyId.is_in(kept()));
        let seen = Condition::any()
            .add(check_in_review::Column::AgencyId.is_in(kept()))
            .add(check_in_review::Column::EmployeeId.in_subquery(ids(people, employee::Column::Id)))
            .add(check_in_review::Column::CourseSessionId.in_subquery(ids(sessions, course_session::Column::Id)));
        match person.employee {
            Some(me) => seen
                .add(check_in_review::Column::EmployeeId.eq(me.id))
                .add(check_in_review::Column::CourseSessionId.in_subquery(taught_sessions(me.id))),
            None => seen,
        }
    }
}

macro_rules! seen_by_oneself_and_above {
    ($($table:ident),*) => {$(
        /// One's own; those of the people that one keeps or is the superior of.
        impl Scoped for $table::Entity {
            fn scope(actor: &Actor) -> Condition {
                let Actor::Person(person) = actor else { return nobody() };
                let people = employee::Entity::find().filter(subordinates(person));
                Condition::any()
                    .add($table::Column::AgencyId.is_in(person.administers.iter().copied()))
                    .add($table::Column::EmployeeId.in_subquery(ids(people, employee::Column::Id)))
                    .add($table::Column::EmployeeId.is_in(person.employee.map(|me| me.id)))
            }
        }
    )*};
}
seen_by_oneself_and_above!(correction, duty_arrangement, roster_entry);

impl Scoped for account::Entity {
    fn scope(actor: &Actor) -> Condition {
        match actor {
            Actor::Person(person) => Condition::all().add(account::Column::Id.eq(person.account_id)),
            Actor::Anonymous => nobody(),
        }
    }
}

/// The devices that one is logged in on.
impl Scoped for device::Entity {
    fn scope(actor: &Actor) -> Condition {
        match actor {
            Actor::Person(person) => Condition::all()
                .add(device::Column::AccountId.eq(person.account_id))
                .add(device::Column::RevokedAt.is_null()),
            Actor::Anonymous => nobody(),
        }
    }
}

/// One's own roles, those in the agencies that one keeps, and for the national admin every agency admin's.
impl Scoped for role_grant::Entity {
    fn scope(actor: &Actor) -> Condition {
        let Actor::Person(person) = actor else { return nobody() };
        let seen = Condition::any()
            .add(role_grant::Column::AccountId.eq(person.account_id))
            .add(role_grant::Column::AgencyId.is_in(person.administers.iter().copied()));
        let seen = if person.is_national_admin {
            seen.add(role_grant::Column::Role.eq(role_grant::Role::AgencyAdmin))
        } else {
            seen
        };
        Condition::all().add(seen).add(role_grant::Column::RevokedAt.is_null())
    }
}
