//! Each city's programme: courses, runs, who takes part, and the sessions that take place once.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, TimeDelta};
use entity::ids::{AgencyId, CourseId, CourseRunId, EmployeeId, SiasnTermId};
use entity::siasn_term::List;
use entity::{course, course_run, course_run_guest, enrolment};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::files::{City, When};
use super::rows::{self, Keys};
use super::sessions::{self, Meeting};
use crate::app::App;
use crate::error::{Error, Result};

/// Writes what is missing of the programmes.
pub(super) async fn load(app: &App, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let transaction = app.db.begin().await?;
    let courses = courses(app, &transaction, agencies).await?;
    let runs = runs(app, &transaction, agencies, &courses).await?;
    enrolments(app, &transaction, agencies, &runs).await?;
    sessions::write_missing(app, &transaction, agencies, meetings(app, agencies)?).await?;
    transaction.commit().await?;
    Ok(())
}

/// Today in the city.
fn today(app: &App, city: &City) -> NaiveDate {
    app.clock.now().with_timezone(&city.zone).date_naive()
}

async fn courses(
    app: &App,
    transaction: &DatabaseTransaction,
    agencies: &[(&City, AgencyId)],
) -> Result<Keys<CourseId>> {
    let now = app.clock.now();
    let mut courses = rows::courses(transaction, agencies).await?;
    let mut missing = Vec::new();
    for (city, agency_id) in agencies {
        missing.extend(
            city.courses
                .iter()
                .filter(|entry| !courses.has(*agency_id, &entry.source_id))
                .map(|entry| (*agency_id, entry)),
        );
    }
    if missing.is_empty() {
        return Ok(courses);
    }
    let names = rows::terms(transaction, List::CourseName).await?;
    let forms = rows::terms(transaction, List::TrainingForm).await?;
    let mut new = Vec::new();
    for (agency_id, entry) in missing {
        let id = app.ids.new_id(now);
        courses.add(agency_id, &entry.source_id, id);
        new.push(course::ActiveModel {
            id: Set(id),
            agency_id: Set(agency_id),
            source_id: Set(Some(entry.source_id.clone())),
            title: Set(entry.title.clone()),
            description: Set(entry.description.clone()),
            course_name_id: Set(Some(term(&names, &entry.course_name_id)?)),
            training_form_id: Set(Some(term(&forms, &entry.training_form_id)?)),
            is_active: Set(true),
            created_at: Set(now),
            updated_at: Set(now),
        });
    }
    rows::write(transaction, new).await?;
    Ok(courses)
}

fn term(terms: &HashMap<String, SiasnTermId>, id: &str) -> Result<SiasnTermId> {
    terms
        .get(id)
        .copied()
        .ok_or_else(|| Error::internal(format!("a course of the demo names {id}, which is in no list")))
}

/// Writes the runs that are missing, each with the agencies that are invited to it.
async fn runs(
    app: &App,
    transaction: &DatabaseTransaction,
    agencies: &[(&City, AgencyId)],
    courses: &Keys<CourseId>,
) -> Result<Keys<CourseRunId>> {
    let now = app.clock.now();
    let mut runs = rows::runs(transaction, agencies).await?;
    let (mut new, mut guests) = (Vec::new(), Vec::new());
    for (city, agency_id) in agencies {
        let today = today(app, city);
        for entry in &city.runs {
            if runs.has(*agency_id, &entry.source_id) {
                continue;
            }
            let id = app.ids.new_id(now);
            runs.add(*agency_id, &entry.source_id, id);
            new.push(course_run::ActiveModel {
                id: Set(id),
                agency_id: Set(*agency_id),
                course_id: Set(courses.get(*agency_id, &entry.course_source_id)?),
                source_id: Set(Some(entry.source_id.clone())),
                name: Set(entry.name.clone()),
                starts_on: Set(today + TimeDelta::days(entry.starts_after_days)),
                ends_on: Set(today + TimeDelta::days(entry.ends_after_days)),
                capacity: Set(entry.capacity),
                created_at: Set(now),
                updated_at: Set(now),
            });
            for code in entry.guest_agency_codes.split_whitespace() {
                guests.push(course_run_guest::ActiveModel {
                    course_run_id: Set(id),
                    guest_agency_id: Set(agency_of(agencies, code)?),
                    agency_id: Set(*agency_id),
                    invited_at: Set(now),
                });
            }
        }
    }
    rows::write(transaction, new).await?;
    rows::write(transaction, guests).await?;
    Ok(runs)
}

fn agency_of(agencies: &[(&City, AgencyId)], code: &str) -> Result<AgencyId> {
    let found = agencies.iter().find(|(city, _)| city.agency.code == code);
    found
        .map(|(_, agency_id)| *agency_id)
        .ok_or_else(|| Error::internal(format!("no city of the demo has the code {code}")))
}

async fn enrolments(
    app: &App,
    transaction: &DatabaseTransaction,
    agencies: &[(&City, AgencyId)],
    runs: &Keys<CourseRunId>,
) -> Result<()> {
    let now = app.clock.now();
    let employees = rows::employees(transaction, agencies).await?;
    let known: HashSet<(CourseRunId, EmployeeId)> = enrolment::Entity::find()
        .select_only()
        .columns([enrolment::Column::CourseRunId, enrolment::Column::EmployeeId])
        .filter(enrolment::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .into_tuple()
        .all(transaction)
        .await?
        .into_iter()
        .collect();
    let mut missing = Vec::new();
    for (city, agency_id) in agencies {
        for entry in &city.enrolments {
            let home = entry.agency_code.as_deref().map_or(Ok(*agency_id), |code| agency_of(agencies, code))?;
            let run_id = runs.get(*agency_id, &entry.run_source_id)?;
            let employee_id = employees.get(home, &entry.employee_source_id)?;
            if !known.contains(&(run_id, employee_id)) {
                missing.push(enrolment::ActiveModel {
                    id: Set(app.ids.new_id(now)),
                    agency_id: Set(*agency_id),
                    course_run_id: Set(run_id),
                    employee_id: Set(employee_id),
                    status: Set(enrolment::Status::Enrolled),
                    enrolled_at: Set(now),
                    updated_at: Set(now),
                });
            }
        }
    }
    rows::write(transaction, missing).await
}

/// The sessions that take place once, counted from today.
fn meetings<'a>(app: &App, agencies: &[(&'a City, AgencyId)]) -> Result<Vec<Meeting<'a>>> {
    let mut meetings = Vec::new();
    for (city, agency_id) in agencies.iter().copied() {
        for entry in &city.sessions {
            let When::Once { days, time } = entry.when else { continue };
            let starts = (today(app, city) + TimeDelta::days(days)).and_time(time).and_local_timezone(city.zone);
            let starts_at =
                starts.earliest().ok_or_else(|| Error::internal(format!("{time} is no time of that day")))?;
            let source_id = entry.source_id.clone();
            meetings.push(Meeting { city, agency_id, entry, source_id, starts_at: starts_at.to_utc() });
        }
    }
    Ok(meetings)
}
