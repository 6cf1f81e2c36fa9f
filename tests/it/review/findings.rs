//! Each pattern, found and not found at its threshold.

use bina::attendance::review::pass;
use chrono::TimeDelta;
use entity::ids::CheckInId;
use entity::{check_in, check_in_review, check_in_trace, device};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Attempt, accepted, fine, jittered, minute, needs, queue, review_of, set_thresholds, settle, share_phone, verdict,
};
use crate::cast::Cast;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn people_on_one_phone_are_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    share_phone(&cast, &[&sabang.employee, &sabang.colleague]).await;
    let mine = accepted(&cast, &sabang.employee, 1, minute(0), jittered(&cast, 1)).await;
    let theirs = accepted(&cast, &sabang.colleague, 2, minute(1), jittered(&cast, 2)).await;
    let other = accepted(&cast, &sabang.trainer, 3, minute(2), jittered(&cast, 3)).await;

    // What is not settled yet, nobody looks at.
    while pass::step(&cast.world.app).await.unwrap() {}
    assert_eq!(verdict(&sabang.admin, &mine).await, fine());

    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &mine).await, needs(&["SHARED_DEVICE"]));
    assert_eq!(verdict(&sabang.admin, &theirs).await, needs(&["SHARED_DEVICE"]));
    assert_eq!(verdict(&sabang.admin, &other).await, fine());
    let found = review_of(&sabang.admin, &mine).await;
    assert_eq!(
        found["findings"],
        json!([{
            "kind": "SHARED_DEVICE", "words": "Several people checked in from this phone within hours.",
            "distanceMeters": null, "speedKmh": null, "otherCheckIns": [{ "id": theirs }],
        }])
    );
    // To the employee the other's check-in is not shown.
    assert_eq!(review_of(&sabang.employee, &mine).await["findings"][0]["otherCheckIns"], json!([]));
    let message = "query($id: ID!) { node(id: $id) { ... on CheckIn { message } } }";
    let told = sabang.employee.phone.data(message, json!({ "id": mine })).await;
    assert_eq!(
        told["node"]["message"],
        "Your check-in is recorded and will be reviewed. Several people checked in from this phone. \
         Use your own phone, and tell your superior if you could not."
    );
    let before = queue(&sabang.admin).await;
    settle(&cast).await;
    assert_eq!(queue(&sabang.admin).await, before, "what was looked at is not looked at again");
}

#[rstest]
#[tokio::test]
async fn an_agencys_own_thresholds_go_before_the_countrys(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    set_thresholds(&cast, sabang.agency, |own| own.device_people = 3).await;
    share_phone(&cast, &[&sabang.employee, &sabang.colleague, &sabang.trainer]).await;
    let first = accepted(&cast, &sabang.employee, 1, minute(0), jittered(&cast, 1)).await;
    accepted(&cast, &sabang.colleague, 2, minute(1), jittered(&cast, 2)).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &first).await, fine());
    // The third, half a day later but a minute: now the first was part of it, too.
    accepted(&cast, &sabang.trainer, 3, minute(12 * 60), jittered(&cast, 3)).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &first).await, needs(&["SHARED_DEVICE"]));
    assert_eq!(queue(&sabang.admin).await.len(), 3);
}

#[rstest]
#[tokio::test]
async fn one_point_of_three_people_is_found_and_of_two_is_not(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let point = (sabang.place.0 + 0.000_123_4, sabang.place.1);
    let first = accepted(&cast, &sabang.employee, 1, minute(0), point).await;
    let second = accepted(&cast, &sabang.colleague, 2, minute(1), point).await;
    let honest = accepted(&cast, &sabang.supervisor, 4, minute(2), (point.0 + 1e-7, point.1)).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &first).await, fine());
    let third = accepted(&cast, &sabang.trainer, 3, minute(60), point).await;
    settle(&cast).await;
    for id in [&first, &second, &third] {
        assert_eq!(verdict(&sabang.admin, id).await, needs(&["IDENTICAL_COORDINATES"]));
    }
    assert_eq!(verdict(&sabang.admin, &honest).await, fine());
    let others = review_of(&sabang.admin, &third).await["findings"][0]["otherCheckIns"].take();
    assert_eq!(others, json!([{ "id": second }, { "id": first }]), "the nearest in time first");
}

#[rstest]
#[tokio::test]
async fn one_point_on_three_days_is_found_and_on_two_is_not(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let day = |day: i64| minute(day * 24 * 60);
    let mut ids = Vec::new();
    for number in 0..3_u8 {
        let (at, honest) = (day(number.into()), jittered(&cast, 1 + u32::from(number)));
        ids.push(accepted(&cast, &sabang.employee, number.into(), at, sabang.place).await);
        accepted(&cast, &sabang.colleague, 10 + u128::from(number), at + TimeDelta::minutes(1), honest).await;
        settle(&cast).await;
        if number < 2 {
            assert_eq!(queue(&sabang.admin).await, Vec::<Value>::new(), "day {number}");
        }
    }
    for id in &ids {
        assert_eq!(verdict(&sabang.admin, id).await, needs(&["IDENTICAL_COORDINATES"]));
    }
    assert_eq!(queue(&sabang.admin).await.len(), 3);
}

#[rstest]
#[tokio::test]
async fn a_journey_that_nobody_makes_is_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let north = |kilometres: f64| (sabang.place.0 + kilometres / 111.195, sabang.place.1);
    let came = accepted(&cast, &sabang.employee, 1, minute(0), sabang.place).await;
    let away = Attempt { direction: "OUT", ..Attempt::at(2, minute(14), north(100.0)) };
    let (away, rejected) = away.send(&cast, &sabang.employee).await;
    assert_eq!(rejected, "REJECTED");
    // A plane's speed is possible: 100 km in 16 minutes are 375 km/h.
    let flown = accepted(&cast, &sabang.colleague, 3, minute(20), jittered(&cast, 1)).await;
    Attempt { direction: "OUT", ..Attempt::at(4, minute(36), north(100.0)) }.send(&cast, &sabang.colleague).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &came).await, needs(&["IMPOSSIBLE_TRAVEL"]));
    assert_eq!(verdict(&sabang.admin, &flown).await, fine());
    let (still, reasons) = verdict(&sabang.admin, &away).await;
    assert_eq!((still.as_str(), reasons), ("REJECTED", vec!["OUTSIDE_GEOFENCE".to_owned()]));
    let finding = review_of(&sabang.admin, &came).await["findings"][0].take();
    assert_eq!(
        finding,
        json!({
            "kind": "IMPOSSIBLE_TRAVEL", "words": "100.0 km from the nearest check-in in time: 429 km/h.",
            "distanceMeters": 100_000.0, "speedKmh": 429.0, "otherCheckIns": [{ "id": away }],
        })
    );
    // One's own check-ins one sees.
    assert_eq!(review_of(&sabang.employee, &came).await["findings"][0]["otherCheckIns"], json!([{ "id": away }]));
}

#[rstest]
#[tokio::test]
async fn what_was_held_back_is_found(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let late = |number, sent| Attempt { sent, ..Attempt::at(number, minute(1), jittered(&cast, 1)) };
    // The phone comes with another check-in at nine, with the morning's at noon.
    accepted(&cast, &sabang.employee, 1, minute(100), jittered(&cast, 2)).await;
    let (held_back, before) = late(2, minute(161)).send(&cast, &sabang.employee).await;
    assert_eq!(before, "ACCEPTED");
    // This one says nothing between the capture and noon; that one comes with the morning's an hour later.
    let (off_line, _) =
        Attempt { place: Some(jittered(&cast, 3)), ..late(3, minute(170)) }.send(&cast, &sabang.colleague).await;
    accepted(&cast, &sabang.trainer, 4, minute(180), jittered(&cast, 4)).await;
    let (soon, _) =
        Attempt { place: Some(jittered(&cast, 5)), ..late(5, minute(240)) }.send(&cast, &sabang.trainer).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &held_back).await, needs(&["LATE_SEND"]));
    assert_eq!(verdict(&sabang.admin, &off_line).await, fine());
    assert_eq!(verdict(&sabang.admin, &soon).await, fine());
}

#[rstest]
#[tokio::test]
async fn what_the_write_path_left_open_comes_into_the_queue(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    share_phone(&cast, &[&sabang.employee, &sabang.colleague]).await;
    let nowhere = Attempt { place: None, ..Attempt::at(1, minute(0), sabang.place) };
    let (id, _) = nowhere.send(&cast, &sabang.employee).await;
    settle(&cast).await;
    let [review] = queue(&sabang.supervisor).await.try_into().unwrap();
    assert_eq!(
        (&review["checkIn"]["id"], &review["status"], &review["findings"], &review["decision"]),
        (&json!(id), &json!("OPEN"), &json!([]), &Value::Null)
    );
    // What is found of it later is added.
    accepted(&cast, &sabang.colleague, 2, minute(5), jittered(&cast, 1)).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &id).await, needs(&["LOCATION_MISSING", "SHARED_DEVICE"]));
    let later = review_of(&sabang.supervisor, &id).await;
    assert_eq!((&later["id"], &later["findings"][0]["kind"]), (&review["id"], &json!("SHARED_DEVICE")));
}

/// Any number of processes may run the pass: each check-in is looked at once.
#[rstest]
#[tokio::test]
async fn six_hundred_check_ins_are_looked_at_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    for part in 0..3_u128 {
        let items: Vec<Value> = (part * 200..(part + 1) * 200)
            .map(|number| {
                let mut item = Attempt::at(number, minute(0), sabang.place).input();
                item.as_object_mut().unwrap().remove("sentAt");
                if number % 100 == 0 {
                    item["location"] = Value::Null;
                }
                item
            })
            .collect();
        let sync = json!({ "sentAt": minute(0), "items": items });
        let sent = sabang.employee.phone.change("syncCheckIns", "results { checkIn { verdict } }", sync).await;
        assert_eq!(sent["results"].as_array().map(Vec::len), Some(200), "{sent}");
    }
    let app = &cast.world.app;
    app.clock.set(app.clock.now() + pass::SETTLED + TimeDelta::seconds(5));
    let processes = (0..4).map(async |_| {
        let mut steps = 0;
        while pass::step(app).await.unwrap() {
            steps += 1;
        }
        steps
    });
    futures_util::future::join_all(processes).await;
    while pass::step(app).await.unwrap() {}
    let traces = check_in_trace::Entity::find().count(app.db.read()).await.unwrap();
    let reviews = check_in_review::Entity::find().all(app.db.read()).await.unwrap();
    assert_eq!((traces, reviews.len()), (600, 6));
    assert!(reviews.iter().all(|review| review.findings == "[]" && review.id.0 != Uuid::nil()));
}

/// Five thousand traces of one phone, all of them after the minute, as of so many check-ins like the given one.
async fn flood(cast: &Cast, id: &str, after: i64) {
    let app = &cast.world.app;
    let transaction = app.db.begin().await.unwrap();
    let like = check_in::Entity::find_by_id(id.parse::<CheckInId>().unwrap()).one(&transaction).await.unwrap().unwrap();
    let flood: Vec<check_in::Model> = (0..5_000)
        .map(|second| check_in::Model {
            id: app.ids.new_id(minute(0)),
            idempotency_key: Uuid::from_u128(1_000_000 + second),
            effective_at: minute(after) + TimeDelta::seconds(i64::try_from(second).unwrap()),
            ..like.clone()
        })
        .collect();
    for part in flood.chunks(500) {
        let rows = part.iter().cloned().map(check_in::ActiveModel::from);
        check_in::Entity::insert_many(rows).exec_without_returning(&transaction).await.unwrap();
        let traces = part.iter().map(|row| check_in_trace::ActiveModel {
            check_in_id: Set(row.id),
            agency_id: Set(row.agency_id),
            employee_id: Set(row.employee_id),
            installation_id: Set(Uuid::from_u128(88)),
            local_on: Set(minute(0).date_naive()),
            at: Set(row.effective_at),
            latitude: Set(None),
            longitude: Set(None),
        });
        check_in_trace::Entity::insert_many(traces).exec_without_returning(&transaction).await.unwrap();
    }
    device::Entity::update_many()
        .col_expr(device::Column::InstallationId, Expr::value(Uuid::from_u128(88)))
        .filter(device::Column::Id.eq(like.device_id))
        .exec(&transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn who_floods_crowds_nobody_out(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    set_thresholds(&cast, sabang.agency, |own| own.device_hours = 168).await;
    share_phone(&cast, &[&sabang.employee, &sabang.colleague]).await;
    let first = accepted(&cast, &sabang.employee, 1, minute(0), jittered(&cast, 1)).await;
    let flooding = accepted(&cast, &sabang.trainer, 2, minute(1), jittered(&cast, 2)).await;
    settle(&cast).await;
    flood(&cast, &flooding, 24 * 60).await;
    // Four days later both phones are in the same step.
    accepted(&cast, &sabang.trainer, 3, minute(4 * 24 * 60), jittered(&cast, 3)).await;
    accepted(&cast, &sabang.colleague, 4, minute(4 * 24 * 60 + 1), jittered(&cast, 4)).await;
    settle(&cast).await;
    assert_eq!(verdict(&sabang.admin, &first).await, needs(&["SHARED_DEVICE"]));
}
