//! The one appeal: against what, and what is told before and after it.

use rstest::rstest;
use serde_json::{Value, json};

use super::decisions::{decide, decision, doubtful};
use super::{Attempt, REVIEW, minute, verdict};
use crate::cast::{Cast, Person};
use crate::harness::Engine;

/// What somebody says of their check-in.
async fn say(person: &Person, id: &str, reason: &str) -> Value {
    let node = format!("checkInReview {{ {REVIEW} }}");
    let input = json!({ "checkInId": id, "reason": reason });
    person.phone.change("disputeCheckIn", &node, input).await
}

async fn said(person: &Person, id: &str, reason: &str) -> Value {
    let payload = say(person, id, reason).await;
    assert_eq!(payload["errors"], json!([]));
    payload["checkInReview"].clone()
}

async fn refusal(person: &Person, id: &str, reason: &str) -> Value {
    say(person, id, reason).await["errors"][0]["code"].clone()
}

/// What somebody is told of a check-in, in English and in Indonesian.
async fn told(person: &Person, id: &str) -> [String; 2] {
    let query = "query($id: ID!) { node(id: $id) { ... on CheckIn { message } } }";
    let message = async |phone: &crate::client::Client| {
        phone.data(query, json!({ "id": id })).await["node"]["message"].as_str().unwrap().to_owned()
    };
    [message(&person.phone).await, message(&person.phone.in_language("id")).await]
}

#[rstest]
#[tokio::test]
async fn a_word_before_the_decision_leaves_the_appeal(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, supervisor, admin) = (&cast.sabang.employee, &cast.sabang.supervisor, &cast.sabang.admin);
    let id = doubtful(&cast, employee, 1).await;
    // Whoever waits may say something, may say it better, and may send it twice.
    said(employee, &id, "Saya di gudang.").await;
    let stated = said(employee, &id, "Saya di gudang, tanpa sinyal.").await;
    assert_eq!(
        (&stated["statement"]["words"], &stated["dispute"], &stated["status"]),
        (&json!("Saya di gudang, tanpa sinyal."), &Value::Null, &json!("OPEN"))
    );
    assert_eq!(said(employee, &id, "Saya di gudang, tanpa sinyal.").await, stated);
    assert_eq!(verdict(employee, &id).await.0, "NEEDS_REVIEW");

    // The first reviewer alone has not the last word, not even where the appeal repeats what was said before.
    decide(supervisor, decision(&id, "REJECT", Some("Tidak hadir."))).await;
    let appealed = said(employee, &id, "Saya di gudang, tanpa sinyal.").await;
    assert_eq!(
        (&appealed["status"], &appealed["dispute"]["reason"], &appealed["statement"]),
        (&json!("OPEN"), &json!("Saya di gudang, tanpa sinyal."), &stated["statement"])
    );
    let accept = decision(&id, "ACCEPT", None);
    assert_eq!(supervisor.phone.refusal("reviewCheckIn", accept).await.0, "DECIDED_BY_SELF");
    decide(admin, decision(&id, "REJECT", Some("CCTV tidak menunjukkannya."))).await;
    assert_eq!(verdict(employee, &id).await.0, "REJECTED");
    assert_eq!(refusal(employee, &id, "Periksa lagi.").await, "ALREADY_DISPUTED", "one appeal");

    // What the rules rejected has its one appeal, too; nobody has decided over it before.
    let far = (cast.sabang.place.0 + 0.1, cast.sabang.place.1);
    let (far, _) = Attempt::at(2, minute(60), far).send(&cast, employee).await;
    assert_eq!(said(employee, &far, "GPS rusak.").await["statement"], Value::Null);
    assert_eq!(refusal(employee, &far, "GPS rusak sekali.").await, "ALREADY_DISPUTED");
    decide(supervisor, decision(&far, "REJECT", Some("GPS tidak rusak."))).await;
    assert_eq!(refusal(employee, &far, "GPS rusak sekali.").await, "ALREADY_DISPUTED");
}

#[rstest]
#[tokio::test]
async fn after_a_decision_its_words_are_told(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, supervisor, admin) = (&cast.sabang.employee, &cast.sabang.supervisor, &cast.sabang.admin);
    let far = (cast.sabang.place.0 + 0.1, cast.sabang.place.1);
    let (far, _) = Attempt::at(1, minute(0), far).send(&cast, employee).await;
    let rejected =
        "Your check-in is recorded but does not count. You were 11.1 km from the venue. Go closer and try again.";
    assert_eq!(told(employee, &far).await[0], rejected);
    said(employee, &far, "GPS rusak.").await;
    assert_eq!(told(employee, &far).await[0], format!("{rejected} You have disputed this. Wait for the decision."));
    decide(supervisor, decision(&far, "ACCEPT", None)).await;
    let accepted = [
        "You are checked in. It was reviewed and accepted.",
        "Presensi masuk Anda tercatat. Presensi ini sudah diperiksa dan diterima.",
    ];
    assert_eq!(told(employee, &far).await, accepted);
    assert_eq!(told(supervisor, &far).await, accepted, "whoever sees the check-in sees its words");

    let waits = doubtful(&cast, employee, 2).await;
    let needs_review = "Your check-in is recorded and will be reviewed. \
        No location was sent. Allow the app to use your location.";
    assert_eq!(told(employee, &waits).await[0], needs_review);
    decide(supervisor, decision(&waits, "REJECT", Some("Tidak terlihat di loket."))).await;
    let refused = "Your check-in is recorded but does not count. It was reviewed and rejected. \
        The reviewer's note: “Tidak terlihat di loket.”";
    assert_eq!(
        told(employee, &waits).await,
        [
            format!("{refused} If that is wrong, dispute it: you may once, and somebody else decides."),
            "Presensi Anda tercatat tetapi tidak dihitung. Presensi ini sudah diperiksa dan ditolak. \
             Catatan pemeriksa: “Tidak terlihat di loket.” \
             Jika keliru, ajukan keberatan: satu kali, dan orang lain yang memutuskan."
                .to_owned(),
        ]
    );
    said(employee, &waits, "Saya di gudang.").await;
    assert_eq!(told(employee, &waits).await[0], format!("{refused} You have disputed this. Wait for the decision."));
    decide(admin, decision(&waits, "REJECT", Some("Tidak di gudang."))).await;
    assert_eq!(
        told(employee, &waits).await[0],
        "Your check-in is recorded but does not count. It was reviewed and rejected. \
         The reviewer's note: “Tidak di gudang.” \
         You have disputed this once, so the decision is final. Turn to your superior with questions."
    );

    // The first screen tells the same of a class.
    let now = cast.world.app.clock.now();
    let class = json!({
        "idempotencyKey": "0193a5e2-7a3c-7000-8000-000000000009",
        "occasion": { "courseSessionId": cast.sabang.session.to_string() }, "capturedAt": now, "sentAt": now,
    });
    let class = employee.phone.change("checkIn", "checkIn { id verdict }", class).await["checkIn"].take();
    assert_eq!(class["verdict"], "NEEDS_REVIEW");
    decide(supervisor, decision(class["id"].as_str().unwrap(), "REJECT", Some("Kursi kosong."))).await;
    let screen = "{ viewer { today { courseSessions { checkIn { message } } } } }";
    let today = employee.phone.data(screen, json!({})).await["viewer"]["today"].take();
    let words = today["courseSessions"][0]["checkIn"]["message"].as_str().unwrap();
    assert!(words.contains("The reviewer's note: “Kursi kosong.” If that is wrong, dispute it"), "{words}");
}
