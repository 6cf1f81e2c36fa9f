//! The sessions of the demo, and those of today: whenever somebody looks, there is a class to check in to, one that
//! is too early, and one of a run that the city's employee is not in.

use std::collections::HashSet;

use chrono::{DurationRound as _, TimeDelta};
use entity::ids::AgencyId;
use entity::{course_run, course_session, course_session_trainer};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::files::{City, SessionEntry, When};
use super::{agencies, rows};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;

/// How far ahead an open session is promised.
const PROMISE: TimeDelta = TimeDelta::hours(2);

/// A session that should be there.
pub(super) struct Meeting<'a> {
    pub city: &'a City,
    pub agency_id: AgencyId,
    pub entry: &'a SessionEntry,
    pub source_id: String,
    pub starts_at: Instant,
}

/// Makes sure that each city has a session whose window contains now and the next two hours, for those who are
/// enrolled and for those who are not, and one that is too early. What is there already is left alone.
pub async fn refresh_today(app: &App) -> Result<()> {
    let agencies = agencies::find(app).await?;
    let now = app.clock.now();
    let ahead = course_session::Entity::find()
        .filter(course_session::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .filter(course_session::Column::EndsAt.gte(now + PROMISE))
        .all(app.db.read())
        .await?;
    let mut meetings = Vec::new();
    for (city, agency_id) in &agencies {
        for entry in &city.sessions {
            let series = format!("{}@", entry.source_id);
            let of_series = |session: &&course_session::Model| {
                session.agency_id == *agency_id
                    && session.source_id.as_ref().is_some_and(|source_id| source_id.starts_with(&series))
            };
            let opens: Vec<Instant> = ahead.iter().filter(of_series).map(opens_at).collect();
            if let Some(starts_at) = next(entry.when, now, &opens) {
                let source_id = format!("{series}{}", starts_at.format("%Y%m%dT%H%MZ"));
                meetings.push(Meeting { city, agency_id: *agency_id, entry, source_id, starts_at });
            }
        }
    }
    if meetings.is_empty() {
        return Ok(());
    }
    let transaction = app.db.begin().await?;
    write_missing(app, &transaction, &agencies, meetings).await?;
    transaction.commit().await?;
    Ok(())
}

/// From when on a check-in to the session counts.
fn opens_at(session: &course_session::Model) -> Instant {
    session.starts_at - TimeDelta::minutes(session.opens_before_minutes.into())
}

/// When the next session of a series has to start, where one is missing; `opens` are the openings of those of the
/// series that last as long as promised.
fn next(when: When, now: Instant, opens: &[Instant]) -> Option<Instant> {
    let quarter = now.duration_trunc(TimeDelta::minutes(15)).ok()?;
    match when {
        When::Now => opens.iter().all(|opens_at| *opens_at > now).then_some(quarter),
        When::Tomorrow => {
            opens.iter().all(|opens_at| *opens_at <= now + PROMISE).then_some(quarter + TimeDelta::days(1))
        }
        When::Once { .. } => None,
    }
}

/// Writes those of the sessions that are not there, each with its trainer, and keeps their runs as long as they are.
pub(super) async fn write_missing(
    app: &App,
    transaction: &DatabaseTransaction,
    agencies: &[(&City, AgencyId)],
    mut meetings: Vec<Meeting<'_>>,
) -> Result<()> {
    let known: HashSet<(AgencyId, String)> = course_session::Entity::find()
        .select_only()
        .columns([course_session::Column::AgencyId, course_session::Column::SourceId])
        .filter(course_session::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .filter(course_session::Column::SourceId.is_in(meetings.iter().map(|meeting| &meeting.source_id)))
        .into_tuple()
        .all(transaction)
        .await?
        .into_iter()
        .collect();
    meetings.retain(|meeting| !known.contains(&(meeting.agency_id, meeting.source_id.clone())));
    if meetings.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let runs = rows::runs(transaction, agencies).await?;
    let venues = rows::venues(transaction, agencies).await?;
    let employees = rows::employees(transaction, agencies).await?;
    let (mut sessions, mut trainers) = (Vec::new(), Vec::new());
    for Meeting { city, agency_id, entry, source_id, starts_at } in meetings {
        let id = app.ids.new_id(now);
        let run_id = runs.get(agency_id, &entry.run_source_id)?;
        let ends_at = starts_at + TimeDelta::minutes(entry.minutes);
        sessions.push(course_session::ActiveModel {
            id: Set(id),
            agency_id: Set(agency_id),
            course_run_id: Set(run_id),
            source_id: Set(Some(source_id)),
            title: Set(entry.title.clone()),
            venue_id: Set(venues.optional(agency_id, entry.venue_source_id.as_deref())?),
            starts_at: Set(starts_at),
            ends_at: Set(ends_at),
            time_zone: Set(city.zone.name().to_owned()),
            opens_before_minutes: Set(entry.opens_before_minutes),
            requires_code: Set(entry.requires_code),
            code_secret: Set(app.ids.bytes::<20>().to_vec()),
            created_at: Set(now),
            updated_at: Set(now),
        });
        trainers.push(course_session_trainer::ActiveModel {
            course_session_id: Set(id),
            employee_id: Set(employees.get(agency_id, &entry.trainer_source_id)?),
            agency_id: Set(agency_id),
        });
        let day = ends_at.with_timezone(&city.zone).date_naive();
        course_run::Entity::update_many()
            .col_expr(course_run::Column::EndsOn, Expr::value(day))
            .col_expr(course_run::Column::UpdatedAt, Expr::value(now))
            .filter(course_run::Column::Id.eq(run_id))
            .filter(course_run::Column::EndsOn.lt(day))
            .exec(transaction)
            .await?;
    }
    rows::write(transaction, sessions).await?;
    rows::write(transaction, trainers).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().expect("an instant")
    }

    #[test]
    fn an_open_session_is_made_when_none_is_open_long_enough() {
        let now = at("2026-11-23T00:29:59Z");
        assert_eq!(next(When::Now, now, &[]), Some(at("2026-11-23T00:15:00Z")));
        assert_eq!(next(When::Now, now, &[at("2026-11-23T00:30:00Z")]), Some(at("2026-11-23T00:15:00Z")));
        assert_eq!(next(When::Now, now, &[now]), None);
    }

    #[test]
    fn an_early_session_is_made_when_none_stays_early_long_enough() {
        let now = at("2026-11-23T23:50:00Z");
        assert_eq!(next(When::Tomorrow, now, &[]), Some(at("2026-11-24T23:45:00Z")));
        assert_eq!(next(When::Tomorrow, now, &[now + PROMISE]), Some(at("2026-11-24T23:45:00Z")));
        assert_eq!(next(When::Tomorrow, now, &[now + PROMISE + TimeDelta::seconds(1)]), None);
    }
}
