//! What a login tells of who is known: nothing, by words or by time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bina::identity::password::Hasher;
use bina::identity::rules;
use chrono::TimeDelta;
use entity::account;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cast::Cast;
use crate::harness::{Engine, World, monday_morning};

const LOGIN: &str =
    "mutation($input: LoginInput!) { login(input: $input) { accessToken errors { code message field } } }";
const PASSWORD: &str = "perahu kertas tiga belimbing";

async fn set_passwords(cast: &Cast) {
    let app = &cast.world.app;
    let hash = app.hasher.hash(PASSWORD).await.unwrap();
    let transaction = app.db.begin().await.unwrap();
    let everybody = account::Entity::update_many().col_expr(account::Column::PasswordHash, Expr::value(hash));
    everybody.exec(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

fn credentials(identifier: &str, password: &str, installation: usize) -> Value {
    json!({ "input": {
        "identifier": identifier, "password": password, "deviceName": "Telepon",
        "installationId": Uuid::from_u128(installation as u128).to_string(),
    } })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// With the hash that production has, which takes longer than everything else of a login together.
#[rstest]
#[tokio::test]
async fn a_known_and_an_unknown_user_are_answered_in_the_same_words_and_time(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    const TIMES: usize = 9;
    let mut world = World::new(engine).await;
    Arc::get_mut(&mut world.app).expect("nobody has it yet").hasher = Hasher::recommended();
    let cast = Cast::within(world).await;
    set_passwords(&cast).await;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..TIMES {
        // An hour forgives what was tried before.
        cast.world.app.clock.set(monday_morning() + TimeDelta::hours(i64::try_from(number).unwrap()));
        let mut bodies = Vec::new();
        for (identifier, times) in [(&*cast.sabang.employee.nip, &mut known), ("198001012005011999", &mut unknown)] {
            let started = Instant::now();
            let answer = cast.stranger.send(LOGIN, credentials(identifier, "salah salah salah salah", number)).await;
            times.push(started.elapsed());
            bodies.push((answer.status, answer.body.to_string()));
        }
        assert_eq!(bodies[0], bodies[1]);
        assert!(bodies[0].1.contains("INVALID_CREDENTIALS"), "{}", bodies[0].1);
    }
    let (known, unknown) = (median(known), median(unknown));
    assert!(known < unknown * 3 && unknown < known * 3, "{known:?} and {unknown:?}");
}

#[rstest]
#[tokio::test]
async fn who_looks_like_somebody_is_nobody(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    set_passwords(&cast).await;
    let nip = &cast.sabang.employee.nip;
    let digits = |zero: u32| {
        let digit = |digit: char| char::from_u32(zero + digit.to_digit(10).unwrap()).unwrap();
        nip.chars().map(digit).collect::<String>()
    };
    for (number, identifier) in [
        digits(u32::from('０')),
        digits(u32::from('٠')),
        nip.replacen('0', "O", 1),
        nip.replacen('1', "l", 1),
        format!("{}\u{200b}{}", &nip[..4], &nip[4..]),
        format!("\u{202e}{nip}"),
        format!("{nip}\0"),
        format!("{nip}%"),
        "_".repeat(18),
        format!("{nip}' OR '1'='1"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = cast.stranger.send(LOGIN, credentials(&identifier, PASSWORD, number)).await;
        if identifier.contains('\0') {
            assert_eq!(answer.code(), "BAD_REQUEST");
            continue;
        }
        assert_eq!(answer.body["data"]["login"]["errors"][0]["code"], "INVALID_CREDENTIALS", "{identifier:?}");
    }
    let own = cast.stranger.send(LOGIN, credentials(nip, PASSWORD, 99)).await;
    assert!(own.body["data"]["login"]["accessToken"].is_string(), "{}", own.body);
    // What only looks otherwise is one address; what only looks alike is not.
    let siti = Some("siti@sabang.go.id".to_owned());
    for same in ["ＳＩＴＩ@sabang.go.id", "Siti@SABANG.go.id", "\u{17f}iti@sabang.go.id", " siti@sabang.go.id\n"] {
        assert_eq!(rules::email(same), siti, "{same:?}");
    }
    for other in
        ["s\u{456}ti@sabang.go.id", "siti\u{200b}@sabang.go.id", "siti@s\u{430}bang.go.id", "\u{202e}siti@sabang.go.id"]
    {
        assert_ne!(rules::email(other), siti, "{other:?}");
    }
}
