//! The clock of a unit or an agency holds from a day on; what it makes of days that are past is seen before.

use rstest::rstest;
use serde_json::{Value, json};

use super::{at, change, choice, day_of, preset, read_day, refused, seen_and_done, set, told, tuesday, with};
use crate::cast::{AgencyCast, Cast};
use crate::harness::Engine;

const SETTING: &str = "timeZoneSetting { timeZone version validFrom agency { timeZone } unit { timeZone } }";

fn of_unit(people: &AgencyCast, zone: &str) -> Value {
    json!({ "agencyId": people.agency.to_string(), "unitId": people.unit.to_string(), "timeZone": zone })
}

#[rstest]
#[tokio::test]
async fn a_zone_from_today_on_leaves_the_past_alone(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (people, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    tuesday(&cast).await;
    let done = change(admin, "setTimeZone", SETTING, of_unit(people, "Asia/Makassar")).await;
    assert_eq!(done["difference"], Value::Null);
    let wanted = json!({
        "timeZone": "Asia/Makassar", "version": 2, "validFrom": "2026-11-24",
        "agency": { "timeZone": "Asia/Jakarta" }, "unit": { "timeZone": "Asia/Makassar" },
    });
    assert_eq!(done["timeZoneSetting"], wanted);
    for (on, zone, starts_at) in [
        ("2026-11-23", "Asia/Jakarta", "2026-11-23T00:30:00Z"),
        ("2026-11-24", "Asia/Makassar", "2026-11-23T23:30:00Z"),
    ] {
        let day = read_day(&people.employee, on).await;
        assert_eq!((&day["timeZone"], &day["shifts"][0]["startsAt"]), (&json!(zone), &json!(starts_at)), "{on}");
    }
    // The agency's own goes behind the unit's.
    let agency = json!({ "agencyId": people.agency.to_string(), "timeZone": "Asia/Jayapura" });
    let done = change(admin, "setTimeZone", SETTING, agency).await;
    assert_eq!(done["timeZoneSetting"]["agency"]["timeZone"], "Asia/Jayapura");
    assert_eq!(read_day(&people.employee, "2026-11-24").await["timeZone"], "Asia/Makassar");
    // Without one of its own it is that of what is above.
    let none = with(of_unit(people, ""), "timeZone", Value::Null);
    let done = change(admin, "setTimeZone", SETTING, none).await;
    assert_eq!((&done["timeZoneSetting"]["timeZone"], &done["timeZoneSetting"]["version"]), (&Value::Null, &json!(3)));
    assert_eq!(read_day(&people.employee, "2026-11-24").await["timeZone"], "Asia/Jayapura");
    assert_eq!(read_day(&people.employee, "2026-11-23").await["timeZone"], "Asia/Jakarta", "as it was");
}

#[rstest]
#[tokio::test]
async fn a_zone_of_past_days_is_seen_before_it_is_set(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (people, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let gizi = preset(admin, "Badan Gizi 4/2025").await;
    set(admin, choice(people, "2026-11-23", json!({ "ruleId": gizi }))).await;
    tuesday(&cast).await;
    let input = with(of_unit(people, "Asia/Makassar"), "validFrom", json!("2026-11-23"));
    assert_eq!(refused(admin, "setTimeZone", input.clone()).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
    // 07:45 in the west is 08:45 in the middle.
    let of_agency = with(input.clone(), "unitId", Value::Null);
    for input in [&of_agency, &input] {
        let seen = change(admin, "setTimeZone", SETTING, with(input.clone(), "isDryRun", json!(true))).await;
        let day = day_of(&seen, &people.employee);
        assert_eq!((&day["before"]["minutesLate"], &day["after"]["minutesLate"]), (&json!(15), &json!(75)));
        assert_eq!((&day["before"]["deductionPercent"], &day["after"]["deductionPercent"]), (&json!(0.5), &json!(1.0)));
        assert_eq!((&seen["timeZoneSetting"], &seen["difference"]["changedDays"]), (&Value::Null, &json!(1)));
    }
    seen_and_done(admin, "setTimeZone", SETTING, input).await;
    assert_eq!(read_day(&people.employee, "2026-11-23").await["shifts"][0]["minutesLate"], 75);
    assert_eq!(read_day(&people.employee, "2026-11-20").await["timeZone"], "Asia/Jakarta");
    // It goes before the agency's now.
    let behind = change(admin, "setTimeZone", SETTING, with(of_agency, "isDryRun", json!(true))).await;
    assert_eq!(behind["difference"]["changedDays"], 0, "{behind}");
}

#[rstest]
#[tokio::test]
async fn what_a_zone_is_set_to_is_checked(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (people, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    for (field, value, code) in [
        ("timeZone", json!("Asia/Sabang"), "INVALID_TIME_ZONE"),
        ("validFrom", json!("2026-11-24"), "OUT_OF_RANGE"),
        ("validFrom", json!("2026-09-21"), "OUT_OF_RANGE"),
        ("unitId", json!(cast.sibolga.unit.to_string()), "NOT_FOUND"),
    ] {
        let input = with(of_unit(people, "Asia/Makassar"), field, value.clone());
        assert_eq!(refused(admin, "setTimeZone", input).await, told(code, field), "{value}");
    }
    let none = json!({ "agencyId": people.agency.to_string() });
    assert_eq!(refused(admin, "setTimeZone", none).await, told("BLANK", "timeZone"));
    cast.world.app.clock.set(at("2026-11-24", "10:00:00"));
    change(admin, "setTimeZone", SETTING, with(of_unit(people, "Asia/Makassar"), "validFrom", json!("2026-11-24")))
        .await;
}

#[rstest]
#[tokio::test]
async fn a_day_is_past_where_it_ends_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (people, admin) = (&cast.sabang, &cast.sabang.admin.phone);
    let rule = preset(admin, "Permentan 68/2012").await;
    let input = choice(people, "2026-11-23", json!({ "ruleId": rule }));
    // Half past ten in the evening in Jakarta.
    cast.world.app.clock.set(at("2026-11-23", "22:30:00"));
    let dry = with(input.clone(), "isDryRun", json!(true));
    assert_eq!(set(admin, dry.clone()).await["difference"], Value::Null, "nowhere is it past");
    change(admin, "setTimeZone", SETTING, of_unit(people, "Asia/Jayapura")).await;
    let seen = set(admin, dry).await;
    assert_eq!(seen["difference"]["changedDays"], 5, "the unit's Monday: {seen}");
    assert_eq!(refused(admin, "setLatenessRule", input).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
}
