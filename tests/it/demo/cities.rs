//! The cities are as their files say, and so are the accounts that are told.

use bina::agency::nip;
use bina::demo::{self, DemoAccount, Role};
use bina::identity::password;
use entity::{
    account, agency, contact, course_run_guest, employee, employee_nip, enrolment, jurisdiction, role_grant, schedule,
    shift, unit, venue,
};
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{CITIES, account_of, csv, demo_world, employee_of, json};
use crate::harness::Engine;

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
