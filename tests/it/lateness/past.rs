//! What a change makes of days that are past is seen before it is applied.

use entity::audit_entry;
use rstest::rstest;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{
    at, check_in, choice, day_of, payload, preset, read_day, refused, seen_and_done, serves_since, set, told, tuesday,
    with,
};
use crate::cast::Cast;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn a_rule_for_past_days_is_seen_before_it_is_applied(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    tuesday(&cast).await;
    let rule = preset(admin, "Permentan 68/2012").await;
    let input = choice(sabang, "2026-11-23", json!({ "ruleId": rule }));
    let dry = with(input.clone(), "isDryRun", json!(true));

    let seen = set(admin, dry.clone()).await;
    assert_eq!(seen["adoption"], Value::Null);
    let difference = &seen["difference"];
    assert_eq!((&difference["changedDays"], &difference["changedEmployees"]), (&json!(5), &json!(5)));
    assert_eq!(difference["deductionPercentBefore"], json!(0.0));
    assert_eq!(difference["deductionPercentAfter"], json!(16.5), "one TL1 of 0.5 and four absences of 4 percent");
    let permentan = json!({ "name": "Permentan 68/2012", "version": 1 });
    let wanted = json!({
        "employee": { "id": sabang.employee.employee.to_string() }, "on": "2026-11-23",
        "before": { "state": "COMPLETE", "minutesLate": 15, "minutesEarly": 0, "deductionPercent": null, "rule": null },
        "after": { "state": "COMPLETE", "minutesLate": 15, "minutesEarly": 0, "deductionPercent": 0.5, "rule": permentan },
    });
    assert_eq!(*day_of(&seen, &sabang.employee), wanted);
    assert_eq!(day_of(&seen, &sabang.colleague)["after"]["deductionPercent"], 4.0);
    let query = "query($id: ID!) { node(id: $id) { ... on Agency { latenessAdoptions { totalCount } } } }";
    let count = async || {
        let found = admin.data(query, json!({ "id": sabang.agency.to_string() })).await;
        found["node"]["latenessAdoptions"]["totalCount"].clone()
    };
    assert_eq!(count().await, 0, "only tried");

    let token = &difference["token"];
    let again = set(admin, dry.clone()).await;
    assert_eq!(again["difference"]["token"], *token, "the same as long as nothing happens");
    for wrong in [Value::Null, json!(""), json!("x")] {
        let input = with(input.clone(), "seenDifference", wrong);
        let wanted = told("DIFFERENCE_NOT_SEEN", "seenDifference");
        assert_eq!(refused(admin, "setLatenessRule", input).await, wanted);
    }
    // The colleague's phone was off line on Monday.
    let now = at("2026-11-24", "10:05:00");
    check_in(&cast, &sabang.colleague, "IN", at("2026-11-23", "07:25:00"), now).await;
    let stale = with(input.clone(), "seenDifference", token.clone());
    let wanted = told("DIFFERENCE_NOT_SEEN", "seenDifference");
    assert_eq!(refused(admin, "setLatenessRule", stale).await, wanted, "a check-in came since");
    assert_eq!(count().await, 0);

    let seen = set(admin, dry.clone()).await;
    assert_eq!(day_of(&seen, &sabang.colleague)["after"]["state"], "INCOMPLETE");
    assert_eq!(seen["difference"]["deductionPercentAfter"], json!(14.5), "PSW4 in place of an absence");
    let token = &seen["difference"]["token"];
    let done = set(admin, with(input, "seenDifference", token.clone())).await;
    assert_eq!((&done["adoption"]["version"], &done["difference"]["token"]), (&json!(1), token));
    let after = set(admin, dry).await;
    let nothing = (&json!(0), &json!(14.5), &json!(14.5));
    let told = &after["difference"];
    assert_eq!((&told["changedDays"], &told["deductionPercentBefore"], &told["deductionPercentAfter"]), nothing);

    let entry = audit_entry::Entity::find()
        .filter(audit_entry::Column::Action.eq("LATENESS_RULE_SET"))
        .one(cast.world.app.db.read())
        .await
        .unwrap()
        .expect("an entry of the audit log");
    let detail: Value = serde_json::from_str(&entry.detail).unwrap();
    assert_eq!((&detail["changedDays"], &detail["changedEmployees"]), (&json!("5"), &json!("5")), "{detail}");
    assert_eq!(entry.actor_id, Some(sabang.admin.account));
}

#[rstest]
#[tokio::test]
async fn an_unset_percentage_is_counted_and_not_guessed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    // Six late days in the month, the first before the rule.
    for day in ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"] {
        let now = at(day, "08:30:00");
        check_in(&cast, &sabang.employee, "IN", now, now).await;
    }
    cast.world.app.clock.set(at("2026-12-01", "07:00:00"));
    let panrb = preset(admin, "PermenPANRB 6/2018").await;
    for (valid_from, unset) in [("2026-11-23", 1), ("2026-11-24", 0)] {
        let dry = with(choice(sabang, valid_from, json!({ "ruleId": panrb })), "isDryRun", json!(true));
        let difference = set(admin, dry).await["difference"].take();
        assert_eq!(difference["unsetDeductionsBefore"], 0);
        assert_eq!(difference["unsetDeductionsAfter"], unset, "from {valid_from}: {difference}");
        assert_eq!(difference["deductionPercentAfter"], json!(0.0));
    }
}

#[rstest]
#[tokio::test]
async fn hours_for_past_days_are_seen_before_they_are_applied(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let gizi = preset(admin, "Badan Gizi 4/2025").await;
    set(admin, choice(sabang, "2026-11-23", json!({ "ruleId": gizi }))).await;
    tuesday(&cast).await;
    let hours = |unit: &str, valid_from: &str, starts_at: &str| {
        json!({
            "agencyId": sabang.agency.to_string(), "unitId": unit, "name": "Jam loket", "citation": "SK 2/2026",
            "validFrom": valid_from,
            "shifts": [{ "name": "Pagi", "weekdays": ["MONDAY"], "startsAt": starts_at, "endsAt": "16:00" }],
        })
    };
    let set_hours = async |input: Value| {
        let payload = payload(admin, "setWorkingHours", "schedule { version }", input).await;
        assert_eq!(payload["errors"], json!([]));
        payload
    };
    let (unit, root) = (sabang.unit.to_string(), sabang.root.to_string());
    let dry = |input: Value| with(input, "isDryRun", json!(true));
    // Those above hold for the unit too; 75 minutes late are more than 60.
    for place in [&unit, &root] {
        let seen = set_hours(dry(hours(place, "2026-11-23", "06:30"))).await;
        assert_eq!((&seen["schedule"], &seen["difference"]["changedDays"]), (&Value::Null, &json!(1)));
        let day = day_of(&seen, &sabang.employee);
        assert_eq!((&day["before"]["minutesLate"], &day["after"]["minutesLate"]), (&json!(15), &json!(75)));
        assert_eq!((&day["before"]["deductionPercent"], &day["after"]["deductionPercent"]), (&json!(0.5), &json!(1.0)));
    }
    let input = hours(&unit, "2026-11-23", "06:30");
    let not_seen = told("DIFFERENCE_NOT_SEEN", "seenDifference");
    assert_eq!(refused(admin, "setWorkingHours", input.clone()).await, not_seen);
    let token = set_hours(dry(input.clone())).await["difference"]["token"].take();
    let done = set_hours(with(input, "seenDifference", token.clone())).await;
    assert_eq!((&done["schedule"]["version"], &done["difference"]["token"]), (&json!(1), &token));
    // The unit's own go before those above it now.
    let above = set_hours(dry(hours(&root, "2026-11-23", "06:00"))).await;
    assert_eq!(above["difference"]["changedDays"], 0, "{above}");
    let corrected = set_hours(dry(hours(&unit, "2026-11-23", "07:30"))).await;
    assert_eq!(day_of(&corrected, &sabang.employee)["after"]["minutesLate"], 15);
    // From today on nothing is asked.
    let today = set_hours(hours(&unit, "2026-11-24", "07:00")).await;
    assert_eq!((&today["schedule"]["version"], &today["difference"]), (&json!(2), &Value::Null));
}

#[rstest]
#[tokio::test]
async fn the_past_that_may_change_is_bounded(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let rule = preset(admin, "Permentan 68/2012").await;
    let from = |day: &str| with(choice(sabang, day, json!({ "ruleId": rule })), "isDryRun", json!(true));
    // 62 days before 2026-11-23.
    let wanted = told("OUT_OF_RANGE", "validFrom");
    assert_eq!(refused(admin, "setLatenessRule", from("2026-09-21")).await, wanted);
    let furthest = set(admin, from("2026-09-22")).await;
    assert_eq!(furthest["difference"]["days"].as_array().unwrap().len(), 100, "more are only counted");
    assert!(furthest["difference"]["changedDays"].as_i64() > Some(100));
    // Where nobody served yet nothing changes, however long ago.
    for person in [&sabang.employee, &sabang.colleague, &sabang.trainer, &sabang.supervisor, &sabang.admin] {
        serves_since(&cast, person.employee, "2026-11-20").await;
    }
    cast.world.app.duties.forget();
    let long_ago = set(admin, from("2012-10-01")).await;
    assert_eq!(long_ago["difference"]["changedDays"], 5, "the Friday of five people");
}

/// A night that was worked under the hours of the day: the next morning's going was recorded for the next day.
#[rstest]
#[tokio::test]
async fn what_is_shown_of_a_night_is_what_it_becomes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    for (direction, on, time) in [("IN", "2026-11-23", "21:50:00"), ("OUT", "2026-11-24", "06:05:00")] {
        let now = at(on, time);
        check_in(&cast, &sabang.employee, direction, now, now).await;
    }
    cast.world.app.clock.set(at("2026-11-24", "14:00:00"));
    let night = json!({
        "agencyId": sabang.agency.to_string(), "unitId": sabang.unit.to_string(), "name": "Piket malam",
        "citation": "SK 3/2026", "validFrom": "2026-11-23",
        "shifts": [{ "name": "Malam", "weekdays": ["MONDAY"], "startsAt": "22:00", "endsAt": "06:00" }],
    });
    let seen = seen_and_done(admin, "setWorkingHours", "schedule { version }", night).await;
    let day = day_of(&seen, &sabang.employee);
    assert_eq!((&day["before"]["state"], &day["after"]["state"]), (&json!("INCOMPLETE"), &json!("COMPLETE")));
    assert_eq!(read_day(&sabang.employee, "2026-11-23").await["state"], "COMPLETE");
}
