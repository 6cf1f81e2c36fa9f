//! What each caller may ask for, and what becomes of who asks for more.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bina::config::Config;
use bina::http::router_over;
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::client::{Answer, Client};
use crate::harness::{Engine, World, monday_morning};
use crate::http::{query, send, toys};
use crate::live::peer::Peer;
use crate::live::{self, HASTE, Server};
use crate::reading::today::SCREEN;

const CHECK_IN: &str = "mutation($input: CheckInInput!) { checkIn(input: $input) {
    isReplay checkIn { id verdict reasons message receivedAt } errors { code message } } }";
const SYNC: &str = "mutation($input: SyncCheckInsInput!) { syncCheckIns(input: $input) {
    results { isReplay checkIn { id verdict reasons message receivedAt } errors { code message } } errors { code } } }";

/// Small buckets: 400 for an account and 300 for an address; ten come back each second.
fn poor(config: &mut Config) {
    config.limits.account_cost = 400;
    config.limits.account_cost_per_second = 10;
    config.limits.address_cost = 300;
    config.limits.address_cost_per_second = 10;
}

fn check_in(key: &str) -> Value {
    json!({ "input": {
        "idempotencyKey": key, "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": "2026-11-23T00:20:00Z", "sentAt": "2026-11-23T00:20:00Z",
    } })
}

fn key(number: u32) -> String {
    format!("0193a5e2-7a3c-7000-8000-0000000{number:05}")
}

/// Asks until there is nothing left; answers how often, and the refusal.
async fn exhaust(phone: &Client) -> (usize, Answer) {
    for times in 0..200 {
        let answer = phone.send("{ viewer { name } agencies { nodes { name } } }", json!({})).await;
        if answer.status != StatusCode::OK {
            return (times, answer);
        }
    }
    panic!("there is no end to it");
}

#[rstest]
#[tokio::test]
async fn who_asks_for_too_much_waits_and_nothing_is_done(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::set_up(engine, poor).await;
    let (employee, colleague) = (&cast.sabang.employee.phone, &cast.sabang.colleague.phone);
    // A request 5, `viewer` 2, the page 10 and twenty agencies with their names.
    let (times, refused) = exhaust(employee).await;
    assert_eq!(times, 400 / (5 + 2 + 10 + 20 * 2));
    assert_eq!((refused.status, refused.code()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    let seconds: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=6).contains(&seconds), "{seconds}");
    assert_eq!(refused.body["errors"][0]["extensions"]["retryAfter"], seconds);
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().starts_with("Your account has asked for too much"));
    assert!(refused.body.get("data").is_none());
    assert!(refused.body.get("extensions").is_none());
    let refused = employee.asking_its_cost().send(CHECK_IN, check_in(&key(1))).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    let told = &refused.body["extensions"]["cost"];
    assert_eq!((&told["limit"], told["remaining"].as_u64().map(|left| left < 60)), (&json!(400), Some(true)), "{told}");
    assert!(told["requested"].is_u64() && told["resetAt"].is_string(), "{told}");
    let refused = employee.in_language("id").send(CHECK_IN, check_in(&key(1))).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().starts_with("Akun Anda"));
    // Others are not touched by it.
    assert_eq!(colleague.send("{ viewer { name } }", json!({})).await.status, StatusCode::OK);
    assert_eq!(cast.stranger.send("{ viewer { name } }", json!({})).await.status, StatusCode::OK);
    // What was refused was not done; a replay costs what the check-in did.
    cast.world.app.clock.set(monday_morning() + TimeDelta::seconds(40));
    let paying = employee.asking_its_cost();
    let first = paying.send(CHECK_IN, check_in(&key(1))).await;
    let again = paying.send(CHECK_IN, check_in(&key(1))).await;
    let is_replay = |answer: &Answer| answer.body["data"]["checkIn"]["isReplay"].clone();
    assert_eq!((is_replay(&first), is_replay(&again)), (json!(false), json!(true)));
    let cost = |answer: &Answer| answer.body["extensions"]["cost"].clone();
    assert_eq!(cost(&first)["requested"], cost(&again)["requested"]);
    assert_eq!(cost(&first)["limit"], 400);
    let left = |answer: &Answer| cost(answer)["remaining"].as_u64().unwrap();
    assert_eq!(left(&first) - left(&again), cost(&again)["requested"].as_u64().unwrap());
    assert_eq!(cost(&again)["resetAt"], "2026-11-23T00:20:48.000Z");
    assert!(employee.send("{ viewer { name } }", json!({})).await.body.get("extensions").is_none());
}

#[rstest]
#[tokio::test]
async fn guesses_are_paid_by_the_address_whatever_token_comes_with_them(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::set_up(engine, |config| config.limits.address_cost = 1_200).await;
    let login = "mutation($input: LoginInput!) { login(input: $input) { errors { code } } }";
    let input = json!({ "input": {
        "identifier": "orang@kota.example", "password": "salah salah salah salah", "deviceName": "a",
        "installationId": "0193a5e2-7a3c-7000-8000-000000000001",
    } });
    let person = &cast.sabang.employee.phone;
    let mut codes = Vec::new();
    for phone in [person, &cast.stranger, person] {
        codes.push(phone.send(login, input.clone()).await.code().to_owned());
    }
    assert_eq!(codes, ["", "", "RATE_LIMITED"]);
    assert_eq!(person.send("{ viewer { name } }", json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_flood_of_what_is_refused_ends_in_429() {
    let world = World::set_up(Engine::Sqlite, poor).await;
    let router = router_over(world.app.clone(), toys());
    let bad = || query(&format!("{{{}", "itself{".repeat(40)));
    for _ in 0..300 / 5 {
        assert_eq!(send(&router, bad()).await.code(), "COST_LIMIT_EXCEEDED");
    }
    let refused = send(&router, bad()).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert_eq!(refused.header("retry-after"), "1");
    // A token that does not hold buys nothing.
    let forged =
        Request::post("/graphql").header("content-type", "application/json").header("authorization", "Bearer x");
    let forged = forged.body(Body::from(json!({ "query": "{ language }" }).to_string())).unwrap();
    assert_eq!(send(&router, forged).await.code(), "RATE_LIMITED");
    let metrics = world.app.metrics.render(&world.app.db);
    for line in ["bina_refusals_total{reason=\"limit\"} 60", "bina_refusals_total{reason=\"rate_address\"} 2"] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    world.app.clock.set(monday_morning() + TimeDelta::seconds(1));
    assert_eq!(send(&router, query("{ language }")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sockets_and_streams_hear_of_it_in_their_own_way() {
    let world = World::set_up(Engine::Sqlite, |config| config.limits.address_cost = 60).await;
    let server = Server::over(world.app.clone(), live::toys(), HASTE).await;
    let mut peer = Peer::greeted(server.address, None).await;
    let mut told = Vec::new();
    for id in 0..12 {
        peer.subscribe(&id.to_string(), "{ language }", json!({})).await;
        let message = peer.hear().await;
        told.push(message["type"].as_str().unwrap().to_owned());
        if message["type"] == "error" {
            assert_eq!(message["payload"][0]["extensions"]["code"], "RATE_LIMITED");
            assert!(message["payload"][0]["extensions"]["retryAfter"].is_u64(), "{message}");
            break;
        }
        assert_eq!(peer.hear().await["type"], "complete");
    }
    // The socket cost 5, and each operation 6.
    assert_eq!(told.iter().filter(|kind| *kind == "next").count(), 9);
    assert!(peer.is_alive().await);
    assert_eq!(
        Peer::try_open(server.address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.err(),
        Some(StatusCode::TOO_MANY_REQUESTS)
    );

    let world = World::set_up(Engine::Sqlite, |config| config.limits.address_cost = 4).await;
    let router = router_over(world.app.clone(), live::toys());
    let request =
        Request::post("/graphql").header("content-type", "application/json").header("accept", "text/event-stream");
    let request = request.body(Body::from(json!({ "query": "subscription { count(to: 2) }" }).to_string())).unwrap();
    let answer = send(&router, request).await;
    assert!(
        answer.text.starts_with("event: next\ndata: {\"errors\":[{") && answer.text.contains("RATE_LIMITED"),
        "{answer:?}"
    );
    assert!(answer.text.ends_with("event: complete\ndata:\n\n"), "{answer:?}");
}

/// The defaults: a phone's busiest quarter of an hour, all at once, and nothing comes back meanwhile.
#[rstest]
#[tokio::test]
async fn a_busy_phone_never_meets_its_limit(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let phone = cast.sabang.employee.phone.asking_its_cost();
    let requested = |answer: &Answer| answer.body["extensions"]["cost"]["requested"].as_u64().expect("a cost");
    let screen = phone.send(SCREEN, json!({})).await;
    assert!(requested(&screen) < 500, "{}", requested(&screen));
    let items = (0..200).map(|number| {
        let mut item = check_in(&key(number))["input"].take();
        item.as_object_mut().unwrap().remove("sentAt");
        item
    });
    let sync = phone
        .send(SYNC, json!({ "input": { "sentAt": "2026-11-23T00:20:00Z", "items": items.collect::<Vec<_>>() } }))
        .await;
    assert_eq!(sync.body["data"]["syncCheckIns"]["results"].as_array().map(Vec::len), Some(200), "{}", sync.body);
    assert!((4_000..8_000).contains(&requested(&sync)), "{}", requested(&sync));
    let mut last = sync;
    for _ in 0..30 {
        last = phone.send(SCREEN, json!({})).await;
    }
    let cost = &last.body["extensions"]["cost"];
    assert!(cost["remaining"].as_u64() > cost["limit"].as_u64().map(|limit| limit / 2), "{cost}");
}
