//! Logging in, staying in, getting in for the first time, being kept out.

use bina::identity::{account, actor, housekeeping, keys, password::Hasher};
use bina::policy::Actor;
use chrono::TimeDelta;
use entity::{refresh_token, throttle};
use rstest::rstest;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::{Cast, Person};
use crate::client::Client;
use crate::harness::{Engine, monday_morning};

const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) {
    accessToken accessTokenExpiresAt refreshToken
    viewer { name employee { id nip unit { name } } roles { role agency { name } } devices { nodes { name isCurrent } } }
    errors { code message } } }";
const REFRESH: &str = "mutation($input: RefreshTokensInput!) { refreshTokens(input: $input) {
    accessToken refreshToken viewer { name } errors { code } } }";
const VIEWER: &str = "{ viewer { name } }";
const PASSWORD: &str = "perahu kertas tiga belimbing";

async fn set_password(cast: &Cast, person: &Person) {
    let hash = Hasher::cheap().hash(PASSWORD).await.unwrap();
    let row =
        entity::account::ActiveModel { id: Set(person.account), password_hash: Set(Some(hash)), ..Default::default() };
    let transaction = cast.world.app.db.begin().await.unwrap();
    row.update(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

fn credentials(identifier: &str, password: &str, installation: u128) -> Value {
    json!({ "input": {
        "identifier": identifier, "password": password, "deviceName": "Galaxy A15",
        "installationId": Uuid::from_u128(installation).to_string(),
    } })
}

async fn login(cast: &Cast, identifier: &str, password: &str, installation: u128) -> Value {
    cast.stranger.data(LOGIN, credentials(identifier, password, installation)).await["login"].take()
}

async fn refresh(phone: &Client, token: &Value) -> Value {
    phone.data(REFRESH, json!({ "input": { "refreshToken": token } })).await["refreshTokens"].take()
}

fn error(payload: &Value) -> &str {
    payload["errors"][0]["code"].as_str().unwrap_or("none")
}

#[rstest]
#[tokio::test]
async fn a_phone_logs_in_with_the_present_nip(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let employee = &cast.sabang.employee;
    set_password(&cast, employee).await;
    let payload = login(&cast, &employee.nip, PASSWORD, 1).await;
    assert_eq!(payload["errors"], json!([]));
    assert_eq!(
        payload["viewer"],
        json!({
            "name": "Cut Meutia",
            "employee": { "id": employee.employee.to_string(), "nip": employee.nip, "unit": { "name": "Dinas Pariwisata" } },
            "roles": [{ "role": "EMPLOYEE", "agency": { "name": "Pemerintah Kota Sabang" } }],
            "devices": { "nodes": [{ "name": "Telepon", "isCurrent": false }, { "name": "Galaxy A15", "isCurrent": true }] },
        })
    );
    let phone = cast.stranger.with_token(payload["accessToken"].as_str().unwrap());
    assert_eq!(phone.data(VIEWER, json!({})).await["viewer"]["name"], "Cut Meutia");
    // Ten minutes later the token is over; login and refresh do not mind it, everything else does.
    cast.world.app.clock.set(monday_morning() + TimeDelta::minutes(10));
    let expired = phone.send(VIEWER, json!({})).await;
    assert_eq!((expired.status.as_u16(), expired.code()), (401, "UNAUTHENTICATED"));
    assert_eq!(error(&refresh(&phone, &payload["refreshToken"]).await), "none");
    let again = phone.data(LOGIN, credentials(&employee.nip, PASSWORD, 1)).await;
    assert_eq!(again["login"]["viewer"]["devices"]["nodes"].as_array().unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_are_answered_alike(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    set_password(&cast, &cast.sabang.employee).await;
    let wrong = cast.stranger.send(LOGIN, credentials(&cast.sabang.employee.nip, "salah salah salah salah", 1)).await;
    for unknown in ["198001012005011999", "nobody@example.id", "x", "'; DROP TABLE account; --"] {
        let answer = cast.stranger.send(LOGIN, credentials(unknown, PASSWORD, 2)).await;
        assert_eq!((answer.status, &answer.body["data"]), (wrong.status, &wrong.body["data"]), "{unknown}");
    }
    assert_eq!(error(&wrong.body["data"]["login"]), "INVALID_CREDENTIALS");
    // An account without a password has none that is right.
    assert_eq!(error(&login(&cast, &cast.sabang.colleague.nip, "", 3).await), "INVALID_CREDENTIALS");
}

#[rstest]
#[tokio::test]
async fn ten_refreshes_at_once_leave_one_living_chain(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    set_password(&cast, &cast.sabang.employee).await;
    let first = login(&cast, &cast.sabang.employee.nip, PASSWORD, 1).await;
    let parallel = (0..10).map(|_| refresh(&cast.stranger, &first["refreshToken"]));
    let children = futures_util::future::join_all(parallel).await;
    assert!(children.iter().all(|child| error(child) == "none"));
    let mut outcomes = Vec::new();
    let mut living = Value::Null;
    for child in &children {
        let next = refresh(&cast.stranger, &child["refreshToken"]).await;
        if error(&next) == "none" {
            living = next.clone();
        }
        outcomes.push(error(&next).to_owned());
    }
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "none").count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "TOKEN_SUPERSEDED").count(), 9);
    // The user stays in: the chain goes on, and the access token holds.
    let next = refresh(&cast.stranger, &living["refreshToken"]).await;
    assert_eq!(error(&next), "none");
    let phone = cast.stranger.with_token(next["accessToken"].as_str().unwrap());
    assert_eq!(phone.data(VIEWER, json!({})).await["viewer"]["name"], "Cut Meutia");
}

#[rstest]
#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_a_replay_ends_the_family(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    set_password(&cast, &cast.sabang.employee).await;
    let parent = login(&cast, &cast.sabang.employee.nip, PASSWORD, 1).await;
    let lost = refresh(&cast.stranger, &parent["refreshToken"]).await;
    let child = refresh(&cast.stranger, &parent["refreshToken"]).await;
    assert_eq!(error(&refresh(&cast.stranger, &lost["refreshToken"]).await), "TOKEN_SUPERSEDED");
    let grandchild = refresh(&cast.stranger, &child["refreshToken"]).await;
    assert_eq!(error(&grandchild), "none");
    let phone = cast.stranger.with_token(grandchild["accessToken"].as_str().unwrap());
    assert_eq!(error(&refresh(&cast.stranger, &parent["refreshToken"]).await), "TOKEN_REUSED");
    assert_eq!(error(&refresh(&cast.stranger, &grandchild["refreshToken"]).await), "DEVICE_REVOKED");
    assert_eq!(phone.send(VIEWER, json!({})).await.status, 401);
    assert_eq!(error(&refresh(&cast.stranger, &json!("x")).await), "TOKEN_INVALID");
}

#[rstest]
#[tokio::test]
async fn refresh_tokens_age(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    set_password(&cast, &cast.sabang.employee).await;
    let mut token = login(&cast, &cast.sabang.employee.nip, PASSWORD, 1).await["refreshToken"].clone();
    for days in [59, 118, 177, 236, 295, 354] {
        cast.world.app.clock.set(monday_morning() + TimeDelta::days(days));
        let next = refresh(&cast.stranger, &token).await;
        assert_eq!(error(&next), "none", "{days}");
        token = next["refreshToken"].clone();
    }
    cast.world.app.clock.set(monday_morning() + TimeDelta::days(365));
    assert_eq!(error(&refresh(&cast.stranger, &token).await), "DEVICE_REVOKED");
    let idle = login(&cast, &cast.sabang.employee.nip, PASSWORD, 2).await["refreshToken"].clone();
    cast.world.app.clock.set(monday_morning() + TimeDelta::days(365 + 60));
    assert_eq!(error(&refresh(&cast.stranger, &idle).await), "TOKEN_INVALID");
}

#[rstest]
#[tokio::test]
async fn failures_slow_the_attacker_and_not_the_owner(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let nip = &cast.sabang.employee.nip;
    set_password(&cast, &cast.sabang.employee).await;
    assert_eq!(error(&login(&cast, nip, PASSWORD, 1).await), "none");
    let guesses = (0..12).map(|guess| login(&cast, nip, "salah salah salah salah", 100 + guess));
    let answers = futures_util::future::join_all(guesses).await;
    // Five are free; of what is hashed at the same moment, one a core, not more slips past.
    let looked_at = answers.iter().filter(|answer| error(answer) == "INVALID_CREDENTIALS").count();
    let cores = std::thread::available_parallelism().unwrap().get();
    assert!((5..5 + cores).contains(&looked_at), "{looked_at}");
    assert_eq!(answers.iter().filter(|answer| error(answer) == "TOO_MANY_ATTEMPTS").count(), 12 - looked_at);
    // The right password from an unknown phone waits too; the owner's own phone does not.
    assert_eq!(error(&login(&cast, nip, PASSWORD, 200).await), "TOO_MANY_ATTEMPTS");
    assert_eq!(error(&login(&cast, nip, PASSWORD, 1).await), "none");
    cast.world.app.clock.set(monday_morning() + TimeDelta::seconds(2));
    assert_eq!(error(&login(&cast, nip, PASSWORD, 200).await), "none");
}

#[rstest]
#[tokio::test]
async fn logging_out_ends_this_device_another_or_all(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    const LOGOUT: &str =
        "mutation($input: LogoutInput!) { logout(input: $input) { isLoggedOut errors { code field } } }";
    let cast = Cast::new(engine).await;
    let employee = &cast.sabang.employee;
    let logout =
        async |phone: &Client, input: Value| phone.data(LOGOUT, json!({ "input": input })).await["logout"].take();
    set_password(&cast, employee).await;
    let phones: Vec<Client> = {
        let mut phones = Vec::new();
        for installation in 1..=3 {
            let payload = login(&cast, &employee.nip, PASSWORD, installation).await;
            phones.push(cast.stranger.with_token(payload["accessToken"].as_str().unwrap()));
        }
        phones
    };
    assert_eq!(logout(&phones[0], json!({})).await["isLoggedOut"], true);
    assert_eq!(phones[0].send(VIEWER, json!({})).await.status, 401);
    // The device of the cast, by its id; somebody else's is not found.
    assert_eq!(logout(&phones[1], json!({ "deviceId": employee.device.to_string() })).await["isLoggedOut"], true);
    assert_eq!(employee.phone.send(VIEWER, json!({})).await.status, 401);
    let foreign = logout(&phones[1], json!({ "deviceId": cast.sabang.colleague.device.to_string() })).await;
    assert_eq!(foreign, json!({ "isLoggedOut": false, "errors": [{ "code": "NOT_FOUND", "field": ["deviceId"] }] }));
    assert_eq!(logout(&phones[1], json!({ "all": true })).await["isLoggedOut"], true);
    assert_eq!(phones[2].send(VIEWER, json!({})).await.status, 401);
    assert_eq!(cast.sabang.colleague.phone.data(VIEWER, json!({})).await["viewer"]["name"], "Teuku Umar");
}

#[rstest]
#[tokio::test]
async fn an_admin_lets_people_in_and_keeps_them_out(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    const ISSUE: &str = "mutation($input: IssueAccountCodeInput!) { issueAccountCode(input: $input) { code expiresAt errors { code } } }";
    const ACTIVATE: &str = "mutation($input: ActivateAccountInput!) { activateAccount(input: $input) { isActivated errors { code field } } }";
    const LOCK: &str =
        "mutation($input: LockAccountInput!) { lockAccount(input: $input) { employee { name } errors { code } } }";
    const UNLOCK: &str =
        "mutation($input: UnlockAccountInput!) { unlockAccount(input: $input) { employee { name } errors { code } } }";
    let cast = Cast::new(engine).await;
    let (admin, employee) = (&cast.sabang.admin.phone, &cast.sabang.employee);
    let by_id = json!({ "input": { "employee": { "employeeId": employee.employee.to_string() } } });
    let issued = admin.data(ISSUE, by_id.clone()).await["issueAccountCode"].take();
    assert_eq!(issued["expiresAt"], "2026-11-26T00:20:00Z");
    let code = issued["code"].as_str().unwrap().to_lowercase().replace('-', " ");
    let activate = async |code: &str, password: &str| {
        let input = json!({ "input": { "identifier": employee.nip, "code": code, "newPassword": password } });
        cast.stranger.data(ACTIVATE, input).await["activateAccount"].take()
    };
    assert_eq!(error(&activate(&code, "pendek").await), "PASSWORD_TOO_SHORT");
    assert_eq!(error(&activate(&code, "passwordpassword123").await), "PASSWORD_TOO_WEAK");
    assert_eq!(error(&activate("00000-00000", PASSWORD).await), "INVALID_CODE");
    assert_eq!(activate(&code, PASSWORD).await["isActivated"], true);
    assert_eq!(error(&activate(&code, PASSWORD).await), "INVALID_CODE", "a code works once");
    assert_eq!(employee.phone.send(VIEWER, json!({})).await.status, 401, "who was logged in is logged out");
    let tokens = login(&cast, &employee.nip, PASSWORD, 1).await;
    let phone = cast.stranger.with_token(tokens["accessToken"].as_str().unwrap());

    let whom = json!({ "input": { "employeeId": employee.employee.to_string() } });
    assert_eq!(admin.data(LOCK, whom.clone()).await["lockAccount"]["employee"]["name"], "Cut Meutia");
    assert_eq!(phone.send(VIEWER, json!({})).await.status, 401);
    assert_ne!(error(&refresh(&cast.stranger, &tokens["refreshToken"]).await), "none");
    assert_eq!(error(&login(&cast, &employee.nip, PASSWORD, 1).await), "ACCOUNT_LOCKED");
    assert_eq!(error(&login(&cast, &employee.nip, "salah salah salah salah", 1).await), "INVALID_CREDENTIALS");
    admin.data(UNLOCK, whom.clone()).await;
    assert_eq!(error(&login(&cast, &employee.nip, PASSWORD, 1).await), "none");

    // Neither a superior nor the admin of another agency can do any of it.
    for (phone, wanted) in [(&cast.sabang.supervisor.phone, "FORBIDDEN"), (&cast.sibolga.admin.phone, "NOT_FOUND")] {
        assert_eq!(error(&phone.data(ISSUE, by_id.clone()).await["issueAccountCode"]), wanted);
        assert_eq!(error(&phone.data(LOCK, whom.clone()).await["lockAccount"]), wanted);
        assert_eq!(error(&phone.data(UNLOCK, whom.clone()).await["unlockAccount"]), wanted);
    }
    // A code dies after 72 hours.
    let issued = admin.data(ISSUE, by_id).await["issueAccountCode"].take();
    cast.world.app.clock.set(monday_morning() + TimeDelta::hours(72));
    assert_eq!(error(&activate(issued["code"].as_str().unwrap(), PASSWORD).await), "INVALID_CODE");
}

#[rstest]
#[tokio::test]
async fn the_national_admin_names_an_agency_admin_and_nobody_else_does(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    const GRANT: &str = "mutation($input: GrantRoleInput!) { grantRole(input: $input) {
        roleGrant { id role agency { name } unit { id } } errors { code field } } }";
    const REVOKE: &str = "mutation($input: RevokeRoleInput!) { revokeRole(input: $input) { roleGrant { id revokedAt } errors { code } } }";
    const ISSUE: &str =
        "mutation($input: IssueAccountCodeInput!) { issueAccountCode(input: $input) { code errors { code } } }";
    let cast = Cast::new(engine).await;
    let (national, sabang) = (&cast.national_admin.phone, &cast.sabang);
    let to_colleague = json!({ "nip": sabang.colleague.nip });
    let admin_of_sabang =
        json!({ "input": { "employee": to_colleague, "role": { "adminOfAgencyId": sabang.agency.to_string() } } });
    let code_for_colleague = json!({ "input": { "employee": to_colleague } });

    assert_eq!(error(&national.data(ISSUE, code_for_colleague.clone()).await["issueAccountCode"]), "FORBIDDEN");
    for phone in [&sabang.admin.phone, &sabang.supervisor.phone, &sabang.employee.phone, &cast.citizen.phone] {
        assert_eq!(error(&phone.data(GRANT, admin_of_sabang.clone()).await["grantRole"]), "FORBIDDEN");
    }
    let granted = national.data(GRANT, admin_of_sabang.clone()).await["grantRole"].take();
    assert_eq!(granted["roleGrant"]["role"], "AGENCY_ADMIN");
    let again = national.data(GRANT, admin_of_sabang).await["grantRole"].take();
    assert_eq!(again["roleGrant"]["id"], granted["roleGrant"]["id"]);
    assert_eq!(error(&national.data(ISSUE, code_for_colleague).await["issueAccountCode"]), "none");
    // One admin has no say over another's account: that would be a way into it.
    let lock = "mutation($input: LockAccountInput!) { lockAccount(input: $input) { errors { code } } }";
    let colleague = json!({ "input": { "employee": { "employeeId": sabang.colleague.employee.to_string() } } });
    assert_eq!(error(&sabang.admin.phone.data(ISSUE, colleague).await["issueAccountCode"]), "FORBIDDEN");
    let colleague = json!({ "input": { "employeeId": sabang.colleague.employee.to_string() } });
    assert_eq!(error(&sabang.admin.phone.data(lock, colleague).await["lockAccount"]), "FORBIDDEN");
    // It holds at once, and ends at once.
    let lists = "query($id: ID!) { roleGrants(agencyId: $id) { nodes { role employee { name } } } }";
    let agency = json!({ "id": sabang.agency.to_string() });
    let held = sabang.colleague.phone.data(lists, agency.clone()).await["roleGrants"]["nodes"].take();
    assert_eq!(held.as_array().unwrap().len(), 2, "{held}");
    let id = json!({ "input": { "roleGrantId": granted["roleGrant"]["id"] } });
    assert_eq!(error(&sabang.admin.phone.data(REVOKE, id.clone()).await["revokeRole"]), "FORBIDDEN");
    assert_eq!(error(&cast.sibolga.admin.phone.data(REVOKE, id.clone()).await["revokeRole"]), "NOT_FOUND");
    assert_eq!(error(&national.data(REVOKE, id.clone()).await["revokeRole"]), "none");
    assert_eq!(error(&national.data(REVOKE, id).await["revokeRole"]), "NOT_FOUND");
    assert_eq!(sabang.colleague.phone.data(lists, agency).await["roleGrants"]["nodes"], json!([]));

    // The agency's admin makes somebody act as head of a unit of their own.
    let acting = |unit: String| {
        json!({ "input": {
        "employee": { "employeeId": sabang.colleague.employee.to_string() }, "role": { "supervisorOfUnitId": unit },
    } })
    };
    let granted = sabang.admin.phone.data(GRANT, acting(sabang.unit.to_string())).await["grantRole"].take();
    assert_eq!(granted["roleGrant"]["unit"]["id"], sabang.unit.to_string());
    let foreign = sabang.admin.phone.data(GRANT, acting(cast.sibolga.unit.to_string())).await["grantRole"].take();
    assert_eq!(foreign["errors"], json!([{ "code": "NOT_FOUND", "field": ["role", "supervisorOfUnitId"] }]));
    let whom = "query($id: ID!) { node(id: $id) { ... on Employee { name } } }";
    let employee = json!({ "id": sabang.employee.employee.to_string() });
    assert_eq!(sabang.colleague.phone.data(whom, employee).await["node"]["name"], "Cut Meutia");
}

#[rstest]
#[tokio::test]
async fn a_password_is_changed_by_who_knows_it(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    const CHANGE: &str =
        "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { isChanged errors { code field } } }";
    let cast = Cast::new(engine).await;
    let employee = &cast.sabang.employee;
    set_password(&cast, employee).await;
    let tokens = login(&cast, &employee.nip, PASSWORD, 1).await;
    let phone = cast.stranger.with_token(tokens["accessToken"].as_str().unwrap());
    let change = async |current: &str, new: &str| {
        phone.data(CHANGE, json!({ "input": { "currentPassword": current, "newPassword": new } })).await["changePassword"].take()
    };
    assert_eq!(error(&change("salah salah salah salah", "gerimis di atas genteng").await), "INVALID_CREDENTIALS");
    assert_eq!(change(PASSWORD, "gerimis di atas genteng").await["isChanged"], true);
    assert_eq!(phone.data(VIEWER, json!({})).await["viewer"]["name"], "Cut Meutia");
    assert_eq!(employee.phone.send(VIEWER, json!({})).await.status, 401, "other devices are out");
    assert_eq!(error(&login(&cast, &employee.nip, PASSWORD, 2).await), "INVALID_CREDENTIALS");
}

#[rstest]
#[tokio::test]
async fn a_rotation_logs_nobody_out(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let app = &cast.world.app;
    set_password(&cast, &cast.sabang.employee).await;
    let before = login(&cast, &cast.sabang.employee.nip, PASSWORD, 1).await;
    let kids = |jwks: Value| -> Vec<String> {
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let (current, next) = {
        let kids = kids(app.keys.jwks());
        (kids[0].clone(), kids[1].clone())
    };
    keys::rotate(&app.config.token, &app.clock, &app.ids).unwrap();
    app.keys.refresh().unwrap();
    let published = kids(app.keys.jwks());
    assert_eq!((&published[0], published.len()), (&next, 3));
    assert!(published.contains(&current));
    let phone = cast.stranger.with_token(before["accessToken"].as_str().unwrap());
    assert_eq!(phone.data(VIEWER, json!({})).await["viewer"]["name"], "Cut Meutia");
    let after = refresh(&cast.stranger, &before["refreshToken"]).await;
    let phone = cast.stranger.with_token(after["accessToken"].as_str().unwrap());
    assert_eq!(phone.data(VIEWER, json!({})).await["viewer"]["name"], "Cut Meutia");
    // A retired key goes once its tokens cannot live any more.
    app.clock.set(monday_morning() + TimeDelta::hours(2));
    keys::rotate(&app.config.token, &app.clock, &app.ids).unwrap();
    app.keys.refresh().unwrap();
    assert!(!kids(app.keys.jwks()).contains(&current));
}

#[rstest]
#[tokio::test]
async fn what_ended_is_tidied_up_and_the_living_stay(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let app = &cast.world.app;
    set_password(&cast, &cast.sabang.employee).await;
    login(&cast, &cast.sabang.employee.nip, "salah salah salah salah", 1).await;
    login(&cast, &cast.sabang.employee.nip, PASSWORD, 1).await;
    app.clock.set(monday_morning() + TimeDelta::days(66));
    let living = login(&cast, &cast.sabang.employee.nip, PASSWORD, 2).await;
    let count = async || {
        let db = app.db.read();
        (throttle::Entity::find().count(db).await.unwrap(), refresh_token::Entity::find().count(db).await.unwrap())
    };
    housekeeping::tidy(app).await.unwrap();
    assert_eq!(count().await.1, 2, "a token is kept for a week after its end");
    app.clock.set(monday_morning() + TimeDelta::days(68));
    housekeeping::tidy(app).await.unwrap();
    assert_eq!(count().await, (0, 1));
    assert_eq!(error(&refresh(&cast.stranger, &living["refreshToken"]).await), "none");
}

#[rstest]
#[tokio::test]
async fn a_town_hall_logs_in_at_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    set_password(&cast, &cast.sabang.employee).await;
    let logins = (0..100).map(|phone| login(&cast, &cast.sabang.employee.nip, PASSWORD, phone));
    let answers = futures_util::future::join_all(logins).await;
    assert!(answers.iter().all(|answer| error(answer) == "none"), "right passwords are not counted");
}

/// A check-in refers to who makes it: it must not wait for an admin who waits for the audit log.
#[rstest]
#[tokio::test]
async fn check_ins_do_not_wait_for_whose_account_is_decided_over(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let cast = Cast::new(engine).await;
    let (app, admin) = (&cast.world.app, &cast.sabang.admin);
    let input = json!({
        "agencyId": cast.sabang.agency.to_string(), "name": "Cut Nyak", "employment": "PNS", "nip": "199003122015011001",
    });
    let made = admin.phone.change("createEmployee", "employee { id }", input).await;
    let id = made["employee"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).parse().unwrap();
    let actor = Actor::Person(actor::load(app, admin.account, admin.device).await.unwrap());
    let transaction = app.db.begin().await.unwrap();
    let held = account::named(&transaction, &actor, "employee", &account::Named::Id(id)).await.unwrap();
    account::of_employee(app, &transaction, &held).await.unwrap();
    // As PostgreSQL looks whether a foreign key is there.
    let look = match engine {
        Engine::Sqlite => "SELECT id FROM employee",
        Engine::Postgres => "SELECT id FROM employee FOR KEY SHARE NOWAIT",
    };
    app.db.read().execute_unprepared(look).await.expect("nobody waits");
    transaction.rollback().await.unwrap();
}
