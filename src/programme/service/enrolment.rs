//! People are enrolled in runs and taken off their lists.

use std::collections::HashMap;

use entity::enrolment::Status;
use entity::ids::{CourseRunId, EmployeeId, EnrolmentId};
use entity::{course_run, employee, enrolment};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _};

use super::{collision, course_run as runs, people};
use crate::app::App;
use crate::clock::Instant;
use crate::db;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::programme::schema::{EnrolEmployeesInput, WithdrawEnrolmentInput};

/// People that one call enrols.
const MAX_PEOPLE: usize = 100;

/// Enrols people in a run, all or none. The run is held meanwhile, so that two calls together do not go beyond its
/// capacity.
///
/// # Errors
/// What `EnrolEmployeesErrorCode` names.
pub async fn enrol(app: &App, actor: &Actor, input: EnrolEmployeesInput) -> Result<Vec<enrolment::Model>> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let run = rows::held::<CourseRunId>(&transaction, actor, "courseRunId", &input.course_run_id).await?;
    let mut agencies = runs::guests(&transaction, run.id).await?;
    agencies.push(run.agency_id);
    if !agencies.iter().any(|agency| policy::can(actor, Action::Keep(*agency))) {
        return Err(Error::refused(Problem::Forbidden));
    }
    let mut wanted = Vec::new();
    for (field, employee) in people(app, &transaction, actor, &input.employee_ids, MAX_PEOPLE).await? {
        let problem = if !policy::can(actor, Action::Keep(employee.agency_id)) {
            Problem::Forbidden
        } else if !employee.is_active {
            Problem::Inactive
        } else {
            wanted.push((field, employee));
            continue;
        };
        return Err(Error::at(&field, problem));
    }
    let people: Vec<EmployeeId> = wanted.iter().map(|(_, employee)| employee.id).collect();
    let known = enrolments(app, &transaction, run.id, &people).await?;
    let is_in = |employee: &EmployeeId| known.get(employee).is_some_and(|known| known.status == Status::Enrolled);
    wanted.retain(|(_, employee)| !is_in(&employee.id));
    let added: Vec<EmployeeId> = wanted.iter().map(|(_, employee)| employee.id).collect();
    if !added.is_empty() {
        let taken = runs::enrolled(&transaction, run.id).await?;
        let places = run.capacity.map(|places| u64::from(places.unsigned_abs()));
        if places.is_some_and(|places| taken + added.len() as u64 > places) {
            return Err(Error::at("employeeIds", Problem::RunFull));
        }
        collision::check(app, &transaction, run.id, &wanted, input.is_released_from_duty).await?;
        add(app, &transaction, &run, &added, &known).await?;
    }
    let mut enrolled = enrolments(app, &transaction, run.id, &people).await?;
    transaction.commit().await?;
    Ok(people.iter().filter_map(|employee| enrolled.remove(employee)).collect())
}

/// Takes a person off the list of a run.
///
/// # Errors
/// What `WithdrawEnrolmentErrorCode` names.
pub async fn withdraw(app: &App, actor: &Actor, input: WithdrawEnrolmentInput) -> Result<enrolment::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let mut enrolment = rows::held::<EnrolmentId>(&transaction, actor, "enrolmentId", &input.enrolment_id).await?;
    let employee = policy::find::<employee::Entity>(actor)
        .filter(employee::Column::Id.eq(enrolment.employee_id))
        .one(&transaction)
        .await?;
    let keeps_person = employee.is_some_and(|employee| policy::can(actor, Action::Keep(employee.agency_id)));
    if !keeps_person {
        policy::require(actor, Action::Keep(enrolment.agency_id))?;
    }
    if enrolment.status == Status::Enrolled {
        (enrolment.status, enrolment.updated_at) = (Status::Withdrawn, app.clock.now());
        enrolment::Entity::update_many()
            .col_expr(enrolment::Column::Status, Expr::value(enrolment.status))
            .col_expr(enrolment::Column::UpdatedAt, Expr::value(enrolment.updated_at))
            .filter(enrolment::Column::Id.eq(enrolment.id))
            .exec(&transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(enrolment)
}

/// What stands on the list of a run about the given people.
async fn enrolments(
    app: &App,
    transaction: &DatabaseTransaction,
    run: CourseRunId,
    people: &[EmployeeId],
) -> Result<HashMap<EmployeeId, enrolment::Model>> {
    let people = people.iter().map(|employee| (*employee).into());
    let rows = enrolment::Entity::find()
        .filter(enrolment::Column::CourseRunId.eq(run))
        .filter(db::any_of(app.db.engine(), enrolment::Column::EmployeeId, people))
        .all(transaction)
        .await?;
    Ok(rows.into_iter().map(|row| (row.employee_id, row)).collect())
}

/// Puts people on the list of a run: those who were taken off it back, the others new.
async fn add(
    app: &App,
    transaction: &DatabaseTransaction,
    run: &course_run::Model,
    people: &[EmployeeId],
    known: &HashMap<EmployeeId, enrolment::Model>,
) -> Result<()> {
    let now: Instant = app.clock.now();
    let (back, new): (Vec<EmployeeId>, Vec<EmployeeId>) =
        people.iter().copied().partition(|employee| known.contains_key(employee));
    if !back.is_empty() {
        enrolment::Entity::update_many()
            .col_expr(enrolment::Column::Status, Expr::value(Status::Enrolled))
            .col_expr(enrolment::Column::EnrolledAt, Expr::value(now))
            .col_expr(enrolment::Column::UpdatedAt, Expr::value(now))
            .filter(enrolment::Column::CourseRunId.eq(run.id))
            .filter(db::any_of(app.db.engine(), enrolment::Column::EmployeeId, back.into_iter().map(Into::into)))
            .exec(transaction)
            .await?;
    }
    let new = new.into_iter().map(|employee| enrolment::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(run.agency_id),
        course_run_id: Set(run.id),
        employee_id: Set(employee),
        status: Set(Status::Enrolled),
        enrolled_at: Set(now),
        updated_at: Set(now),
    });
    enrolment::Entity::insert_many(new).exec_without_returning(transaction).await?;
    Ok(())
}
