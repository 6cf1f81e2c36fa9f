//! The way from a unit up to the root of its agency, with the venues on it.

use std::collections::HashMap;

use entity::ids::{UnitId, VenueId};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::attendance::rules::Fence;
use crate::db;
use crate::error::Result;

/// How deep a tree of units may be read.
const DEEPEST: i32 = 32;

/// A unit on the way from an employee's up to the root, a row for each of its places.
#[derive(Debug, FromQueryResult)]
struct Above {
    start_id: UnitId,
    id: UnitId,
    time_zone: Option<String>,
    #[sea_orm(nested)]
    spot: Option<Spot>,
}

/// Where a venue is.
#[derive(Debug, FromQueryResult)]
struct Spot {
    venue_id: VenueId,
    latitude: f64,
    longitude: f64,
    radius_meters: i32,
}

impl From<Spot> for Fence {
    fn from(Spot { venue_id, latitude, longitude, radius_meters }: Spot) -> Self {
        Self { venue_id, latitude, longitude, radius_meters }
    }
}

/// What stands on the way from a unit up to the root.
#[derive(Debug, Default)]
pub(super) struct WayUp {
    /// The unit and those above it, upwards, each with the zone that it names.
    pub(super) levels: Vec<(UnitId, Option<String>)>,
    /// Their active venues.
    pub(super) fences: Vec<Fence>,
}

impl WayUp {
    /// The units alone.
    pub(super) fn units(&self) -> impl Iterator<Item = UnitId> {
        self.levels.iter().map(|(unit, _)| *unit)
    }
}

/// Each unit with those above it, upwards, and their venues.
pub(super) async fn ways_up(
    db: &impl ConnectionTrait,
    units: impl Iterator<Item = UnitId>,
) -> Result<HashMap<UnitId, WayUp>> {
    let engine = db.get_database_backend();
    let (given, mut values) = db::among(engine, 2, units.map(|unit| unit.0));
    values.insert(0, DEEPEST.into());
    let upwards = format!(
        "WITH RECURSIVE upwards (start_id, id, parent_id, time_zone, height) AS (
            SELECT id, id, parent_id, time_zone, 0 FROM unit WHERE id {given}
            UNION ALL
            SELECT upwards.start_id, unit.id, unit.parent_id, unit.time_zone, upwards.height + 1
            FROM unit JOIN upwards ON unit.id = upwards.parent_id WHERE upwards.height < $1
        ) SELECT upwards.start_id, upwards.id, upwards.time_zone,
            venue.id AS venue_id, venue.latitude, venue.longitude, venue.radius_meters
        FROM upwards LEFT JOIN venue ON venue.unit_id = upwards.id AND venue.is_active
        ORDER BY upwards.height"
    );
    let mut ways = HashMap::<UnitId, WayUp>::new();
    let rows = Above::find_by_statement(Statement::from_sql_and_values(engine, upwards, values)).all(db).await?;
    for above in rows {
        let way = ways.entry(above.start_id).or_default();
        if way.levels.last().is_none_or(|(unit, _)| *unit != above.id) {
            way.levels.push((above.id, above.time_zone));
        }
        way.fences.extend(above.spot.map(Fence::from));
    }
    Ok(ways)
}
