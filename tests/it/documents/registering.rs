//! Registering, listing and retiring.

use bina::documents::manifest::{BadId, Listed};
use bina::documents::registered::{self, Flaw, Report};
use bina::documents::{Key, forget_retired};
use entity::{audit_entry, document, document_alias};
use rstest::rstest;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

use super::{APOLLO, CODEGEN, RELAY, VIEWER, another, ask, by_id, persisted, register, register_one, router};
use crate::harness::{Engine, World};

#[rstest]
#[tokio::test]
async fn what_each_tool_writes_is_answered_by_the_tools_ids(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let world = World::new(engine).await;
    let (app, router) = (&world.app, router(&world.app));
    for (manifest, new) in [(APOLLO, 3), (RELAY, 2), (CODEGEN, 2)] {
        assert_eq!(register(app, manifest).await, Ok(Report { registered: new, ..Report::default() }));
        assert_eq!(register(app, manifest).await, Ok(Report { unchanged: new, ..Report::default() }), "again");
        for listed in bina::documents::manifest::read(manifest).unwrap() {
            if listed.text.contains("query Viewer") {
                for id in [&listed.id, &Key::of(&listed.text).to_string()] {
                    let answer = by_id(&router, id).await;
                    assert_eq!(answer.json(), json!({ "data": { "viewer": null } }), "{id}");
                }
                // Apollo's clients send the id of their manifest as the hash.
                let answer = ask(&router, json!({ "extensions": persisted(&listed.id) })).await;
                assert_eq!(answer.json(), json!({ "data": { "viewer": null } }));
            }
        }
    }
    let listed = registered::list(app).await.unwrap();
    let aliases: usize = listed.iter().map(|(_, aliases)| aliases.len()).sum();
    assert_eq!((listed.len(), aliases), (7, 3), "a SHA-256 is no alias");
    let decided = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("DOCUMENT_REGISTERED"));
    assert_eq!(decided.count(app.db.read()).await.unwrap(), 7);
}

fn listed(name: &str, id: &str, text: &str) -> Listed {
    Listed { name: Some(name.to_owned()), id: id.to_owned(), text: text.to_owned() }
}

#[rstest]
#[tokio::test]
async fn all_or_nothing_is_registered(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let app = &world.app;
    let good = listed("Good", "good", "{ viewer { id } }");
    let deep = format!("{{ {} }}", "viewer { ".repeat(40) + &" }".repeat(40));
    let bad = [
        listed("Unknown", "a", "{ viewer { nothing } }"),
        listed("Second", "b", "query A { viewer { id } } query B { nothing }"),
        listed("Unused", "c", "query($x: Int) { viewer { id } }"),
        listed("Deep", "d", &deep),
        listed("Broken", "e", "{ viewer {"),
        listed("Hash", &"0".repeat(64), "{ viewer { name } }"),
        listed("Md5", &"0".repeat(32), "{ viewer { name } }"),
        listed("Id", "a b", "{ viewer { name } }"),
    ];
    let all = [std::slice::from_ref(&good), &bad[..]].concat();
    let flawed = registered::register(app, all).await.unwrap().unwrap_err();
    let names: Vec<_> = flawed.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Unknown", "Second", "Unused", "Deep", "Broken", "Hash", "Md5", "Id"]);
    let flaws: Vec<_> = flawed.into_iter().map(|one| one.flaw).collect();
    for (flaw, words) in flaws.iter().zip(["Unknown field \"nothing\"", "Unknown field \"nothing\"", "is not used"]) {
        assert!(matches!(flaw, Flaw::Invalid(refusals) if refusals[0].contains(words)), "{flaw:?}");
    }
    assert!(matches!(flaws[3], Flaw::Refused(_)) && matches!(flaws[4], Flaw::Refused(_)));
    assert_eq!(flaws[5..], [BadId::Hash("SHA-256"), BadId::Hash("MD5"), BadId::Form].map(Flaw::Id));
    assert_eq!(document::Entity::find().count(app.db.read()).await.unwrap(), 0);

    // An id stands for one text, now and later.
    registered::register(app, vec![good.clone()]).await.unwrap().unwrap();
    let other = listed("Other", "good", "{ viewer { name } }");
    for all in [vec![other.clone()], vec![listed("New", "new", VIEWER), other]] {
        let flawed = registered::register(app, all).await.unwrap().unwrap_err();
        assert_eq!((flawed.len(), &flawed[0].flaw), (1, &Flaw::Taken));
    }
    let counts = (document::Entity::find(), document_alias::Entity::find());
    let counts = (counts.0.count(app.db.read()).await.unwrap(), counts.1.count(app.db.read()).await.unwrap());
    assert_eq!(counts, (1, 1), "nothing half-written");
    assert_eq!(audit_entry::Entity::find().count(app.db.read()).await.unwrap(), 1);
}

#[rstest]
#[tokio::test]
async fn a_retired_document_is_kept_and_not_answered(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let (app, other) = (&world.app, another(&world.app).await);
    let (here, there) = (router(app), router(&other));
    register(app, RELAY).await.unwrap();
    let id = register_one(app, VIEWER).await;
    for router in [&here, &there] {
        assert_eq!(by_id(router, &id).await.json(), json!({ "data": { "viewer": null } }));
    }
    assert_eq!(registered::retire(app, &Key::of(VIEWER)).await.unwrap().as_deref(), Some("Viewer"));
    assert_eq!(by_id(&here, &id).await.code(), "PERSISTED_QUERY_NOT_FOUND", "in this process at once");
    assert_eq!(by_id(&there, &id).await.code(), "", "the other has not looked yet");
    forget_retired(&other).await.unwrap();
    assert_eq!(by_id(&there, &id).await.code(), "PERSISTED_QUERY_NOT_FOUND");

    // By its alias as well.
    let md5 = bina::documents::manifest::read(RELAY).unwrap().into_iter().find(|one| one.text.contains("Viewer"));
    let md5 = md5.unwrap().id;
    assert_eq!(by_id(&here, &md5).await.code(), "");
    assert!(registered::retire(app, &Key::read(&md5).unwrap()).await.unwrap().is_some());
    assert_eq!(by_id(&here, &md5).await.code(), "PERSISTED_QUERY_NOT_FOUND");

    assert!(registered::retire(app, &Key::of(VIEWER)).await.unwrap().is_some(), "again changes nothing");
    assert_eq!(registered::retire(app, &Key::of("{ a }")).await.unwrap(), None);
    let decided = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("DOCUMENT_RETIRED"));
    assert_eq!(decided.count(app.db.read()).await.unwrap(), 2);
    assert_eq!(document::Entity::find().count(app.db.read()).await.unwrap(), 3, "the rows stay");

    assert_eq!(register(app, RELAY).await, Ok(Report { restored: 1, unchanged: 1, ..Report::default() }));
    assert_eq!(by_id(&here, &md5).await.code(), "");
}
