//! Who is moved leaves the roster of the unit that they leave.

use entity::{audit_entry, employee, roster_entry, unit};
use rstest::rstest;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{around_the_clock, at, roster, works};
use crate::cast::{Cast, Person};
use crate::harness::Engine;

/// The days on which the roster gives somebody shifts.
async fn rostered(cast: &Cast, person: &Person) -> Vec<String> {
    let rows = roster_entry::Entity::find().filter(roster_entry::Column::EmployeeId.eq(person.employee));
    let rows = rows.all(cast.world.app.db.read()).await.unwrap();
    let mut days: Vec<String> = rows.into_iter().map(|row| row.workday_on.to_string()).collect();
    days.sort_unstable();
    days
}

async fn basis(person: &Person, on: &str) -> Value {
    let query =
        "query($id: ID!, $on: Date!) { node(id: $id) { ... on Employee { attendanceDay(on: $on) { basis } } } }";
    let variables = json!({ "id": person.employee.to_string(), "on": on });
    person.phone.data(query, variables).await["node"]["attendanceDay"]["basis"].take()
}

async fn on_duty(cast: &Cast) {
    let people = &cast.sabang;
    let [_, _, night] = around_the_clock(people).await;
    let days = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"];
    let both = [&people.employee, &people.colleague];
    let assignments: Vec<Value> =
        both.into_iter().flat_map(|person| days.map(|on| works(person, on, &[&night]))).collect();
    roster(&people.supervisor.phone, people, &assignments).await;
    cast.world.app.clock.set(at("2026-11-24T03:00:00Z"));
}

#[rstest]
#[tokio::test]
async fn a_roster_does_not_outlive_a_move(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    on_duty(&cast).await;
    let input = json!({ "employeeId": people.employee.employee.to_string(), "unitId": people.root.to_string() });
    let moved = people.admin.phone.change("updateEmployee", "employee { id }", input).await;
    assert_eq!(moved["errors"], json!([]));
    assert_eq!(rostered(&cast, &people.employee).await, ["2026-11-23"], "what was before stays");
    assert_eq!(rostered(&cast, &people.colleague).await.len(), 4, "nobody else's");
    assert_eq!(basis(&people.employee, "2026-11-23").await, "ROSTER");
    for on in ["2026-11-24", "2026-11-25"] {
        assert_eq!(basis(&people.employee, on).await, "SCHEDULE", "{on}");
    }
    let entry = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("EMPLOYEE_MOVED"));
    let entry = entry.one(cast.world.app.db.read()).await.unwrap().expect("an entry");
    let detail: Value = serde_json::from_str(&entry.detail).unwrap();
    let wanted = json!({ "from": people.unit.to_string(), "to": people.root.to_string(), "withdrawnShifts": "3" });
    assert_eq!(detail, wanted);
}

#[rstest]
#[tokio::test]
async fn who_leaves_leaves_the_roster(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    on_duty(&cast).await;
    let input = json!({ "employeeId": people.employee.employee.to_string(), "isActive": false });
    people.admin.phone.change("updateEmployee", "employee { id }", input).await;
    assert_eq!(rostered(&cast, &people.employee).await, ["2026-11-23", "2026-11-24"]);
    let entry = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("EMPLOYEE_DEACTIVATED"));
    let entry = entry.one(cast.world.app.db.read()).await.unwrap().expect("an entry");
    assert_eq!(entry.detail, r#"{"servedUntil":"2026-11-24","withdrawnShifts":"2"}"#);
}

/// The same by a file: one is moved, the other gone.
#[rstest]
#[tokio::test]
async fn an_import_moves_people_out_of_rosters_too(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    on_duty(&cast).await;
    let transaction = cast.world.app.db.begin().await.unwrap();
    for (unit, source_id) in [(people.root, "kota"), (people.unit, "dispar")] {
        let named =
            unit::ActiveModel { id: Set(unit), source_id: Set(Some(source_id.to_owned())), ..Default::default() };
        named.update(&transaction).await.unwrap();
    }
    for (person, source_id) in [(&people.employee, "a"), (&people.colleague, "b")] {
        let id = Set(person.employee);
        let named = employee::ActiveModel { id, source_id: Set(Some(source_id.to_owned())), ..Default::default() };
        named.update(&transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let file = format!(
        "sourceId,name,employment,nip,unitSourceId,isActive\n\
         a,Cut Meutia,PNS,{},kota,true\nb,Teuku Umar,PNS,{},dispar,false\n",
        people.employee.nip, people.colleague.nip
    );
    let report = crate::import::employees(&cast.world, "5171", file).await;
    assert_eq!((report.updated, report.refused), (2, 0), "{report:?}");
    assert_eq!(rostered(&cast, &people.employee).await, ["2026-11-23"]);
    assert_eq!(rostered(&cast, &people.colleague).await, ["2026-11-23", "2026-11-24"]);
}
