//! What a step of the pass reads: the traces of its check-ins, those around them, and when their phones spoke to us.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, TimeDelta};
use entity::ids::{AgencyId, DeviceId};
use entity::{agency, check_in, check_in_trace, device, review_threshold};
use sea_orm::sea_query::{Expr, SimpleExpr, extension::postgres::PgFunc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait as _, IdenStatic as _, JoinType, Order,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, RelationDef, Select,
};
use uuid::Uuid;

use super::rules::Thresholds;
use crate::agency::rules::local_day;
use crate::app::App;
use crate::attendance::duties::parse_zone;
use crate::clock::Instant;
use crate::db;
use crate::error::{Error, Result};
use crate::id::first_of;

/// Rows of one look-up at most, some ten megabytes: of each phone, place or person the newest first, so that nobody who
/// floods crowds others out. That is a hundred of each of a step, and a week of a phone is three dozen.
const MOST: u64 = 50_000;
/// Half way round the Earth in kilometres: nobody comes from further away.
const FARTHEST: i32 = 20_038;

/// The thresholds that hold today: where the day is that of an agency, in the agency's zone.
///
/// # Errors
/// When the database does not answer, or the country's are missing.
pub async fn thresholds(app: &App, db: &impl ConnectionTrait, check_ins: &[check_in::Model]) -> Result<Thresholds> {
    let now = app.clock.now();
    // The zones of the nation lie before UTC, by less than a day.
    let (earliest, latest) = (now.date_naive(), now.date_naive() + Days::new(1));
    let agencies: BTreeSet<AgencyId> = check_ins.iter().map(|check_in| check_in.agency_id).collect();
    let agencies = agencies.into_iter().map(|agency| agency.0);
    let agency_of: RelationDef = review_threshold::Entity::belongs_to(agency::Entity)
        .from(review_threshold::Column::AgencyId)
        .to(agency::Column::Id)
        .into();
    let rows = review_threshold::Entity::find()
        .join(JoinType::LeftJoin, agency_of)
        .select_also(agency::Entity)
        .filter(Condition::any().add(review_threshold::Column::AgencyId.is_null()).add(db::any_of(
            app.db.engine(),
            review_threshold::Column::AgencyId,
            agencies,
        )))
        .filter(review_threshold::Column::ValidFrom.lte(latest))
        .filter(
            Condition::any()
                .add(review_threshold::Column::ValidUntil.is_null())
                .add(review_threshold::Column::ValidUntil.gte(earliest)),
        )
        .order_by_asc(review_threshold::Column::Version)
        .all(db)
        .await?;
    let holds = |(row, agency): &(review_threshold::Model, Option<agency::Model>)| {
        let today = agency.as_ref().map_or(latest, |agency| local_day(now, &agency.time_zone));
        row.valid_from <= today && row.valid_until.is_none_or(|last| today <= last)
    };
    // Of versions that hold together the newest does.
    let mut newest: HashMap<Option<AgencyId>, review_threshold::Model> =
        rows.into_iter().filter(holds).map(|(row, _)| (row.agency_id, row)).collect();
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
    let days = TimeDelta::days(thresholds.most(|row| row.within_days).into());
    let lookups = [
        (check_in_trace::Column::InstallationId, device, hours(thresholds.most(|row| row.device_hours))),
        (check_in_trace::Column::Latitude, same_latitude(engine, fresh), days),
        // The table keeps the speed above 99 km/h.
        (check_in_trace::Column::EmployeeId, person, hours(thresholds.most(|row| FARTHEST / row.travel_kmh + 1))),
    ];
    let mut traces: BTreeMap<_, _> = fresh.iter().map(|trace| (trace.check_in_id, trace.clone())).collect();
    let (Some(first), Some(last)) = (fresh.iter().map(|row| row.at).min(), fresh.iter().map(|row| row.at).max()) else {
        return Ok(Vec::new());
    };
    for (of, wanted, reach) in lookups {
        let found = check_in_trace::Entity::find()
            .filter(wanted)
            .filter(check_in_trace::Column::At.between(first - reach, last + reach));
        let found = newest_of_each(found, of, check_in_trace::Column::At).all(db).await?;
        told_if_cut(found.len(), of);
        traces.extend(found.into_iter().map(|trace| (trace.check_in_id, trace)));
    }
    Ok(traces.into_values().collect())
}

/// The newest row of each, then the one before of each, and so on, as many as are held in memory.
fn newest_of_each<E: EntityTrait>(rows: Select<E>, of: E::Column, at: E::Column) -> Select<E> {
    let (of, at) = (of.as_str(), at.as_str());
    let turn = format!(r#"ROW_NUMBER() OVER (PARTITION BY "{of}" ORDER BY "{at}" DESC)"#);
    rows.order_by(Expr::cust(turn), Order::Asc).limit(MOST)
}

/// Tells the operator that a look-up did not see everything.
fn told_if_cut(found: usize, of: impl ColumnTrait) {
    if found as u64 == MOST {
        tracing::warn!(of = of.as_str(), rows = found, "the review of check-ins does not look at all that is near");
    }
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
    let others = check_in::Entity::find()
        .select_only()
        .columns([check_in::Column::DeviceId, check_in::Column::ReceivedAt])
        .filter(db::any_of(app.db.engine(), check_in::Column::EmployeeId, people.into_iter()))
        // The order of ids is that of receipt.
        .filter(check_in::Column::Id.gt(first_of(captured)))
        .filter(check_in::Column::Id.lt(first_of(received)));
    let others: Vec<(DeviceId, Instant)> =
        newest_of_each(others, check_in::Column::EmployeeId, check_in::Column::Id).into_tuple().all(db).await?;
    told_if_cut(others.len(), check_in::Column::EmployeeId);
    for (device, received) in others {
        if let Some(spoken) = spoken.get_mut(&device) {
            spoken.push(received);
        }
    }
    Ok(spoken)
}
