//! The nation's calendar: what a holiday or a Ramadan makes of days that are past is seen before it is applied.

use bina::id::{digest, hex};
use entity::{audit_entry, holiday};
use rstest::rstest;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use super::{at, change, check_in, choice, preset, read_day, refused, seen_and_done, set, told, tuesday, with};
use crate::cast::Cast;
use crate::harness::Engine;

const HOLIDAY: &str = "holiday { id date kind name citation withdrawnAt withdrawalCitation }";

fn holiday(date: &str, kind: &str) -> Value {
    json!({ "date": date, "kind": kind, "name": "Hari Pahlawan", "citation": "Keppres 9/2026" })
}

/// Monday cost the employee of Sabang half a percent.
async fn costly_tuesday(cast: &Cast) {
    let admin = &cast.sabang.admin.phone;
    let gizi = preset(admin, "Badan Gizi 4/2025").await;
    set(admin, choice(&cast.sabang, "2026-11-23", json!({ "ruleId": gizi }))).await;
    tuesday(cast).await;
}

async fn actions(cast: &Cast) -> Vec<String> {
    let rows = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Sequence);
    let rows = rows.all(cast.world.app.db.read()).await.unwrap();
    rows.into_iter().filter(|row| row.actor_id == Some(cast.national_admin.account)).map(|row| row.action).collect()
}

#[rstest]
#[tokio::test]
async fn a_holiday_of_a_past_day_is_seen_before_it_is_set(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, nation) = (&cast.sabang.employee, &cast.national_admin.phone);
    costly_tuesday(&cast).await;
    let input = holiday("2026-11-23", "NATIONAL");
    assert_eq!(refused(nation, "setHoliday", input.clone()).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
    assert_eq!(read_day(employee, "2026-11-23").await["shifts"][0]["minutesLate"], 15);

    // What was seen of one input was not seen of another, though it makes the same difference.
    let tried = change(nation, "setHoliday", HOLIDAY, with(input.clone(), "isDryRun", json!(true))).await;
    let other = with(input.clone(), "name", json!("Hari Ibu"));
    let other_tried = change(nation, "setHoliday", HOLIDAY, with(other.clone(), "isDryRun", json!(true))).await;
    assert_eq!(tried["difference"]["days"], other_tried["difference"]["days"]);
    let unseen = with(other, "seenDifference", tried["difference"]["token"].clone());
    assert_eq!(refused(nation, "setHoliday", unseen).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));

    let seen = seen_and_done(nation, "setHoliday", HOLIDAY, input.clone()).await;
    let difference = &seen["difference"];
    assert_eq!(seen["holiday"], Value::Null, "only tried");
    assert_eq!((&difference["changedDays"], &difference["changedEmployees"]), (&json!(10), &json!(10)), "everybody's");
    assert_eq!(
        (&difference["deductionPercentBefore"], &difference["deductionPercentAfter"]),
        (&json!(0.5), &json!(0.0))
    );
    let days = difference["days"].as_array().unwrap();
    assert!(days.iter().all(|day| day["employee"] == Value::Null && day["after"]["state"] == "FREE"), "{difference}");

    let day = read_day(employee, "2026-11-23").await;
    assert_eq!((&day["state"], &day["shifts"]), (&json!("FREE"), &json!([])));
    assert_eq!(day["explanation"], "Free: the national holiday “Hari Pahlawan” (Keppres 9/2026).");
    // The same once more changes nothing.
    let again = change(nation, "setHoliday", HOLIDAY, input.clone()).await;
    assert_eq!((&again["holiday"]["id"], &again["difference"]), (&day["holiday"]["id"], &Value::Null));
    assert_eq!(actions(&cast).await, ["HOLIDAY_SET"]);

    // Another citation alone changes nobody's day.
    let cited = with(input.clone(), "citation", json!("Keppres 10/2026"));
    let corrected = change(nation, "setHoliday", HOLIDAY, cited).await;
    assert_eq!(
        (&corrected["difference"], &corrected["holiday"]["citation"]),
        (&Value::Null, &json!("Keppres 10/2026"))
    );
    let query = "query($all: Boolean!) { holidays(year: 2026, includeWithdrawn: $all) {
        nodes { citation withdrawnAt withdrawalCitation } } }";
    let present = cast.stranger.data(query, json!({ "all": false })).await;
    let wanted = json!([{ "citation": "Keppres 10/2026", "withdrawnAt": null, "withdrawalCitation": null }]);
    assert_eq!(present["holidays"]["nodes"], wanted);
    let all = cast.stranger.data(query, json!({ "all": true })).await["holidays"]["nodes"].clone();
    assert_eq!(
        (&all[0]["citation"], &all[0]["withdrawalCitation"]),
        (&json!("Keppres 9/2026"), &json!("Keppres 10/2026"))
    );
    assert_eq!(all.as_array().unwrap().len(), 2, "nothing is removed");
}

#[rstest]
#[tokio::test]
async fn a_holiday_is_withdrawn_and_stays_as_one_that_was(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, nation) = (&cast.sabang.employee, &cast.national_admin.phone);
    // Set before its day; the employee comes nevertheless.
    let set = change(nation, "setHoliday", HOLIDAY, holiday("2026-11-24", "COLLECTIVE_LEAVE")).await;
    assert_eq!(set["difference"], Value::Null, "no day is past");
    let id = set["holiday"]["id"].clone();
    let words = "Free: collective leave, “Hari Pahlawan” (Keppres 9/2026).";
    assert_eq!(read_day(employee, "2026-11-24").await["explanation"], words);
    cast.world.app.clock.set(at("2026-11-25", "10:00:00"));

    let gone = json!({ "holidayId": id, "citation": "Keppres 11/2026" });
    assert_eq!(refused(nation, "withdrawHoliday", gone.clone()).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
    let seen = seen_and_done(nation, "withdrawHoliday", HOLIDAY, gone.clone()).await;
    assert_eq!(seen["difference"]["changedDays"], 10);
    assert_eq!(seen["difference"]["days"][0]["after"]["state"], "ABSENT");
    assert_eq!(read_day(employee, "2026-11-24").await["state"], "ABSENT");
    assert_eq!(refused(nation, "withdrawHoliday", gone).await, told("INACTIVE", "holidayId"));
    let stays = "query($id: ID!) { node(id: $id) { ... on Holiday { name withdrawalCitation } } }";
    let stays = cast.stranger.data(stays, json!({ "id": id })).await;
    assert_eq!(stays["node"], json!({ "name": "Hari Pahlawan", "withdrawalCitation": "Keppres 11/2026" }));
    assert_eq!(actions(&cast).await, ["HOLIDAY_SET", "HOLIDAY_WITHDRAWN"]);

    // What was withdrawn can be set once more, and is another row.
    let again = seen_and_done(nation, "setHoliday", HOLIDAY, holiday("2026-11-24", "COLLECTIVE_LEAVE")).await;
    assert_eq!(again["difference"]["changedDays"], 10);
    assert_eq!(holiday::Entity::find().all(cast.world.app.db.read()).await.unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn a_ramadan_of_past_days_is_seen_before_it_is_set(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let nation = &cast.national_admin.phone;
    costly_tuesday(&cast).await;
    let node = "ramadanPeriod { id startsOn }";
    let ramadan = |first: &str| json!({ "startsOn": first, "endsOn": "2026-12-20", "citation": "Sidang isbat" });
    let input = ramadan("2026-11-23");
    assert_eq!(refused(nation, "setRamadanPeriod", input.clone()).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
    let seen = seen_and_done(nation, "setRamadanPeriod", node, input.clone()).await;
    let day = &seen["difference"]["days"][0];
    assert_eq!(seen["difference"]["changedDays"], 1, "who stayed away is absent as before");
    assert_eq!((&day["before"]["minutesLate"], &day["after"]["minutesLate"]), (&json!(15), &json!(0)));
    assert_eq!(read_day(&cast.sabang.employee, "2026-11-23").await["shifts"][0]["startsAt"], "2026-11-23T01:00:00Z");
    // What changes no past day is not asked about: a later end, another citation.
    let longer = json!({ "startsOn": "2026-11-23", "endsOn": "2026-12-21", "citation": "Sidang isbat kedua" });
    assert_eq!(change(nation, "setRamadanPeriod", node, longer).await["difference"], Value::Null);
    // Moved by a day, it gives the Monday back.
    let moved = seen_and_done(nation, "setRamadanPeriod", node, ramadan("2026-11-24")).await;
    let day = &moved["difference"]["days"][0];
    assert_eq!((&day["before"]["minutesLate"], &day["after"]["minutesLate"]), (&json!(0), &json!(15)));
}

#[rstest]
#[tokio::test]
async fn a_ramadan_is_withdrawn_and_stays_as_one_that_was(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let nation = &cast.national_admin.phone;
    costly_tuesday(&cast).await;
    let node = "ramadanPeriod { id startsOn withdrawnAt withdrawalCitation }";
    let ramadan = json!({ "startsOn": "2026-11-23", "endsOn": "2026-12-20", "citation": "Sidang isbat" });
    seen_and_done(nation, "setRamadanPeriod", node, ramadan.clone()).await;
    let periods = "query($all: Boolean!) { ramadanPeriods(includeWithdrawn: $all) { nodes { id citation } } }";
    let shown = async |all: bool| {
        let found = cast.stranger.data(periods, json!({ "all": all })).await;
        found["ramadanPeriods"]["nodes"].as_array().unwrap().clone()
    };
    let id = shown(false).await[0]["id"].clone();
    let gone = json!({ "ramadanPeriodId": id, "citation": "Ralat 1/2026" });
    assert_eq!(refused(&cast.sabang.admin.phone, "withdrawRamadanPeriod", gone.clone()).await, told("FORBIDDEN", ""));
    assert_eq!(
        refused(nation, "withdrawRamadanPeriod", gone.clone()).await,
        told("DIFFERENCE_NOT_SEEN", "seenDifference")
    );
    let blank = with(gone.clone(), "citation", json!(" "));
    assert_eq!(refused(nation, "withdrawRamadanPeriod", blank).await, told("BLANK", "citation"));
    let seen = seen_and_done(nation, "withdrawRamadanPeriod", node, gone.clone()).await;
    assert_eq!(seen["ramadanPeriod"], Value::Null, "only tried");
    let day = &seen["difference"]["days"][0];
    assert_eq!((&day["before"]["minutesLate"], &day["after"]["minutesLate"]), (&json!(0), &json!(15)));
    assert_eq!(read_day(&cast.sabang.employee, "2026-11-23").await["shifts"][0]["startsAt"], "2026-11-23T00:30:00Z");
    assert_eq!(refused(nation, "withdrawRamadanPeriod", gone).await, told("INACTIVE", "ramadanPeriodId"));
    let unknown = json!({ "ramadanPeriodId": "rmd_01h455vb4pex5vsknk084sn02q", "citation": "Ralat" });
    assert_eq!(refused(nation, "withdrawRamadanPeriod", unknown).await, told("NOT_FOUND", "ramadanPeriodId"));
    assert_eq!((shown(false).await.len(), shown(true).await.len()), (0, 1), "nothing is removed");
    let stays = "query($id: ID!) { node(id: $id) { ... on RamadanPeriod { citation withdrawalCitation } } }";
    let stays = cast.stranger.data(stays, json!({ "id": id })).await;
    assert_eq!(stays["node"], json!({ "citation": "Sidang isbat", "withdrawalCitation": "Ralat 1/2026" }));
    assert_eq!(actions(&cast).await, ["RAMADAN_SET", "RAMADAN_WITHDRAWN"]);
    // What was withdrawn can be set once more, and is another row.
    seen_and_done(nation, "setRamadanPeriod", node, ramadan).await;
    assert_eq!((shown(false).await.len(), shown(true).await.len()), (1, 2));
}

#[rstest]
#[tokio::test]
async fn the_calendars_past_is_bounded_and_its_input_checked(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let nation = &cast.national_admin.phone;
    let dry = |input: Value| with(input, "isDryRun", json!(true));
    let national = |date: &str| holiday(date, "NATIONAL");
    // 62 days before 2026-11-23.
    assert_eq!(refused(nation, "setHoliday", dry(national("2026-09-21"))).await, told("OUT_OF_RANGE", "date"));
    assert_eq!(
        change(nation, "setHoliday", HOLIDAY, dry(national("2026-09-22"))).await["difference"]["changedDays"],
        10
    );
    let ramadan = json!({ "startsOn": "2026-09-21", "endsOn": "2026-10-19", "citation": "Sidang isbat" });
    assert_eq!(refused(nation, "setRamadanPeriod", dry(ramadan)).await, told("OUT_OF_RANGE", "startsOn"));
    for (field, value, code) in [
        ("name", json!(" "), "BLANK"),
        ("name", json!("a".repeat(201)), "TOO_LONG"),
        ("citation", json!(""), "BLANK"),
        ("citation", json!("SKB\u{7}"), "INVALID_TEXT"),
        ("date", json!("0001-01-01"), "OUT_OF_RANGE"),
    ] {
        let input = with(national("2026-12-26"), field, value);
        assert_eq!(refused(nation, "setHoliday", input).await, told(code, field));
    }
    let unknown = json!({ "holidayId": "hol_01h455vb4pex5vsknk084sn02q", "citation": "Keppres 1/2026" });
    assert_eq!(refused(nation, "withdrawHoliday", unknown).await, told("NOT_FOUND", "holidayId"));
    assert!(holiday::Entity::find().all(cast.world.app.db.read()).await.unwrap().is_empty(), "nothing was written");
}

/// A check-in between seeing and applying makes the difference another one.
#[rstest]
#[tokio::test]
async fn a_holiday_is_set_only_as_it_was_seen(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let nation = &cast.national_admin.phone;
    costly_tuesday(&cast).await;
    let input = holiday("2026-11-23", "NATIONAL");
    let seen = change(nation, "setHoliday", HOLIDAY, with(input.clone(), "isDryRun", json!(true))).await;
    let token = seen["difference"]["token"].clone();
    // The colleague's phone was off line on Monday.
    let now = at("2026-11-24", "10:05:00");
    check_in(&cast, &cast.sabang.colleague, "IN", at("2026-11-23", "07:25:00"), now).await;
    let stale = with(input, "seenDifference", token);
    assert_eq!(refused(nation, "setHoliday", stale).await, told("DIFFERENCE_NOT_SEEN", "seenDifference"));
}

#[rstest]
#[tokio::test]
async fn whatever_a_ramadan_replaces_stays_in_the_audit_log(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let nation = &cast.national_admin.phone;
    for (first, last) in [("2027-02-01", "2027-02-09"), ("2027-02-11", "2027-02-20"), ("2027-02-08", "2027-03-09")] {
        let input = json!({ "startsOn": first, "endsOn": last, "citation": format!("Sidang {first}") });
        change(nation, "setRamadanPeriod", "ramadanPeriod { id }", input).await;
    }
    let rows = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Sequence);
    let rows = rows.all(cast.world.app.db.read()).await.unwrap();
    let details: Vec<Value> = rows.iter().map(|row| serde_json::from_str(&row.detail).unwrap()).collect();
    let [first, _, last] = details.as_slice() else { panic!("{rows:?}") };
    assert_eq!((&first["replaced"], &first["replacedCitation"]), (&Value::Null, &Value::Null));
    assert_eq!(last["replaced"], "2027-02-01/2027-02-09 2027-02-11/2027-02-20");
    let cited = "Sidang 2027-02-01\nSidang 2027-02-11";
    assert_eq!(last["replacedCitation"], hex(&digest(&[rows[2].subject.as_bytes(), cited.as_bytes()])));
}
