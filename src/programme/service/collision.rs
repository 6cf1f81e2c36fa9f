//! A class must not collide with another class, nor with a shift of the roster: there the counter would stand empty.
//! Ordinary working hours are no obstacle, for a class within them is duty.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use chrono::{NaiveDate, TimeDelta};
use entity::ids::{CourseRunId, EmployeeId};
use entity::{course_session, course_session_trainer, employee, enrolment};
use sea_orm::sea_query::Condition;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, JoinType, QueryFilter as _, QuerySelect as _, RelationDef,
};

use crate::app::App;
use crate::attendance::lives;
use crate::attendance::working_time::WorkingLife;
use crate::clock::Instant;
use crate::db;
use crate::error::{Refusal, Result};
use crate::problem::Problem;
use crate::programme::rules::{Stretch, collision};

/// Refuses people for whom a coming session of a run collides; each comes with the input field that names them.
/// Whoever is released from duty may leave their shift.
///
/// # Errors
/// `COLLIDES_WITH_CLASS` and `COLLIDES_WITH_DUTY` at the person's field.
pub async fn check(
    app: &App,
    transaction: &DatabaseTransaction,
    run: CourseRunId,
    people: &[(String, employee::Model)],
    is_released: bool,
) -> Result<()> {
    let coming = course_session::Entity::find()
        .filter(course_session::Column::CourseRunId.eq(run))
        .filter(course_session::Column::EndsAt.gt(app.clock.now()))
        .all(transaction)
        .await?;
    let wanted: Vec<(Stretch, String)> = coming.iter().map(|row| (stretch(row), row.title.clone())).collect();
    let (Some(first), Some(last)) =
        (wanted.iter().map(|(wanted, _)| wanted.from).min(), wanted.iter().map(|(wanted, _)| wanted.until).max())
    else {
        return Ok(());
    };
    let ids: Vec<EmployeeId> = people.iter().map(|(_, employee)| employee.id).collect();
    let classes = classes(app, transaction, run, &ids, Stretch { from: first, until: last }).await?;
    let days = first.date_naive() - TimeDelta::days(2)..=last.date_naive() + TimeDelta::days(1);
    let placed: Vec<lives::Placed> = people.iter().map(|(_, employee)| employee.into()).collect();
    let lives = lives::lives(app, transaction, &placed, &days).await?;
    for (field, employee) in people {
        let refused = |problem, (class, by): (&String, &String)| {
            Err(Refusal::at(field, problem).with("class", class).with("other", by).into())
        };
        if let Some(found) = collision(&wanted, classes.get(&employee.id).map_or(&[], Vec::as_slice)) {
            return refused(Problem::CollidesWithClass, found);
        }
        let rostered = lives.get(&employee.id).map(|life| rostered(life, &days)).unwrap_or_default();
        if let Some(found) = collision(&wanted, &rostered).filter(|_| !is_released) {
            return refused(Problem::CollidesWithDuty, found);
        }
    }
    Ok(())
}

fn stretch(session: &course_session::Model) -> Stretch {
    Stretch { from: session.starts_at, until: session.ends_at }
}

/// The classes that people attend or teach beside the run, within a time.
async fn classes(
    app: &App,
    transaction: &DatabaseTransaction,
    run: CourseRunId,
    people: &[EmployeeId],
    within: Stretch,
) -> Result<HashMap<EmployeeId, Vec<(Stretch, String)>>> {
    let ids = || people.iter().map(|id| id.0);
    let within = Condition::all()
        .add(course_session::Column::StartsAt.lt(within.until))
        .add(course_session::Column::EndsAt.gt(within.from))
        .add(course_session::Column::CourseRunId.ne(run));
    let enrolments: RelationDef = enrolment::Entity::belongs_to(course_session::Entity)
        .from(enrolment::Column::CourseRunId)
        .to(course_session::Column::CourseRunId)
        .into();
    let trainers: RelationDef = course_session_trainer::Entity::belongs_to(course_session::Entity)
        .from(course_session_trainer::Column::CourseSessionId)
        .to(course_session::Column::Id)
        .into();
    let times = [course_session::Column::StartsAt, course_session::Column::EndsAt, course_session::Column::Title];
    let attended: Vec<(EmployeeId, Instant, Instant, String)> = enrolment::Entity::find()
        .select_only()
        .column(enrolment::Column::EmployeeId)
        .columns(times)
        .join(JoinType::InnerJoin, enrolments)
        .filter(db::any_of(app.db.engine(), enrolment::Column::EmployeeId, ids()))
        .filter(enrolment::Column::Status.eq(enrolment::Status::Enrolled))
        .filter(within.clone())
        .into_tuple()
        .all(transaction)
        .await?;
    let taught: Vec<(EmployeeId, Instant, Instant, String)> = course_session_trainer::Entity::find()
        .select_only()
        .column(course_session_trainer::Column::EmployeeId)
        .columns(times)
        .join(JoinType::InnerJoin, trainers)
        .filter(db::any_of(app.db.engine(), course_session_trainer::Column::EmployeeId, ids()))
        .filter(within)
        .into_tuple()
        .all(transaction)
        .await?;
    let mut classes = HashMap::<EmployeeId, Vec<(Stretch, String)>>::new();
    for (employee, from, until, title) in attended.into_iter().chain(taught) {
        classes.entry(employee).or_default().push((Stretch { from, until }, title));
    }
    Ok(classes)
}

/// The shifts that the roster gives somebody, by their names.
fn rostered(life: &WorkingLife, days: &RangeInclusive<NaiveDate>) -> Vec<(Stretch, String)> {
    let entries = life.roster.iter().filter(|entry| days.contains(&entry.on));
    let mut on: Vec<NaiveDate> = entries.map(|entry| entry.on).collect();
    on.dedup();
    let shifts = on.into_iter().flat_map(|on| life.day(on).shifts);
    shifts
        .map(|shift| {
            let stretch = Stretch { from: shift.window.starts_at, until: shift.window.ends_at };
            (stretch, shift.shift.name.clone())
        })
        .collect()
}
