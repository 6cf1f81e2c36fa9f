//! What is not the demo's is left alone.

use bina::demo::{self, ForeignDatabase, Role};
use chrono::TimeDelta;
use entity::{account, check_in, device, employee, enrolment, role_grant, unit};
use rstest::rstest;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, ConnectionTrait as _, EntityTrait, IntoActiveModel as _,
    QueryFilter,
};

use super::{account_of, at, counts, demo_world, employee_of};
use crate::harness::{Engine, World};

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

#[rstest]
#[tokio::test]
async fn a_database_with_people_is_refused_even_without_accounts(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let world = demo_world(engine).await;
    let transaction = world.app.db.begin().await.unwrap();
    let cut = "DELETE FROM check_in_review; DELETE FROM check_in; DELETE FROM device;
        DELETE FROM duty_arrangement; UPDATE employee SET account_id = NULL; DELETE FROM role_grant; DELETE FROM contact; DELETE FROM account";
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
