//! The duty of units, loaded from the database and kept for a moment: at half past seven everybody of a unit asks for
//! the same.

mod chosen;
mod way_up;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use entity::ids::{AgencyId, UnitId};
use entity::{absence_sanction, holiday, ramadan_period, schedule, shift, time_zone_setting};
use moka::future::Cache;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, FromQueryResult, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait, RelationDef,
};

use self::chosen::chosen;
pub use self::chosen::rules;
use self::way_up::{WayUp, ways_up};
use super::working_time::{Calendar, Duty, Hours, Zoned};
use crate::app::App;
use crate::db;
use crate::error::{Error, Result};

/// A unit of an agency, or those in the agency who have none.
pub type Place = (AgencyId, Option<UnitId>);

/// How long a loaded duty is believed. A change takes effect in other processes after this time at most; in the
/// process that made it, at once.
const BELIEVED: Duration = Duration::from_secs(20);

/// The duties of the last seconds, by agency and unit.
#[derive(Debug)]
pub struct Duties {
    units: Cache<Place, Arc<Duty>>,
    calendar: Cache<(), Arc<Calendar>>,
    /// Counts the times that everything was forgotten: what was read before is not kept after.
    changes: AtomicU64,
}

impl Default for Duties {
    fn default() -> Self {
        Self {
            units: Cache::builder().max_capacity(20_000).time_to_live(BELIEVED).build(),
            calendar: Cache::builder().max_capacity(1).time_to_live(BELIEVED).build(),
            changes: AtomicU64::new(0),
        }
    }
}

impl Duties {
    /// Forgets everything: after a change of working hours, units, venues, rules of lateness or the calendar.
    pub fn forget(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.units.invalidate_all();
        self.calendar.invalidate_all();
    }
}

/// The duty of a unit, or of those in an agency who have none.
///
/// # Errors
/// When the database does not answer.
pub async fn duty(app: &App, db: &impl ConnectionTrait, agency: AgencyId, unit: Option<UnitId>) -> Result<Arc<Duty>> {
    let mut duties = duties(app, db, std::iter::once((agency, unit))).await?;
    duties.remove(&(agency, unit)).ok_or_else(|| Error::internal("a duty that was not loaded"))
}

/// The duties of units: those that are not known are loaded together, by as many queries as for one. Who holds a
/// transaction gives it, so that nobody waits for a second connection while holding one.
///
/// # Errors
/// When the database does not answer.
pub async fn duties(
    app: &App,
    db: &impl ConnectionTrait,
    places: impl Iterator<Item = Place>,
) -> Result<HashMap<Place, Arc<Duty>>> {
    let known = &app.duties;
    let (mut duties, mut unknown) = (HashMap::new(), HashSet::new());
    let places: HashSet<Place> = places.collect();
    for place in places {
        match known.units.get(&place).await {
            Some(duty) => drop(duties.insert(place, duty)),
            None => drop(unknown.insert(place)),
        }
    }
    if unknown.is_empty() {
        return Ok(duties);
    }
    let before = known.changes.load(Ordering::SeqCst);
    for (place, duty) in load(app, db, &unknown).await? {
        let duty = Arc::new(duty);
        if known.changes.load(Ordering::SeqCst) == before {
            known.units.insert(place, duty.clone()).await;
        }
        duties.insert(place, duty);
    }
    Ok(duties)
}

/// What the nation sets, a row for each of its days, periods and sanctions.
#[derive(Debug, FromQueryResult)]
struct National {
    #[sea_orm(nested(prefix = "holiday_"))]
    holiday: Option<holiday::Model>,
    #[sea_orm(nested(prefix = "ramadan_"))]
    ramadan: Option<ramadan_period::Model>,
    #[sea_orm(nested(prefix = "sanction_"))]
    sanction: Option<absence_sanction::Model>,
}

/// The nation's calendar, in one query.
///
/// # Errors
/// When the database does not answer.
pub async fn calendar(app: &App, db: &impl ConnectionTrait) -> Result<Arc<Calendar>> {
    let known = &app.duties;
    if let Some(calendar) = known.calendar.get(&()).await {
        return Ok(calendar);
    }
    let before = known.changes.load(Ordering::SeqCst);
    let mut rows = holiday::Entity::find().select_only();
    rows = db::columns_of::<holiday::Entity, _>(rows, "holiday_");
    rows = db::columns_of::<ramadan_period::Entity, _>(rows, "ramadan_");
    rows = db::columns_of::<absence_sanction::Entity, _>(rows, "sanction_");
    // Tables that have nothing to do with each other, read as one: no row of one meets a row of another.
    let never = || Expr::cust("FALSE");
    QueryTrait::query(&mut rows).join(JoinType::FullOuterJoin, ramadan_period::Entity, never()).join(
        JoinType::FullOuterJoin,
        absence_sanction::Entity,
        never(),
    );
    let (mut holidays, mut ramadan, mut sanctions) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows.into_model::<National>().all(db).await? {
        holidays.extend(row.holiday.filter(|holiday| holiday.withdrawn_at.is_none()));
        ramadan.extend(row.ramadan.filter(|period| period.withdrawn_at.is_none()));
        sanctions.extend(row.sanction);
    }
    let calendar = Arc::new(Calendar { sanctions, ..Calendar::of(holidays, ramadan) });
    if known.changes.load(Ordering::SeqCst) == before {
        known.calendar.insert((), calendar.clone()).await;
    }
    Ok(calendar)
}

/// The rows of the nation's calendar as they stand now.
///
/// # Errors
/// When the database does not answer.
pub async fn calendar_rows(db: &impl ConnectionTrait) -> Result<(Vec<holiday::Model>, Vec<ramadan_period::Model>)> {
    let holidays = holiday::Entity::find().filter(holiday::Column::WithdrawnAt.is_null()).all(db).await?;
    let ramadan = ramadan_period::Entity::find().filter(ramadan_period::Column::WithdrawnAt.is_null()).all(db).await?;
    Ok((holidays, ramadan))
}

/// Four queries at most.
async fn load(app: &App, db: &impl ConnectionTrait, places: &HashSet<Place>) -> Result<Vec<(Place, Duty)>> {
    let engine = app.db.engine();
    let agencies: HashSet<AgencyId> = places.iter().map(|(agency, _)| *agency).collect();
    let mut ways = ways_up(db, places.iter().filter_map(|(_, unit)| *unit)).await?;
    let units: HashSet<UnitId> = ways.values().flat_map(WayUp::units).collect();
    let hours = hours(db, engine, &agencies, &units).await?;
    let chosen = chosen(db, engine, &agencies, &units).await?;
    let calendar = calendar(app, db).await?;
    let mut duty = |(agency, unit): Place| -> Result<Duty> {
        let way = unit.and_then(|unit| ways.remove(&unit)).unwrap_or_default();
        let chosen = chosen.get(&agency).ok_or_else(|| Error::internal("an employee without an agency"))?;
        let named = way.levels.iter().map(|(unit, zone)| (Some(*unit), zone.as_deref()));
        let named = named.chain([(None, Some(chosen.time_zone.as_str()))]);
        let units: Vec<UnitId> = way.units().collect();
        Ok(Duty {
            levels: levels(&hours, agency, &units),
            zones: named.map(|(unit, name)| zoned(&chosen.zones, unit, name)).collect::<Result<_>>()?,
            fences: way.fences,
            calendar: calendar.clone(),
            lateness: chosen.lateness.clone(),
            agency_id: agency,
            units,
        })
    };
    places.iter().map(|place| Ok((*place, duty(*place)?))).collect()
}

async fn hours(
    db: &impl ConnectionTrait,
    engine: DbBackend,
    agencies: &HashSet<AgencyId>,
    units: &HashSet<UnitId>,
) -> Result<Vec<Hours>> {
    let of_the_agencies = Condition::all()
        .add(db::any_of(engine, schedule::Column::AgencyId, agencies.iter().map(|id| id.0)))
        .add(Condition::any().add(schedule::Column::UnitId.is_null()).add(db::any_of(
            engine,
            schedule::Column::UnitId,
            units.iter().map(|id| id.0),
        )));
    let rows = schedule::Entity::find()
        .filter(Condition::any().add(of_the_agencies).add(schedule::Column::AgencyId.is_null()))
        .join(JoinType::LeftJoin, shifts_of_schedule())
        .select_also(shift::Entity)
        .order_by_asc(schedule::Column::Id)
        .order_by_asc(shift::Column::Position)
        .all(db)
        .await?;
    let mut hours: Vec<Hours> = Vec::new();
    for (schedule, shift) in rows {
        match hours.last_mut().filter(|last| last.schedule.id == schedule.id) {
            Some(last) => last.shifts.extend(shift),
            None => hours.push(Hours { schedule, shifts: shift.into_iter().collect() }),
        }
    }
    Ok(hours)
}

fn shifts_of_schedule() -> RelationDef {
    let schedule: RelationDef =
        shift::Entity::belongs_to(schedule::Entity).from(shift::Column::ScheduleId).to(schedule::Column::Id).into();
    schedule.rev()
}

/// The unit's hours, its parents', the agency's, the country's.
fn levels(hours: &[Hours], agency: AgencyId, units: &[UnitId]) -> Vec<Vec<Hours>> {
    let places = units.iter().map(|unit| (Some(agency), Some(*unit))).chain([(Some(agency), None), (None, None)]);
    let of = |place| hours.iter().filter(move |one| (one.schedule.agency_id, one.schedule.unit_id) == place);
    places.map(|place| of(place).cloned().collect()).collect()
}

/// The zones of a level: what was set, or for ever what its row names.
fn zoned(settings: &[time_zone_setting::Model], unit: Option<UnitId>, name: Option<&str>) -> Result<Vec<Zoned>> {
    let set: Vec<Zoned> = settings.iter().filter(|row| row.unit_id == unit).map(zone_of).collect::<Result<_>>()?;
    if set.is_empty() {
        Ok(vec![Zoned { version: 0, valid_from: NaiveDate::MIN, zone: name.map(parse_zone).transpose()? }])
    } else {
        Ok(set)
    }
}

/// The zone of a setting.
///
/// # Errors
/// When it is none after all.
pub fn zone_of(row: &time_zone_setting::Model) -> Result<Zoned> {
    let zone = row.time_zone.as_deref().map(parse_zone).transpose()?;
    Ok(Zoned { version: row.version, valid_from: row.valid_from, zone })
}

/// The zone of a name that was checked when it was stored.
///
/// # Errors
/// When it is none after all.
pub fn parse_zone(name: &str) -> Result<Tz> {
    name.parse().map_err(|_| Error::internal(format!("no time zone: {name}")))
}
