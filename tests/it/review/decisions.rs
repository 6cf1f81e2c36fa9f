//! Who sees what is to be reviewed, who decides, who disputes.

use bina::attendance::requests::OPEN_DISPUTES;
use bina::audit::verify;
use entity::audit_entry;
use futures_util::future::join_all;
use rstest::rstest;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{Attempt, REVIEW, minute, queue, review_of, settle, verdict};
use crate::cast::{Cast, Person};
use crate::harness::Engine;

/// A check-in without a location; the pass has come to it.
pub async fn doubtful(cast: &Cast, person: &Person, number: u128) -> String {
    let (id, verdict) =
        Attempt { place: None, ..Attempt::at(number, cast.world.app.clock.now(), (0.0, 0.0)) }.send(cast, person).await;
    assert_eq!(verdict, "NEEDS_REVIEW");
    settle(cast).await;
    id
}

pub fn decision(check_in: &str, decision: &str, note: Option<&str>) -> Value {
    json!({ "checkInId": check_in, "decision": decision, "note": note })
}

pub async fn decide(person: &Person, input: Value) -> Value {
    let node = format!("checkInReview {{ {REVIEW} }}");
    let payload = person.phone.change("reviewCheckIn", &node, input).await;
    assert_eq!(payload["errors"], json!([]));
    payload["checkInReview"].clone()
}

async fn refused(person: &Person, mutation: &str, input: Value) -> String {
    person.phone.refusal(mutation, input).await.0
}

#[rstest]
#[tokio::test]
async fn the_queue_is_shown_to_whom_it_may_concern(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let duty = doubtful(&cast, &sabang.employee, 1).await;
    let own = doubtful(&cast, &sabang.supervisor, 2).await;
    let class = json!({
        "idempotencyKey": "0193a5e2-7a3c-7000-8000-000000000001",
        "occasion": { "courseSessionId": sabang.session.to_string() },
        "capturedAt": cast.world.app.clock.now(), "sentAt": cast.world.app.clock.now(),
    });
    let class = sabang.employee.phone.change("checkIn", "checkIn { id }", class).await;
    let class = class["checkIn"]["id"].as_str().unwrap().to_owned();
    settle(&cast).await;
    let shown = async |person: &Person| -> Vec<String> {
        queue(person).await.iter().map(|review| review["checkIn"]["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(shown(&sabang.admin).await, [duty.clone(), own.clone(), class.clone()]);
    assert_eq!(shown(&sabang.supervisor).await, [duty.clone(), class.clone()], "not their own");
    assert_eq!(shown(&sabang.trainer).await, std::slice::from_ref(&class));
    for person in [&sabang.employee, &sabang.colleague, &cast.sibolga.admin, &cast.national_admin, &cast.citizen] {
        assert_eq!(shown(person).await, [""; 0]);
    }
    // Whose it is sees it beside the check-in.
    assert_eq!(review_of(&sabang.employee, &duty).await["status"], "OPEN");

    let filtered = "query($agencyId: ID, $unitId: ID, $status: CheckInReviewStatus) {
        checkInReviews(agencyId: $agencyId, unitId: $unitId, status: $status, first: 1) { totalCount } }";
    let (mine, other) = (sabang.agency.to_string(), cast.sibolga.agency.to_string());
    for (variables, count) in [
        (json!({ "agencyId": mine }), 3),
        (json!({ "agencyId": other }), 0),
        (json!({ "unitId": sabang.unit.to_string() }), 3),
        (json!({ "unitId": sabang.root.to_string() }), 0),
        (json!({ "status": "DECIDED" }), 0),
    ] {
        let found = sabang.admin.phone.data(filtered, variables.clone()).await;
        assert_eq!(found["checkInReviews"]["totalCount"], count, "{variables}");
    }
}

#[rstest]
#[tokio::test]
async fn one_decides_once_and_never_about_oneself(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let id = doubtful(&cast, &sabang.employee, 1).await;
    let own = doubtful(&cast, &sabang.supervisor, 2).await;
    let accept = || decision(&id, "ACCEPT", Some("Saya melihatnya di loket."));
    assert_eq!(refused(&sabang.employee, "reviewCheckIn", accept()).await, "FORBIDDEN");
    assert_eq!(refused(&sabang.supervisor, "reviewCheckIn", decision(&own, "ACCEPT", None)).await, "FORBIDDEN");
    for person in [&sabang.colleague, &sabang.trainer, &cast.sibolga.admin, &cast.citizen] {
        assert_eq!(refused(person, "reviewCheckIn", accept()).await, "NOT_FOUND");
    }
    assert_eq!(
        sabang.supervisor.phone.refusal("reviewCheckIn", decision(&id, "REJECT", None)).await,
        ("BLANK".to_owned(), "note".to_owned())
    );

    let done = decide(&sabang.supervisor, accept()).await;
    assert_eq!(
        (&done["status"], &done["decision"], &done["note"], &done["decidedBy"]["name"]),
        (&json!("DECIDED"), &json!("ACCEPT"), &json!("Saya melihatnya di loket."), &json!("Teungku Daud"))
    );
    let (accepted, reasons) = verdict(&sabang.employee, &id).await;
    assert_eq!((accepted.as_str(), reasons), ("ACCEPTED", vec!["LOCATION_MISSING".to_owned()]), "the reasons stay");
    let seen = review_of(&sabang.employee, &id).await;
    assert_eq!((&seen["note"], &seen["decidedBy"]), (&done["note"], &Value::Null), "who decided is not shown");
    // Sent again it is the same; another decision comes too late, and so does somebody else's.
    assert_eq!(decide(&sabang.supervisor, accept()).await, done);
    let reject = || decision(&id, "REJECT", Some("Tidak hadir."));
    assert_eq!(refused(&sabang.supervisor, "reviewCheckIn", reject()).await, "ALREADY_DECIDED");
    assert_eq!(refused(&sabang.admin, "reviewCheckIn", accept()).await, "ALREADY_DECIDED");
    // What nobody has to review, nobody reviews.
    let (fine, _) = Attempt::at(3, minute(60), sabang.place).send(&cast, &sabang.employee).await;
    assert_eq!(refused(&sabang.admin, "reviewCheckIn", decision(&fine, "REJECT", Some("x"))).await, "ALREADY_DECIDED");
    // Before the pass has come to it, it may be decided, too.
    let (young, _) =
        Attempt { place: None, ..Attempt::at(4, minute(61), sabang.place) }.send(&cast, &sabang.employee).await;
    decide(&sabang.admin, decision(&young, "REJECT", Some("Tidak hadir."))).await;
    settle(&cast).await;
    let (rejected, _) = verdict(&sabang.employee, &young).await;
    assert_eq!((rejected.as_str(), queue(&sabang.supervisor).await.len()), ("REJECTED", 0));
    // What was decided, the pass leaves alone.
    assert_eq!(verdict(&sabang.employee, &id).await.0, "ACCEPTED");
}

#[rstest]
#[tokio::test]
async fn after_a_dispute_somebody_else_decides(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let id = doubtful(&cast, &sabang.employee, 1).await;
    decide(&sabang.supervisor, decision(&id, "REJECT", Some("Tidak hadir."))).await;
    assert_eq!(verdict(&sabang.employee, &id).await.0, "REJECTED");
    let dispute = |reason: &str| json!({ "checkInId": id, "reason": reason });
    assert_eq!(refused(&sabang.supervisor, "disputeCheckIn", dispute("x")).await, "FORBIDDEN");
    assert_eq!(refused(&sabang.colleague, "disputeCheckIn", dispute("x")).await, "NOT_FOUND");
    assert_eq!(refused(&sabang.employee, "disputeCheckIn", dispute(" ")).await, "BLANK");
    let node = format!("checkInReview {{ {REVIEW} }}");
    let dispute_it = async || sabang.employee.phone.change("disputeCheckIn", &node, dispute("Saya di gudang.")).await;
    let disputed = dispute_it().await["checkInReview"].take();
    assert_eq!(
        (&disputed["status"], &disputed["dispute"]["reason"], &disputed["decision"]),
        (&json!("OPEN"), &json!("Saya di gudang."), &json!("REJECT"))
    );
    assert_eq!(dispute_it().await["checkInReview"], disputed, "the same words change nothing");
    assert_eq!(refused(&sabang.employee, "disputeCheckIn", dispute("Atau di aula.")).await, "ALREADY_DISPUTED");
    // It stays rejected until somebody else has decided.
    assert_eq!(verdict(&sabang.employee, &id).await.0, "REJECTED");
    assert_eq!(queue(&sabang.admin).await.len(), 1);
    let accept = || decision(&id, "ACCEPT", None);
    assert_eq!(refused(&sabang.supervisor, "reviewCheckIn", accept()).await, "DECIDED_BY_SELF");
    let done = decide(&sabang.admin, accept()).await;
    assert_eq!((&done["status"], &done["decidedBy"]["name"]), (&json!("DECIDED"), &json!("Pocut Baren")));
    assert_eq!(verdict(&sabang.employee, &id).await.0, "ACCEPTED");
    assert_eq!(refused(&sabang.supervisor, "reviewCheckIn", accept()).await, "ALREADY_DECIDED");

    // What the write path rejected is disputed, and decided, in the same way; what counts is not.
    let far = (sabang.place.0 + 0.1, sabang.place.1);
    let (far, rejected) = Attempt::at(2, minute(60), far).send(&cast, &sabang.employee).await;
    assert_eq!(rejected, "REJECTED");
    let own = |id: &str| json!({ "checkInId": id, "reason": "GPS rusak." });
    let opened = sabang.employee.phone.change("disputeCheckIn", &node, own(&far)).await;
    assert_eq!((&opened["errors"], &opened["checkInReview"]["status"]), (&json!([]), &json!("OPEN")));
    decide(&sabang.supervisor, decision(&far, "ACCEPT", None)).await;
    assert_eq!(verdict(&sabang.employee, &far).await.0, "ACCEPTED");
    let (fine, _) = Attempt::at(3, minute(400), sabang.place).send(&cast, &sabang.employee).await;
    assert_eq!(refused(&sabang.employee, "disputeCheckIn", own(&fine)).await, "NOT_DISPUTABLE");
    assert_eq!(review_of(&sabang.employee, &fine).await, Value::Null);
}

#[rstest]
#[tokio::test]
async fn twenty_decisions_at_once_are_chained(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(doubtful(&cast, &sabang.employee, number).await);
    }
    // Two decide over each at once: one of them does.
    let decisions = ids.iter().flat_map(|id| [(id, &sabang.admin), (id, &sabang.supervisor)]);
    let codes = join_all(decisions.map(async |(id, person)| {
        let payload = person.phone.change("reviewCheckIn", "", decision(id, "REJECT", Some("Tidak hadir."))).await;
        payload["errors"][0]["code"].as_str().map(str::to_owned)
    }))
    .await;
    for pair in codes.chunks(2) {
        let late: Vec<&str> = pair.iter().flatten().map(String::as_str).collect();
        assert_eq!(late, ["ALREADY_DECIDED"], "{codes:?}");
    }
    let db = cast.world.app.db.read();
    let mut chains = Vec::new();
    verify::verify(db, &mut |found| chains.push(found)).await.unwrap();
    assert!(chains.iter().all(Result::is_ok), "{chains:?}");
    let entries = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("CHECK_IN_REVIEWED"));
    assert_eq!(entries.clone().count(db).await.unwrap(), 10);
    let entry = entries.one(db).await.unwrap().unwrap();
    assert!(!entry.detail.contains("Tidak hadir") && entry.detail.contains("REJECTED"), "{}", entry.detail);
    for id in &ids {
        assert_eq!(verdict(&sabang.employee, id).await.0, "REJECTED");
    }
}

#[rstest]
#[tokio::test]
async fn so_many_disputes_wait_and_no_more(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let mut ids = Vec::new();
    for number in 0..OPEN_DISPUTES as u128 + 3 {
        let far = (sabang.place.0 + 0.1, sabang.place.1);
        let (id, verdict) = Attempt::at(number, minute(0), far).send(&cast, &sabang.employee).await;
        assert_eq!(verdict, "REJECTED");
        ids.push(id);
    }
    let dispute = |id: &String| json!({ "checkInId": id, "reason": "GPS rusak." });
    let sends =
        ids.iter().map(|id| sabang.employee.phone.change("disputeCheckIn", "checkInReview { id }", dispute(id)));
    let payloads = join_all(sends).await;
    let (late, done): (Vec<usize>, Vec<usize>) =
        (0..ids.len()).partition(|at| payloads[*at]["errors"][0]["code"] == "TOO_MANY_OPEN");
    assert_eq!((late.len(), done.len()), (3, OPEN_DISPUTES), "{payloads:?}");
    assert_eq!(review_of(&sabang.employee, &ids[late[0]]).await, Value::Null, "nothing is half disputed");
    // The same words again are no further one, and a decision makes room.
    let again = sabang.employee.phone.change("disputeCheckIn", "checkInReview { id }", dispute(&ids[done[0]])).await;
    assert_eq!(again, payloads[done[0]]);
    decide(&sabang.supervisor, decision(&ids[done[0]], "ACCEPT", None)).await;
    let room = sabang.employee.phone.change("disputeCheckIn", "checkInReview { id }", dispute(&ids[late[0]])).await;
    assert_eq!(room["errors"], json!([]));
}
