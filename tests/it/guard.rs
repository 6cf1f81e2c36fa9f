//! Documents and bodies that are made to hurt: each is refused unexecuted, at once, in a small answer, and the
//! server goes on.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use rstest::rstest;
use serde_json::json;

use crate::http::{post, query, send, toy_router};

/// Far more than the guard takes, even in a debug build beside other tests, and far less than the executor would.
const AT_ONCE: Duration = Duration::from_millis(250);

/// `count` fragments, each spreading the next `width` times.
fn bomb(count: usize, width: usize) -> String {
    let spread = |at: usize| format!("...F{at} ").repeat(width);
    let fragments: Vec<_> = (0..count).map(|at| format!("fragment F{at} on Query{{{}}}", spread(at + 1))).collect();
    format!("{{...F0}}{}fragment F{count} on Query{{__typename}}", fragments.concat())
}

#[rstest]
#[case::brackets("{depth(value:".to_owned() + &"[".repeat(1_500), "COST_LIMIT_EXCEEDED")]
#[case::closed_brackets(
    format!("{{depth(value:{}{})}}", "[".repeat(1_500), "]".repeat(1_500)),
    "COST_LIMIT_EXCEEDED"
)]
#[case::selections("{itself".repeat(1_500), "COST_LIMIT_EXCEEDED")]
#[case::aliased_selections("{a:".repeat(1_500), "COST_LIMIT_EXCEEDED")]
#[case::parentheses("(".repeat(1_500), "COST_LIMIT_EXCEEDED")]
#[case::list_type(format!("query($v:{}Int{}){{language}}", "[".repeat(1_500), "]".repeat(1_500)), "COST_LIMIT_EXCEEDED")]
#[case::hidden_by_a_string(format!("{{depth(value:[\"\"\"\",{}", "[".repeat(1_500)), "GRAPHQL_PARSE_FAILED")]
#[case::hidden_by_a_comment(format!("{{depth(value:#\r{}", "[".repeat(1_500)), "COST_LIMIT_EXCEEDED")]
#[case::hidden_by_an_escape(format!("{{depth(value:[\"\\\\\",{}", "[".repeat(1_500)), "COST_LIMIT_EXCEEDED")]
#[case::hidden_in_a_fragment(
    format!("{{...A}}fragment A on Query{{a(b:{}", "[".repeat(1_500)),
    "COST_LIMIT_EXCEEDED"
)]
#[case::long_query("{language}".to_owned() + &"#".repeat(20_000), "COST_LIMIT_EXCEEDED")]
#[case::many_tokens(format!("{{{}}}", "a ".repeat(2_000)), "COST_LIMIT_EXCEEDED")]
#[case::unknown_fields(format!("{{itself{{{}}}}}", "a ".repeat(1_990)), "COST_LIMIT_EXCEEDED")]
#[case::fragment_bomb(bomb(24, 2), "COST_LIMIT_EXCEEDED")]
#[case::wide_bomb(bomb(7, 8), "COST_LIMIT_EXCEEDED")]
#[case::long_bomb(bomb(150, 2), "COST_LIMIT_EXCEEDED")]
#[case::unused_bomb(bomb(24, 2).replacen("...F0", "language", 1), "COST_LIMIT_EXCEEDED")]
#[case::inline_bomb(
    format!("{{{}language{}}}", "...on Query{".repeat(31), "}".repeat(31)).replacen('{', "{itself{...{itself{language}} ", 1) + "}",
    "COST_LIMIT_EXCEEDED"
)]
#[case::cycle("{...A} fragment A on Query{itself{...B}} fragment B on Query{...A}".to_owned(), "GRAPHQL_VALIDATION_FAILED")]
#[case::aliases(format!("{{itself{{{}}}}}", (0..101).map(|at| format!("a{at}:language ")).collect::<Vec<_>>().concat()), "COST_LIMIT_EXCEEDED")]
#[case::duplicates(format!("{{itself{{{}}}}}", "language ".repeat(500)), "COST_LIMIT_EXCEEDED")]
#[case::directives(format!("{{language{}}}", "@a".repeat(1_000)), "COST_LIMIT_EXCEEDED")]
#[case::deep(format!("{}language{}", "{itself".repeat(12) + "{", "}".repeat(13)), "COST_LIMIT_EXCEEDED")]
#[case::logins(format!("mutation{{{}}}", (0..25).map(|at| format!("a{at}:login ")).collect::<Vec<_>>().concat()), "COST_LIMIT_EXCEEDED")]
#[case::two_logins("mutation{a:login b:login}".to_owned(), "COST_LIMIT_EXCEEDED")]
#[case::introspection(
    format!("{{__schema{{types{}{{name}}{}}}}}", "{fields{type".repeat(5), "}}".repeat(5)),
    "COST_LIMIT_EXCEEDED"
)]
#[tokio::test]
async fn refuses_a_document(#[case] text: String, #[case] code: &str) {
    let (_world, router) = toy_router().await;
    let started = Instant::now();
    let answer = send(&router, query(&text)).await;
    let took = started.elapsed();
    assert_eq!(answer.code(), code, "{answer:?}");
    assert!(answer.json().get("data").is_none() && answer.text.len() <= 2_048, "{answer:?}");
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(send(&router, query("{language}")).await.status, StatusCode::OK);
}

#[rstest]
#[case::variables(json!({ "query": "{language}", "variables": nested(200) }).to_string())]
#[case::deep_variables(format!("{{\"query\":\"{{language}}\",\"variables\":{{\"a\":{}", "[".repeat(200_000)))]
#[case::deep_body("[".repeat(200_000))]
#[case::deep_objects("{\"a\":".repeat(40_000))]
#[tokio::test]
async fn refuses_a_body(#[case] body: String) {
    let (_world, router) = toy_router().await;
    let started = Instant::now();
    let answer = send(&router, post(body)).await;
    let took = started.elapsed();
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_REQUEST"), "{answer:?}");
    assert!(took < AT_ONCE && answer.text.len() <= 2_048, "{took:?} {answer:?}");
}

#[tokio::test]
async fn refuses_a_large_nest_by_its_size() {
    let (_world, router) = toy_router().await;
    let answer = send(&router, post("[".repeat(1_400_000))).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

fn nested(levels: usize) -> serde_json::Value {
    (0..levels).fold(json!({}), |value, _| json!({ "a": value }))
}

#[tokio::test]
async fn many_errors_are_told_in_ten() {
    let (_world, router) = toy_router().await;
    let unknown = (0..300).map(|at| format!("unknown{at} ")).collect::<Vec<_>>().concat();
    let answer = send(&router, query(&format!("{{itself{{{unknown}}}}}"))).await;
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 10);
    assert!(answer.text.len() <= 4_096, "{}", answer.text.len());
}

#[tokio::test]
async fn what_tools_send_passes() {
    let (_world, router) = toy_router().await;
    let introspection = include_str!("../../src/graphql/guard/cost/introspection.graphql");
    let answer = send(&router, query(introspection)).await;
    assert!(answer.json()["data"]["__schema"]["types"].is_array(), "{answer:?}");
    let deep = format!("{}language{}", "{itself".repeat(11) + "{", "}".repeat(12));
    assert_eq!(send(&router, query(&deep)).await.status, StatusCode::OK);
    assert!(!send(&router, query(&deep)).await.text.contains("errors"));
}
