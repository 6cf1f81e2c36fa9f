//! What an answer tells of the schema, what tools need of it, and what cannot be registered.

use bina::documents::Key;
use bina::documents::manifest::Listed;
use bina::documents::registered::{self, Flaw};
use entity::document;
use rstest::rstest;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use super::requests::{Sent, bomb};
use crate::harness::{Engine, World};
use crate::http::send;

#[tokio::test]
async fn a_switch_closes_introspection_and_nothing_else() {
    let world = World::set_up(Engine::Sqlite, |config| config.limits.introspection_depth = 1).await;
    let router = bina::http::router(world.app.clone());
    for text in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Query\") { name } }",
        "{ a: __type(name: \"Query\") { fields { name } } }",
        "{ ...F } fragment F on Query { __schema { types { name } } }",
        include_str!("../../../src/graphql/guard/cost/introspection.graphql"),
    ] {
        let answer = send(&router, Sent::query(text).request()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "COST_LIMIT_EXCEEDED"), "{}", answer.text);
    }
    let answer = send(&router, Sent::query("{ __typename viewer { id } }").request()).await;
    assert_eq!(answer.text, r#"{"data":{"__typename":"Query","viewer":null}}"#);
}

#[tokio::test]
async fn nothing_is_suggested_and_many_errors_are_told_in_ten() {
    let world = World::new(Engine::Sqlite).await;
    let router = bina::http::router(world.app.clone());
    for (text, secret) in [
        ("{ vieweer { id } }", "viewer\""),
        ("{ viewer { nam } }", "name"),
        ("{ agencies(serch: \"a\") { nodes { id } } }", "search"),
        ("mutation { logn { errors { code } } }", "login\""),
        ("{ node(id: \"a\") { ... on Employe { id } } }", "Employee"),
        ("{ siasnTerms(list: RANKS) { nodes { id } } }", "RANK\""),
    ] {
        let answer = send(&router, Sent::query(text).request()).await;
        assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
        assert!(!answer.text.contains("Did you mean") && !answer.text.contains(secret), "{}", answer.text);
    }
    let unknown = (0..300).map(|at| format!("unknown{at} ")).collect::<Vec<_>>().concat();
    let answer = send(&router, Sent::query(&format!("{{viewer{{{unknown}}}}}")).request()).await;
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 10);
    assert!(answer.text.len() <= 4_096, "{}", answer.text.len());
}

#[tokio::test]
async fn what_tools_send_passes() {
    let world = World::new(Engine::Sqlite).await;
    let router = bina::http::router(world.app.clone());
    let introspection = include_str!("../../../src/graphql/guard/cost/introspection.graphql");
    let answer = send(&router, Sent::query(introspection).request()).await;
    assert!(answer.json()["data"]["__schema"]["types"].is_array(), "{answer:?}");
    let deep = format!(
        "{{node(id:\"uni_01h455vb4pex5vsknk084sn02q\"){{...on Unit{}name{}}}}}",
        "{parent".repeat(10) + "{",
        "}".repeat(11)
    );
    let answer = send(&router, Sent::query(&deep).request()).await;
    assert_eq!(answer.text, r#"{"data":{"node":null}}"#);
}

#[tokio::test]
async fn the_header_that_asks_for_the_cost_buys_and_breaks_nothing() {
    let world = World::new(Engine::Sqlite).await;
    let router = bina::http::router(world.app.clone());
    let ask = async |sent: Sent, value: &str| send(&router, sent.with("bina-cost", value).request()).await.json();
    let told = ask(Sent::query("{ viewer { id } }"), "1").await;
    assert!(told["extensions"]["cost"]["remaining"].is_u64(), "{told}");
    for value in ["", "0", "true", "1, 1", "-1", "1; limit=1000000", "999999999999999999999", &"1".repeat(10_000)] {
        let answer = ask(Sent::query("{ viewer { id } }"), value).await;
        assert_eq!(answer, serde_json::json!({ "data": { "viewer": null } }), "{value}");
    }
    // Who is refused is told no more, and each pays what the others pay.
    let refused = ask(Sent::query(&bomb(24, 2)), "1").await;
    assert!(refused["extensions"].is_null() && refused["data"].is_null(), "{refused}");
    let again = ask(Sent::query("{ viewer { id } }"), "1").await;
    let left = |body: &serde_json::Value| body["extensions"]["cost"]["remaining"].as_u64().unwrap();
    let (each, at_the_door) = (told["extensions"]["cost"]["requested"].as_u64().unwrap(), 5);
    assert_eq!(left(&told) - left(&again), 9 * each + at_the_door);
}

#[rstest]
#[tokio::test]
async fn a_bomb_is_not_registered(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    for text in [
        bomb(24, 2),
        bomb(7, 8),
        bomb(24, 2).replacen("...F0", "__typename", 1),
        "{node(id:".to_owned() + &"[".repeat(1_500),
        "{ ...A } fragment A on Query { ...A }".to_owned(),
    ] {
        let listed = Listed { name: Some("Bomb".to_owned()), id: Key::of(&text).to_string(), text };
        let flawed = registered::register(&world.app, vec![listed]).await.unwrap().unwrap_err();
        assert!(matches!(flawed[..], [ref one] if matches!(one.flaw, Flaw::Refused(_))), "{flawed:?}");
    }
    assert_eq!(document::Entity::find().count(world.app.db.read()).await.unwrap(), 0);
}
