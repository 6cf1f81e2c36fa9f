//! Something is open and somebody works whatever the clock.

use bina::demo::{self, Role};
use chrono::{DateTime, TimeDelta};
use entity::{
    RequestStatus, agency, course_run, course_session, course_session_trainer, duty_arrangement, employee, enrolment,
    roster_entry, shift, venue,
};
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder as _};

use super::{CITIES, account_of, counts, demo_world, employee_of};
use crate::harness::{Engine, World, monday_morning};

/// What somebody who tries the demo now finds in each city.
async fn assert_something_to_check_in_to(world: &World) {
    let db = world.app.db.read();
    let now = world.app.clock.now();
    for (_, name) in CITIES {
        let clerk = employee_of(world, &account_of(name, Role::Employee)).await;
        let trainer = employee_of(world, &account_of(name, Role::Trainer)).await;
        let enrolments = enrolment::Entity::find().filter(enrolment::Column::EmployeeId.eq(clerk.id));
        let runs: Vec<_> = enrolments
            .all(db)
            .await
            .expect("the database answers")
            .iter()
            .map(|enrolment| enrolment.course_run_id)
            .collect();
        let sessions = course_session::Entity::find().filter(course_session::Column::AgencyId.eq(clerk.agency_id));
        let sessions = sessions.all(db).await.expect("the database answers");
        let opens = |s: &course_session::Model| s.starts_at - TimeDelta::minutes(s.opens_before_minutes.into());
        let is_open = |s: &&course_session::Model| opens(s) <= now && now + TimeDelta::hours(2) <= s.ends_at;
        let is_mine = |s: &course_session::Model| runs.contains(&s.course_run_id);

        let open: Vec<_> = sessions.iter().filter(is_open).filter(|s| is_mine(s)).collect();
        let taught = course_session_trainer::Entity::find()
            .filter(course_session_trainer::Column::EmployeeId.eq(trainer.id))
            .filter(course_session_trainer::Column::CourseSessionId.is_in(open.iter().map(|s| s.id)));
        assert_eq!(
            taught.count(db).await.expect("the database answers"),
            open.len() as u64,
            "{name} at {now}: the trainer teaches them"
        );
        let session = open.first().unwrap_or_else(|| panic!("{name} at {now}: nothing is open"));
        assert!(session.requires_code && session.code_secret.len() == 20);
        let room = venue::Entity::find_by_id(session.venue_id.expect("a room"))
            .one(db)
            .await
            .expect("the database answers")
            .expect("the room");
        assert_eq!(room.unit_id, None, "a room for classes");
        let run = course_run::Entity::find_by_id(session.course_run_id)
            .one(db)
            .await
            .expect("the database answers")
            .expect("the run");
        let zone: chrono_tz::Tz = session.time_zone.parse().expect("a zone");
        let days = run.starts_on..=run.ends_on;
        for instant in [session.starts_at, session.ends_at] {
            assert!(days.contains(&instant.with_timezone(&zone).date_naive()), "{name} at {now}");
        }

        assert!(sessions.iter().any(|s| is_mine(s) && opens(s) > now + TimeDelta::hours(2)), "{name} at {now}: early");
        assert!(sessions.iter().any(|s| is_open(&s) && !is_mine(s)), "{name} at {now}: not enrolled");
    }
}

#[rstest]
#[case::as_given("2026-11-23T00:20:00Z")]
#[case::sunday_one_at_night_in_jakarta("2026-11-21T18:00:00Z")]
#[case::ten_to_midnight_in_jakarta("2026-11-23T16:50:00Z")]
#[case::ten_to_midnight_in_utc("2026-12-31T23:50:00Z")]
#[case::new_year("2026-12-31T17:00:00Z")]
#[case::holiday("2027-03-10T05:14:59.999999Z")]
#[tokio::test]
async fn something_is_open_whatever_the_clock(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] now: DateTime<chrono::Utc>,
) {
    let world = World::new(engine).await;
    world.app.clock.set(now);
    demo::load(&world.app).await.unwrap();
    assert_something_to_check_in_to(&world).await;
}

#[rstest]
#[tokio::test]
async fn something_stays_open_for_months(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let first = counts(&world).await["course_session"];
    let start = monday_morning();
    for round in 1..=26 {
        world.app.clock.set(start + TimeDelta::hours(round));
        demo::refresh_today(&world.app).await.unwrap();
        demo::refresh_today(&world.app).await.unwrap();
        assert_something_to_check_in_to(&world).await;
    }
    let day = counts(&world).await["course_session"] - first;
    // A city's two series that are open get one every two hours, the one that is too early one a day.
    assert!(day <= 5 * (2 * 13 + 1), "26 hours add {day} sessions");
    for days in [9, 100] {
        world.app.clock.set(start + TimeDelta::days(days));
        demo::load(&world.app).await.unwrap();
        assert_something_to_check_in_to(&world).await;
    }
}

/// In each city a unit works around the clock; whoever has a password keeps the open hours, so that there is a workday
/// for them.
#[rstest]
#[tokio::test]
async fn somebody_is_rostered_day_and_night(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let db = world.app.db.read();
    let days = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
    for (_, name) in CITIES {
        let agency = agency::Entity::find().filter(agency::Column::Name.eq(name)).one(db).await.unwrap().expect(name);
        let people = employee::Entity::find().filter(employee::Column::AgencyId.eq(agency.id)).all(db).await.unwrap();
        let roster = roster_entry::Entity::find().filter(roster_entry::Column::AgencyId.eq(agency.id));
        let roster = roster.all(db).await.unwrap();
        for entry in &roster {
            let person = people.iter().find(|person| person.id == entry.employee_id).expect("of the city");
            assert_eq!(person.account_id, None, "{name}: {}", person.name);
        }
        assert!(roster.iter().any(|entry| entry.workday_on == days("2026-11-23")), "{name}");
        let over_midnight = shift::Entity::find()
            .filter(shift::Column::Id.is_in(roster.iter().map(|entry| entry.shift_id)))
            .filter(shift::Column::EndMinute.gt(24 * 60));
        assert_eq!(over_midnight.count(db).await.unwrap(), 1, "{name}");
        let statuses = duty_arrangement::Entity::find().filter(duty_arrangement::Column::AgencyId.eq(agency.id));
        let statuses: Vec<_> = statuses.all(db).await.unwrap().into_iter().map(|row| row.status).collect();
        assert!(statuses.contains(&RequestStatus::Approved) && statuses.contains(&RequestStatus::Requested), "{name}");
    }
    // Two weeks later it goes on from where it ended, without a gap.
    let last = roster_entry::Entity::find().order_by_desc(roster_entry::Column::WorkdayOn).one(db).await.unwrap();
    assert_eq!(last.expect("a roster").workday_on, days("2026-12-21"));
    world.app.clock.set(monday_morning() + TimeDelta::days(14));
    demo::load(&world.app).await.unwrap();
    let last = roster_entry::Entity::find().order_by_desc(roster_entry::Column::WorkdayOn).one(db).await.unwrap();
    assert_eq!(last.expect("a roster").workday_on, days("2027-01-04"));
}
