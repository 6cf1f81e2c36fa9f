//! The duty of units, loaded from the database and kept for a moment: at half past seven everybody of a unit asks for
//! the same.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono_tz::Tz;
use entity::ids::{AgencyId, LatenessRuleId, UnitId};
use entity::{
    agency, holiday, lateness_adoption, lateness_band, lateness_rule, ramadan_period, schedule, shift, venue,
};
use moka::future::Cache;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, RelationDef, Statement,
};

use super::facts::fence;
use super::lateness::{Adoption, Rule};
use super::working_time::{Calendar, Duty, Hours};
use crate::app::App;
use crate::error::{Error, Result};

/// How long a loaded duty is believed. A change takes effect in other processes after this time at most; in the
/// process that made it, at once.
const BELIEVED: Duration = Duration::from_secs(20);
/// How deep a tree of units may be read.
const DEEPEST: i32 = 32;

/// The duties of the last seconds, by agency and unit.
#[derive(Debug)]
pub struct Duties {
    units: Cache<(AgencyId, Option<UnitId>), Arc<Duty>>,
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
pub async fn duty(app: &App, agency: AgencyId, unit: Option<UnitId>) -> Result<Arc<Duty>> {
    let known = &app.duties;
    if let Some(duty) = known.units.get(&(agency, unit)).await {
        return Ok(duty);
    }
    let before = known.changes.load(Ordering::SeqCst);
    let duty = Arc::new(load(app, agency, unit).await?);
    if known.changes.load(Ordering::SeqCst) == before {
        known.units.insert((agency, unit), duty.clone()).await;
    }
    Ok(duty)
}

/// The nation's calendar.
///
/// # Errors
/// When the database does not answer.
pub async fn calendar(app: &App) -> Result<Arc<Calendar>> {
    let known = &app.duties;
    if let Some(calendar) = known.calendar.get(&()).await {
        return Ok(calendar);
    }
    let before = known.changes.load(Ordering::SeqCst);
    let db = app.db.read();
    let mut holidays = HashMap::new();
    // Of two on one day the national holiday is the day's.
    for row in holiday::Entity::find().order_by_asc(holiday::Column::Name).all(db).await? {
        let is_national = row.kind == holiday::Kind::National;
        if is_national || !holidays.contains_key(&row.date) {
            holidays.insert(row.date, row);
        }
    }
    let ramadan = ramadan_period::Entity::find().order_by_asc(ramadan_period::Column::StartsOn).all(db).await?;
    let calendar = Arc::new(Calendar { holidays, ramadan });
    if known.changes.load(Ordering::SeqCst) == before {
        known.calendar.insert((), calendar.clone()).await;
    }
    Ok(calendar)
}

async fn load(app: &App, agency: AgencyId, unit: Option<UnitId>) -> Result<Duty> {
    let db = app.db.read();
    let units = ancestors(db, unit).await?;
    let ids: Vec<UnitId> = units.iter().map(|unit| unit.id).collect();
    let venues = venue::Entity::find()
        .filter(venue::Column::UnitId.is_in(ids.iter().copied()))
        .filter(venue::Column::IsActive.eq(true))
        .all(db)
        .await?;
    let zone = match units.into_iter().find_map(|unit| unit.time_zone) {
        Some(zone) => zone,
        None => agency_zone(db, agency).await?,
    };
    Ok(Duty {
        levels: levels(hours(db, agency, &ids).await?, agency, &ids),
        zone: parse_zone(&zone)?,
        fences: venues.iter().map(fence).collect(),
        calendar: calendar(app).await?,
        lateness: adoptions(db, agency).await?,
    })
}

/// A unit on the way from an employee's up to the root.
#[derive(Debug, FromQueryResult)]
struct Ancestor {
    id: UnitId,
    time_zone: Option<String>,
}

async fn ancestors(db: &impl ConnectionTrait, unit: Option<UnitId>) -> Result<Vec<Ancestor>> {
    let Some(unit) = unit else { return Ok(Vec::new()) };
    let upwards = Statement::from_sql_and_values(
        db.get_database_backend(),
        "WITH RECURSIVE upwards (id, parent_id, time_zone, height) AS (
            SELECT id, parent_id, time_zone, 0 FROM unit WHERE id = $1
            UNION ALL
            SELECT unit.id, unit.parent_id, unit.time_zone, upwards.height + 1
            FROM unit JOIN upwards ON unit.id = upwards.parent_id WHERE upwards.height < $2
        ) SELECT id, time_zone FROM upwards ORDER BY height",
        [unit.into(), DEEPEST.into()],
    );
    Ok(Ancestor::find_by_statement(upwards).all(db).await?)
}

async fn hours(db: &impl ConnectionTrait, agency: AgencyId, units: &[UnitId]) -> Result<Vec<Hours>> {
    let of_the_agency = Condition::all().add(schedule::Column::AgencyId.eq(agency)).add(
        Condition::any()
            .add(schedule::Column::UnitId.is_null())
            .add(schedule::Column::UnitId.is_in(units.iter().copied())),
    );
    let rows = schedule::Entity::find()
        .filter(Condition::any().add(of_the_agency).add(schedule::Column::AgencyId.is_null()))
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
fn levels(hours: Vec<Hours>, agency: AgencyId, units: &[UnitId]) -> Vec<Vec<Hours>> {
    let of_units = units.iter().map(|unit| (Some(agency), Some(*unit)));
    let places: Vec<_> = of_units.chain([(Some(agency), None), (None, None)]).collect();
    let mut levels = vec![Vec::new(); places.len()];
    for one in hours {
        let place = (one.schedule.agency_id, one.schedule.unit_id);
        if let Some(level) = places.iter().position(|of| *of == place) {
            levels[level].push(one);
        }
    }
    levels
}

/// The choices of an agency with their rules.
async fn adoptions(db: &impl ConnectionTrait, agency: AgencyId) -> Result<Vec<Adoption>> {
    let rows = lateness_adoption::Entity::find()
        .filter(lateness_adoption::Column::AgencyId.eq(agency))
        .order_by_asc(lateness_adoption::Column::Version)
        .all(db)
        .await?;
    let rules = rules(db, rows.iter().filter_map(|row| row.rule_id)).await?;
    let adoption = |row: lateness_adoption::Model| {
        let rule = row.rule_id.and_then(|id| rules.get(&id)).cloned();
        Adoption { row, rule }
    };
    Ok(rows.into_iter().map(adoption).collect())
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

async fn agency_zone(db: &impl ConnectionTrait, agency: AgencyId) -> Result<String> {
    let agency = agency::Entity::find_by_id(agency).one(db).await?;
    Ok(agency.ok_or_else(|| Error::internal("an employee without an agency"))?.time_zone)
}

/// The zone of a name that was checked when it was stored.
///
/// # Errors
/// When it is none after all.
pub fn parse_zone(name: &str) -> Result<Tz> {
    name.parse().map_err(|_| Error::internal(format!("no time zone: {name}")))
}
