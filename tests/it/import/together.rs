//! Others write while a file is imported.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use entity::{employee, employee_nip};
use rstest::rstest;
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, Statement,
};

use super::{agency_of, counts, employees, nip, places, prepare};
use crate::harness::{Engine, World};

/// Waits until something waits in this database for what another has not yet committed. In SQLite nothing ever does: its
/// one writer is waited for in front of it.
async fn stands_before_a_lock(world: &World) {
    const WAITING: &str =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = || Statement::from_string(DbBackend::Postgres, WAITING);
    let started = Instant::now();
    while world.app.db.read().query_one_raw(waiting()).await.unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(30), "nobody waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

const HEAD: &str = "sourceId,name,employment,nip,supervisorSourceId\n";

fn people(order: impl Iterator<Item = u32>) -> String {
    order.fold(HEAD.to_owned(), |mut file, number| {
        let supervisor = number / 7 * 7 + 1;
        writeln!(file, "p{number},Budi {number},PNS,{},p{supervisor}", nip(number)).expect("a text takes it");
        file
    })
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn three_imports_of_the_same_people_make_each_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let forwards = people(0..3_000);
    let backwards = people((0..3_000).rev());
    let (first, second, third) = tokio::join!(
        employees(&world, "5171", forwards.clone()),
        employees(&world, "5171", backwards),
        employees(&world, "5171", forwards.clone()),
    );
    let all = [first, second, third];
    assert_eq!(all.iter().map(|report| report.created).sum::<u64>(), 3_000, "{all:?}");
    for report in &all {
        assert_eq!(report.created + report.updated + report.unchanged, 3_000, "{report:?}");
        // Every seventh supervises themself.
        assert_eq!(report.refused, 429, "{report}");
    }
    assert_eq!(employee::Entity::find().count(world.app.db.read()).await.unwrap(), 3_000);
    assert_eq!(employee_nip::Entity::find().count(world.app.db.read()).await.unwrap(), 3_000);
    assert_eq!(counts(&employees(&world, "5171", forwards).await), [0, 0, 3_000, 429]);
}

/// The server takes a person in while the file that holds the same person is imported.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_comes_in_meanwhile_is_updated(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let now = world.app.clock.now();
    let agency_id = agency_of(&world, "5171").await;
    let server = world.app.db.begin().await.unwrap();
    let beside = employee::Model {
        id: world.app.ids.new_id(now),
        agency_id,
        account_id: None,
        source_id: Some("p5".to_owned()),
        name: "Budi".to_owned(),
        employment: employee::Employment::Pns,
        unit_id: None,
        post: None,
        post_type_id: None,
        rank_id: None,
        supervisor_id: None,
        is_active: true,
        serves_from: now.date_naive(),
        served_until: None,
        created_at: now,
        updated_at: now,
    };
    let number = employee_nip::Model {
        id: world.app.ids.new_id(now),
        agency_id,
        employee_id: beside.id,
        nip: nip(5),
        valid_from: now.date_naive(),
        valid_until: None,
    };
    beside.into_active_model().insert(&server).await.unwrap();
    number.into_active_model().insert(&server).await.unwrap();
    let commit = async {
        if engine == Engine::Postgres {
            stands_before_a_lock(&world).await;
        }
        server.commit().await.unwrap();
    };
    let (report, ()) = tokio::join!(employees(&world, "5171", people(0..100)), commit);
    // Every seventh supervises themself.
    assert_eq!(counts(&report), [99, 1, 0, 15], "{report}");
    assert_eq!(employee::Entity::find().count(world.app.db.read()).await.unwrap(), 100);
}

/// What no look beforehand can find: here a constraint that the import knows nothing of.
#[rstest]
#[tokio::test]
async fn a_row_that_the_database_will_not_take_does_not_take_its_chunk_along(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let world = World::new(engine).await;
    prepare(&world).await;
    world.app.db.read().execute_unprepared("CREATE UNIQUE INDEX one_name ON employee (name)").await.unwrap();
    let file = people(0..40).replace("Budi 30", "Budi 3").replace("Budi 31", "Budi 3");
    let report = employees(&world, "5171", file).await;
    assert_eq!(report.created, 38, "{report}");
    assert_eq!(places(&report).iter().filter(|place| matches!(place, (32 | 33, "-"))).count(), 2, "{report}");
}
