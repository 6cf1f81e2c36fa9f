//! Documents that clients teach.

use std::sync::Arc;

use bina::app::App;
use bina::clock::Instant;
use bina::documents::Key;
use bina::identity::housekeeping;
use chrono::TimeDelta;
use entity::learnt_document::{ActiveModel, Entity, Model};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use super::{VIEWER, another, apollo_hash, ask, get, persisted, register_one, router};
use crate::harness::{Engine, World, monday_morning};

/// As `learnt.rs` has them.
const MOST: u64 = 5_000;
const A_MINUTE: usize = 60;

async fn learnt(app: &App) -> u64 {
    Entity::find().count(app.db.read()).await.unwrap()
}

async fn row(app: &App, text: &str) -> Option<Model> {
    let Key::Hash(hash) = Key::of(text) else { panic!("{text}") };
    Entity::find_by_id(hash.to_vec()).one(app.db.read()).await.unwrap()
}

/// Sends a document as Apollo's clients do the second time.
async fn teach(app: &Arc<App>, text: &str) {
    let taught = json!({ "query": text, "extensions": persisted(&apollo_hash(text)) });
    let answer = ask(&router(app), taught).await;
    assert_eq!(answer.json(), json!({ "data": { "viewer": null } }), "it is executed, whether it is learnt or not");
}

/// Whether a process knows a document by its hash.
async fn is_known(app: &Arc<App>, text: &str) -> bool {
    match ask(&router(app), json!({ "extensions": persisted(&apollo_hash(text)) })).await.code().as_str() {
        "" => true,
        "PERSISTED_QUERY_NOT_FOUND" => false,
        other => panic!("{other}"),
    }
}

fn numbered(number: usize) -> String {
    format!("{VIEWER} # {number}")
}

#[rstest]
#[tokio::test]
async fn a_hash_that_one_process_learns_another_knows(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values("POST", "GET")] method: &str,
) {
    let world = World::new(engine).await;
    let (app, other) = (&world.app, another(&world.app).await);
    let (here, there) = (router(app), router(&other));
    let hash = apollo_hash(VIEWER);
    let extensions = persisted(&hash).to_string();
    let send = async |router, text: Option<&str>| match (method, text) {
        ("GET", None) => get(router, &[("extensions", &extensions)]).await,
        ("GET", Some(text)) => get(router, &[("query", text), ("extensions", &extensions)]).await,
        (_, text) => ask(router, json!({ "query": text, "extensions": persisted(&hash) })).await,
    };
    let viewer = json!({ "data": { "viewer": null } });
    let unknown = send(&here, None).await;
    assert_eq!((unknown.status.as_u16(), unknown.header("cache-control")), (200, "no-store"));
    assert_eq!(unknown.json()["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(send(&there, None).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(send(&here, Some(VIEWER)).await.json(), viewer);
    for router in [&here, &there] {
        assert_eq!(send(router, None).await.json(), viewer, "at once");
        assert_eq!(send(router, Some(VIEWER)).await.json(), viewer);
    }
    assert_eq!(learnt(app).await, 1);
    let before = (app.db.statements(), other.db.statements());
    for router in [&here, &there] {
        send(router, None).await;
        send(router, Some(VIEWER)).await;
    }
    assert_eq!((app.db.statements(), other.db.statements()), before, "what is known costs no statement");
}

#[rstest]
#[tokio::test]
async fn nothing_bad_is_learnt(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let (app, router) = (&world.app, router(&world.app));
    let deep = format!("{{ {} }}", "viewer { ".repeat(40) + &" }".repeat(40));
    for (text, hash, status, code) in [
        (VIEWER, "0".repeat(64), 400, "BAD_REQUEST"),
        ("{ viewer {", apollo_hash("{ viewer {"), 200, "GRAPHQL_PARSE_FAILED"),
        (&*deep, apollo_hash(&deep), 400, "COST_LIMIT_EXCEEDED"),
        (VIEWER, "nobody".to_owned(), 400, "BAD_REQUEST"),
    ] {
        let answer = ask(&router, json!({ "query": text, "extensions": persisted(&hash) })).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{text}");
    }
    for (text, code) in [
        ("{ viewer { secret } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID) { node(id: $id) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ node(id: true) { id } }", "BAD_USER_INPUT"),
    ] {
        let answer = ask(&router, json!({ "query": text, "extensions": persisted(&apollo_hash(text)) })).await;
        assert_eq!(answer.code(), code, "{text}");
    }
    let logout = "mutation { logout(input: {}) { isLoggedOut } }";
    let extensions = persisted(&apollo_hash(logout)).to_string();
    let by_get = get(&router, &[("query", logout), ("extensions", &extensions)]).await;
    assert_eq!((by_get.status.as_u16(), by_get.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
    // The text of an id is compared, not taught.
    let id = format!("sha256:{}", apollo_hash(VIEWER));
    assert_eq!(ask(&router, json!({ "query": VIEWER, "documentId": id })).await.code(), "");
    assert_eq!(learnt(app).await, 0);
}

#[rstest]
#[tokio::test]
async fn a_minute_has_so_many_writes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let app = &world.app;
    for number in 0..A_MINUTE + 5 {
        teach(app, &numbered(number)).await;
    }
    assert_eq!(learnt(app).await, A_MINUTE as u64);
    assert!(is_known(app, &numbered(0)).await && !is_known(app, &numbered(A_MINUTE)).await);
    app.clock.set(monday_morning() + TimeDelta::minutes(1));
    teach(app, &numbered(A_MINUTE)).await;
    assert!(is_known(app, &numbered(A_MINUTE)).await);
}

/// Fills every place but one with documents that were used at an instant.
async fn fill(app: &App, used_at: Instant) {
    let rows = (1..MOST).map(|number| ActiveModel {
        hash: Set([&[0_u8; 24][..], &number.to_be_bytes()].concat()),
        text: Set("{ a }".to_owned()),
        last_used_at: Set(used_at),
    });
    let transaction = app.db.begin().await.unwrap();
    let rows: Vec<_> = rows.collect();
    for rows in rows.chunks(1_000) {
        Entity::insert_many(rows.to_vec()).exec_without_returning(&transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_flood_takes_the_place_of_what_nobody_uses(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let app = &world.app;
    let registered = register_one(app, "{ viewer { name } }").await;
    teach(app, &numbered(0)).await;
    fill(app, monday_morning() + TimeDelta::hours(2)).await;
    assert_eq!(learnt(app).await, MOST);

    // The one of two hours ago goes; the others are in use, and give their place to nobody.
    app.clock.set(monday_morning() + TimeDelta::hours(2));
    let later = another(app).await;
    later.clock.set(monday_morning() + TimeDelta::hours(2));
    teach(app, &numbered(1)).await;
    assert_eq!(learnt(app).await, MOST);
    assert!(is_known(&later, &numbered(1)).await && !is_known(&later, &numbered(0)).await);
    teach(app, &numbered(2)).await;
    assert_eq!(learnt(app).await, MOST);
    assert!(!is_known(&later, &numbered(2)).await);
    assert_eq!(ask(&router(&later), json!({ "documentId": registered })).await.code(), "", "it is none of them");

    // An hour later they have gone cold, but for the one that was asked for meanwhile.
    for minutes in [140, 160, 181] {
        later.clock.set(monday_morning() + TimeDelta::minutes(minutes));
        assert!(is_known(&later, &numbered(1)).await);
        noted(&later, &numbered(1), monday_morning() + TimeDelta::minutes(minutes)).await;
    }
    for number in 3..10 {
        teach(&later, &numbered(number)).await;
    }
    assert_eq!(learnt(app).await, MOST);
    assert!(is_known(&another(app).await, &numbered(1)).await);
}

/// Waits until the use of a document is written down.
async fn noted(app: &App, text: &str, used_at: Instant) {
    while row(app, text).await.expect("it is there").last_used_at < used_at {
        tokio::task::yield_now().await;
    }
}

#[rstest]
#[tokio::test]
async fn a_use_is_written_down_now_and_then(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let app = &world.app;
    teach(app, VIEWER).await;
    let before = app.db.statements();
    for seconds in 0..100 {
        app.clock.set(monday_morning() + TimeDelta::seconds(seconds * 8));
        assert!(is_known(app, VIEWER).await);
    }
    assert_eq!(app.db.statements(), before);
    let later = monday_morning() + TimeDelta::minutes(15);
    app.clock.set(later);
    for _ in 0..10 {
        assert!(is_known(app, VIEWER).await);
    }
    noted(app, VIEWER, later).await;

    app.clock.set(later + TimeDelta::days(30));
    housekeeping::tidy(app).await.unwrap();
    assert!(row(app, VIEWER).await.is_some());
    app.clock.set(later + TimeDelta::days(30) + TimeDelta::seconds(1));
    housekeeping::tidy(app).await.unwrap();
    assert!(row(app, VIEWER).await.is_none(), "nobody used it for a month");
}
