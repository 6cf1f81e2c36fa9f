//! Who says to be somebody else, and who floods: each address is counted by itself, and by what the connection says.

use bina::config::{Config, ProxyHeader};
use rstest::rstest;
use serde_json::json;

use super::requests::Sent;
use super::wire::{ELSEWHERE, HOME, exchange};
use crate::cast::Cast;
use crate::harness::{Engine, World};
use crate::live::{HASTE, Server};

/// Failures of one address without a wait, as `rules.rs` has them.
const FREE: usize = 50;

/// A login that fails, by a name that nobody has: the address alone counts it.
fn guess(number: usize) -> Sent {
    Sent::json(&json!({
        "query": "mutation($input: LoginInput!) { login(input: $input) { errors { code } } }",
        "variables": { "input": {
            "identifier": format!("orang{number}@kota.example"), "password": "salah salah salah salah",
            "deviceName": "Telepon", "installationId": uuid::Uuid::from_u128(number as u128).to_string(),
        } },
    }))
}

/// What becomes of one.
async fn outcome(server: &Server, sent: Sent) -> String {
    let answer = exchange(HOME, server.address, &sent.bytes()).await;
    answer.json()["data"]["login"]["errors"][0]["code"].as_str().unwrap_or(&answer.text).to_owned()
}

/// Headers by which a client says to be at address `number`.
fn invented(number: usize) -> [(&'static str, String); 4] {
    let address = format!("203.0.113.{number}");
    [
        ("x-forwarded-for", address.clone()),
        ("forwarded", format!("for={address}")),
        ("x-real-ip", address.clone()),
        ("cf-connecting-ip", address),
    ]
}

#[rstest]
#[tokio::test]
async fn an_invented_address_does_not_lift_the_throttle(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let server = Server::real(&world.app, HASTE).await;
    let mut outcomes = Vec::new();
    for number in 1..=FREE + 5 {
        let sent = invented(number).into_iter().fold(guess(number), |sent, (name, value)| sent.with(name, value));
        outcomes.push(outcome(&server, sent).await);
    }
    let (free, slowed) = outcomes.split_at(FREE);
    assert!(free.iter().all(|outcome| outcome == "INVALID_CREDENTIALS"), "{free:?}");
    assert!(slowed.iter().all(|outcome| outcome == "TOO_MANY_ATTEMPTS"), "{slowed:?}");
}

#[rstest]
#[case::forwarded_for(ProxyHeader::ForwardedFor)]
#[case::forwarded(ProxyHeader::Forwarded)]
#[tokio::test]
async fn behind_a_trusted_proxy_its_word_alone_counts(#[case] header: ProxyHeader) {
    let trusted = |config: &mut Config| {
        config.proxies.trusted = vec!["127.0.0.0/8".parse().unwrap()];
        config.proxies.header = header;
    };
    let world = World::set_up(Engine::Sqlite, trusted).await;
    let server = Server::real(&world.app, HASTE).await;
    // What the client invents stands to the left of what the proxy writes, or in the header that it does not write.
    let through = |number: usize, client: &str| match header {
        ProxyHeader::ForwardedFor => guess(number)
            .with("x-forwarded-for", format!("198.51.100.{number}, {client}"))
            .with("forwarded", format!("for=198.51.100.{number}")),
        ProxyHeader::Forwarded => guess(number)
            .with("forwarded", format!("for=198.51.100.{number}, for={client}"))
            .with("x-forwarded-for", format!("198.51.100.{number}")),
    };
    for number in 1..=FREE {
        assert_eq!(outcome(&server, through(number, "203.0.113.7")).await, "INVALID_CREDENTIALS", "{number}");
    }
    assert_eq!(outcome(&server, through(FREE + 1, "203.0.113.7")).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(outcome(&server, through(FREE + 2, "203.0.113.8")).await, "INVALID_CREDENTIALS");
}

#[rstest]
#[tokio::test]
async fn a_flood_ends_in_429_and_others_are_served(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::set_up(engine, |config| {
        config.limits.address_cost = 300;
        config.limits.address_cost_per_second = 10;
    })
    .await;
    let server = Server::real(&cast.world.app, HASTE).await;
    let ask = async |from, sent: &Sent| exchange(from, server.address, &sent.bytes()).await;
    let bad = Sent::query(&"{viewer".repeat(40)).with("bina-cost", "1");
    let mut refused = 0;
    let last = loop {
        let answer = ask(ELSEWHERE, &bad).await;
        assert!(answer.json()["data"].is_null(), "{}", answer.text);
        if answer.code() != "COST_LIMIT_EXCEEDED" {
            break answer;
        }
        assert!(answer.json()["extensions"].is_null(), "{}", answer.text);
        refused += 1;
    };
    assert_eq!((refused, last.status, last.code().as_str()), (300 / 5, 429, "RATE_LIMITED"));
    let cost = &last.json()["extensions"]["cost"];
    assert_eq!((&cost["requested"], &cost["limit"], &cost["remaining"]), (&json!(5), &json!(300), &json!(0)));
    // It is over for that address, whatever it asks for: not for others, and not for who is known there.
    let screen = Sent::query("{ viewer { name } }");
    assert_eq!(ask(ELSEWHERE, &screen).await.status, 429);
    assert_eq!(ask(HOME, &screen).await.status, 200);
    let token = cast.sabang.employee.phone.token().unwrap();
    let known = ask(ELSEWHERE, &screen.with("authorization", format!("Bearer {token}"))).await;
    assert_eq!(known.json()["data"]["viewer"]["name"], "Cut Meutia");
}
