//! What is written into inputs: texts that deceive, places that are none, roles that nobody gave.

use entity::{audit_entry, check_in, employee, role_grant, unit};
use rstest::rstest;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::client::{Answer, Client, change};
use crate::harness::{Engine, monday_morning};

async fn name_a_unit(cast: &Cast, name: &str) -> Value {
    let input = json!({ "agencyId": cast.sabang.agency.to_string(), "name": name });
    cast.sabang.admin.phone.change("createUnit", "unit { name }", input).await
}

#[rstest]
#[tokio::test]
async fn a_text_is_kept_in_one_form_or_refused(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    for (written, kept) in [
        ("Jose\u{301}", "José"),
        (" Dinas \u{a0} Pariwisata\u{2003}", "Dinas Pariwisata"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("=HYPERLINK(\"http://x\")", "=HYPERLINK(\"http://x\")"),
        ("'; DROP TABLE unit; --", "'; DROP TABLE unit; --"),
        ("100% _ \\", "100% _ \\"),
        ("Pro\u{fb01}l Ｄesa", "Profil Desa"),
        ("مكتب", "مكتب"),
        ("ꦢꦶꦤꦱ꧀", "ꦢꦶꦤꦱ꧀"),
    ] {
        assert_eq!(name_a_unit(&cast, written).await["unit"]["name"], kept, "{written:?}");
    }
    let before = unit::Entity::find().count(cast.world.app.db.read()).await.unwrap();
    for hidden in [
        "\u{200b}",
        "\u{200d}",
        "\u{200e}",
        "\u{202e}",
        "\u{2066}",
        "\u{2069}",
        "\u{61c}",
        "\u{feff}",
        "\u{ad}",
        "\u{3164}",
        "\u{e0041}",
        "\u{fff9}",
        "\u{1b}[31m",
        "\r\nERROR",
        "\n",
        "\u{7f}",
        "\u{85}",
    ] {
        let payload = name_a_unit(&cast, &format!("Di{hidden}nas")).await;
        assert_eq!(payload["errors"], json!([{ "code": "INVALID_TEXT", "field": ["name"] }]), "{hidden:?}");
        let device = json!({
            "identifier": "a", "password": "b", "deviceName": format!("Tele{hidden}pon"),
            "installationId": "0193a5e2-7a3c-7000-8000-000000000001",
        });
        assert_eq!(cast.stranger.refusal("login", device).await, ("INVALID_TEXT".to_owned(), "deviceName".to_owned()));
    }
    for mixed in ["D\u{456}nas Pariwisata", "Dinas \u{420}ariwisata", "Din\u{3b1}s"] {
        let payload = name_a_unit(&cast, mixed).await;
        assert_eq!(payload["errors"], json!([{ "code": "INVALID_TEXT", "field": ["name"] }]), "{mixed}");
    }
    let nul = cast.sabang.admin.phone.send(&change("createUnit", ""), json!({ "input": { "name": "Di\0nas" } })).await;
    assert_eq!(nul.code(), "BAD_REQUEST");
    assert_eq!(unit::Entity::find().count(cast.world.app.db.read()).await.unwrap(), before);
}

#[rstest]
#[tokio::test]
async fn a_place_that_is_none_is_refused_with_the_reason(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    const CHECK_IN: &str = "mutation($input: CheckInInput!) { checkIn(input: $input) {
        checkIn { id } errors { code field message } } }";
    let cast = Cast::new(engine).await;
    let phone = &cast.sabang.employee.phone;
    let ask = async |location: Value| -> Answer {
        let now = monday_morning();
        let input = json!({
            "idempotencyKey": "0193a5e2-7a3c-7000-8000-000000000001", "occasion": { "workday": { "direction": "IN" } },
            "capturedAt": now, "sentAt": now, "location": location,
        });
        phone.send(CHECK_IN, json!({ "input": input })).await
    };
    let (north, east) = cast.sabang.place;
    for (latitude, longitude) in [
        (0.0, 0.0),
        (-0.0, 0.0),
        (east, north),
        (90.1, 0.0),
        (-90.1, 0.0),
        (5.0, 180.1),
        (5.0, -180.1),
        (f64::MAX, 0.0),
    ] {
        let answer = ask(json!({ "latitude": latitude, "longitude": longitude })).await;
        let error = &answer.body["data"]["checkIn"]["errors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("INVALID_LOCATION"), &json!(["location"])), "{latitude}");
        assert_eq!(
            error["message"],
            "Not a valid location. Check that latitude and longitude are not swapped and not 0,0."
        );
    }
    let vague = ask(json!({ "latitude": north, "longitude": east, "accuracyMeters": -1 })).await;
    assert_eq!(vague.body["data"]["checkIn"]["errors"][0]["code"], "INVALID_LOCATION", "{}", vague.body);
    for no_number in
        [json!("NaN"), json!("Infinity"), json!(north.to_string()), json!(true), json!([north]), Value::Null]
    {
        let answer = ask(json!({ "latitude": no_number, "longitude": east })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{no_number}: {}", answer.body);
        assert!(answer.body["data"].is_null(), "{no_number}: {}", answer.body);
    }
    // Written into the document, where JSON does not stop it.
    for endless in ["1e999", "-1e999", "NaN", "Infinity"] {
        let text = format!(
            "mutation {{ createVenue(input: {{ agencyId: \"{}\", name: \"Aula\", latitude: {endless}, longitude: 95.3,
                radiusMeters: 100 }}) {{ venue {{ id }} errors {{ code }} }} }}",
            cast.sabang.agency
        );
        let answer = cast.sabang.admin.phone.send(&text, json!({})).await;
        let is_refused = answer.body["data"].is_null() && !answer.code().is_empty() && answer.code() != "INTERNAL"
            || answer.body["data"]["createVenue"]["errors"][0]["code"] == "INVALID_LOCATION";
        assert!(is_refused && answer.status != 500, "{endless}: {}", answer.body);
    }
    assert_eq!(check_in::Entity::find().count(cast.world.app.db.read()).await.unwrap(), 0);
}

/// What roles, accounts, people and decisions there are.
async fn counted(cast: &Cast) -> [u64; 3] {
    let db = cast.world.app.db.read();
    [
        role_grant::Entity::find().count(db).await.unwrap(),
        employee::Entity::find().count(db).await.unwrap(),
        audit_entry::Entity::find().count(db).await.unwrap(),
    ]
}

#[rstest]
#[tokio::test]
async fn a_role_that_is_smuggled_in_is_refused_with_everything_beside_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (sabang, before) = (&cast.sabang, counted(&cast).await);
    let employee = json!({
        "agencyId": sabang.agency.to_string(), "name": "Keumalahayati", "employment": "PNS", "nip": "199003122015011001",
    });
    let update = json!({ "employeeId": sabang.employee.employee.to_string() });
    let register =
        json!({ "email": "a@b.example", "code": "00000-00000", "password": "x".repeat(20), "name": "Warga" });
    let login = json!({
        "identifier": sabang.employee.nip, "password": "x", "deviceName": "x",
        "installationId": "0193a5e2-7a3c-7000-8000-000000000001",
    });
    let grant = json!({
        "employee": { "nip": sabang.employee.nip }, "role": { "supervisorOfUnitId": sabang.unit.to_string() },
    });
    let smuggled: [(&Client, &str, &Value, &str, Value); 11] = [
        (&sabang.admin.phone, "createEmployee", &employee, "role", json!("NATIONAL_ADMIN")),
        (&sabang.admin.phone, "createEmployee", &employee, "roles", json!(["AGENCY_ADMIN"])),
        (&sabang.admin.phone, "createEmployee", &employee, "isNationalAdmin", json!(true)),
        (&sabang.admin.phone, "createEmployee", &employee, "accountId", json!(sabang.admin.account.to_string())),
        (&sabang.admin.phone, "createEmployee", &employee, "__proto__", json!({ "role": "NATIONAL_ADMIN" })),
        (&sabang.admin.phone, "updateEmployee", &update, "agencyId", json!(cast.sibolga.agency.to_string())),
        (&sabang.admin.phone, "updateEmployee", &update, "role", json!("AGENCY_ADMIN")),
        (&cast.stranger, "registerCitizen", &register, "role", json!("AGENCY_ADMIN")),
        (&cast.stranger, "login", &login, "role", json!("AGENCY_ADMIN")),
        (&sabang.admin.phone, "grantRole", &grant, "agencyId", json!(cast.sibolga.agency.to_string())),
        (
            &sabang.admin.phone,
            "grantRole",
            &grant,
            "role",
            json!({
                "supervisorOfUnitId": sabang.unit.to_string(), "adminOfAgencyId": sabang.agency.to_string(),
            }),
        ),
    ];
    for (phone, mutation, input, field, value) in smuggled {
        let mut input = input.clone();
        input[field] = value;
        let answer = phone.send(&change(mutation, ""), json!({ "input": input })).await;
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code()), "{input}: {}", answer.body);
        assert!(answer.body["data"].is_null(), "{input}: {}", answer.body);
    }
    assert_eq!(counted(&cast).await, before, "nothing was done, and nothing decided");
}
