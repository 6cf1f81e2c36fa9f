//! Every table that has a scope: strangers see the national reference data, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use bina::app::App;
use bina::policy::{Actor, Person, find};
use entity::ids::{AccountId, DeviceId};
use rstest::rstest;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use uuid::Uuid;

use super::stage::Stage;
use crate::harness::Engine;

macro_rules! tables {
    ($($table:ident),* $(,)?) => {
        const TABLES: &[&str] = &[$(stringify!($table)),*];

        /// Of each table, how many rows the actor sees, and how many there are.
        async fn counted(app: &App, actor: &Actor) -> Vec<(&'static str, u64, u64)> {
            let db = app.db.read();
            vec![$((
                stringify!($table),
                find::<entity::$table::Entity>(actor).count(db).await.expect("a count"),
                entity::$table::Entity::find().count(db).await.expect("a count"),
            )),*]
        }
    };
}

tables! {
    account, agency, check_in, check_in_review, correction, course, course_run, course_session, device, duty_arrangement, employee, employee_nip, enrolment, holiday, jurisdiction, lateness_adoption, lateness_rule, ramadan_period, review_threshold, role_grant, roster_entry, schedule, shift, siasn_term, unit, venue,
}

/// National reference data, published as it is.
const PUBLIC: [&str; 5] = ["agency", "holiday", "jurisdiction", "ramadan_period", "siasn_term"];

/// The tables for which `policy.rs` has a scope.
fn scoped() -> BTreeSet<String> {
    let policy = include_str!("../../../src/policy/scope.rs");
    let single =
        policy.lines().filter_map(|line| line.strip_prefix("impl Scoped for ")?.split_once("::").map(|it| it.0));
    // Several at once: `seen_by_…!(one, another);`.
    let open = policy.lines().filter_map(|line| line.strip_prefix("seen_by_")?.split_once("!(")?.1.strip_suffix(");"));
    single.chain(open.flat_map(|tables| tables.split(", "))).map(str::to_owned).collect()
}

#[test]
fn every_table_with_a_scope_is_counted() {
    assert_eq!(scoped(), TABLES.iter().map(|table| (*table).to_owned()).collect());
}

#[rstest]
#[tokio::test]
async fn strangers_see_what_is_public_alone(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let stage = Stage::new(engine).await;
    let app = &stage.cast.world.app;
    for (table, seen, rows) in counted(app, &Actor::Anonymous).await {
        assert!(rows > 0, "{table} is empty: nothing is shown by this");
        assert_eq!(seen, if PUBLIC.contains(&table) { rows } else { 0 }, "{table}");
    }
    // Who is somebody and nothing more sees the country's working hours and the presets of lateness as well.
    let nobody_in_particular = Actor::Person(Arc::new(Person {
        account_id: AccountId(Uuid::nil()),
        device_id: DeviceId(Uuid::nil()),
        employee: None,
        is_national_admin: false,
        administers: Vec::new(),
        supervises: Vec::new(),
    }));
    for (table, seen, rows) in counted(app, &nobody_in_particular).await {
        let wanted = match table {
            "schedule" => 2,
            "shift" | "lateness_rule" => 4,
            _ if PUBLIC.contains(&table) => rows,
            _ => 0,
        };
        assert_eq!(seen, wanted, "{table}");
    }
}
