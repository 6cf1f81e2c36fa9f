//! The demo: five cities, loaded once and completed on every later start.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bina::agency::nip;
use bina::clock::Instant;
use bina::demo::{self, DemoAccount, ForeignDatabase, Role};
use bina::identity::password;
use chrono::{DateTime, TimeDelta};
use entity::{
    RequestStatus, account, agency, check_in, contact, course_run, course_run_guest, course_session,
    course_session_trainer, device, duty_arrangement, employee, employee_nip, enrolment, jurisdiction, role_grant,
    roster_entry, schedule, shift, unit, venue,
};
use rstest::rstest;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait as _, EntityTrait, IntoActiveModel as _,
    PaginatorTrait, QueryFilter, QueryOrder as _,
};

use crate::harness::{Engine, World, monday_morning};

const TABLES: [&str; 24] = [
    "account",
    "agency",
    "check_in",
    "contact",
    "course",
    "course_run",
    "course_run_guest",
    "course_session",
    "course_session_trainer",
    "device",
    "duty_arrangement",
    "employee",
    "employee_nip",
    "enrolment",
    "holiday",
    "jurisdiction",
    "ramadan_period",
    "role_grant",
    "roster_entry",
    "schedule",
    "shift",
    "siasn_term",
    "unit",
    "venue",
];

const CITIES: [(&str, &str); 5] = [
    ("sabang", "Pemerintah Kota Sabang"),
    ("surabaya", "Pemerintah Kota Surabaya"),
    ("sawahlunto", "Pemerintah Kota Sawahlunto"),
    ("medan", "Pemerintah Kota Medan"),
    ("sibolga", "Pemerintah Kota Sibolga"),
];

async fn demo_world(engine: Engine) -> World {
    let world = World::new(engine).await;
    demo::load(&world.app).await.expect("the demo loads");
    world
}

async fn counts(world: &World) -> BTreeMap<&'static str, i64> {
    let mut counts = BTreeMap::new();
    for table in TABLES {
        let statement = sea_orm::Statement::from_string(world.app.db.engine(), format!("SELECT count(*) FROM {table}"));
        let row = world.app.db.read().query_one_raw(statement).await.expect("the database answers").expect("a count");
        counts.insert(table, row.try_get_by_index(0).expect("the database answers"));
    }
    counts
}

/// The account of a city (by its agency's name) whose last role is this one.
fn account_of(agency: &str, role: Role) -> DemoAccount {
    let of_agency = |account: &DemoAccount| account.agency.as_deref() == Some(agency);
    demo::accounts()
        .into_iter()
        .find(|a| of_agency(a) && a.roles.last() == Some(&role))
        .expect("an account of the role")
}

async fn employee_of(world: &World, account: &DemoAccount) -> employee::Model {
    let db = world.app.db.read();
    let number = employee_nip::Entity::find()
        .filter(employee_nip::Column::Nip.eq(&account.identifier))
        .filter(employee_nip::Column::ValidUntil.is_null())
        .one(db)
        .await
        .expect("the database answers")
        .expect("somebody carries the number");
    employee::Entity::find_by_id(number.employee_id).one(db).await.expect("the database answers").expect("the employee")
}

fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("demo").join(path)
}

fn json(path: &str) -> Vec<serde_json::Value> {
    serde_json::from_slice(&std::fs::read(file(path)).expect("the file is there")).expect("a JSON list")
}

/// The lines of a CSV file by the names of its columns.
fn csv(path: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(file(path))
        .expect("the file is there")
        .into_deserialize()
        .collect::<Result<_, _>>()
        .expect("lines under a header")
}

#[rstest]
#[tokio::test]
async fn a_second_load_adds_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let first = counts(&world).await;
    demo::load(&world.app).await.unwrap();
    assert_eq!(counts(&world).await, first);
    assert_eq!(first["agency"], 5);
    assert_eq!(first["account"], 26);
    assert_eq!(first["contact"], 6);
    assert_eq!(first["role_grant"], 6);
    assert_eq!(first["schedule"], 12, "two an agency, and the country's two");
    assert_eq!((first["duty_arrangement"], first["ramadan_period"]), (10, 1));
}

#[rstest]
#[tokio::test]
async fn a_load_that_was_cut_off_is_completed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let whole = counts(&world).await;
    let transaction = world.app.db.begin().await.unwrap();
    let cut = "DELETE FROM roster_entry; DELETE FROM duty_arrangement; DELETE FROM ramadan_period; DELETE FROM course_session_trainer; DELETE FROM course_session; DELETE FROM enrolment;
        DELETE FROM course_run_guest; DELETE FROM course_run; DELETE FROM course;
        DELETE FROM role_grant WHERE role = 'AGENCY_ADMIN';
        UPDATE employee SET account_id = NULL;
        DELETE FROM contact WHERE value LIKE '%warga%';
        DELETE FROM account WHERE id NOT IN (SELECT account_id FROM role_grant);
        UPDATE unit SET head_employee_id = NULL;
        UPDATE employee SET supervisor_id = NULL;
        DELETE FROM employee_nip; DELETE FROM employee;
        DELETE FROM venue;
        DELETE FROM shift WHERE schedule_id IN (SELECT id FROM schedule WHERE agency_id IS NOT NULL);
        DELETE FROM schedule WHERE agency_id IS NOT NULL;
        DELETE FROM unit WHERE parent_id IS NOT NULL;
        DELETE FROM holiday; DELETE FROM siasn_term WHERE list <> 'RANK'";
    for statement in cut.split(';') {
        transaction.execute_unprepared(statement).await.unwrap();
    }
    transaction.commit().await.unwrap();
    demo::load(&world.app).await.unwrap();
    assert_eq!(counts(&world).await, whole);
}

#[rstest]
#[tokio::test]
async fn the_cities_are_as_their_files_say(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let db = world.app.db.read();
    let today = world.app.clock.now().date_naive();
    for (folder, name) in CITIES {
        let agency = agency::Entity::find().filter(agency::Column::Name.eq(name)).one(db).await.unwrap().expect(name);
        let place = csv("cities.csv").into_iter().find(|city| city["folder"] == folder).expect("the city");
        assert_eq!((&agency.code, &agency.time_zone), (&place["agencyCode"], &place["timeZone"]));
        let region = jurisdiction::Entity::find_by_id(agency.jurisdiction_id.expect("a region")).one(db).await.unwrap();
        assert_eq!(region.expect("the region").code, place["jurisdictionCode"]);

        let people = employee::Entity::find().filter(employee::Column::AgencyId.eq(agency.id)).all(db).await.unwrap();
        let lines = csv(&format!("{folder}/employees.csv"));
        assert_eq!(people.len(), lines.len());
        assert!(people.len() >= 40, "{name} has {} people", people.len());
        assert!(people.iter().all(|person| person.unit_id.is_some() && person.post_type_id.is_some()), "{name}");
        for line in &lines {
            let person =
                people.iter().find(|person| person.source_id.as_ref() == Some(&line["sourceId"])).expect("there");
            let numbers = employee_nip::Entity::find().filter(employee_nip::Column::EmployeeId.eq(person.id));
            let numbers = numbers.all(db).await.unwrap();
            assert_eq!(numbers.iter().map(|number| &number.nip).collect::<Vec<_>>(), [&line["nip"]]);
            assert_eq!(nip::check(&line["nip"], person.employment, today), Ok(()), "{}", line["nip"]);
        }

        let units = unit::Entity::find().filter(unit::Column::AgencyId.eq(agency.id)).all(db).await.unwrap();
        assert_eq!(units.len(), csv(&format!("{folder}/units.csv")).len());
        assert_eq!(units.iter().filter(|unit| unit.parent_id.is_none()).count(), 1, "{name} is one tree");
        for unit in &units {
            let head = people.iter().find(|person| Some(person.id) == unit.head_employee_id).expect("a head");
            assert_eq!(head.unit_id, Some(unit.id), "{} is headed by one of its own", unit.name);
            assert!(unit.jurisdiction_id.is_some(), "{}", unit.name);
        }

        let hours = schedule::Entity::find().filter(schedule::Column::AgencyId.eq(agency.id));
        let hours = hours.filter(schedule::Column::UnitId.is_null()).all(db).await.unwrap();
        let [hours] = &hours[..] else { panic!("{name} has {} schedules", hours.len()) };
        let shifts = shift::Entity::find().filter(shift::Column::ScheduleId.eq(hours.id)).all(db).await.unwrap();
        let [hours] = &shifts[..] else { panic!("{name} has {} shifts", shifts.len()) };
        assert_eq!((hours.weekdays, hours.start_minute, hours.end_minute), (127, 450, 960));
        assert_eq!(hours.start_minute - hours.opens_before_minutes, 0, "from midnight");
        assert_eq!(hours.end_minute + hours.closes_after_minutes, 24 * 60, "to midnight");
    }
}

#[rstest]
#[tokio::test]
async fn the_accounts_fit_their_roles(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let db = world.app.db.read();
    for (_, name) in CITIES {
        let clerk = employee_of(&world, &account_of(name, Role::Employee)).await;
        let head = employee_of(&world, &account_of(name, Role::Supervisor)).await;
        let unit = unit::Entity::find_by_id(clerk.unit_id.expect("a unit")).one(db).await.unwrap().expect("the unit");
        assert_eq!(unit.head_employee_id, Some(head.id), "{name}");
        assert_eq!(clerk.supervisor_id, Some(head.id), "{name}");
        let fence = venue::Entity::find().filter(venue::Column::UnitId.eq(unit.id)).one(db).await.unwrap();
        assert!(fence.expect("the unit has a place").is_active);

        let admin = employee_of(&world, &account_of(name, Role::AgencyAdmin)).await;
        let grants = role_grant::Entity::find().filter(role_grant::Column::AgencyId.eq(clerk.agency_id));
        let grants = grants.all(db).await.unwrap();
        let [grant] = &grants[..] else { panic!("{name} has {} grants", grants.len()) };
        assert_eq!((grant.role, Some(grant.account_id)), (role_grant::Role::AgencyAdmin, admin.account_id));
    }
    for told in demo::accounts() {
        let account_id = if told.identifier.contains('@') {
            let contact = contact::Entity::find().filter(contact::Column::Value.eq(&told.identifier));
            contact.one(db).await.unwrap().expect("a contact").account_id
        } else {
            employee_of(&world, &told).await.account_id.expect("an account")
        };
        let account = account::Entity::find_by_id(account_id).one(db).await.unwrap().expect("the account");
        assert_eq!(account.name, told.name);
        let turn = world.app.hasher.turn().await.unwrap();
        let (is_right, _) = turn.verify(&told.password, account.password_hash.as_deref()).await.unwrap();
        assert!(is_right);
    }
}

#[rstest]
#[tokio::test]
async fn people_of_medan_are_guests_in_sibolga(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let db = world.app.db.read();
    let named = |name: &str| agency::Entity::find().filter(agency::Column::Name.eq(name));
    let medan = named("Pemerintah Kota Medan").one(db).await.unwrap().expect("Medan").id;
    let sibolga = named("Pemerintah Kota Sibolga").one(db).await.unwrap().expect("Sibolga").id;
    let [guest] = &course_run_guest::Entity::find().all(db).await.unwrap()[..] else { panic!("one run has guests") };
    assert_eq!((guest.agency_id, guest.guest_agency_id), (sibolga, medan));
    let roll = enrolment::Entity::find().filter(enrolment::Column::CourseRunId.eq(guest.course_run_id));
    let roll: Vec<_> = roll.all(db).await.unwrap().into_iter().map(|enrolment| enrolment.employee_id).collect();
    let people = employee::Entity::find().filter(employee::Column::Id.is_in(roll)).all(db).await.unwrap();
    let guests = people.iter().filter(|person| person.agency_id == medan).count();
    let units: std::collections::HashSet<_> = people.iter().map(|person| person.unit_id).collect();
    assert_eq!(guests, 3);
    assert!(units.len() > 3, "people of several units");
    assert!(people.iter().all(|person| person.agency_id == medan || person.agency_id == sibolga));
}

#[test]
fn the_told_accounts_are_those_of_the_files() {
    let told = demo::accounts();
    let mut expected = Vec::new();
    for (folder, name) in CITIES {
        let people = csv(&format!("{folder}/employees.csv"));
        for entry in json(&format!("{folder}/accounts.json")) {
            let mut roles = vec![entry["role"].clone()];
            let (identifier, owner) = match entry["employee"].as_str() {
                Some(source_id) => {
                    let person = people.iter().find(|person| person["sourceId"] == source_id).expect("the person");
                    assert_eq!(person["isActive"], "true", "{source_id} logs in");
                    if entry["role"] != "employee" {
                        roles.insert(0, "employee".into());
                    }
                    (person["nip"].clone(), person["name"].clone())
                }
                None => (entry["email"].as_str().unwrap().to_owned(), entry["name"].as_str().unwrap().to_owned()),
            };
            expected.push(serde_json::json!({
                "identifier": identifier, "password": entry["password"], "name": owner, "agency": name, "roles": roles,
            }));
        }
    }
    let [national] = &json("accounts.json")[..] else { panic!("one national admin") };
    expected.push(serde_json::json!({
        "identifier": national["email"], "password": national["password"], "name": national["name"],
        "agency": null, "roles": ["national_admin"],
    }));
    let mut printed = Vec::new();
    demo::print_json(&mut printed).unwrap();
    assert_eq!(serde_json::from_slice::<Vec<serde_json::Value>>(&printed).unwrap(), expected);

    let mut roles: Vec<_> = told.iter().map(|account| (account.agency.clone(), account.roles.clone())).collect();
    roles.dedup();
    assert_eq!(roles.len(), 5 * 5 + 1, "one account a city and role");
    for account in &told {
        password::check_new("password", &account.password, &[&account.name, &account.identifier])
            .unwrap_or_else(|error| panic!("{}: {error}", account.password));
    }
    for secret in [|account: &DemoAccount| account.password.clone(), |account: &DemoAccount| account.identifier.clone()]
    {
        let different: std::collections::HashSet<_> = told.iter().map(secret).collect();
        assert_eq!(different.len(), told.len());
    }
}

#[test]
fn the_welcome_names_every_account_and_the_address() {
    let mut printed = Vec::new();
    demo::print_welcome(&mut printed, "http://127.0.0.1:8080").unwrap();
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.contains("http://127.0.0.1:8080"), "{printed}");
    for account in demo::accounts() {
        let line = printed.lines().find(|line| line.starts_with(&account.identifier)).expect("a line");
        let agency = account.agency.as_deref().unwrap_or("-");
        assert!(line.contains(&account.password) && line.ends_with(agency), "{line}");
    }
}

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

async fn stranger(world: &World) -> account::Model {
    let account = account::ActiveModel {
        id: Set(world.app.ids.new_id(world.app.clock.now())),
        name: Set("Orang Sungguhan".to_owned()),
        password_hash: Set(None),
        locked_at: Set(None),
        created_at: Set(world.app.clock.now()),
    };
    let transaction = world.app.db.begin().await.expect("the database answers");
    let account = account.insert(&transaction).await.expect("the database answers");
    transaction.commit().await.expect("the database answers");
    account
}

#[rstest]
#[tokio::test]
async fn a_database_with_somebody_in_it_is_refused(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    stranger(&world).await;
    let before = counts(&world).await;
    let error = demo::load(&world.app).await.expect_err("refused");
    assert_eq!(error.cause().expect("the reason").to_string(), ForeignDatabase.to_string());
    assert_eq!(counts(&world).await, before);
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

#[rstest]
#[tokio::test]
async fn a_database_with_people_is_refused_even_without_accounts(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let world = demo_world(engine).await;
    let transaction = world.app.db.begin().await.unwrap();
    let cut = "DELETE FROM duty_arrangement; UPDATE employee SET account_id = NULL; DELETE FROM role_grant; DELETE FROM contact; DELETE FROM account";
    for statement in cut.split(';') {
        transaction.execute_unprepared(statement).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let error = demo::load(&world.app).await.expect_err("refused");
    assert_eq!(error.cause().expect("the reason").to_string(), ForeignDatabase.to_string());
    assert_eq!(counts(&world).await["account"], 0);
}

#[rstest]
#[tokio::test]
async fn who_registers_in_the_demo_does_not_lock_it_out(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let registered = stranger(&world).await;
    demo::load(&world.app).await.unwrap();
    let found = account::Entity::find_by_id(registered.id).one(world.app.db.read()).await.unwrap();
    assert_eq!(found, Some(registered));
}

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

#[rstest]
#[tokio::test]
async fn what_was_recorded_survives(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let app = &world.app;
    let clerk = employee_of(&world, &account_of("Pemerintah Kota Medan", Role::Employee)).await;
    let admin = employee_of(&world, &account_of("Pemerintah Kota Medan", Role::AgencyAdmin)).await;
    let account_id = clerk.account_id.expect("an account");
    let now = app.clock.now();

    let transaction = app.db.begin().await.unwrap();
    let device = device::ActiveModel {
        id: Set(app.ids.new_id(now)),
        account_id: Set(account_id),
        installation_id: Set(app.ids.uuid(now)),
        name: Set("Ponsel".to_owned()),
        created_at: Set(now),
        last_seen_at: Set(now),
        expires_at: Set(now + TimeDelta::days(365)),
        revoked_at: Set(None),
    };
    let device = device.insert(&transaction).await.unwrap();
    let check_in = check_in::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(clerk.agency_id),
        employee_id: Set(clerk.id),
        device_id: Set(device.id),
        idempotency_key: Set(app.ids.uuid(now)),
        payload_hash: Set(vec![7; 32]),
        occasion: Set(check_in::Occasion::Workday),
        direction: Set(Some(check_in::Direction::In)),
        workday_on: Set(Some(now.date_naive())),
        time_zone: Set("Asia/Jakarta".to_owned()),
        course_session_id: Set(None),
        captured_at: Set(now),
        sent_at: Set(now),
        received_at: Set(now),
        effective_at: Set(now),
        latitude: Set(Some(3.77427)),
        longitude: Set(Some(98.68319)),
        accuracy_meters: Set(Some(9.5)),
        is_mocked: Set(false),
        venue_id: Set(None),
        distance_meters: Set(Some(0.0)),
        verdict: Set(check_in::Verdict::Accepted),
        reasons: Set(String::new()),
        minutes_late: Set(Some(0)),
        schedule_id: Set(None),
        shift_id: Set(None),
        lateness_rule_id: Set(None),
    };
    let check_in = check_in.insert(&transaction).await.unwrap();
    let mut renamed = clerk.clone().into_active_model();
    renamed.name = Set("Nama Baru".to_owned());
    renamed.update(&transaction).await.unwrap();
    let later = at("2026-11-23T00:21:00Z");
    unit::Entity::update_many()
        .col_expr(unit::Column::HeadEmployeeId, Expr::value(Option::<uuid::Uuid>::None))
        .col_expr(unit::Column::UpdatedAt, Expr::value(later))
        .filter(unit::Column::Id.eq(clerk.unit_id.expect("a unit")))
        .exec(&transaction)
        .await
        .unwrap();
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value("changed"))
        .filter(account::Column::Id.eq(account_id))
        .exec(&transaction)
        .await
        .unwrap();
    role_grant::Entity::update_many()
        .col_expr(role_grant::Column::RevokedAt, Expr::value(later))
        .filter(role_grant::Column::AccountId.eq(admin.account_id.expect("an account")))
        .exec(&transaction)
        .await
        .unwrap();
    enrolment::Entity::update_many()
        .col_expr(enrolment::Column::Status, Expr::value("WITHDRAWN"))
        .filter(enrolment::Column::EmployeeId.eq(clerk.id))
        .exec(&transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();

    app.clock.set(at("2026-11-25T03:00:00Z"));
    demo::load(app).await.unwrap();

    let db = app.db.read();
    assert_eq!(check_in::Entity::find_by_id(check_in.id).one(db).await.unwrap(), Some(check_in));
    let person = employee::Entity::find_by_id(clerk.id).one(db).await.unwrap().expect("the clerk");
    assert_eq!(person.name, "Nama Baru");
    let unit = unit::Entity::find_by_id(clerk.unit_id.expect("a unit")).one(db).await.unwrap().expect("the unit");
    assert_eq!(unit.head_employee_id, None);
    let account = account::Entity::find_by_id(account_id).one(db).await.unwrap().expect("the account");
    assert_eq!(account.password_hash.as_deref(), Some("changed"));
    let grants = role_grant::Entity::find().filter(role_grant::Column::AgencyId.eq(clerk.agency_id));
    assert!(grants.all(db).await.unwrap().iter().all(|grant| grant.revoked_at.is_some()));
    let enrolments = enrolment::Entity::find().filter(enrolment::Column::EmployeeId.eq(clerk.id));
    assert!(enrolments.all(db).await.unwrap().iter().all(|e| e.status == enrolment::Status::Withdrawn));
}
