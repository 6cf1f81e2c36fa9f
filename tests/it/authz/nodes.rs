//! Every type that has ids, held against every role: who sees one of Sabang's, and for whom there is nothing.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};

use super::sdl::Sdl;
use super::stage::{ROLES, Stage};
use crate::harness::Engine;

/// A line of the table: the type, who sees it, which one it is.
type Line = (&'static str, [u8; 10], fn(&Stage) -> &str);

#[rustfmt::skip] // A table.
const NODES: &[Line] = &[
    //  anonymous, citizen, employee, colleague, trainer, superior; employee and admin of the other agency; admin, national
    ("Agency",        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], |stage| &stage.sabang.agency),
    ("CheckIn",       [0, 0, 1, 0, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.class_check_in),
    ("CheckIn",       [0, 0, 1, 0, 0, 1, 0, 0, 1, 0], |stage| &stage.sabang.duty_check_in),
    ("CheckInReview", [0, 0, 1, 0, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.review),
    ("Correction",    [0, 0, 1, 0, 0, 1, 0, 0, 1, 0], |stage| &stage.sabang.correction),
    ("Course",        [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.course),
    ("CourseRun",     [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.run),
    ("CourseSession", [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.session),
    ("Device",        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0], |stage| &stage.sabang.device),
    ("DutyArrangement", [0, 0, 1, 0, 0, 1, 0, 0, 1, 0], |stage| &stage.sabang.leave),
    ("Employee",      [0, 0, 1, 0, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.employee),
    ("Employee",      [0, 0, 0, 1, 0, 1, 0, 0, 1, 0], |stage| &stage.sabang.colleague),
    ("Employee",      [0, 0, 1, 0, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.trainer),
    ("Employee",      [0, 0, 0, 0, 0, 1, 0, 0, 1, 0], |stage| &stage.sabang.admin),
    ("Employee",      [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], |stage| &stage.sabang.newcomer),
    ("Enrolment",     [0, 0, 1, 0, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.enrolment),
    ("Holiday",       [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], |stage| &stage.country.holiday),
    ("Jurisdiction",  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], |stage| &stage.country.city),
    ("RamadanPeriod", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], |stage| &stage.country.ramadan),
    ("LatenessAdoption", [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.adoption),
    ("LatenessRule",  [0, 1, 1, 1, 1, 1, 1, 1, 1, 1], |stage| &stage.country.rule),
    ("LatenessRule",  [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.rule),
    ("ReviewThreshold", [0, 0, 0, 0, 0, 0, 0, 1, 1, 1], |stage| &stage.country.threshold),
    ("ReviewThreshold", [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], |stage| &stage.sabang.threshold),
    ("RoleGrant",     [0, 0, 0, 0, 0, 0, 0, 0, 1, 1], |stage| &stage.sabang.admin_role),
    ("RoleGrant",     [0, 0, 0, 0, 0, 1, 0, 0, 1, 0], |stage| &stage.sabang.supervisor_role),
    ("RosterEntry",   [0, 0, 1, 0, 0, 1, 0, 0, 1, 0], |stage| &stage.sabang.roster_entry),
    ("Schedule",      [0, 1, 1, 1, 1, 1, 1, 1, 1, 1], |stage| &stage.country.hours),
    ("Schedule",      [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.hours),
    ("Shift",         [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.shift),
    ("SiasnTerm",     [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], |stage| &stage.country.rank),
    ("Unit",          [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.unit),
    ("Venue",         [0, 0, 1, 1, 1, 1, 0, 0, 1, 0], |stage| &stage.sabang.venue),
];

#[test]
fn every_type_with_an_id_has_a_line() {
    let lines: BTreeSet<String> = NODES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(Sdl::read().nodes(), lines, "the types of the schema, and those in tests/it/authz/nodes.rs");
}

#[rstest]
#[tokio::test]
async fn every_node_is_seen_by_whom_the_table_says(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let stage = Stage::new(engine).await;
    let query = "query($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }";
    let mut wrong = Vec::new();
    for (name, seen, of) in NODES {
        let id = of(&stage);
        for ((role, phone), is_seen) in ROLES.iter().zip(seen) {
            let found = phone(&stage.cast).data(query, json!({ "id": id })).await;
            let wanted = match is_seen {
                1 => json!({ "node": { "__typename": name, "id": id }, "nodes": [{ "id": id }] }),
                _ => json!({ "node": Value::Null, "nodes": [Value::Null] }),
            };
            if found != wanted {
                wrong.push(format!("{name} {id}: {role} gets {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "not as the table in tests/it/authz/nodes.rs says:\n{}", wrong.join("\n"));
}
