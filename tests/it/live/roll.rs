//! The roll of a session as it happens.

use bina::clock::Instant;
use bina::http::vigil::Pace;
use chrono::TimeDelta;
use entity::check_in;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::peer::Peer;
use super::{HASTE, Server};
use crate::cast::{AgencyCast, Cast, Person};
use crate::client::Client;
use crate::harness::{Engine, monday_morning};

const ROLL: &str = "subscription($id: ID!) { courseSessionRollChanged(courseSessionId: $id) {
    id verdict employee { name } occasion { ... on CourseSession { title } } } }";

fn token(phone: &Client) -> String {
    phone.token().expect("somebody is logged in")
}

/// The subscriptions that are open, as the metrics tell.
fn open_subscriptions(cast: &Cast) -> u64 {
    let text = cast.world.app.metrics.render(&cast.world.app.db);
    let told = text.lines().find_map(|line| line.strip_prefix("bina_live_subscriptions ")).expect("the metric");
    told.parse().expect("a number")
}

/// Somebody who follows the roll, from before whatever follows.
async fn following(server: &Server, cast: &Cast, person: &Person) -> Peer {
    let before = open_subscriptions(cast);
    let mut peer = Peer::greeted(server.address, Some(&token(&person.phone))).await;
    peer.subscribe("roll", ROLL, json!({ "id": cast.sabang.session.to_string() })).await;
    for _ in 0..500 {
        if open_subscriptions(cast) > before {
            return peer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the subscription does not begin");
}

async fn attend(person: &Person, agency: &AgencyCast, number: u128) -> Value {
    let input = json!({
        "idempotencyKey": Uuid::from_u128(number).to_string(),
        "occasion": { "courseSessionId": agency.session.to_string() },
        "capturedAt": monday_morning(), "sentAt": monday_morning(),
    });
    person.phone.change("checkIn", "checkIn { id } isReplay", input).await
}

fn id(payload: &Value) -> &str {
    payload["checkIn"]["id"].as_str().expect("an id")
}

/// The id of the next check-in that is told.
async fn told(peer: &mut Peer) -> String {
    let message = peer.hear().await;
    let id = message["payload"]["data"]["courseSessionRollChanged"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{message}")).to_owned()
}

#[rstest]
#[tokio::test]
async fn a_trainer_sees_who_comes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (server, sabang) = (Server::real(&cast.world.app, Pace::default()).await, &cast.sabang);
    let mut trainer = following(&server, &cast, &sabang.trainer).await;
    let mut employee = following(&server, &cast, &sabang.employee).await;
    let mut foreign = Peer::greeted(server.address, Some(&token(&cast.sibolga.trainer.phone))).await;
    foreign.subscribe("roll", ROLL, json!({ "id": sabang.session.to_string() })).await;
    let refused = foreign.hear().await;
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("NOT_FOUND"))
    );
    assert!(foreign.is_alive().await, "and nothing follows");

    let colleague = attend(&sabang.colleague, sabang, 1).await;
    assert_eq!(
        trainer.hear().await["payload"]["data"]["courseSessionRollChanged"],
        json!({
            "id": id(&colleague), "verdict": "REJECTED", "employee": { "name": "Teuku Umar" },
            "occasion": { "title": "Simulasi loket" },
        })
    );
    let mine = attend(&sabang.employee, sabang, 2).await;
    assert_eq!(told(&mut trainer).await, id(&mine));
    // A participant is told of their own alone: the colleague's came before it.
    assert_eq!(told(&mut employee).await, id(&mine));

    // Sent again it is nothing new, and duty is no class.
    assert_eq!(attend(&sabang.employee, sabang, 2).await["isReplay"], true);
    let duty = json!({
        "idempotencyKey": Uuid::from_u128(3).to_string(), "occasion": { "workday": { "direction": "IN" } },
        "capturedAt": monday_morning(), "sentAt": monday_morning(),
    });
    sabang.employee.phone.change("checkIn", "checkIn { id }", duty).await;
    attend(&cast.sibolga.employee, &cast.sibolga, 4).await;
    let next = attend(&sabang.employee, sabang, 5).await;
    assert_eq!(told(&mut trainer).await, id(&next));
    trainer.say(json!({ "type": "complete", "id": "roll" })).await;
    drop((trainer, employee));
    for _ in 0..100 {
        if cast.world.app.live.topics() == 0 && open_subscriptions(&cast) == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("something is kept for nobody");
}

#[rstest]
#[tokio::test]
async fn who_loses_the_right_is_told_nothing_more(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (server, sabang) = (Server::real(&cast.world.app, Pace::default()).await, &cast.sabang);
    let mut trainer = following(&server, &cast, &sabang.trainer).await;
    let mut admin = following(&server, &cast, &sabang.admin).await;
    let first = attend(&sabang.employee, sabang, 1).await;
    assert_eq!(told(&mut trainer).await, id(&first));
    assert_eq!(told(&mut admin).await, id(&first));

    let trainers = json!({ "courseSessionId": sabang.session.to_string(), "employeeIds": [sabang.colleague.employee.to_string()] });
    sabang.admin.phone.change("setTrainers", "courseSession { id }", trainers).await;
    let roles = "query($id: ID!) { roleGrants(agencyId: $id) { nodes { id } } }";
    let roles = cast.national_admin.phone.data(roles, json!({ "id": sabang.agency.to_string() })).await;
    let role = json!({ "roleGrantId": roles["roleGrants"]["nodes"][0]["id"] });
    let revoked = cast.national_admin.phone.change("revokeRole", "roleGrant { id }", role).await;
    assert_eq!(revoked["errors"], json!([]));
    attend(&sabang.employee, sabang, 2).await;
    // Of what follows they see their own alone.
    for (peer, person, number) in [(&mut trainer, &sabang.trainer, 3), (&mut admin, &sabang.admin, 4)] {
        let own = attend(person, sabang, number).await;
        assert_eq!(told(peer).await, id(&own));
    }
}

#[rstest]
#[tokio::test]
async fn a_whole_day_off_line_is_told_in_its_order(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (server, sabang) = (Server::real(&cast.world.app, Pace::default()).await, &cast.sabang);
    let mut trainer = following(&server, &cast, &sabang.trainer).await;
    let captured = |number: i64| -> Instant { monday_morning() - TimeDelta::seconds(200 - number) };
    let items: Vec<Value> = (0..200)
        .map(|number| {
            json!({
                "idempotencyKey": Uuid::from_u128(u128::try_from(number).unwrap()).to_string(),
                "occasion": { "courseSessionId": sabang.session.to_string() }, "capturedAt": captured(number),
            })
        })
        .collect();
    let input = json!({ "sentAt": monday_morning(), "items": items });
    let sent = sabang.employee.phone.change("syncCheckIns", "results { checkIn { id } }", input).await;
    for result in sent["results"].as_array().unwrap() {
        assert_eq!(told(&mut trainer).await, id(result));
    }
}

#[rstest]
#[tokio::test]
async fn who_is_too_far_behind_is_told_so(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (server, sabang) = (Server::real(&cast.world.app, Pace::default()).await, &cast.sabang);
    let mut trainer = following(&server, &cast, &sabang.trainer).await;
    let first = attend(&sabang.employee, sabang, 1).await;
    assert_eq!(told(&mut trainer).await, id(&first));
    let row = check_in::Entity::find().one(cast.world.app.db.read()).await.unwrap().unwrap();
    // One thread does everything here: nobody listens meanwhile.
    (0..=1_024).for_each(|_| cast.world.app.live.check_in_recorded(&row));
    let dropped = trainer.hear().await;
    assert_eq!(dropped["payload"]["errors"][0]["extensions"]["code"], "TOO_SLOW", "{dropped}");
    assert_eq!(trainer.hear().await, json!({ "type": "complete", "id": "roll" }));
    assert_eq!(cast.world.app.live.topics(), 0);
}

/// One stream of events, read until it ends.
#[rstest]
#[tokio::test]
async fn a_stream_of_events_ends_when_its_reader_is_logged_out(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (server, sabang) = (Server::real(&cast.world.app, HASTE).await, &cast.sabang);
    let body = json!({ "query": ROLL, "variables": { "id": sabang.session.to_string() } });
    let (address, token) = (server.address, token(&sabang.trainer.phone));
    let reading = tokio::task::spawn_blocking(move || {
        let answer = ureq::post(format!("http://{address}/graphql"))
            .header("accept", "text/event-stream")
            .header("accept-language", "en")
            .header("authorization", format!("Bearer {token}"))
            .send_json(body);
        answer.expect("an answer").body_mut().read_to_string().expect("events")
    });
    while cast.world.app.live.topics() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let mine = attend(&sabang.employee, sabang, 1).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    sabang.trainer.phone.change("logout", "isLoggedOut", json!({})).await;
    let text = reading.await.unwrap();
    let events: Vec<&str> = text.split("\n\n").filter(|event| event.starts_with("event")).collect();
    let [news, error, end] = events.as_slice() else { panic!("{text}") };
    assert!(news.starts_with("event: next\ndata: {\"data\":{\"courseSessionRollChanged\"") && news.contains(id(&mine)));
    assert!(error.starts_with("event: next\ndata: {\"errors\":[") && error.contains("UNAUTHENTICATED"), "{error}");
    assert_eq!(*end, "event: complete\ndata:");
}
