//! National lists: searched literally, read page by page.

use chrono::NaiveDate;
use entity::holiday;
use entity::ids::HolidayId;
use entity::siasn_term::List;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use super::term;
use crate::cast::Cast;
use crate::harness::{Engine, monday_morning};

#[rstest]
#[tokio::test]
async fn a_search_is_literal(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    for name in ["Etika 100%", "Etika 1000", "data_base", "database", r"garis \ miring", "garis / miring", "Kafé"] {
        term(&cast.world.app, List::CourseName, name).await;
    }
    term(&cast.world.app, List::Competence, "Etika").await;
    let query = "query($search: String) { siasnTerms(list: COURSE_NAME, search: $search) { nodes { name } } }";
    for (search, names) in [
        ("100%", vec!["Etika 100%"]),
        ("%", vec!["Etika 100%"]),
        ("A_B", vec!["data_base"]),
        (r"\", vec![r"garis \ miring"]),
        ("eTIKA 1000", vec!["Etika 1000"]),
        ("' OR 1=1 --", vec![]),
        ("kafe\u{301}", vec!["Kafé"]),
    ] {
        let found = cast.stranger.data(query, json!({ "search": search })).await;
        let expected: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        assert_eq!(found["siasnTerms"]["nodes"], json!(expected), "{search}");
    }
    let found = cast.stranger.data(query, json!({ "search": "  " })).await;
    assert_eq!(found["siasnTerms"]["nodes"].as_array().map(Vec::len), Some(7));
    for search in ["\u{7f}".to_owned(), "a".repeat(101), "\u{202e}".to_owned()] {
        let answer = cast.stranger.send(query, json!({ "search": search })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.body);
    }
}

#[rstest]
#[tokio::test]
async fn pages_follow_each_other_to_the_end(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let app = &cast.world.app;
    let days = ["2026-12-25", "2026-01-01", "2026-03-19", "2026-03-19", "2027-01-01", "2026-08-17"];
    let rows = days.iter().enumerate().map(|(at, day)| holiday::ActiveModel {
        id: Set(app.ids.new_id::<HolidayId>(monday_morning())),
        date: Set(day.parse::<NaiveDate>().unwrap()),
        kind: Set(holiday::Kind::National),
        name: Set(format!("Hari {at}")),
        citation: Set(None),
        created_at: Set(monday_morning()),
        withdrawn_at: Set(None),
        withdrawal_citation: Set(None),
    });
    let transaction = app.db.begin().await.unwrap();
    holiday::Entity::insert_many(rows).exec_without_returning(&transaction).await.unwrap();
    transaction.commit().await.unwrap();

    let query = "query($first: Int, $after: String) { holidays(year: 2026, first: $first, after: $after) {
        nodes { date kind } edges { cursor } totalCount pageInfo { hasNextPage endCursor } } }";
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = cast.stranger.data(query, json!({ "first": 2, "after": after })).await["holidays"].clone();
        assert_eq!(page["totalCount"], 5);
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|day| day["date"].as_str().unwrap().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(seen, ["2026-01-01", "2026-03-19", "2026-03-19", "2026-08-17", "2026-12-25"]);
    let past = cast.stranger.data(query, json!({ "after": after })).await["holidays"].clone();
    let nowhere = json!({ "hasNextPage": false, "endCursor": null });
    assert_eq!((&past["nodes"], &past["pageInfo"]), (&json!([]), &nowhere));

    let cursor = after.as_str().unwrap();
    for bad in ["", "x", "%%%", &cursor[1..], &cursor[..cursor.len() - 4], &format!("{cursor}AAAA")] {
        let answer = cast.stranger.send(query, json!({ "after": bad })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{bad}: {}", answer.body);
    }
    for first in [0, -1, 101, i32::MAX] {
        let answer = cast.stranger.send(query, json!({ "first": first })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{first}");
    }
    for year in [0, -5, 10_000, i32::MIN] {
        let answer = cast
            .stranger
            .send("query($year: Int!) { holidays(year: $year) { nodes { id } } }", json!({ "year": year }))
            .await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{year}");
    }
}
