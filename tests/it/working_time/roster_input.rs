//! What a roster is checked for: all of it is taken, or nothing and what is wrong with each.

use rstest::rstest;
use serde_json::{Value, json};

use super::{around_the_clock, at, audited, roster, works};
use crate::cast::{AgencyCast, Cast};
use crate::client::Client;
use crate::harness::Engine;

/// The codes and fields of everything that is wrong.
async fn refused(phone: &Client, agency: &AgencyCast, assignments: &[Value]) -> Vec<String> {
    let input = json!({ "agencyId": agency.agency.to_string(), "assignments": assignments });
    let payload = phone.change("assignShifts", "rosterEntries { id }", input).await;
    assert_eq!(payload["rosterEntries"], Value::Null);
    let errors = payload["errors"].as_array().expect("errors").iter();
    let field = |error: &Value| {
        error["field"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
    };
    errors.map(|error| format!("{} {}", error["code"].as_str().expect("a code"), field(error))).collect()
}

async fn standing(phone: &Client, employee: &str) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Employee {
        roster(from: \"2026-11-01\", until: \"2026-12-31\") { workdayOn shift { name } } } } }";
    phone.data(query, json!({ "id": employee })).await["node"]["roster"].take()
}

#[rstest]
#[tokio::test]
async fn one_fault_refuses_all_of_it(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (people, other) = (&cast.sabang, &cast.sibolga);
    let [morning, evening, night] = around_the_clock(people).await;
    let [theirs, ..] = around_the_clock(other).await;
    let admin = &people.admin.phone;
    let gone = json!({ "employeeId": people.trainer.employee.to_string(), "isActive": false });
    admin.change("updateEmployee", "employee { id }", gone).await;
    let unknown = "shf_01h455vb4pex5vsknk084sn02q".to_owned();
    let many: Vec<&String> = vec![&morning; 6];
    let found = refused(
        admin,
        people,
        &[
            works(&people.employee, "2026-11-24", &[&morning]),
            works(&people.employee, "2026-11-24", &[&evening]),
            works(&other.employee, "2026-11-24", &[&morning]),
            works(&people.trainer, "2026-11-24", &[&morning]),
            works(&people.colleague, "2026-11-24", &[&theirs]),
            works(&people.colleague, "2026-11-25", &[&unknown]),
            works(&people.colleague, "2026-11-26", &many),
            // Before the hours hold.
            works(&people.colleague, "2026-10-31", &[&morning]),
        ],
    )
    .await;
    let wanted = [
        "ALREADY_EXISTS assignments.1.workdayOn",
        "NOT_FOUND assignments.2.employeeId",
        "INACTIVE assignments.3.employeeId",
        "NOT_FOUND assignments.4.shiftIds",
        "NOT_FOUND assignments.5.shiftIds",
        "OUT_OF_RANGE assignments.6.shiftIds",
        "INACTIVE assignments.7.shiftIds",
    ];
    assert_eq!(found, wanted);
    let overlapping = [
        works(&people.employee, "2026-11-24", &[&night]),
        works(&people.employee, "2026-11-25", &[&evening]),
        works(&people.colleague, "2026-11-24", &[&morning, &morning]),
    ];
    assert_eq!(refused(admin, people, &overlapping).await, ["OVERLAPS assignments.2.shiftIds"]);
    assert_eq!(standing(admin, &people.employee.employee.to_string()).await, json!([]), "nothing was taken");
    let far = [works(&people.employee, "2026-11-24", &[]), works(&people.employee, "2027-01-25", &[])];
    assert_eq!(refused(admin, people, &far).await, ["OUT_OF_RANGE assignments.1.workdayOn"]);
    assert_eq!(refused(admin, people, &[]).await, ["OUT_OF_RANGE assignments"]);
    let thousand_and_one = vec![works(&people.employee, "2026-11-24", &[]); 1_001];
    assert_eq!(refused(admin, people, &thousand_and_one).await, ["OUT_OF_RANGE assignments"]);
    assert_eq!(refused(&cast.citizen.phone, people, &overlapping).await, ["NOT_FOUND agencyId"]);
}

#[rstest]
#[tokio::test]
async fn a_shift_does_not_overlap_what_stands_over_midnight(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let [morning, _, night] = around_the_clock(people).await;
    let early = json!({
        "agencyId": people.agency.to_string(), "unitId": people.root.to_string(), "name": "Dini", "citation": "SK 8/2026",
        "validFrom": "2026-11-23", "season": "ALL_YEAR",
        "shifts": [{ "name": "Dini", "weekdays": ["MONDAY"], "startsAt": "05:00", "endsAt": "08:00" }],
    });
    let payload = people.admin.phone.change("setWorkingHours", "schedule { shifts { id } }", early).await;
    let early = payload["schedule"]["shifts"][0]["id"].as_str().expect("an id").to_owned();
    let superior = &people.supervisor.phone;
    roster(superior, people, &[works(&people.employee, "2026-11-24", &[&night])]).await;
    // The parent's shift may be worked; not while the night's lasts.
    let next = [works(&people.employee, "2026-11-25", &[&early])];
    assert_eq!(refused(superior, people, &next).await, ["OVERLAPS assignments.0.shiftIds"]);
    roster(superior, people, &[works(&people.employee, "2026-11-25", &[&morning])]).await;
    roster(superior, people, &[works(&people.employee, "2026-11-24", &[]), next[0].clone()]).await;
    // Now the other way round.
    let night_before = [works(&people.employee, "2026-11-24", &[&night])];
    assert_eq!(refused(superior, people, &night_before).await, ["OVERLAPS assignments.0.shiftIds"]);
    let stands = standing(superior, &people.employee.employee.to_string()).await;
    assert_eq!(stands, json!([{ "workdayOn": "2026-11-25", "shift": { "name": "Dini" } }]));
}

#[rstest]
#[tokio::test]
async fn a_superior_rosters_their_people_from_today_on(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let [morning, evening, _] = around_the_clock(people).await;
    let superior = &people.supervisor.phone;
    let day = |person, on| works(person, on, &[&morning]);
    assert_eq!(
        refused(superior, people, &[day(&people.supervisor, "2026-11-24"), day(&people.employee, "2026-11-22")]).await,
        [
            "FORBIDDEN assignments.0.employeeId",
            "FORBIDDEN assignments.1.workdayOn",
            // The hours hold from the day after on.
            "INACTIVE assignments.1.shiftIds",
        ]
    );
    assert_eq!(
        refused(&people.employee.phone, people, &[day(&people.employee, "2026-11-24")]).await,
        ["FORBIDDEN assignments.0.employeeId"]
    );
    roster(superior, people, &[day(&people.employee, "2026-11-23")]).await;
    // An evening later it is no longer the day: half past eleven, then midnight in Jakarta.
    cast.world.app.clock.set(at("2026-11-23T16:59:00Z"));
    roster(superior, people, &[works(&people.employee, "2026-11-23", &[&evening])]).await;
    cast.world.app.clock.set(at("2026-11-23T17:00:00Z"));
    let late = [day(&people.employee, "2026-11-23")];
    assert_eq!(refused(superior, people, &late).await, ["FORBIDDEN assignments.0.workdayOn"]);
    // The admin writes what was, but never their own.
    let admin = &people.admin.phone;
    let own = [day(&people.admin, "2026-11-24")];
    assert_eq!(refused(admin, people, &own).await, ["FORBIDDEN assignments.0.employeeId"]);
    let input = json!({ "agencyId": people.agency.to_string(), "assignments": late, "isDryRun": true });
    let seen = admin.change("assignShifts", "difference { token }", input).await["difference"]["token"].take();
    let input = json!({ "agencyId": people.agency.to_string(), "assignments": late, "seenDifference": seen });
    assert_eq!(admin.change("assignShifts", "", input).await["errors"], json!([]));
    assert_eq!(
        audited(&cast).await.iter().filter(|action| *action == "ROSTER_ASSIGNED").count(),
        3,
        "each change is audited"
    );
    // A sibling unit's shifts are not theirs.
    let sibling = json!({ "agencyId": people.agency.to_string(), "name": "Loket" });
    let sibling = admin.change("createUnit", "unit { id }", sibling).await["unit"]["id"].clone();
    let hours = json!({
        "agencyId": people.agency.to_string(), "unitId": sibling, "name": "Loket", "citation": "SK 9/2026",
        "validFrom": "2026-11-24",
        "shifts": [{ "name": "Loket", "weekdays": ["MONDAY"], "startsAt": "08:00", "endsAt": "12:00" }],
    });
    let hours = admin.change("setWorkingHours", "schedule { shifts { id } }", hours).await;
    let foreign = hours["schedule"]["shifts"][0]["id"].as_str().expect("an id").to_owned();
    let input = [works(&people.employee, "2026-11-30", &[&foreign])];
    assert_eq!(refused(admin, people, &input).await, ["NOT_FOUND assignments.0.shiftIds"]);
}

#[rstest]
#[tokio::test]
async fn a_roster_is_replaced_day_by_day_and_read_in_pages(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let [morning, evening, night] = around_the_clock(people).await;
    let superior = &people.supervisor.phone;
    let week = [
        works(&people.employee, "2026-11-24", &[&morning, &evening]),
        works(&people.employee, "2026-11-26", &[&night]),
        works(&people.colleague, "2026-11-25", &[&morning]),
    ];
    let first = roster(superior, people, &week).await;
    assert_eq!(roster(superior, people, &week).await, first, "sent again, nothing changes");
    assert_eq!(audited(&cast).await.iter().filter(|action| *action == "ROSTER_ASSIGNED").count(), 1);
    let changed = [works(&people.employee, "2026-11-24", &[&evening]), works(&people.employee, "2026-11-26", &[])];
    let second = roster(superior, people, &changed).await;
    assert_eq!(second, json!([first[1]]));

    let of_unit = "query($id: ID!, $after: String, $until: Date!) { node(id: $id) { ... on Unit {
        roster(from: \"2026-11-24\", until: $until, first: 1, after: $after) {
            nodes { workdayOn employee { name } shift { name startsAt } } totalCount pageInfo { endCursor } } } } }";
    let unit = people.unit.to_string();
    let page = async |phone: &Client, after: &Value| {
        let variables = json!({ "id": unit, "after": after, "until": "2026-11-30" });
        phone.data(of_unit, variables).await["node"]["roster"].take()
    };
    let first = page(superior, &Value::Null).await;
    let wanted = json!([{
        "workdayOn": "2026-11-24", "employee": { "name": "Cut Meutia" }, "shift": { "name": "Sore", "startsAt": "14:00" },
    }]);
    assert_eq!((&first["nodes"], &first["totalCount"]), (&wanted, &json!(2)));
    let next = page(superior, &first["pageInfo"]["endCursor"]).await;
    assert_eq!(next["nodes"][0]["employee"]["name"], "Teuku Umar");
    // One's own alone, where one is nobody's superior.
    assert_eq!(page(&people.colleague.phone, &Value::Null).await["totalCount"], 1);
    let too_long = json!({ "id": unit, "after": null, "until": "2027-01-25" });
    assert_eq!(superior.send(of_unit, too_long).await.code(), "BAD_USER_INPUT");
    let backwards = json!({ "id": unit, "after": null, "until": "2026-11-23" });
    assert_eq!(superior.send(of_unit, backwards).await.code(), "BAD_USER_INPUT");
}
