//! What a step of the pass reads: the traces of its check-ins, those around them, and when their phones spoke to us.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use entity::ids::{AgencyId, DeviceId};
use entity::{check_in, check_in_trace, device, review_threshold};
use sea_orm::sea_query::{SimpleExpr, extension::postgres::PgFunc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::rules::Thresholds;
use crate::app::App;
use crate::attendance::duties::parse_zone;
use crate::clock::Instant;
use crate::db;
use crate::error::{Error, Result};
use crate::id::first_of;

/// Rows of one look-up at most: who floods is found in the flood, and costs no more memory than this.
const MOST: u64 = 5_000;
/// Half way round the Earth in kilometres: nobody comes from further away.
const FARTHEST: i32 = 20_038;

/// The thresholds that hold today.
///
/// # Errors
/// When the database does not answer, or the country's are missing.
pub async fn thresholds(app: &App, db: &impl ConnectionTrait, check_ins: &[check_in::Model]) -> Result<Thresholds> {
    let today = app.clock.now().date_naive();
    let agencies: BTreeSet<AgencyId> = check_ins.iter().map(|check_in| check_in.agency_id).collect();
    let agencies = agencies.into_iter().map(|agency| agency.0);
    let rows = review_threshold::Entity::find()
        .filter(Condition::any().add(review_threshold::Column::AgencyId.is_null()).add(db::any_of(
            app.db.engine(),
            review_threshold::Column::AgencyId,
            agencies,
        )))
        .filter(review_threshold::Column::ValidFrom.lte(today))
        .filter(
            Condition::any()
                .add(review_threshold::Column::ValidUntil.is_null())
                .add(review_threshold::Column::ValidUntil.gte(today)),
        )
        .order_by_asc(review_threshold::Column::Version)
        .all(db)
        .await?;
    // Of versions that hold together the newest does.
    let mut newest: HashMap<Option<AgencyId>, review_threshold::Model> =
        rows.into_iter().map(|row| (row.agency_id, row)).collect();
    let national = newest.remove(&None).ok_or_else(|| Error::internal("no thresholds hold in the country"))?;
    Ok(Thresholds { national, own: newest.into_iter().filter_map(|(agency, row)| Some((agency?, row))).collect() })
}

/// The devices of check-ins.
///
/// # Errors
/// When the database does not answer.
pub async fn devices(
    app: &App,
    db: &impl ConnectionTrait,
    check_ins: &[check_in::Model],
) -> Result<HashMap<DeviceId, device::Model>> {
    let ids: BTreeSet<DeviceId> = check_ins.iter().map(|check_in| check_in.device_id).collect();
    let rows = device::Entity::find()
        .filter(db::any_of(app.db.engine(), device::Column::Id, ids.into_iter().map(|id| id.0)))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The trace of a check-in.
///
/// # Errors
/// When its device is missing or its zone is none.
pub fn trace(check_in: &check_in::Model, devices: &HashMap<DeviceId, device::Model>) -> Result<check_in_trace::Model> {
    let device = devices.get(&check_in.device_id).ok_or_else(|| Error::internal("a check-in without its device"))?;
    let local_on = match check_in.workday_on {
        Some(on) => on,
        None => check_in.effective_at.with_timezone(&parse_zone(&check_in.time_zone)?).date_naive(),
    };
    Ok(check_in_trace::Model {
        check_in_id: check_in.id,
        agency_id: check_in.agency_id,
        employee_id: check_in.employee_id,
        installation_id: device.installation_id,
        local_on,
        at: check_in.effective_at,
        latitude: check_in.latitude,
        longitude: check_in.longitude,
    })
}

/// The new traces with those that one of them could make a pattern with: three queries.
///
/// # Errors
/// When the database does not answer.
pub async fn with_those_around(
    app: &App,
    db: &impl ConnectionTrait,
    fresh: &[check_in_trace::Model],
    thresholds: &Thresholds,
) -> Result<Vec<check_in_trace::Model>> {
    let hours = |hours: i32| TimeDelta::hours(hours.into());
    let engine = app.db.engine();
    let installations: BTreeSet<Uuid> = fresh.iter().map(|trace| trace.installation_id).collect();
    let people: BTreeSet<Uuid> = fresh.iter().map(|trace| trace.employee_id.0).collect();
    let device = db::any_of(engine, check_in_trace::Column::InstallationId, installations.into_iter());
    let person = db::any_of(engine, check_in_trace::Column::EmployeeId, people.into_iter());
    let lookups = [
        (device, hours(thresholds.most(|row| row.device_hours))),
        (same_latitude(engine, fresh), TimeDelta::days(thresholds.most(|row| row.within_days).into())),
        // The table keeps the speed above 99 km/h.
        (person, hours(thresholds.most(|row| FARTHEST / row.travel_kmh + 1))),
    ];
    let mut traces: BTreeMap<_, _> = fresh.iter().map(|trace| (trace.check_in_id, trace.clone())).collect();
    let (Some(first), Some(last)) = (fresh.iter().map(|row| row.at).min(), fresh.iter().map(|row| row.at).max()) else {
        return Ok(Vec::new());
    };
    for (wanted, reach) in lookups {
        let found = check_in_trace::Entity::find()
            .filter(wanted)
            .filter(check_in_trace::Column::At.between(first - reach, last + reach))
            .order_by_desc(check_in_trace::Column::At)
            .limit(MOST)
            .all(db)
            .await?;
        traces.extend(found.into_iter().map(|trace| (trace.check_in_id, trace)));
    }
    Ok(traces.into_values().collect())
}

/// Whatever has the latitude of one of them to the last bit; which has the longitude too, the rules see.
fn same_latitude(engine: DbBackend, fresh: &[check_in_trace::Model]) -> SimpleExpr {
    let mut latitudes: Vec<f64> = fresh.iter().filter_map(|trace| trace.latitude).collect();
    latitudes.sort_by(f64::total_cmp);
    latitudes.dedup();
    match engine {
        DbBackend::Postgres => check_in_trace::Column::Latitude.into_expr().eq(PgFunc::any(latitudes)),
        _ => check_in_trace::Column::Latitude.is_in(latitudes),
    }
}

/// When the phones of check-ins that were sent late spoke to us: at the last refresh of their tokens, and with other
/// check-ins.
///
/// # Errors
/// When the database does not answer.
pub async fn spoken(
    app: &App,
    db: &impl ConnectionTrait,
    late: &[&check_in::Model],
    devices: &HashMap<DeviceId, device::Model>,
) -> Result<HashMap<DeviceId, Vec<Instant>>> {
    let mut spoken: HashMap<DeviceId, Vec<Instant>> = HashMap::new();
    for device in late.iter().filter_map(|check_in| devices.get(&check_in.device_id)) {
        spoken.entry(device.id).or_default().push(device.last_seen_at);
    }
    let captured = late.iter().map(|check_in| check_in.effective_at).min();
    let received = late.iter().map(|check_in| check_in.received_at).max();
    let (Some(captured), Some(received)) = (captured, received) else { return Ok(spoken) };
    let people: BTreeSet<Uuid> = late.iter().map(|check_in| check_in.employee_id.0).collect();
    let others: Vec<(DeviceId, Instant)> = check_in::Entity::find()
        .select_only()
        .columns([check_in::Column::DeviceId, check_in::Column::ReceivedAt])
        .filter(db::any_of(app.db.engine(), check_in::Column::EmployeeId, people.into_iter()))
        // The order of ids is that of receipt.
        .filter(check_in::Column::Id.gt(first_of(captured)))
        .filter(check_in::Column::Id.lt(first_of(received)))
        .order_by_desc(check_in::Column::Id)
        .limit(MOST)
        .into_tuple()
        .all(db)
        .await?;
    for (device, received) in others {
        if let Some(spoken) = spoken.get_mut(&device) {
            spoken.push(received);
        }
    }
    Ok(spoken)
}
