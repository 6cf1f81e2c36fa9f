//! What a roster makes of days that are past is seen before it is assigned.

use entity::roster_entry;
use rstest::rstest;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::{change, day_of, refused, seen_and_done, told, tuesday, with};
use crate::cast::{Cast, Person};
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn a_roster_of_past_days_is_seen_before_it_is_assigned(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (people, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    tuesday(&cast).await;
    let week = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    let hours = json!({
        "agencyId": people.agency.to_string(), "unitId": people.unit.to_string(), "name": "Jaga", "citation": "SK 7/2026",
        "validFrom": "2026-11-23", "isRostered": true, "observesHolidays": false,
        "shifts": [{ "name": "Pagi", "weekdays": week, "startsAt": "07:00", "endsAt": "14:00" }],
    });
    let freed = seen_and_done(admin, "setWorkingHours", "schedule { shifts { id } }", hours).await;
    assert_eq!(day_of(&freed, &people.employee)["after"]["state"], "FREE", "rostered for nothing");
    let query = "query($id: ID!) { node(id: $id) { ... on Agency { schedules { nodes { shifts { id } } } } } }";
    let found = admin.data(query, json!({ "id": people.agency.to_string() })).await;
    let shift = found["node"]["schedules"]["nodes"][0]["shifts"][0]["id"].clone();

    let works = |who: &Person, on: &str| json!({ "employeeId": who.employee.to_string(), "workdayOn": on, "shiftIds": [shift] });
    let monday = works(&people.employee, "2026-11-23");
    let roster = |assignments: Value| json!({ "agencyId": people.agency.to_string(), "assignments": assignments });
    let input = roster(json!([monday, works(&people.colleague, "2026-11-24")]));
    assert_eq!(refused(admin, "assignShifts", input.clone()).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
    let dry = with(input.clone(), "isDryRun", json!(true));
    let node = "rosterEntries { workdayOn }";
    let seen = change(admin, "assignShifts", node, dry.clone()).await;
    assert_eq!((&seen["rosterEntries"], &seen["difference"]["changedDays"]), (&Value::Null, &json!(1)));
    let day = day_of(&seen, &people.employee);
    assert_eq!((&day["before"]["state"], &day["after"]["state"]), (&json!("FREE"), &json!("COMPLETE")));
    assert_eq!(day["after"]["minutesLate"], 45);
    assert_eq!(roster_entry::Entity::find().count(cast.world.app.db.read()).await.unwrap(), 0, "only tried");

    // What was seen of another roster is not this one's.
    let other = roster(json!([works(&people.colleague, "2026-11-23")]));
    let absent = change(admin, "assignShifts", node, with(other, "isDryRun", json!(true))).await;
    assert_eq!(day_of(&absent, &people.colleague)["after"]["state"], "ABSENT");
    let stale = with(input.clone(), "seenDifference", absent["difference"]["token"].clone());
    assert_eq!(refused(admin, "assignShifts", stale).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
    let again = seen_and_done(admin, "assignShifts", node, input.clone()).await;
    assert_eq!(again["difference"], seen["difference"], "the same as long as nothing happens");
    assert_eq!(roster_entry::Entity::find().count(cast.world.app.db.read()).await.unwrap(), 2);
    // From today on nothing is asked; a superior looks at the past no more than they write it.
    let today = change(admin, "assignShifts", node, roster(json!([works(&people.colleague, "2026-11-24")]))).await;
    assert_eq!(today["difference"], Value::Null);
    let past = with(roster(json!([monday])), "isDryRun", json!(true));
    let superior = &people.supervisor.phone;
    assert_eq!(refused(superior, "assignShifts", past).await, told("FORBIDDEN", "assignments.0.workdayOn"));
}
