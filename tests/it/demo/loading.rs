//! The demo's data is loaded once, also after it was cut off.

use bina::demo;
use rstest::rstest;
use sea_orm::ConnectionTrait as _;

use super::{counts, demo_world};
use crate::harness::Engine;

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
    assert_eq!((first["duty_arrangement"], first["ramadan_period"]), (15, 1));
    assert_eq!((first["lateness_adoption"], first["device"], first["correction"]), (5, 20, 5));
    assert_eq!(first["check_in_review"], 10, "an IN and an OUT a city");
}

#[rstest]
#[tokio::test]
async fn a_load_that_was_cut_off_is_completed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = demo_world(engine).await;
    let whole = counts(&world).await;
    let transaction = world.app.db.begin().await.unwrap();
    let cut = "DELETE FROM check_in_review; DELETE FROM correction; DELETE FROM check_in; DELETE FROM device;
        DELETE FROM lateness_adoption;
        DELETE FROM roster_entry; DELETE FROM duty_arrangement; DELETE FROM ramadan_period; DELETE FROM course_session_trainer; DELETE FROM course_session; DELETE FROM enrolment;
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
