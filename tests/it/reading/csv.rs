//! The table of a month.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use entity::check_in::Direction;
use entity::employee;
use http_body_util::BodyExt as _;
use rstest::rstest;
use sea_orm::ActiveModelTrait as _;
use sea_orm::ActiveValue::Set;
use serde_json::json;

use super::{adopt, duty, insert, local};
use crate::cast::Cast;
use crate::client::Client;
use crate::harness::Engine;

async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.expect("a whole table").to_bytes();
    String::from_utf8(body.to_vec()).expect("UTF-8")
}

async fn table(phone: &Client, path: &str) -> Vec<Vec<String>> {
    let response = phone.get(path).await;
    assert_eq!(response.status(), StatusCode::OK);
    let text = text(response).await;
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains('\n'));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[rstest]
#[tokio::test]
async fn a_month_is_a_table_that_is_seen_as_its_days_are(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (sabang, employee) = (&cast.sabang, &cast.sabang.employee);
    adopt(&cast, sabang.agency, "Permentan 68/2012").await;
    insert(
        &cast,
        vec![
            duty(&cast, sabang.agency, employee, Direction::In, local("2026-11-02", "07:35")),
            duty(&cast, sabang.agency, employee, Direction::Out, local("2026-11-02", "16:00")),
        ],
    )
    .await;
    let transaction = cast.world.app.db.begin().await.unwrap();
    let formula = employee::ActiveModel {
        id: Set(sabang.colleague.employee),
        name: Set("=HYPERLINK(\"http://x\",\"y\")".to_owned()),
        ..Default::default()
    };
    formula.update(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    cast.world.app.clock.set(local("2026-12-01", "09:00"));

    let response = employee.phone.get("/exports/attendance.csv?month=2026-11").await;
    let header_of = |name| response.headers()[name].to_str().unwrap();
    assert_eq!(header_of(header::CONTENT_TYPE), "text/csv; charset=utf-8; header=present");
    assert_eq!(header_of(header::CONTENT_DISPOSITION), "attachment; filename=\"attendance-2026-11.csv\"");
    assert_eq!(header_of(header::CACHE_CONTROL), "no-store");

    let own = table(&employee.phone, "/exports/attendance.csv?month=2026-11").await;
    assert_eq!(own.len(), 31, "a head and thirty days");
    let cell =
        |row: usize, column: &str| own[row][own[0].iter().position(|name| name == column).expect("a column")].as_str();
    assert_eq!((cell(1, "basis"), cell(1, "state"), cell(1, "shift")), ("REST_DAY", "FREE", ""));
    assert_eq!((cell(2, "date"), cell(2, "minutes_late")), ("2026-11-02", "5"));
    assert_eq!((cell(2, "late_level"), cell(2, "deduction_percent")), ("TL1", "0.50"));
    assert_eq!(cell(2, "checked_in_at"), "2026-11-02T07:35:00+07:00");
    assert_eq!((cell(3, "state"), cell(3, "deduction_percent")), ("ABSENT", "4.00"));
    assert_eq!((cell(2, "rule"), cell(2, "schedule_citation")), ("Permentan 68/2012", "Perpres 21/2023"));
    assert_eq!(cell(2, "nip"), employee.nip);

    let path = format!("/exports/attendance.csv?unitId={}&month=2026-11", sabang.unit);
    for (phone, nip) in [(&sabang.supervisor.phone, "1987••••••••••••01"), (&sabang.admin.phone, employee.nip.as_str())]
    {
        let unit = table(phone, &path).await;
        assert_eq!(unit.len(), 1 + 5 * 30);
        assert_eq!(
            unit[1][..4],
            [employee.employee.to_string(), nip.into(), "Cut Meutia".into(), "Dinas Pariwisata".into()]
        );
        assert_eq!(unit[31][2], "'=HYPERLINK(\"http://x\",\"y\")");
        // But for who one is to whom, the lines are the same.
        assert_eq!(unit[2][4..], own[2][4..]);
    }
    let root = format!("/exports/attendance.csv?unitId={}&month=2026-11", sabang.root);
    assert_eq!(table(&sabang.admin.phone, &root).await.len(), 1 + 5 * 30);
    for (phone, path, status) in [
        (&cast.stranger, path.as_str(), StatusCode::UNAUTHORIZED),
        (&employee.phone, &path, StatusCode::NOT_FOUND),
        (&sabang.trainer.phone, &path, StatusCode::NOT_FOUND),
        (&sabang.supervisor.phone, &root, StatusCode::NOT_FOUND),
        (&cast.sibolga.admin.phone, &path, StatusCode::NOT_FOUND),
        (&cast.national_admin.phone, &path, StatusCode::NOT_FOUND),
        (&cast.citizen.phone, "/exports/attendance.csv?month=2026-11", StatusCode::NOT_FOUND),
        (&employee.phone, "/exports/attendance.csv", StatusCode::BAD_REQUEST),
        (&employee.phone, "/exports/attendance.csv?month=2026-11&unitId=emp_x", StatusCode::BAD_REQUEST),
    ] {
        let response = phone.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        assert!(!text(response).await.contains("Cut Meutia"));
    }
    // An id of nothing is answered as one that may not be read.
    let nothing = "/exports/attendance.csv?unitId=uni_01h455vb4pex5vsknk084sn02q&month=2026-11";
    assert_eq!(sabang.admin.phone.get(nothing).await.status(), StatusCode::NOT_FOUND);
}

#[rstest]
#[tokio::test]
async fn a_person_writes_two_tables_at_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let (employee, colleague) = (&cast.sabang.employee.phone, &cast.sabang.colleague.phone);
    let path = "/exports/attendance.csv?month=2026-11";
    let begun = [employee.get(path).await, employee.get(path).await];
    let refused = employee.in_language("id").get(path).await;
    assert_eq!(
        (refused.status(), &refused.headers()[header::RETRY_AFTER]),
        (StatusCode::TOO_MANY_REQUESTS, &"10".parse().unwrap())
    );
    let fault = serde_json::from_str::<serde_json::Value>(&text(refused).await).unwrap();
    assert_eq!(fault["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert!(fault["errors"][0]["message"].as_str().unwrap().starts_with("Paling banyak 2 tabel"), "{fault}");
    assert_eq!(table(colleague, path).await.len(), 31, "others have places of their own");
    // One is read to its end, the other is let go.
    let [read, left] = begun;
    assert!(text(read).await.ends_with("\r\n"));
    drop(left);
    assert_eq!(table(employee, path).await.len(), 31);
    assert_eq!(table(employee, path).await.len(), 31);
}

#[rstest]
#[tokio::test]
async fn a_table_that_cannot_be_ended_is_cut_off(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let path = format!("/exports/attendance.csv?unitId={}&month=2026-11", cast.sabang.unit);
    let mut body = cast.sabang.admin.phone.get(&path).await.into_body();
    let head = body.frame().await.expect("a frame").expect("the head").into_data().expect("data");
    assert!(head.starts_with("\u{feff}employee_id,nip,".as_bytes()));
    cast.world.app.db.clone().close().await.unwrap();
    assert!(body.frame().await.expect("not the end").is_err());
    // Without a database there is no table to begin.
    let refused = cast.sabang.admin.phone.get(&path).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text(refused).await).unwrap()["errors"][0]["extensions"]["code"],
        json!("UNAVAILABLE")
    );
}
