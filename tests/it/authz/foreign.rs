//! Who is given an id of another agency is answered as for an id that nothing has.

use rstest::rstest;
use serde_json::{Value, json};

use super::Case;
use super::answers::{Outcome, cases};
use super::sdl::{Hole, Sdl};
use super::stage::{Side, Stage};
use crate::client::{Answer, Client};
use crate::harness::Engine;

/// An id that nothing has, but for its prefix.
const UNKNOWN: &str = "01h455vb4pex5vsknk084sn02q";

/// The kinds of what everybody may know to exist: agencies, regions, national lists.
const PUBLIC: [&str; 5] = ["agc", "hol", "jur", "trm", "rmd"];

/// Where in the variables a path leads; through the first item of a list, and to a list of ids as a whole.
fn at<'a>(variables: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(variables, |value, step| {
        let value = if value.is_array() { value.get_mut(0)? } else { value };
        value.get_mut(step)
    })
}

fn prefix(id: &str) -> &str {
    id.split_once('_').map_or("", |(prefix, _)| prefix)
}

/// The foreign ids to try in place of one's own.
fn foreign<'a>(hole: &Hole, own: &str, other: &'a Side) -> Vec<&'a str> {
    let takes_all = ["node", "nodes"].contains(&hole.field.as_str());
    other.private().into_iter().filter(|id| takes_all || prefix(id) == prefix(own)).collect()
}

/// What comes back, but for the request's id.
async fn answer(
    stage: &Stage,
    phone: &Client,
    case: &Case,
    mut variables: Value,
    path: &[String],
    id: &str,
) -> (Answer, Value) {
    let place = at(&mut variables, path).expect("a place");
    *place = if place.is_array() { json!([id]) } else { json!(id) };
    let answer = case.ask(stage, phone, variables).await;
    let mut body = answer.body.clone();
    for error in body["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]["requestId"].take();
    }
    (answer, body)
}

#[rstest]
#[tokio::test]
async fn a_foreign_id_is_answered_like_one_that_nothing_has(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let stage = Stage::new(engine).await;
    let (own, other) = (&stage.sibolga, &stage.sabang);
    let mut tried = 0;
    for hole in Sdl::read().holes() {
        let mut is_filled = false;
        for case in cases().filter(|case| case.field == hole.field) {
            let mut variables = case.variables(&stage, own);
            let Some(place) = at(&mut variables, &hole.path) else { continue };
            let mine = place.as_str().or_else(|| place[0].as_str()).expect("an id").to_owned();
            is_filled = true;
            for id in foreign(&hole, &mine, other) {
                let people = [&stage.cast.sibolga.employee.phone, &stage.cast.sibolga.admin.phone];
                for (phone, is_admin) in people.into_iter().zip([false, true]) {
                    let unknown = format!("{}_{UNKNOWN}", prefix(id));
                    let (real, real_body) = answer(&stage, phone, case, variables.clone(), &hole.path, id).await;
                    let (_, none_body) = answer(&stage, phone, case, variables.clone(), &hole.path, &unknown).await;
                    let place = format!("{} {}", hole.field, hole.path.join("."));
                    assert_eq!(real_body, none_body, "{place}: {id} and {unknown}");
                    let outcome = Outcome::of(&real, case.field);
                    let is_refused = match outcome {
                        Outcome::Code(code) => code == "NOT_FOUND" || !is_admin,
                        outcome => outcome == Outcome::Nothing,
                    };
                    assert!(is_refused, "{place}: {id}: {outcome:?}");
                    tried += 1;
                }
            }
            assert!(!foreign(&hole, &mine, other).is_empty() || PUBLIC.contains(&prefix(&mine)), "{mine} is whose?");
        }
        let place = format!("{}: {}", hole.field, hole.path.join("."));
        assert!(is_filled, "no line in tests/it/authz.rs fills in the id of {place}");
    }
    assert!(tried > 100, "{tried} ids were tried");
}

/// Agencies are public; who holds which role in one is not.
#[rstest]
#[tokio::test]
async fn the_roles_of_another_agency_are_those_of_none(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let stage = Stage::new(engine).await;
    let query = "query($id: ID!) { roleGrants(agencyId: $id) { nodes { id } totalCount pageInfo { hasNextPage } } }";
    let unknown = format!("agc_{UNKNOWN}");
    for phone in [&stage.cast.sibolga.employee.phone, &stage.cast.sibolga.admin.phone, &stage.cast.citizen.phone] {
        let real = phone.data(query, json!({ "id": stage.sabang.agency })).await;
        assert_eq!(real, phone.data(query, json!({ "id": unknown })).await);
    }
}
