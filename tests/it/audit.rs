//! The audit log: what is in it, and that nobody changes it unseen.

use bina::audit::verify::{self, Broken, Fault, Head};
use bina::audit::{self, Entry};
use chrono::TimeDelta;
use entity::ids::AccountId;
use entity::{audit_chain, audit_entry};
use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    TransactionTrait as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::Cast;
use crate::harness::{Engine, World};

async fn verified(db: &impl ConnectionTrait) -> Result<Vec<Head>, Broken> {
    let mut found = Vec::new();
    verify::verify(db, &mut |one| found.push(one)).await.unwrap();
    found.into_iter().collect()
}

async fn entries(cast: &Cast) -> Vec<audit_entry::Model> {
    audit_entry::Entity::find()
        .order_by_asc(audit_entry::Column::ChainId)
        .order_by_asc(audit_entry::Column::Sequence)
        .all(cast.world.app.db.read())
        .await
        .unwrap()
}

#[rstest]
#[tokio::test]
async fn a_database_without_decisions_verifies(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    assert_eq!(verified(world.app.db.read()).await, Ok(Vec::new()));
    assert_eq!(verify::hold_against(world.app.db.read(), &[]).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn twenty_decisions_at_once_follow_each_other(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let admin = &sabang.admin.phone;
    let people = [&sabang.employee, &sabang.colleague, &sabang.trainer, &sabang.supervisor];
    let codes = (0..16).map(async |turn: usize| {
        let whom = json!({ "employee": { "employeeId": people[turn % 4].employee.to_string() } });
        let payload = admin.change("issueAccountCode", "code", whom).await;
        assert_eq!(payload["errors"], json!([]));
    });
    let locks = people.map(async |person| {
        let whom = json!({ "employeeId": person.employee.to_string() });
        let payload = admin.change("lockAccount", "employee { id }", whom).await;
        assert_eq!(payload["errors"], json!([]));
    });
    tokio::join!(join_all(codes), join_all(locks));

    let entries = entries(&cast).await;
    let sequence: Vec<i32> = entries.iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequence, (1..=20).collect::<Vec<_>>());
    assert!(entries.iter().all(|entry| entry.chain_id == sabang.agency.0));
    assert!(entries.iter().all(|entry| entry.actor_id == Some(sabang.admin.account)));
    let heads = verified(cast.world.app.db.read()).await.unwrap();
    let [Head { chain, length: 20, .. }] = heads.as_slice() else { panic!("{heads:?}") };
    assert_eq!(*chain, sabang.agency.to_string());
}

#[rstest]
#[tokio::test]
async fn a_decision_is_audited_where_it_was_made(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, sibolga) = (&cast.sabang, &cast.sibolga);
    let admin = &sabang.admin.phone;
    let whom = sabang.colleague.employee.to_string();
    let done = async |phone: &crate::client::Client, mutation: &str, node: &str, input: Value| {
        let payload = phone.change(mutation, node, input).await;
        assert_eq!(payload["errors"], json!([]), "{mutation}");
        payload
    };
    let update = json!({ "employeeId": whom, "unitId": sabang.root.to_string(), "isActive": false });
    done(admin, "updateEmployee", "employee { id }", update).await;
    let again = json!({ "employeeId": whom, "isActive": true, "name": "Teuku Umar Johan" });
    done(admin, "updateEmployee", "employee { id }", again).await;
    let nip = json!({ "employeeId": whom, "nip": "198703122010012778", "validFrom": "2026-11-23" });
    done(admin, "changeEmployeeNip", "employee { id }", nip.clone()).await;
    done(admin, "changeEmployeeNip", "employee { id }", nip).await;
    let role = json!({ "employee": { "employeeId": whom }, "role": { "supervisorOfUnitId": sabang.unit.to_string() } });
    let grant = done(admin, "grantRole", "roleGrant { id }", role).await["roleGrant"]["id"].clone();
    done(admin, "revokeRole", "roleGrant { id }", json!({ "roleGrantId": grant })).await;
    assert_eq!(admin.refusal("revokeRole", json!({ "roleGrantId": grant })).await.0, "NOT_FOUND");
    let hours = json!({
        "agencyId": sabang.agency.to_string(), "name": "Normal", "citation": "Perwali 1/2026", "validFrom": "2026-12-01",
        "shifts": [{ "name": "Pagi", "weekdays": ["MONDAY"], "startsAt": "07:30", "endsAt": "16:00" }],
    });
    done(admin, "setWorkingHours", "schedule { id }", hours).await;
    done(admin, "unlockAccount", "employee { id }", json!({ "employeeId": whom })).await;
    let foreign = json!({ "employeeId": sibolga.employee.employee.to_string() });
    assert_eq!(admin.refusal("lockAccount", foreign).await.0, "NOT_FOUND");

    let entries = entries(&cast).await;
    let told: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
    let expected = [
        "EMPLOYEE_MOVED",
        "EMPLOYEE_DEACTIVATED",
        "EMPLOYEE_REACTIVATED",
        "NIP_CHANGED",
        "ROLE_GRANTED",
        "ROLE_REVOKED",
        "WORKING_HOURS_SET",
        "ACCOUNT_UNLOCKED",
    ];
    assert_eq!(told, expected, "what changes nothing and what is refused leaves nothing");
    let moved: Value = serde_json::from_str(&entries[0].detail).unwrap();
    assert_eq!(moved, json!({ "from": sabang.unit.to_string(), "to": sabang.root.to_string() }));
    assert_eq!((&entries[0].subject, &entries[4].subject), (&whom, &grant.as_str().unwrap().to_owned()));
    let all = format!("{entries:?}");
    assert!(!all.contains("19870312") && !all.contains("Umar") && !all.contains("Perwali"), "no personal data: {all}");
}

/// As somebody who owns the tables.
async fn without_triggers(transaction: &DatabaseTransaction, engine: Engine) {
    let triggers = match engine {
        Engine::Sqlite => {
            "DROP TRIGGER audit_entry_stays; DROP TRIGGER audit_entry_remains; \
            DROP TRIGGER audit_chain_remains; PRAGMA defer_foreign_keys = ON"
        }
        Engine::Postgres => {
            "DROP TRIGGER audit_entry_stays ON audit_entry; \
            DROP TRIGGER audit_chain_remains ON audit_chain; \
            ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_chain_id_fkey"
        }
    };
    transaction.execute_unprepared(triggers).await.unwrap();
}

/// Four decisions in Sabang, and one in the nation.
async fn decided(engine: Engine) -> Cast {
    let cast = Cast::new(engine).await;
    for locked in ["lockAccount", "unlockAccount"] {
        for person in [&cast.sabang.colleague, &cast.sabang.trainer] {
            let whom = json!({ "employeeId": person.employee.to_string() });
            cast.sabang.admin.phone.change(locked, "employee { id }", whom).await;
        }
    }
    let app = &cast.world.app;
    let transaction = app.db.begin().await.unwrap();
    let entry = Entry::new("ROLE_GRANTED", cast.national_admin.account).text("reason", "Surat tugas");
    audit::append(&transaction, app, None, None, entry).await.unwrap();
    transaction.commit().await.unwrap();
    cast
}

#[rstest]
#[tokio::test]
async fn the_tables_refuse_a_change(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = decided(engine).await;
    for change in [
        "UPDATE audit_entry SET action = 'NOTHING' WHERE sequence = 2",
        "DELETE FROM audit_entry WHERE sequence = 4",
        "DELETE FROM audit_chain",
    ] {
        let transaction = cast.world.app.db.begin().await.unwrap();
        let refused = transaction.execute_unprepared(change).await.unwrap_err().to_string();
        assert!(refused.contains("never"), "{change}: {refused}");
    }
}

#[rstest]
#[tokio::test]
async fn every_changed_column_is_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    use audit_entry::Column::{Action, ActorId, At, ChainId, Detail, Hash, Sequence, Subject};
    let cast = decided(engine).await;
    let app = &cast.world.app;
    let second = entries(&cast).await.into_iter().find(|entry| entry.sequence == 2).unwrap();
    let heads = verified(app.db.read()).await.unwrap();
    let lengths: Vec<_> = heads.iter().map(|head| (head.chain.as_str(), head.length)).collect();
    assert_eq!(lengths, [("nation", 1), (cast.sabang.agency.to_string().as_str(), 4)]);
    let later = second.at + TimeDelta::microseconds(1);
    let changes: [(audit_entry::Column, SimpleExpr, Fault); 9] = [
        (ChainId, Expr::value(cast.sibolga.agency.0), Fault::Missing),
        (Sequence, Expr::value(9), Fault::Missing),
        (At, Expr::value(later), Fault::Altered),
        (ActorId, Expr::value(cast.sibolga.admin.account.0), Fault::Altered),
        (ActorId, Expr::value(Option::<Uuid>::None), Fault::Altered),
        (Action, Expr::value("ACCOUNT_UNLOCKED"), Fault::Altered),
        (Subject, Expr::value(AccountId(Uuid::nil()).to_string()), Fault::Altered),
        (Detail, Expr::value("{}"), Fault::Altered),
        (Hash, Expr::value(vec![0_u8; 32]), Fault::Altered),
    ];
    for (column, value, fault) in changes {
        let transaction = app.db.begin().await.unwrap();
        without_triggers(&transaction, engine).await;
        let changed = audit_entry::Entity::update_many()
            .col_expr(column, value)
            .filter(ChainId.eq(cast.sabang.agency.0))
            .filter(Sequence.eq(2));
        assert_eq!(changed.exec(&transaction).await.unwrap().rows_affected, 1);
        let broken = verified(&transaction).await.unwrap_err();
        assert_eq!(broken, Broken { chain: cast.sabang.agency.to_string(), sequence: 2, fault }, "{column:?}");
        assert!(broken.to_string().contains("is broken at entry 2"), "{broken}");
        transaction.rollback().await.unwrap();
    }
    assert_eq!(verified(app.db.read()).await.unwrap(), heads);
}

#[rstest]
#[tokio::test]
async fn what_is_missing_moved_or_headless_is_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = decided(engine).await;
    let nil = match engine {
        Engine::Sqlite => format!("X'{}'", Uuid::nil().simple()),
        Engine::Postgres => format!("'{}'", Uuid::nil()),
    };
    for (change, sequence, fault) in [
        (format!("DELETE FROM audit_entry WHERE chain_id <> {nil} AND sequence = 1"), 1, Fault::Missing),
        (format!("DELETE FROM audit_entry WHERE chain_id <> {nil} AND sequence = 4"), 4, Fault::Missing),
        (format!("UPDATE audit_chain SET length = 3 WHERE id <> {nil}"), 3, Fault::Head),
        (format!("UPDATE audit_chain SET length = 5 WHERE id <> {nil}"), 5, Fault::Missing),
        (
            format!("UPDATE audit_chain SET hash = (SELECT hash FROM audit_chain WHERE id = {nil}) WHERE id <> {nil}"),
            4,
            Fault::Head,
        ),
        (format!("DELETE FROM audit_chain WHERE id <> {nil}"), 1, Fault::Headless),
        (
            format!(
                "UPDATE audit_entry SET sequence = 9 WHERE chain_id <> {nil} AND sequence = 2; \
                 UPDATE audit_entry SET sequence = 2 WHERE chain_id <> {nil} AND sequence = 3; \
                 UPDATE audit_entry SET sequence = 3 WHERE chain_id <> {nil} AND sequence = 9"
            ),
            2,
            Fault::Altered,
        ),
    ] {
        let transaction = cast.world.app.db.begin().await.unwrap();
        without_triggers(&transaction, engine).await;
        transaction.execute_unprepared(&change).await.unwrap();
        let broken = verified(&transaction).await.unwrap_err();
        assert_eq!((broken.fault, broken.chain), (fault, cast.sabang.agency.to_string()), "{change}");
        assert!(broken.sequence == sequence || fault == Fault::Headless, "{change}: {}", broken.sequence);
        transaction.rollback().await.unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn a_chain_cut_off_or_written_anew_is_found_by_its_kept_head(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = decided(engine).await;
    let app = &cast.world.app;
    let kept = verified(app.db.read()).await.unwrap();
    let chain = cast.sabang.agency.to_string();
    let found = Some(Broken { chain: chain.clone(), sequence: 4, fault: Fault::Rewritten });
    let of_sabang = audit_entry::Column::ChainId.eq(cast.sabang.agency.0);

    let transaction = app.db.begin().await.unwrap();
    without_triggers(&transaction, engine).await;
    let third = audit_entry::Entity::find_by_id((cast.sabang.agency.0, 3)).one(&transaction).await.unwrap().unwrap();
    let last = audit_entry::Entity::delete_many().filter(of_sabang.clone()).filter(audit_entry::Column::Sequence.eq(4));
    last.exec(&transaction).await.unwrap();
    audit_chain::Entity::update_many()
        .col_expr(audit_chain::Column::Length, Expr::value(3))
        .col_expr(audit_chain::Column::Hash, Expr::value(third.hash))
        .filter(audit_chain::Column::Id.eq(cast.sabang.agency.0))
        .exec(&transaction)
        .await
        .unwrap();
    assert!(verified(&transaction).await.is_ok(), "the chain alone does not tell");
    assert_eq!(verify::hold_against(&transaction, &kept).await.unwrap(), found);

    audit_entry::Entity::delete_many().filter(of_sabang).exec(&transaction).await.unwrap();
    audit_chain::Entity::delete_by_id(cast.sabang.agency.0).exec(&transaction).await.unwrap();
    assert_eq!(verify::hold_against(&transaction, &kept).await.unwrap(), found);
    for _ in 0..6 {
        let forged = Entry::new("ACCOUNT_UNLOCKED", cast.sabang.trainer.account);
        audit::append(&transaction, app, Some(cast.sabang.admin.account), Some(cast.sabang.agency), forged)
            .await
            .unwrap();
    }
    assert!(verified(&transaction).await.is_ok(), "the chain alone does not tell");
    assert_eq!(verify::hold_against(&transaction, &kept).await.unwrap(), found);
    transaction.rollback().await.unwrap();

    let whom = json!({ "employeeId": cast.sabang.trainer.employee.to_string() });
    cast.sabang.admin.phone.change("lockAccount", "employee { id }", whom).await;
    assert_eq!(verify::hold_against(app.db.read(), &kept).await.unwrap(), None, "a chain that grew is what it was");
    let unknown = Head { chain: "somebody".to_owned(), length: 1, hash: String::new() };
    assert!(verify::hold_against(app.db.read(), &[unknown]).await.unwrap().is_some());
}

#[rstest]
#[tokio::test]
async fn a_chain_is_verified_page_by_page_while_it_grows(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let app = &cast.world.app;
    let grow = async |entries: usize| {
        let transaction = app.db.begin().await.unwrap();
        for _ in 0..entries {
            let entry = Entry::new("ACCOUNT_LOCKED", cast.citizen.account);
            audit::append(&transaction, app, None, None, entry).await.unwrap();
        }
        transaction.commit().await.unwrap();
    };
    grow(2_001).await;
    let growing = async {
        for _ in 0..20 {
            grow(5).await;
        }
    };
    let verifying = async {
        for _ in 0..3 {
            assert!(verified(app.db.read()).await.unwrap()[0].length >= 2_001);
        }
    };
    tokio::join!(growing, verifying);
    assert_eq!(verified(app.db.read()).await.unwrap()[0].length, 2_101);
    let snapshot = app.db.read().begin().await.unwrap();
    assert_eq!(verified(&snapshot).await.unwrap()[0].length, 2_101);
}
