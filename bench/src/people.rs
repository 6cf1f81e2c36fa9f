//! The people: an agency of twenty offices, everybody with an account, a phone and a post.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use entity::ids::{AccountId, AgencyId, DeviceId, EmployeeId, ScheduleId, ShiftId, UnitId, VenueId};
use entity::{account, agency, device, employee, schedule, shift, unit, venue};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sea_orm::{ActiveModelTrait, ConnectionTrait, Database, EntityTrait, IntoActiveModel, TransactionTrait as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Failure;
use crate::operation::now;

/// Where everybody is, and every office.
pub const PLACE: (f64, f64) = (5.8933, 95.3214);
/// Offices.
const UNITS: u32 = 20;
/// How long a token is believed (`ACCESS_LIFE` of the server).
const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(10);
/// How long a phone keeps one: loads that follow each other send the same. A load may last for the other half.
const KEPT: TimeDelta = TimeDelta::minutes(5);
/// Rows of one statement.
const CHUNK: usize = 500;

/// The ids of the bench follow from a number: who prepares and who checks in need not speak to each other.
/// `scripts/bench` writes the same ones for its rival.
fn id<T: From<Uuid>>(kind: u16, number: u32) -> T {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(kind) << 48 | u128::from(number)).into()
}

fn schedule_id() -> ScheduleId {
    id(6, 0)
}

fn agency_id() -> AgencyId {
    id(1, 0)
}

fn unit_id(number: u32) -> UnitId {
    id(2, number % UNITS)
}

fn account_id(number: u32) -> AccountId {
    id(3, number)
}

fn device_id(number: u32) -> DeviceId {
    id(4, number)
}

fn employee_id(number: u32) -> EmployeeId {
    id(5, number)
}

/// Writes everybody, all or nothing. Working hours span the day, and every day is a workday: check-ins of a bench are
/// accepted whenever it runs.
pub async fn prepare(database: &str, people: u32) -> Result<(), Failure> {
    let mut options = sea_orm::ConnectOptions::new(database);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await?;
    let transaction = connection.begin().await?;
    // Everybody has been there for a while: nobody serves before their first day.
    let now = now() - TimeDelta::days(30);
    write(&transaction, [an_agency(now)]).await?;
    write(&transaction, [hours(now)]).await?;
    write(&transaction, [day()]).await?;
    write(&transaction, (0..UNITS).map(|number| office(number, now))).await?;
    write(&transaction, (0..UNITS).map(|number| place(number, now))).await?;
    write(&transaction, (0..people).map(|number| an_account(number, now))).await?;
    write(&transaction, (0..people).map(|number| phone(number, now))).await?;
    write(&transaction, (0..people).map(|number| post(number, now))).await?;
    transaction.commit().await?;
    connection.close().await?;
    Ok(())
}

async fn write<M, A>(db: &impl ConnectionTrait, rows: impl IntoIterator<Item = M>) -> Result<(), Failure>
where
    M: IntoActiveModel<A>,
    A: ActiveModelTrait + Send,
{
    let rows: Vec<A> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
    for chunk in rows.chunks(CHUNK) {
        A::Entity::insert_many(chunk.to_vec()).exec_without_returning(db).await?;
    }
    Ok(())
}

fn an_agency(now: DateTime<Utc>) -> agency::Model {
    agency::Model {
        id: agency_id(),
        siasn_id: "BENCH".to_owned(),
        code: "9999".to_owned(),
        name: "Pemerintah Kota Uji".to_owned(),
        kind: agency::Kind::Regional,
        category: None,
        jurisdiction_id: None,
        time_zone: "Asia/Jakarta".to_owned(),
        created_at: now,
        updated_at: now,
    }
}

fn hours(now: DateTime<Utc>) -> schedule::Model {
    schedule::Model {
        id: schedule_id(),
        agency_id: Some(agency_id()),
        unit_id: None,
        name: "Sepanjang hari".to_owned(),
        citation: "Uji beban".to_owned(),
        version: 1,
        season: schedule::Season::AllYear,
        valid_from: now.date_naive(),
        valid_until: None,
        flexible_minutes: None,
        observes_holidays: false,
        is_rostered: false,
        inherits: false,
        created_at: now,
    }
}

fn day() -> shift::Model {
    shift::Model {
        id: id::<ShiftId>(8, 0),
        schedule_id: schedule_id(),
        position: 0,
        name: "Setiap hari".to_owned(),
        weekdays: 0b111_1111,
        start_minute: 60,
        end_minute: 23 * 60,
        break_minutes: 60,
        opens_before_minutes: 120,
        closes_after_minutes: 120,
    }
}

fn office(number: u32, now: DateTime<Utc>) -> unit::Model {
    unit::Model {
        id: unit_id(number),
        agency_id: agency_id(),
        parent_id: (number > 0).then(|| unit_id(0)),
        source_id: None,
        name: format!("Dinas {number}"),
        jurisdiction_id: None,
        time_zone: None,
        head_employee_id: None,
        is_active: true,
        created_at: now,
        updated_at: now,
    }
}

fn place(number: u32, now: DateTime<Utc>) -> venue::Model {
    venue::Model {
        id: id::<VenueId>(7, number),
        agency_id: agency_id(),
        unit_id: Some(unit_id(number)),
        source_id: None,
        name: format!("Kantor {number}"),
        latitude: PLACE.0,
        longitude: PLACE.1,
        radius_meters: 100,
        time_zone: "Asia/Jakarta".to_owned(),
        is_active: true,
        created_at: now,
        updated_at: now,
    }
}

fn an_account(number: u32, now: DateTime<Utc>) -> account::Model {
    account::Model {
        id: account_id(number),
        name: format!("Pegawai {number}"),
        password_hash: None,
        locked_at: None,
        created_at: now,
    }
}

fn phone(number: u32, now: DateTime<Utc>) -> device::Model {
    device::Model {
        id: device_id(number),
        account_id: account_id(number),
        installation_id: device_id(number).0,
        name: "Telepon".to_owned(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + TimeDelta::days(365),
        revoked_at: None,
    }
}

fn post(number: u32, now: DateTime<Utc>) -> employee::Model {
    employee::Model {
        id: employee_id(number),
        agency_id: agency_id(),
        account_id: Some(account_id(number)),
        source_id: None,
        name: format!("Pegawai {number}"),
        employment: employee::Employment::Pns,
        unit_id: Some(unit_id(number)),
        post: Some("Pengelola Pelayanan".to_owned()),
        post_type_id: None,
        rank_id: None,
        supervisor_id: None,
        is_active: true,
        serves_from: now.date_naive(),
        served_until: None,
        created_at: now,
        updated_at: now,
    }
}

/// The part of the key file that signs.
#[derive(Deserialize)]
struct KeyFile {
    current: Key,
}

#[derive(Deserialize)]
struct Key {
    kid: String,
    private_key: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: String,
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Everybody's token.
pub fn logged_in(keys: &Path, people: u32) -> Result<Vec<String>, Failure> {
    let file: KeyFile = serde_json::from_slice(&fs::read(keys)?)?;
    let key = EncodingKey::from_ed_der(&STANDARD.decode(&file.current.private_key)?);
    let header =
        Header { typ: Some("at+jwt".to_owned()), kid: Some(file.current.kid), ..Header::new(Algorithm::EdDSA) };
    let issued_at = now().duration_trunc(KEPT)?;
    let token = |number| {
        let claims = Claims {
            iss: "bina",
            aud: "bina-api",
            sub: account_id(number).to_string(),
            sid: device_id(number).to_string(),
            iat: issued_at.timestamp(),
            nbf: issued_at.timestamp(),
            exp: (issued_at + ACCESS_LIFE).timestamp(),
        };
        Ok(jsonwebtoken::encode(&header, &claims, &key)?)
    };
    (0..people).map(token).collect()
}
