//! Migrations: up, down, under a lock.

use bina::db::{self, Db, Direction};
use rstest::rstest;

use crate::harness::{Engine, World};

#[rstest]
#[tokio::test]
async fn down_and_up_again_leave_the_same_list(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let config = &world.app.config.database;
    let before = db::migration_status(&world.app.db).await.unwrap();
    let all = u32::try_from(before.len()).unwrap();
    db::migrate(config, Direction::Down(all)).await.unwrap();
    let none = db::migration_status(&world.app.db).await.unwrap();
    assert!(none.iter().all(|(_, is_applied)| !is_applied), "{none:?}");
    db::migrate(config, Direction::Up).await.unwrap();
    assert_eq!(db::migration_status(&world.app.db).await.unwrap(), before);
}

#[rstest]
#[tokio::test]
async fn three_at_once_migrate_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let config = world.app.config.database.clone();
    let all = u32::try_from(db::migration_status(&world.app.db).await.unwrap().len()).unwrap();
    db::migrate(&config, Direction::Down(all)).await.unwrap();
    let together = (0..3).map(|_| db::migrate(&config, Direction::Up));
    for result in futures_util::future::join_all(together).await {
        result.unwrap();
    }
    let db = Db::connect(&config).await.unwrap();
    assert!(db::migration_status(&db).await.unwrap().iter().all(|(_, is_applied)| *is_applied));
}
