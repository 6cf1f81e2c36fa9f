//! The table, tried: each role is answered as it says.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, stream};
use rstest::rstest;
use serde_json::Value;

use super::sdl::Sdl;
use super::stage::{ROLES, Stage};
use super::{Case, MUTATIONS, QUERIES, Root, SUBSCRIPTIONS};
use crate::client::Answer;
use crate::harness::Engine;

/// What somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// Something, without any error.
    Done,
    /// Without any error `null`, an empty list, or what holds nothing else.
    Nothing,
    /// The first typed error.
    Code(&'a str),
    /// The top-level error of who is not logged in.
    Unauthenticated,
    /// Any other top-level error.
    Broken(&'a str),
}

impl<'a> Outcome<'a> {
    /// What the answer to a root field says.
    pub fn of(answer: &'a Answer, field: &str) -> Self {
        let payload = &answer.body["data"][field];
        match (answer.code(), typed_code(payload)) {
            ("UNAUTHENTICATED", _) if answer.status == 401 || answer.is_stream => Self::Unauthenticated,
            ("NOT_FOUND", None) => Self::Code("NOT_FOUND"),
            ("", Some(code)) => Self::Code(code),
            ("", None) if is_nothing(payload) => Self::Nothing,
            ("", None) => Self::Done,
            (code, _) => Self::Broken(code),
        }
    }
}

/// The code of the first of the typed errors, the payload's before those of its items.
fn typed_code(payload: &Value) -> Option<&str> {
    match payload {
        Value::Object(fields) => {
            let own = payload["errors"][0]["code"].as_str();
            own.or_else(|| fields.values().find_map(typed_code))
        }
        Value::Array(items) => items.iter().find_map(typed_code),
        _ => None,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Object(fields) => fields.values().all(is_nothing),
        Value::Array(items) => items.iter().all(is_nothing),
        _ => false,
    }
}

/// Every line.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    QUERIES.iter().chain(MUTATIONS).chain(SUBSCRIPTIONS)
}

#[test]
fn every_root_field_has_a_line() {
    let fields = Sdl::read().root_fields();
    let lines: BTreeSet<String> = cases().map(|case| case.field.to_owned()).collect();
    let bare: Vec<_> = fields.difference(&lines).collect();
    assert!(bare.is_empty(), "fields without a line in tests/it/authz.rs: {bare:?}");
    let stale: Vec<_> = lines.difference(&fields).collect();
    assert!(stale.is_empty(), "lines in tests/it/authz.rs without a field: {stale:?}");
    for (lines, root) in [(QUERIES, Root::Query), (MUTATIONS, Root::Mutation), (SUBSCRIPTIONS, Root::Subscription)] {
        assert!(lines.iter().all(|case| case.root == root), "a line in another table");
    }
}

/// Queries share a world, subscriptions too; each line of a mutation has one of its own.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_is_answered_as_the_table_says(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let worlds = [QUERIES, SUBSCRIPTIONS].into_iter().chain(MUTATIONS.chunks(1));
    let wrong: Vec<String> = stream::iter(worlds).map(|cases| tried(engine, cases)).buffer_unordered(4).concat().await;
    assert!(wrong.is_empty(), "not as the table in tests/it/authz.rs says:\n{}", wrong.join("\n"));
}

/// Tries lines in one world; tells what was not as they say.
async fn tried(engine: Engine, cases: &[Case]) -> Vec<String> {
    let mut stage = Stage::new(engine).await;
    let mut wrong = Vec::new();
    for case in cases {
        for ((role, phone), wanted) in ROLES.iter().zip(&case.outcomes) {
            stage.renew(case.field).await;
            let variables = case.variables(&stage, &stage.sabang);
            let answer = case.ask(&stage, phone(&stage.cast), variables.clone()).await;
            let outcome = Outcome::of(&answer, case.field);
            if outcome != *wanted {
                wrong.push(format!("{} {variables}: {role} wants {wanted:?}, gets {outcome:?}", case.field));
            }
        }
    }
    wrong
}
