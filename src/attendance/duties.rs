//! The duty of units, loaded from the database and kept for a moment: at half past seven everybody of a unit asks for
//! the same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use entity::ids::{AgencyId, LatenessRuleId, UnitId};
use entity::{
    agency, holiday, lateness_adoption, lateness_band, lateness_rule, ramadan_period, schedule, shift,
    time_zone_setting, venue,
};
use moka::future::Cache;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, FromQueryResult, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, RelationDef, Statement,
};

use super::facts::fence;
use super::lateness::{Adoption, Rule};
use super::working_time::{Calendar, Duty, Hours, Zoned};
use crate::app::App;
use crate::db;
use crate::error::{Error, Result};

/// A unit of an agency, or those in the agency who have none.
pub type Place = (AgencyId, Option<UnitId>);

/// How long a loaded duty is believed. A change takes effect in other processes after this time at most; in the
/// process that made it, at once.
const BELIEVED: Duration = Duration::from_secs(20);
/// How deep a tree of units may be read.
const DEEPEST: i32 = 32;

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

/// The nation's calendar.
///
/// # Errors
/// When the database does not answer.
pub async fn calendar(app: &App, db: &impl ConnectionTrait) -> Result<Arc<Calendar>> {
    let known = &app.duties;
    if let Some(calendar) = known.calendar.get(&()).await {
        return Ok(calendar);
    }
    let before = known.changes.load(Ordering::SeqCst);
    let (holidays, ramadan) = calendar_rows(db).await?;
    let calendar = Arc::new(Calendar::of(holidays, ramadan));
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
    Ok((holidays, ramadan_period::Entity::find().all(db).await?))
}

async fn load(app: &App, db: &impl ConnectionTrait, places: &HashSet<Place>) -> Result<Vec<(Place, Duty)>> {
    let engine = app.db.engine();
    let agencies: HashSet<AgencyId> = places.iter().map(|(agency, _)| *agency).collect();
    let ancestors = ancestors(db, places.iter().filter_map(|(_, unit)| *unit)).await?;
    let units: HashSet<UnitId> = ancestors.values().flatten().map(|above| above.id).collect();
    let venues = venue::Entity::find()
        .filter(db::any_of(engine, venue::Column::UnitId, units.iter().map(|id| id.0)))
        .filter(venue::Column::IsActive.eq(true))
        .all(db)
        .await?;
    let zones = agency_zones(db, &agencies).await?;
    let settings = zone_settings(db, engine, &agencies).await?;
    let hours = hours(db, engine, &agencies, &units).await?;
    let adoptions = adoptions(db, engine, &agencies).await?;
    let calendar = calendar(app, db).await?;
    let duty = |(agency, unit): Place| -> Result<Duty> {
        let above = unit.and_then(|unit| ancestors.get(&unit)).map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<UnitId> = above.iter().map(|above| above.id).collect();
        let zone = zones.get(&agency).ok_or_else(|| Error::internal("an employee without an agency"))?;
        let named =
            above.iter().map(|above| (Some(above.id), above.time_zone.as_deref())).chain([(None, Some(&**zone))]);
        Ok(Duty {
            levels: levels(&hours, agency, &ids),
            zones: named.map(|(unit, name)| zoned(&settings, (agency, unit), name)).collect::<Result<_>>()?,
            fences: venues
                .iter()
                .filter(|venue| venue.unit_id.is_some_and(|id| ids.contains(&id)))
                .map(fence)
                .collect(),
            calendar: calendar.clone(),
            lateness: adoptions.get(&agency).cloned().unwrap_or_default(),
            agency_id: agency,
            units: ids,
        })
    };
    places.iter().map(|place| Ok((*place, duty(*place)?))).collect()
}

/// A unit on the way from an employee's up to the root.
#[derive(Debug, FromQueryResult)]
struct Ancestor {
    start_id: UnitId,
    id: UnitId,
    time_zone: Option<String>,
}

/// Each unit with those above it, upwards.
async fn ancestors(
    db: &impl ConnectionTrait,
    units: impl Iterator<Item = UnitId>,
) -> Result<HashMap<UnitId, Vec<Ancestor>>> {
    let (given, mut values) = db::among(db.get_database_backend(), 2, units.map(|unit| unit.0));
    values.insert(0, DEEPEST.into());
    let upwards = format!(
        "WITH RECURSIVE upwards (start_id, id, parent_id, time_zone, height) AS (
            SELECT id, id, parent_id, time_zone, 0 FROM unit WHERE id {given}
            UNION ALL
            SELECT upwards.start_id, unit.id, unit.parent_id, unit.time_zone, upwards.height + 1
            FROM unit JOIN upwards ON unit.id = upwards.parent_id WHERE upwards.height < $1
        ) SELECT start_id, id, time_zone FROM upwards ORDER BY height"
    );
    let upwards = Statement::from_sql_and_values(db.get_database_backend(), upwards, values);
    let mut ancestors = HashMap::<UnitId, Vec<Ancestor>>::new();
    for above in Ancestor::find_by_statement(upwards).all(db).await? {
        ancestors.entry(above.start_id).or_default().push(above);
    }
    Ok(ancestors)
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

/// The choices of agencies with their rules.
async fn adoptions(
    db: &impl ConnectionTrait,
    engine: DbBackend,
    agencies: &HashSet<AgencyId>,
) -> Result<HashMap<AgencyId, Vec<Adoption>>> {
    let rows = lateness_adoption::Entity::find()
        .filter(db::any_of(engine, lateness_adoption::Column::AgencyId, agencies.iter().map(|id| id.0)))
        .order_by_asc(lateness_adoption::Column::Version)
        .all(db)
        .await?;
    let rules = rules(db, rows.iter().filter_map(|row| row.rule_id)).await?;
    let mut adoptions = HashMap::<AgencyId, Vec<Adoption>>::new();
    for row in rows {
        let rule = row.rule_id.and_then(|id| rules.get(&id)).cloned();
        adoptions.entry(row.agency_id).or_default().push(Adoption { row, rule });
    }
    Ok(adoptions)
}

/// Rules of lateness with their bands.
///
/// # Errors
/// When the database does not answer.
pub async fn rules(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = LatenessRuleId>,
) -> Result<HashMap<LatenessRuleId, Rule>> {
    let ids: Vec<LatenessRuleId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let bands_of: RelationDef = lateness_rule::Entity::belongs_to(lateness_band::Entity)
        .from(lateness_rule::Column::Id)
        .to(lateness_band::Column::RuleId)
        .into();
    let rows = lateness_rule::Entity::find()
        .filter(lateness_rule::Column::Id.is_in(ids))
        .join(JoinType::LeftJoin, bands_of)
        .select_also(lateness_band::Entity)
        .all(db)
        .await?;
    let mut rules = HashMap::<LatenessRuleId, Rule>::new();
    for (row, band) in rows {
        rules.entry(row.id).or_insert_with(|| Rule { row, bands: Vec::new() }).bands.extend(band);
    }
    Ok(rules)
}

async fn agency_zones(db: &impl ConnectionTrait, agencies: &HashSet<AgencyId>) -> Result<HashMap<AgencyId, String>> {
    let ids = agencies.iter().map(|id| id.0);
    let rows =
        agency::Entity::find().filter(db::any_of(db.get_database_backend(), agency::Column::Id, ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.time_zone)).collect())
}

/// What was set of the zones of agencies and their units.
async fn zone_settings(
    db: &impl ConnectionTrait,
    engine: DbBackend,
    agencies: &HashSet<AgencyId>,
) -> Result<HashMap<Place, Vec<time_zone_setting::Model>>> {
    let rows = time_zone_setting::Entity::find()
        .filter(db::any_of(engine, time_zone_setting::Column::AgencyId, agencies.iter().map(|id| id.0)))
        .all(db)
        .await?;
    let mut settings = HashMap::<Place, Vec<time_zone_setting::Model>>::new();
    for row in rows {
        settings.entry((row.agency_id, row.unit_id)).or_default().push(row);
    }
    Ok(settings)
}

/// The zones of a level: what was set, or for ever what its row names.
fn zoned(
    settings: &HashMap<Place, Vec<time_zone_setting::Model>>,
    place: Place,
    name: Option<&str>,
) -> Result<Vec<Zoned>> {
    match settings.get(&place) {
        Some(rows) => rows.iter().map(zone_of).collect(),
        None => Ok(vec![Zoned { version: 0, valid_from: NaiveDate::MIN, zone: name.map(parse_zone).transpose()? }]),
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
