//! Check-ins that a person has to look at: what the pass finds, what people decide, what is forgotten.

mod appeals;
mod decisions;
mod expiry;
mod findings;
mod thresholds;

use bina::attendance::review::pass;
use bina::clock::Instant;
use chrono::TimeDelta;
use entity::ids::AgencyId;
use entity::{device, review_threshold};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{Cast, Person};
use crate::harness::monday_morning;

const REVIEW: &str = "id status statement { words statedAt } dispute { reason disputedAt } decision decidedAt decidedBy { name } note openedAt
    checkIn { id verdict reasons employee { name } }
    findings { kind words distanceMeters speedKmh otherCheckIns { id } }";

/// So many minutes after the beginning of the test.
fn minute(minute: i64) -> Instant {
    monday_morning() + TimeDelta::minutes(minute)
}

/// A place at the office of its own: a real fix jitters.
fn jittered(cast: &Cast, number: u32) -> (f64, f64) {
    (cast.sabang.place.0 + f64::from(number) * 1e-7, cast.sabang.place.1)
}

/// A check-in to duty.
struct Attempt {
    number: u128,
    direction: &'static str,
    captured: Instant,
    sent: Instant,
    place: Option<(f64, f64)>,
}

impl Attempt {
    fn at(number: u128, captured: Instant, place: (f64, f64)) -> Self {
        Self { number, direction: "IN", captured, sent: captured, place: Some(place) }
    }

    fn input(&self) -> Value {
        let place =
            |(latitude, longitude)| json!({ "latitude": latitude, "longitude": longitude, "accuracyMeters": 9.0 });
        json!({
            "idempotencyKey": Uuid::from_u128(self.number).to_string(),
            "occasion": { "workday": { "direction": self.direction } },
            "capturedAt": self.captured, "sentAt": self.sent, "location": self.place.map(place),
        })
    }

    /// Sends it when it is time; answers the id and the verdict.
    async fn send(&self, cast: &Cast, person: &Person) -> (String, String) {
        cast.world.app.clock.set(self.sent);
        let payload = person.phone.change("checkIn", "checkIn { id verdict }", self.input()).await;
        let text = |field: &str| payload["checkIn"][field].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
        (text("id"), text("verdict"))
    }
}

/// An accepted check-in to duty; answers its id.
async fn accepted(cast: &Cast, person: &Person, number: u128, at: Instant, place: (f64, f64)) -> String {
    let (id, verdict) = Attempt::at(number, at, place).send(cast, person).await;
    assert_eq!(verdict, "ACCEPTED", "{number}");
    id
}

/// Lets the pass come to the check-ins of until now.
async fn settle(cast: &Cast) {
    let app = &cast.world.app;
    app.clock.set(app.clock.now() + pass::SETTLED + TimeDelta::seconds(1));
    while pass::step(app).await.unwrap() {}
}

/// Verdict and reasons of a check-in.
async fn verdict(person: &Person, id: &str) -> (String, Vec<String>) {
    let query = "query($id: ID!) { node(id: $id) { ... on CheckIn { verdict reasons } } }";
    let found = person.phone.data(query, json!({ "id": id })).await;
    serde_json::from_value(json!([found["node"]["verdict"], found["node"]["reasons"]])).unwrap()
}

fn needs(reasons: &[&str]) -> (String, Vec<String>) {
    ("NEEDS_REVIEW".to_owned(), reasons.iter().map(|reason| (*reason).to_owned()).collect())
}

fn fine() -> (String, Vec<String>) {
    ("ACCEPTED".to_owned(), Vec::new())
}

/// The open reviews that somebody is shown.
async fn queue(person: &Person) -> Vec<Value> {
    let query = format!("{{ checkInReviews {{ totalCount nodes {{ {REVIEW} }} }} }}");
    let found = person.phone.data(&query, json!({})).await;
    let nodes = found["checkInReviews"]["nodes"].as_array().unwrap().clone();
    assert_eq!(found["checkInReviews"]["totalCount"], nodes.len());
    nodes
}

/// The review of a check-in.
async fn review_of(person: &Person, id: &str) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on CheckIn {{ review {{ {REVIEW} }} }} }} }}");
    person.phone.data(&query, json!({ "id": id })).await["node"]["review"].take()
}

/// Puts people on one phone.
async fn share_phone(cast: &Cast, people: &[&Person]) {
    let app = &cast.world.app;
    let transaction = app.db.begin().await.unwrap();
    device::Entity::update_many()
        .col_expr(device::Column::InstallationId, Expr::value(Uuid::from_u128(77)))
        .filter(device::Column::Id.is_in(people.iter().map(|person| person.device)))
        .exec(&transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

/// An agency sets thresholds of its own.
async fn set_thresholds(cast: &Cast, agency: AgencyId, change: impl FnOnce(&mut review_threshold::Model)) {
    let app = &cast.world.app;
    let transaction = app.db.begin().await.unwrap();
    let national = review_threshold::Entity::find().one(&transaction).await.unwrap().unwrap();
    let mut own = review_threshold::Model {
        id: app.ids.new_id(app.clock.now()),
        agency_id: Some(agency),
        citation: "SK 7/2026".to_owned(),
        ..national
    };
    change(&mut own);
    let mut row = own.into_active_model().reset_all();
    row.version = Set(2);
    row.insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}
