//! What one may not see is neither searched, counted, paged to nor told by a way round.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::BodyExt as _;
use rstest::rstest;
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::client::Client;
use crate::harness::Engine;

const PEOPLE: &str = "query($agency: ID!, $search: String, $after: String) { node(id: $agency) { ... on Agency {
    employees(search: $search, after: $after, first: 100) { nodes { id } totalCount pageInfo { hasNextPage } } } } }";

async fn people(phone: &Client, cast: &Cast, search: Option<&str>, after: Option<&str>) -> (Vec<String>, Value) {
    let variables = json!({ "agency": cast.sabang.agency.to_string(), "search": search, "after": after });
    let found = phone.data(PEOPLE, variables).await["node"]["employees"].take();
    let ids = found["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned());
    (ids.collect(), found["totalCount"].clone())
}

#[rstest]
#[tokio::test]
async fn a_list_is_searched_counted_and_paged_within_what_one_sees(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let seen_by = [
        (&sabang.employee, 2),
        (&sabang.supervisor, 5),
        (&sabang.admin, 5),
        (&cast.sibolga.admin, 0),
        (&cast.citizen, 0),
    ];
    for (person, wanted) in seen_by {
        let phone = &person.phone;
        let (seen, total) = people(phone, &cast, None, None).await;
        assert_eq!(total, seen.len(), "what is counted is what is seen");
        assert_eq!(seen.len(), wanted);
        // By a number, whole or in part, nobody is found: what is masked would be guessed digit by digit.
        for search in [&*sabang.colleague.nip, &sabang.colleague.nip[..8], "1987"] {
            assert_eq!(people(phone, &cast, Some(search), None).await, (vec![], json!(0)), "{search}");
        }
        // A cursor is a place, not a key: made up from others' ids, it leads to what one sees.
        for place in [cast.sibolga.employee.employee.0, sabang.colleague.employee.0, uuid::Uuid::nil()] {
            let cursor = URL_SAFE_NO_PAD.encode(place.as_bytes());
            let (ids, _) = people(phone, &cast, None, Some(&cursor)).await;
            assert!(ids.iter().all(|id| seen.contains(id)), "{ids:?}");
        }
        for bad in ["x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "' OR 1=1 --"] {
            let answer = phone.send(PEOPLE, json!({ "agency": sabang.agency.to_string(), "after": bad })).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{bad}: {}", answer.body);
        }
    }
}

/// The whole answer, but for the request's id.
async fn told(phone: &Client, path: &str) -> (StatusCode, String) {
    let response = phone.get(path).await;
    let (status, id) = (response.status(), response.headers()["x-request-id"].to_str().unwrap().to_owned());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap().replace(&id, ""))
}

#[rstest]
#[tokio::test]
async fn the_table_of_a_foreign_unit_is_that_of_none(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let of = |unit: &str| format!("/exports/attendance.csv?month=2026-11&unitId={unit}");
    let none = of("uni_01h455vb4pex5vsknk084sn02q");
    let foreign = of(&cast.sabang.unit.to_string());
    for person in [&cast.sibolga.admin, &cast.sibolga.employee, &cast.citizen, &cast.national_admin] {
        let (status, body) = told(&person.phone, &foreign).await;
        assert_eq!((status, &body), (StatusCode::NOT_FOUND, &told(&person.phone, &none).await.1));
    }
}
