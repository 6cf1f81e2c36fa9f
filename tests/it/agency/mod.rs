//! An agency's admin keeps its units, people, places and hours; nobody else does.

mod lists;
mod people;
mod places;
mod units;

use bina::app::App;
use entity::ids::{EmployeeId, SiasnTermId, TypedId, UnitId, VenueId};
use entity::siasn_term::{self, List};
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::client::change;
use crate::harness::{Engine, monday_morning};

/// A refusal as [`crate::client::Client::refusal`] answers it.
pub fn refused(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

/// An id that nothing has.
pub fn new_id<T: TypedId>(app: &App) -> String {
    app.ids.new_id::<T>(monday_morning()).to_string()
}

#[rstest]
#[tokio::test]
async fn what_is_another_agencys_is_as_good_as_not_there(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (app, sabang, sibolga) = (&cast.world.app, &cast.sabang, &cast.sibolga);
    let nip = json!("198703122010012999");
    let cases = [
        ("updateUnit", "unitId", sibolga.unit.to_string(), new_id::<UnitId>(app), json!({ "name": "X" })),
        ("updateVenue", "venueId", sibolga.venue.to_string(), new_id::<VenueId>(app), json!({ "name": "X" })),
        (
            "updateEmployee",
            "employeeId",
            sibolga.colleague.employee.to_string(),
            new_id::<EmployeeId>(app),
            json!({ "name": "X" }),
        ),
        (
            "changeEmployeeNip",
            "employeeId",
            sibolga.colleague.employee.to_string(),
            new_id::<EmployeeId>(app),
            json!({ "nip": nip, "validFrom": "2026-11-23" }),
        ),
    ];
    for (mutation, field, foreign, unknown, rest) in cases {
        for id in [&foreign, &unknown] {
            for phone in [&sabang.admin.phone, &cast.citizen.phone, &cast.national_admin.phone] {
                let found = phone.data("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
                assert_eq!(found["node"], Value::Null, "{id}");
                let mut input = rest.clone();
                input[field] = json!(id);
                assert_eq!(phone.refusal(mutation, input).await, refused("NOT_FOUND", field), "{mutation}");
            }
        }
        let mut input = rest.clone();
        input[field] = json!("agc_01h455vb4pex5vsknk084sn02q");
        let variables = json!({ "input": input });
        let answer = sabang.admin.phone.send(&change(mutation, ""), variables.clone()).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "an id of another kind: {}", answer.body);
        let answer = cast.stranger.send(&change(mutation, ""), variables).await;
        assert_eq!((answer.code(), answer.status.as_u16()), ("UNAUTHENTICATED", 401), "{mutation}");
    }
    let query = "query($id: ID!) { node(id: $id) { ... on Agency { name units { totalCount } employees { totalCount }
        venues { totalCount } schedules { totalCount } courses { totalCount } courseRuns { totalCount } } } }";
    let none = json!({ "totalCount": 0 });
    let expected = json!({
        "name": "Pemerintah Kota Sibolga", "units": none, "employees": none, "venues": none, "schedules": none,
        "courses": none, "courseRuns": none,
    });
    for phone in [&sabang.admin.phone, &cast.citizen.phone, &cast.stranger] {
        let found = phone.data(query, json!({ "id": sibolga.agency.to_string() })).await;
        assert_eq!(found["node"], expected);
    }
}

#[rstest]
#[tokio::test]
async fn who_sees_but_does_not_keep_is_forbidden(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let sabang = &cast.sabang;
    let agency = sabang.agency.to_string();
    let hours = json!({
        "agencyId": agency, "name": "X", "citation": "X", "validFrom": "2026-11-23",
        "shifts": [{ "name": "X", "weekdays": ["MONDAY"], "startsAt": "07:30", "endsAt": "16:00" }],
    });
    let place = json!({ "agencyId": agency, "name": "X", "latitude": 5.9, "longitude": 95.3, "radiusMeters": 100 });
    let person = json!({ "agencyId": agency, "name": "X", "employment": "PNS", "nip": "198703122010012999" });
    let me = sabang.supervisor.employee.to_string();
    for (mutation, input) in [
        ("createUnit", json!({ "agencyId": agency, "name": "X" })),
        ("updateUnit", json!({ "unitId": sabang.unit.to_string(), "name": "X" })),
        ("createVenue", place),
        ("updateVenue", json!({ "venueId": sabang.venue.to_string(), "isActive": false })),
        ("createEmployee", person),
        ("updateEmployee", json!({ "employeeId": me, "name": "X" })),
        ("changeEmployeeNip", json!({ "employeeId": me, "nip": "198703122010012999", "validFrom": "2026-11-23" })),
        ("setWorkingHours", hours),
    ] {
        assert_eq!(
            sabang.supervisor.phone.refusal(mutation, input.clone()).await,
            refused("FORBIDDEN", ""),
            "{mutation}"
        );
        let answer = cast.stranger.send(&change(mutation, ""), json!({ "input": input })).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{mutation}");
    }
}

/// An entry of a national list.
async fn term(app: &App, list: List, name: &str) -> String {
    let id: SiasnTermId = app.ids.new_id(app.clock.now());
    let row = siasn_term::ActiveModel {
        id: Set(id),
        list: Set(list),
        siasn_id: Set(id.to_string()),
        code: Set(None),
        name: Set(name.to_owned()),
        category: Set(None),
    };
    let transaction = app.db.begin().await.expect("a transaction");
    siasn_term::Entity::insert(row).exec_without_returning(&transaction).await.expect("a row");
    transaction.commit().await.expect("a commit");
    id.to_string()
}
