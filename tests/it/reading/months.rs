//! Days and months of oneself, of people and of units; the roll in numbers.

use chrono::{Days, NaiveDate};
use entity::check_in::{Direction, Verdict};
use entity::{RequestStatus, employee};
use rstest::rstest;
use sea_orm::ActiveModelTrait as _;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use super::today::correct;
use super::{adopt, class, duty, insert, local};
use crate::cast::{Cast, Person};
use crate::client::Client;
use crate::harness::{Engine, monday_morning};

const TOTALS: &str = "totals { workdays presentDays absentDays leaveDays lateDays minutesLate earlyDays minutesEarly
    missingIns missingOuts deductionPercent }";
const DAYS: &str = "days { on basis state deductionPercent shifts { state checkedInAt checkedOutAt minutesLate
    minutesEarly isMadeUp lateLevel earlyLevel deductionPercent } }";

async fn own_month(person: &Person, month: &str) -> Value {
    let query = format!("{{ viewer {{ attendance(month: \"{month}\") {{ month {DAYS} {TOTALS} }} }} }}");
    person.phone.data(&query, json!({})).await["viewer"]["attendance"].take()
}

async fn month_of(phone: &Client, employee: &str) -> Value {
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Employee {{ attendance(month: \"2026-11\") {{ {DAYS} {TOTALS} }} }} }} }}"
    );
    phone.data(&query, json!({ "id": employee })).await["node"]["attendance"].take()
}

#[rstest]
#[tokio::test]
async fn a_month_has_the_values_of_its_rule(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (agency, employee) = (cast.sabang.agency, &cast.sabang.employee);
    adopt(&cast, agency, "Permentan 68/2012").await;
    let at = |on: &str, direction, time: &str| duty(&cast, agency, employee, direction, local(on, time));
    insert(
        &cast,
        vec![
            at("2026-11-02", Direction::In, "07:35"),
            at("2026-11-02", Direction::Out, "16:00"),
            // The first IN and the last OUT count.
            at("2026-11-03", Direction::In, "07:20"),
            at("2026-11-03", Direction::In, "09:00"),
            at("2026-11-03", Direction::Out, "12:00"),
            at("2026-11-03", Direction::Out, "16:10"),
            at("2026-11-04", Direction::In, "07:30"),
            // A Friday ends at half past four.
            at("2026-11-06", Direction::In, "07:30"),
            at("2026-11-06", Direction::Out, "16:29"),
        ],
    )
    .await;
    let transaction = cast.world.app.db.begin().await.unwrap();
    let requested = correct(&cast, RequestStatus::Requested, "2026-11-05", Direction::In, "07:00");
    requested.insert(&transaction).await.unwrap();
    let approved = correct(&cast, RequestStatus::Approved, "2026-11-04", Direction::Out, "16:05");
    approved.insert(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    cast.world.app.clock.set(local("2026-11-07", "12:00"));

    let month = own_month(employee, "2026-11").await;
    let day = |number: usize| &month["days"][number - 1];
    let shift = |number: usize| &day(number)["shifts"][0];
    assert_eq!(month["days"].as_array().unwrap().len(), 30);
    assert_eq!(
        (&day(1)["basis"], &day(1)["state"], &day(1)["shifts"]),
        (&json!("REST_DAY"), &json!("FREE"), &json!([]))
    );
    assert_eq!((&shift(2)["minutesLate"], &shift(2)["lateLevel"]), (&json!(5), &json!("TL1")));
    assert_eq!(shift(3)["checkedInAt"], "2026-11-03T00:20:00Z");
    assert_eq!(shift(3)["checkedOutAt"], "2026-11-03T09:10:00Z");
    assert_eq!((&day(4)["state"], &shift(4)["checkedOutAt"]), (&json!("COMPLETE"), &json!("2026-11-04T09:05:00Z")));
    assert_eq!((&day(5)["state"], &day(5)["deductionPercent"]), (&json!("ABSENT"), &json!(4.0)));
    assert_eq!((&shift(6)["minutesEarly"], &shift(6)["earlyLevel"]), (&json!(1), &json!("PSW1")));
    assert_eq!(day(9)["state"], "UPCOMING");
    assert_eq!(
        month["totals"],
        json!({
            "workdays": 5, "presentDays": 4, "absentDays": 1, "leaveDays": 0, "lateDays": 1, "minutesLate": 5,
            "earlyDays": 1, "minutesEarly": 1, "missingIns": 0, "missingOuts": 0, "deductionPercent": 5.0,
        })
    );

    // What a check-in says of its workday is the same: an approved correction counts.
    let query = "{ viewer { checkIns(first: 100) { nodes { occasion { ... on Workday { on checkedInAt checkedOutAt
        isCheckOutMissing } } } } } }";
    let check_ins = employee.phone.data(query, json!({})).await["viewer"]["checkIns"]["nodes"].take();
    let fourth = check_ins.as_array().unwrap().iter().find(|node| node["occasion"]["on"] == "2026-11-04").unwrap();
    assert_eq!(fourth["occasion"]["checkedOutAt"], "2026-11-04T09:05:00Z");
    let before = cast.world.app.db.statements();
    employee.phone.data(query, json!({})).await;
    let cost = cast.world.app.db.statements() - before;
    assert!(cost <= 9, "{cost} statements for the workdays of nine check-ins");

    for (month, code) in [("2026-13", "BAD_USER_INPUT"), ("11-2026", "BAD_USER_INPUT")] {
        let query = "query($month: YearMonth!) { viewer { attendance(month: $month) { month } } }";
        assert_eq!(employee.phone.send(query, json!({ "month": month })).await.code(), code, "{month}");
    }
}

#[rstest]
#[tokio::test]
async fn days_are_read_by_oneself_superiors_and_admins(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, employee) = (&cast.sabang, cast.sabang.employee.employee.to_string());
    let query = "query($id: ID!) { node(id: $id) { ... on Employee { id
        attendance(month: \"2026-11\") { totals { workdays } } attendanceDay(on: \"2026-11-23\") { basis explanation } } } }";
    for (phone, is_seen, may_read) in [
        (&sabang.employee.phone, true, true),
        (&sabang.supervisor.phone, true, true),
        (&sabang.admin.phone, true, true),
        // Who teaches somebody sees them, and not their days.
        (&sabang.trainer.phone, true, false),
        (&sabang.colleague.phone, false, false),
        (&cast.sibolga.admin.phone, false, false),
        (&cast.citizen.phone, false, false),
        (&cast.national_admin.phone, false, false),
        (&cast.stranger, false, false),
    ] {
        let found = phone.data(query, json!({ "id": employee })).await["node"].take();
        assert_eq!(found["id"].is_string(), is_seen);
        assert_eq!((found["attendance"].is_object(), found["attendanceDay"].is_object()), (may_read, may_read));
    }
    // And the other way round.
    let trainer = sabang.employee.phone.data(query, json!({ "id": sabang.trainer.employee.to_string() })).await;
    assert!(trainer["node"]["id"].is_string() && trainer["node"]["attendance"].is_null());

    let unit = "query($id: ID!) { node(id: $id) { ... on Unit {
        attendanceOn(on: \"2026-11-23\") { totalCount nodes { employee { id } attendance { state } } }
        attendanceMonth(month: \"2026-11\") { totalCount edges { node { employee { id } } } } } } }";
    for (phone, of_unit, of_root) in [
        (&sabang.supervisor.phone, 5, 0),
        (&sabang.admin.phone, 5, 5),
        (&sabang.employee.phone, 0, 0),
        (&sabang.trainer.phone, 0, 0),
    ] {
        for (id, wanted) in [(sabang.unit, of_unit), (sabang.root, of_root)] {
            let found = phone.data(unit, json!({ "id": id.to_string() })).await["node"].take();
            assert_eq!(found["attendanceOn"]["totalCount"], wanted);
            assert_eq!(found["attendanceOn"]["nodes"].as_array().unwrap().len(), wanted);
            assert_eq!(found["attendanceMonth"]["totalCount"], wanted);
        }
    }
    let foreign = cast.sibolga.admin.phone.data(unit, json!({ "id": sabang.unit.to_string() })).await;
    assert_eq!(foreign["node"], Value::Null);
}

/// Days of all kinds for everybody of the unit, the same at each run.
async fn live(cast: &Cast) {
    let sabang = &cast.sabang;
    let people = [&sabang.employee, &sabang.colleague, &sabang.trainer, &sabang.supervisor, &sabang.admin];
    let (mut rows, mut dice) = (Vec::new(), 7_u32);
    let mut roll = |sides: u32| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 16) % sides
    };
    let first: NaiveDate = "2026-10-31".parse().unwrap();
    for person in people {
        for number in 0..32 {
            let on = (first + Days::new(number)).to_string();
            if roll(5) > 0 {
                let time = format!("{:02}:{:02}", 6 + roll(4), roll(60));
                rows.push(duty(cast, sabang.agency, person, Direction::In, local(&on, &time)));
            }
            if roll(5) > 0 {
                let time = format!("{:02}:{:02}", 13 + roll(6), roll(60));
                rows.push(duty(cast, sabang.agency, person, Direction::Out, local(&on, &time)));
            }
        }
    }
    insert(cast, rows).await;
}

/// Adds up the days as the schema tells them.
fn sum(days: &Value) -> Value {
    let days = days.as_array().unwrap();
    let count = |is: &dyn Fn(&Value) -> bool| days.iter().filter(|day| is(day)).count();
    let shifts = |day: &Value| day["shifts"].as_array().unwrap().clone();
    let all: Vec<Value> = days.iter().flat_map(shifts).collect();
    let is_late = |shift: &Value| shift["minutesLate"].as_i64() > Some(0) && shift["isMadeUp"] == false;
    let is_early = |shift: &Value| shift["minutesEarly"].as_i64() > Some(0);
    let came = |shift: &Value| shift["checkedInAt"].is_string() || shift["checkedOutAt"].is_string();
    let minutes = |field: &str| all.iter().filter_map(|shift| shift[field].as_i64()).sum::<i64>();
    let lacks =
        |field: &str| all.iter().filter(|shift| shift["state"] == "INCOMPLETE" && shift[field].is_null()).count();
    let hundredths = days.iter().filter_map(|day| day["deductionPercent"].as_f64()).map(|percent| percent * 100.0);
    json!({
        "workdays": count(&|day| day["state"] != "FREE" && day["state"] != "UPCOMING"),
        "presentDays": count(&|day| shifts(day).iter().any(came)),
        "absentDays": count(&|day| day["state"] == "ABSENT"),
        "leaveDays": count(&|day| day["basis"] == "LEAVE"),
        "lateDays": count(&|day| shifts(day).iter().any(is_late)),
        "minutesLate": minutes("minutesLate"),
        "earlyDays": count(&|day| shifts(day).iter().any(is_early)),
        "minutesEarly": minutes("minutesEarly"),
        "missingIns": lacks("checkedInAt"),
        "missingOuts": lacks("checkedOutAt"),
        "deductionPercent": hundredths.sum::<f64>().round() / 100.0,
    })
}

#[rstest]
#[tokio::test]
async fn the_units_month_is_the_sum_of_its_peoples(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let phone = &cast.sabang.supervisor.phone;
    adopt(&cast, cast.sabang.agency, "Permentan 68/2012").await;
    live(&cast).await;
    cast.world.app.clock.set(local("2026-11-26", "10:00"));
    let query = format!(
        "query($id: ID!, $after: String) {{ node(id: $id) {{ ... on Unit {{ attendanceMonth(month: \"2026-11\", first: 2,
            after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ employee {{ id }} attendance {{ {TOTALS} }} }} }} }} }} }}"
    );
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "id": cast.sabang.unit.to_string(), "after": after });
        let page = phone.data(&query, variables).await["node"]["attendanceMonth"].take();
        for node in page["nodes"].as_array().unwrap() {
            let id = node["employee"]["id"].as_str().unwrap();
            let own = month_of(phone, id).await;
            assert_eq!(node["attendance"]["totals"], own["totals"], "{id}");
            assert_eq!(sum(&own["days"]), own["totals"], "{id}");
            assert!(own["totals"]["minutesLate"].as_i64() > Some(0), "{own}");
            seen.push(id.to_owned());
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    // The unit's day is the day of each month.
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Unit {{ attendanceOn(on: \"2026-11-25\") {{
            nodes {{ employee {{ id }} attendance {{ {} }} }} }} }} }} }}",
        DAYS.strip_prefix("days {").unwrap().strip_suffix('}').unwrap()
    );
    let variables = json!({ "id": cast.sabang.unit.to_string() });
    let day = phone.data(&query, variables).await["node"]["attendanceOn"]["nodes"].take();
    for node in day.as_array().unwrap() {
        let own = month_of(phone, node["employee"]["id"].as_str().unwrap()).await;
        assert_eq!(node["attendance"], own["days"][24]);
    }
}

#[rstest]
#[tokio::test]
async fn a_page_of_a_unit_costs_the_same_for_one_and_for_all(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    live(&cast).await;
    let (app, phone, sabang) = (&cast.world.app, &cast.sabang.admin.phone, &cast.sabang);
    let transaction = app.db.begin().await.unwrap();
    let moved = employee::ActiveModel {
        id: Set(sabang.colleague.employee),
        unit_id: Set(Some(sabang.root)),
        ..Default::default()
    };
    moved.update(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    for field in [
        "attendanceOn(on: \"2026-11-20\", first: $first) { nodes { employee { id } attendance { state } } }",
        "attendanceMonth(month: \"2026-11\", first: $first) { nodes { attendance { totals { workdays } } } }",
    ] {
        let query = format!("query($id: ID!, $first: Int) {{ node(id: $id) {{ ... on Unit {{ {field} }} }} }}");
        let mut costs = Vec::new();
        for first in [1, 100] {
            // Nobody's duty is known, and everybody's is loaded at once.
            app.forget();
            let before = app.db.statements();
            phone.data(&query, json!({ "id": sabang.root.to_string(), "first": first })).await;
            costs.push(app.db.statements() - before);
        }
        assert_eq!(costs[0], costs[1], "{field}");
    }
    // People by their ids, each with a month.
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Employee { attendance(month: \"2026-11\") { totals { workdays } } } } }";
    let all = [&sabang.employee, &sabang.colleague, &sabang.trainer].map(|person| person.employee.to_string());
    let mut costs = Vec::new();
    for ids in [&all[..1], &all[..]] {
        let before = app.db.statements();
        phone.data(query, json!({ "ids": ids })).await;
        costs.push(app.db.statements() - before);
    }
    assert_eq!(costs[0], costs[1]);
}

#[rstest]
#[tokio::test]
async fn the_roll_in_numbers_is_for_who_sees_all_of_it(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let people = [&sabang.colleague, &sabang.supervisor, &sabang.admin].map(|person| person.employee.to_string());
    let list = json!({ "courseRunId": sabang.run.to_string(), "employeeIds": people });
    sabang.admin.phone.change("enrolEmployees", "enrolments { id }", list).await;
    let attempt = |person, verdict| class(&cast, sabang.agency, person, sabang.session, monday_morning(), verdict);
    insert(
        &cast,
        vec![
            attempt(&sabang.employee, Verdict::Rejected),
            attempt(&sabang.employee, Verdict::Accepted),
            attempt(&sabang.employee, Verdict::NeedsReview),
            attempt(&sabang.colleague, Verdict::NeedsReview),
            attempt(&sabang.supervisor, Verdict::Rejected),
            // On no list: counts for nothing.
            attempt(&sabang.trainer, Verdict::Accepted),
        ],
    )
    .await;
    let query = "query($id: ID!) { node(id: $id) { ... on CourseSession {
        rollSummary { expectedCount presentCount needsReviewCount rejectedCount absentCount }
        missing { totalCount nodes { id } } roll { totalCount } } } }";
    for phone in [&sabang.trainer.phone, &sabang.admin.phone] {
        let found = phone.data(query, json!({ "id": sabang.session.to_string() })).await["node"].take();
        let wanted = json!({
            "expectedCount": 4, "presentCount": 1, "needsReviewCount": 1, "rejectedCount": 1, "absentCount": 1,
        });
        assert_eq!((&found["rollSummary"], &found["roll"]["totalCount"]), (&wanted, &json!(6)));
        let missing: Vec<&str> =
            found["missing"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(missing, [sabang.supervisor.employee.to_string(), sabang.admin.employee.to_string()]);
    }
    let found = sabang.employee.phone.data(query, json!({ "id": sabang.session.to_string() })).await["node"].take();
    assert_eq!((&found["rollSummary"], &found["missing"]["totalCount"]), (&Value::Null, &json!(0)));
    assert_eq!(found["roll"]["totalCount"], 3, "one's own");
}
