//! The demo: five cities, loaded once and completed on every later start.

mod cities;
mod hours;
mod loading;
mod others;
mod past;

use bina::clock::Instant;
use bina::demo::{self, DemoAccount, Role};
use entity::{employee, employee_nip};
use sea_orm::{ColumnTrait, ConnectionTrait as _, EntityTrait, QueryFilter};
use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::harness::{Engine, World};

const TABLES: [&str; 27] = [
    "account",
    "agency",
    "check_in",
    "check_in_review",
    "contact",
    "correction",
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
    "lateness_adoption",
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

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}
