//! Coordinates are forgotten; what was decided stays.

use bina::identity::housekeeping;
use chrono::TimeDelta;
use entity::{check_in, check_in_trace};
use rstest::rstest;
use sea_orm::EntityTrait as _;
use sea_orm::QueryOrder as _;

use super::{Attempt, accepted, jittered, minute, settle};
use crate::cast::Cast;
use crate::harness::Engine;

#[rstest]
#[tokio::test]
async fn coordinates_go_after_ninety_days(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (app, sabang) = (&cast.world.app, &cast.sabang);
    accepted(&cast, &sabang.employee, 1, minute(0), jittered(&cast, 1)).await;
    accepted(&cast, &sabang.colleague, 2, minute(24 * 60), jittered(&cast, 2)).await;
    settle(&cast).await;
    let rows = async || {
        let rows = check_in::Entity::find().order_by_asc(check_in::Column::Id).all(app.db.read()).await.unwrap();
        let traces = check_in_trace::Entity::find()
            .order_by_asc(check_in_trace::Column::CheckInId)
            .all(app.db.read())
            .await
            .unwrap();
        (rows, traces)
    };
    app.clock.set(minute(0) + TimeDelta::days(90));
    housekeeping::tidy(app).await.unwrap();
    let (before, traces) = rows().await;
    assert!(before.iter().all(|row| row.latitude.is_some() && row.payload_hash.len() == 32));
    assert_eq!(traces.len(), 2);

    app.clock.set(minute(1) + TimeDelta::days(90));
    housekeeping::tidy(app).await.unwrap();
    let (after, traces) = rows().await;
    let forgotten = check_in::Model {
        latitude: None,
        longitude: None,
        accuracy_meters: None,
        payload_hash: Vec::new(),
        ..before[0].clone()
    };
    assert_eq!(after, [forgotten, before[1].clone()], "verdict, venue and distance stay");
    assert!(after[0].distance_meters.is_some() && after[0].venue_id.is_some());
    assert_eq!(traces.iter().map(|trace| trace.check_in_id).collect::<Vec<_>>(), [before[1].id]);

    // A key that is sent again answers its check-in: with what it was sent nobody knows any more.
    let phone = &sabang.employee.phone;
    let replay =
        phone.change("checkIn", "isReplay checkIn { id }", Attempt::at(1, minute(0), sabang.place).input()).await;
    assert_eq!((&replay["isReplay"], &replay["checkIn"]["id"]), (&true.into(), &after[0].id.to_string().into()));
    app.clock.set(minute(2) + TimeDelta::days(92));
    housekeeping::tidy(app).await.unwrap();
    let (last, traces) = rows().await;
    assert!(last.iter().all(|row| row.longitude.is_none() && row.payload_hash.is_empty()) && traces.is_empty());
}
