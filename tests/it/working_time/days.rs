//! Which days are workdays, and from when to when: holidays, Ramadan, leave, zones.

use bina::import::{self, Source};
use rstest::rstest;
use serde_json::{Value, json};

use super::{arrangement, ask, at, audited, decide, present};
use crate::cast::{Cast, Person};
use crate::harness::Engine;

/// Christmas and the day of collective leave before it, as an operator brings them in.
pub async fn holidays(cast: &Cast) {
    let file = "date,kind,name\n2026-12-24,collective_leave,Cuti Bersama Natal\n2026-12-25,national,Hari Raya Natal\n";
    let input = Box::new(std::io::Cursor::new(file));
    let report = import::run(&cast.world.app, Source::Holidays, None, input, &import::Silent).await.unwrap();
    assert_eq!(report.refused, 0, "{report}");
    cast.world.app.forget();
}

/// The workday that a check-in now would belong to.
async fn workday(cast: &Cast, person: &Person, now: &str) -> Value {
    cast.world.app.clock.set(at(now));
    let query = "{ viewer { workday { on timeZone startsAt endsAt schedule { name } } } }";
    person.phone.data(query, json!({})).await["viewer"]["workday"].take()
}

#[rstest]
#[tokio::test]
async fn holidays_and_collective_leave_are_free(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    holidays(&cast).await;
    for (on, is_workday) in [("2026-12-23", true), ("2026-12-24", false), ("2026-12-25", false), ("2026-12-28", true)] {
        let now = format!("{on}T00:30:00Z");
        let found = workday(&cast, &people.employee, &now).await;
        assert_eq!((&found["on"], found["startsAt"].is_string()), (&json!(on), is_workday), "{found}");
        let check_in = present(&cast, &people.employee, "IN", &now, Some(people.place)).await;
        assert_eq!(check_in["verdict"], if is_workday { "ACCEPTED" } else { "REJECTED" }, "{on}");
    }
}

#[rstest]
#[tokio::test]
async fn in_ramadan_work_starts_at_eight(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let set = async |starts_on: &str, ends_on: &str| {
        let input = json!({ "startsOn": starts_on, "endsOn": ends_on, "citation": "Sidang isbat" });
        cast.national_admin.phone.change("setRamadanPeriod", "ramadanPeriod { id startsOn endsOn }", input).await
    };
    // A Tuesday and a Friday.
    let before = workday(&cast, &people.employee, "2027-02-09T01:00:00Z").await;
    assert_eq!(before["startsAt"], "2027-02-09T00:30:00Z");
    // It is announced the evening before it begins.
    cast.world.app.clock.set(at("2027-02-06T12:00:00Z"));
    let first = set("2027-02-07", "2027-03-08").await["ramadanPeriod"].clone();
    // Announced a day later: the same Ramadan moves.
    let second = set("2027-02-08", "2027-03-09").await["ramadanPeriod"].clone();
    assert_eq!(second, json!({ "id": first["id"], "startsOn": "2027-02-08", "endsOn": "2027-03-09" }));
    for (now, starts_at, ends_at, name) in [
        ("2027-02-05T01:00:00Z", "2027-02-05T00:30:00Z", "2027-02-05T09:30:00Z", "Jam kerja normal"),
        ("2027-02-08T01:00:00Z", "2027-02-08T01:00:00Z", "2027-02-08T08:00:00Z", "Jam kerja Ramadan"),
        ("2027-02-12T01:00:00Z", "2027-02-12T01:00:00Z", "2027-02-12T08:30:00Z", "Jam kerja Ramadan"),
        ("2027-03-09T01:00:00Z", "2027-03-09T01:00:00Z", "2027-03-09T08:00:00Z", "Jam kerja Ramadan"),
        ("2027-03-10T01:00:00Z", "2027-03-10T00:30:00Z", "2027-03-10T09:00:00Z", "Jam kerja normal"),
    ] {
        let found = workday(&cast, &people.employee, now).await;
        assert_eq!((&found["startsAt"], &found["endsAt"]), (&json!(starts_at), &json!(ends_at)), "{now}");
        assert_eq!(found["schedule"]["name"], name, "{now}");
    }
    for (now, late) in [("2027-02-09T01:00:59Z", 0), ("2027-02-09T01:10:00Z", 10), ("2027-03-10T01:10:00Z", 40)] {
        let check_in = present(&cast, &people.employee, "IN", now, Some(people.place)).await;
        assert_eq!(check_in["punctuality"]["minutesLate"], late, "{now}");
    }
    let periods = "{ ramadanPeriods { nodes { startsOn endsOn citation } } }";
    let periods = cast.stranger.data(periods, json!({})).await;
    let wanted = json!([{ "startsOn": "2027-02-08", "endsOn": "2027-03-09", "citation": "Sidang isbat" }]);
    assert_eq!(periods["ramadanPeriods"]["nodes"], wanted);
    assert_eq!(audited(&cast).await, ["RAMADAN_SET"; 2]);
    for (starts_on, ends_on) in [("2028-01-28", "2028-01-27"), ("2028-01-28", "2028-02-28")] {
        assert_eq!(set(starts_on, ends_on).await["errors"], json!([{ "code": "OUT_OF_RANGE", "field": ["endsOn"] }]));
    }
    let by_admin = json!({ "startsOn": "2028-01-28", "endsOn": "2028-02-25", "citation": "Sidang isbat" });
    assert_eq!(people.admin.phone.refusal("setRamadanPeriod", by_admin).await.0, "FORBIDDEN");
}

#[rstest]
#[tokio::test]
async fn leave_frees_once_it_is_approved(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let leave = ask(&people.employee, 1, arrangement("ANNUAL_LEAVE", "2026-11-24", "2026-11-24")).await;
    let now = "2026-11-24T00:20:00Z";
    assert_eq!(workday(&cast, &people.employee, now).await["startsAt"], "2026-11-24T00:30:00Z");
    assert_eq!(decide(&people.supervisor, &leave, "APPROVE").await, None);
    let free = workday(&cast, &people.employee, now).await;
    assert_eq!((&free["on"], &free["startsAt"]), (&json!("2026-11-24"), &Value::Null));
    let check_in = present(&cast, &people.employee, "IN", now, Some(people.place)).await;
    assert_eq!((&check_in["verdict"], &check_in["reasons"]), (&json!("REJECTED"), &json!(["OUTSIDE_WINDOW"])));
    // The day before and the day after are worked.
    for now in ["2026-11-23T08:59:00Z", "2026-11-25T00:20:00Z"] {
        assert!(workday(&cast, &people.employee, now).await["startsAt"].is_string(), "{now}");
    }
}

/// 15:30 UTC is half past ten in the evening in the west, half past eleven in the middle, half past midnight in the east.
#[rstest]
#[case("Asia/Jakarta", "2026-11-23", "2026-11-23T00:30:00Z")]
#[case("Asia/Makassar", "2026-11-23", "2026-11-22T23:30:00Z")]
#[case("Asia/Jayapura", "2026-11-24", "2026-11-23T22:30:00Z")]
#[tokio::test]
async fn a_day_begins_at_the_units_own_midnight(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] zone: &str,
    #[case] on: &str,
    #[case] starts_at: &str,
) {
    let cast = Cast::new(engine).await;
    let people = &cast.sabang;
    let here = json!({ "agencyId": people.agency.to_string(), "unitId": people.unit.to_string(), "timeZone": zone });
    let payload = people.admin.phone.change("setTimeZone", "timeZoneSetting { unit { timeZone } }", here).await;
    assert_eq!(payload["timeZoneSetting"]["unit"]["timeZone"], zone);
    let now = "2026-11-23T15:30:00Z";
    let found = workday(&cast, &people.employee, now).await;
    assert_eq!((&found["on"], &found["timeZone"], &found["startsAt"]), (&json!(on), &json!(zone), &json!(starts_at)));
    let check_in = present(&cast, &people.employee, "IN", now, Some(people.place)).await;
    assert_eq!((&check_in["occasion"]["on"], &check_in["occasion"]["timeZone"]), (&json!(on), &json!(zone)));
    // On time and a minute late by the unit's own clock.
    let start = at(starts_at) + chrono::TimeDelta::days(1);
    for late in [0, 1] {
        let now = (start + chrono::TimeDelta::minutes(late)).to_rfc3339();
        let check_in = present(&cast, &people.employee, "IN", &now, Some(people.place)).await;
        assert_eq!(check_in["punctuality"]["minutesLate"], late);
    }
}
