//! What must hold when something breaks.

use entity::check_in;
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Database, EntityTrait as _, PaginatorTrait as _};
use serde_json::json;
use uuid::Uuid;

use crate::cast::Cast;
use crate::harness::Engine;

/// A full disk, as SQLite sees it: the file may not grow. The writer's connection is the one that is told so, and the
/// one that must not be used again.
#[rstest]
#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    const CHECK_IN: &str =
        "mutation($input: CheckInInput!) { checkIn(input: $input) { checkIn { id } errors { code } } }";
    let cast = Cast::new(Engine::Sqlite).await;
    let app = &cast.world.app;
    let pages = async |most: u32| {
        let writer = app.db.begin().await.unwrap();
        writer.execute_unprepared(&format!("PRAGMA max_page_count = {most}")).await.unwrap();
        writer.commit().await.unwrap();
    };
    pages(1).await;
    let (mut acknowledged, mut refused) = (0, 0);
    for number in 1..=400_u128 {
        if number == 300 {
            pages(1_000_000).await;
        }
        let input = json!({
            "idempotencyKey": Uuid::from_u128(number).to_string(), "occasion": { "workday": { "direction": "IN" } },
            "capturedAt": app.clock.now(), "sentAt": app.clock.now(),
        });
        let answer = cast.sabang.employee.phone.send(CHECK_IN, json!({ "input": input })).await;
        match answer.status.as_u16() {
            200 => acknowledged += 1,
            503 => refused += 1,
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert!(refused > 0, "the disk was full");
    // Once there is room again, and on whichever connection.
    assert!(acknowledged > 100, "it recovers by itself: {acknowledged}");
    // Another process sees what was acknowledged, and nothing else.
    let bina::config::DatabaseConfig::Sqlite { file } = &app.config.database else { unreachable!("on SQLite") };
    let other = Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
    assert_eq!(check_in::Entity::find().count(&other).await.unwrap(), acknowledged);
}
