//! Lateness that may be made up the same day (`PermenPANRB` 6/2018), as the first screen tells it.

use rstest::rstest;
use serde_json::{Value, json};

use super::{at, check_in, choice, preset, set};
use crate::cast::Cast;
use crate::harness::Engine;

const DAY: &str = "2026-11-23";

/// Kind, beginning and words of the next step, until when to stay, whether it was made up, and the day in words.
async fn screen(cast: &Cast, language: &'static str) -> Value {
    let query =
        "{ viewer { today { nextStep { kind from message } day { explanation shifts { madeUpAt isMadeUp } } } } }";
    let found = cast.sabang.employee.phone.in_language(language).data(query, json!({})).await;
    found["viewer"]["today"].clone()
}

#[rstest]
#[tokio::test]
async fn who_follows_the_first_screen_keeps_the_tolerance(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, employee) = (&cast.sabang, &cast.sabang.employee);
    cast.world.app.clock.set(at(DAY, "07:00:00"));
    let rule = preset(&sabang.admin.phone, "PermenPANRB 6/2018").await;
    set(&sabang.admin.phone, choice(sabang, DAY, json!({ "ruleId": rule }))).await;
    check_in(&cast, employee, "IN", at(DAY, "07:50:00"), at(DAY, "07:50:00")).await;

    // One minute before the end of duty: not yet, and why.
    cast.world.app.clock.set(at(DAY, "15:59:00"));
    let today = screen(&cast, "en").await;
    let (step, shift) = (&today["nextStep"], &today["day"]["shifts"][0]);
    assert_eq!((&step["kind"], &step["from"]), (&json!("CHECK_OUT"), &json!("2026-11-23T09:20:00Z")));
    assert_eq!(
        step["message"],
        "Check out from 16:20: that makes up the 20 minutes that you came late. \
         If you go before, you lose the tolerance and the day counts as late."
    );
    assert_eq!((&shift["madeUpAt"], &shift["isMadeUp"]), (&json!("2026-11-23T09:20:00Z"), &json!(false)));
    assert_eq!(
        screen(&cast, "id").await["nextStep"]["message"],
        "Lakukan presensi pulang mulai pukul 16:20: itu mengganti keterlambatan 20 menit. \
         Jika pulang sebelumnya, toleransi hilang dan hari ini tercatat terlambat."
    );

    let from = at(DAY, "16:20:00");
    check_in(&cast, employee, "OUT", from, from).await;
    let today = screen(&cast, "en").await;
    assert_eq!((&today["nextStep"]["kind"], &today["day"]["shifts"][0]["isMadeUp"]), (&json!("NOTHING"), &json!(true)));
    let words = today["day"]["explanation"].as_str().unwrap();
    assert!(words.ends_with(" 20 minutes late, made up by staying until 16:20 (PermenPANRB 6/2018)."), "{words}");
}
