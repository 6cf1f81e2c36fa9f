//! The five agencies: zone and region, units, venues, working hours, people.

use std::collections::{HashMap, HashSet};

use entity::ids::{AgencyId, JurisdictionId, UnitId};
use entity::{agency, jurisdiction, schedule, shift, unit, venue};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect};

use super::files::{City, country, text};
use super::reference;
use super::rows::{self, Keys};
use crate::app::App;
use crate::error::{Error, Result};
use crate::import::Source;

const SCHEDULE_NAME: &str = "Jam kerja demo";
/// The whole day is open, so that there is a workday whenever the demo is started; lateness stays honest. What lies
/// before the first start goes by the country's hours.
const SCHEDULE_CITATION: &str = "Demo: terbuka sepanjang hari, tujuh hari";

/// The cities with the ids of their agencies.
pub(super) async fn find(app: &App) -> Result<Vec<(&'static City, AgencyId)>> {
    let cities = &country().cities;
    let known: Vec<(String, AgencyId)> = agency::Entity::find()
        .select_only()
        .columns([agency::Column::SiasnId, agency::Column::Id])
        .filter(agency::Column::SiasnId.is_in(cities.iter().map(|city| &city.agency.id)))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let with_id = |city: &'static City| {
        let known = known.iter().find(|(siasn_id, _)| *siasn_id == city.agency.id);
        known.map(|(_, id)| (city, *id)).ok_or_else(|| Error::internal("an agency of the demo is not in the database"))
    };
    cities.iter().map(with_id).collect()
}

/// Everything of an agency that does not hang on its people.
pub(super) async fn load(app: &App, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let transaction = app.db.begin().await?;
    let regions = regions(&transaction).await?;
    place(app, &transaction, agencies, &regions).await?;
    let units = units(app, &transaction, agencies, &regions).await?;
    venues(app, &transaction, agencies, &units).await?;
    schedules(app, &transaction, agencies).await?;
    transaction.commit().await?;
    Ok(())
}

/// The regions that the files name, by code.
async fn regions(transaction: &DatabaseTransaction) -> Result<HashMap<String, JurisdictionId>> {
    let cities = country().cities.iter();
    let codes = cities.flat_map(|city| {
        let of_units = city.units.iter().filter_map(|unit| unit.jurisdiction_code.as_ref());
        of_units.chain([&city.place.jurisdiction_code])
    });
    let known: Vec<(String, JurisdictionId)> = jurisdiction::Entity::find()
        .select_only()
        .columns([jurisdiction::Column::Code, jurisdiction::Column::Id])
        .filter(jurisdiction::Column::Code.is_in(codes.collect::<HashSet<_>>()))
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(known.into_iter().collect())
}

fn region(regions: &HashMap<String, JurisdictionId>, code: &str) -> Result<JurisdictionId> {
    regions.get(code).copied().ok_or_else(|| Error::internal(format!("demo/wilayah.csv: no region {code}")))
}

/// Gives the agencies that have no region yet their region and zone.
async fn place(
    app: &App,
    transaction: &DatabaseTransaction,
    agencies: &[(&City, AgencyId)],
    regions: &HashMap<String, JurisdictionId>,
) -> Result<()> {
    let nowhere: Vec<AgencyId> = agency::Entity::find()
        .select_only()
        .column(agency::Column::Id)
        .filter(agency::Column::Id.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .filter(agency::Column::JurisdictionId.is_null())
        .into_tuple()
        .all(transaction)
        .await?;
    for (city, agency_id) in agencies.iter().filter(|(_, agency_id)| nowhere.contains(agency_id)) {
        agency::Entity::update_many()
            .col_expr(agency::Column::JurisdictionId, Expr::value(region(regions, &city.place.jurisdiction_code)?))
            .col_expr(agency::Column::TimeZone, Expr::value(city.zone.name()))
            .col_expr(agency::Column::UpdatedAt, Expr::value(app.clock.now()))
            .filter(agency::Column::Id.eq(*agency_id))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

/// Writes the units that are missing, still without heads: the people come later.
async fn units(
    app: &App,
    transaction: &DatabaseTransaction,
    agencies: &[(&City, AgencyId)],
    regions: &HashMap<String, JurisdictionId>,
) -> Result<Keys<UnitId>> {
    let now = app.clock.now();
    let mut units = rows::units(transaction, agencies).await?;
    let mut missing = Vec::new();
    for (city, agency_id) in agencies {
        for entry in &city.units {
            if units.has(*agency_id, &entry.source_id) {
                continue;
            }
            let id = app.ids.new_id(now);
            missing.push(unit::ActiveModel {
                id: Set(id),
                agency_id: Set(*agency_id),
                parent_id: Set(units.optional(*agency_id, entry.parent_source_id.as_deref())?),
                source_id: Set(Some(entry.source_id.clone())),
                name: Set(entry.name.clone()),
                jurisdiction_id: Set(entry.jurisdiction_code.as_ref().map(|code| region(regions, code)).transpose()?),
                time_zone: Set(entry.time_zone.clone()),
                head_employee_id: Set(None),
                is_active: Set(true),
                created_at: Set(now),
                updated_at: Set(now),
            });
            units.add(*agency_id, &entry.source_id, id);
        }
    }
    rows::write(transaction, missing).await?;
    Ok(units)
}

async fn venues(
    app: &App,
    transaction: &DatabaseTransaction,
    agencies: &[(&City, AgencyId)],
    units: &Keys<UnitId>,
) -> Result<()> {
    let now = app.clock.now();
    let venues = rows::venues(transaction, agencies).await?;
    let mut missing = Vec::new();
    for (city, agency_id) in agencies {
        for entry in city.venues.iter().filter(|entry| !venues.has(*agency_id, &entry.source_id)) {
            missing.push(venue::ActiveModel {
                id: Set(app.ids.new_id(now)),
                agency_id: Set(*agency_id),
                unit_id: Set(units.optional(*agency_id, entry.unit_source_id.as_deref())?),
                source_id: Set(Some(entry.source_id.clone())),
                name: Set(entry.name.clone()),
                latitude: Set(entry.latitude),
                longitude: Set(entry.longitude),
                radius_meters: Set(entry.radius_meters),
                time_zone: Set(entry.time_zone.clone()),
                is_active: Set(true),
                created_at: Set(now),
                updated_at: Set(now),
            });
        }
    }
    rows::write(transaction, missing).await
}

async fn schedules(app: &App, transaction: &DatabaseTransaction, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let known: Vec<Option<AgencyId>> = schedule::Entity::find()
        .select_only()
        .column(schedule::Column::AgencyId)
        .filter(schedule::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .filter(schedule::Column::Name.eq(SCHEDULE_NAME))
        .into_tuple()
        .all(transaction)
        .await?;
    let missing = agencies.iter().filter(|(_, agency_id)| !known.contains(&Some(*agency_id)));
    let (mut hours, mut shifts) = (Vec::new(), Vec::new());
    for (city, agency_id) in missing {
        let (now, id) = (app.clock.now(), app.ids.new_id(app.clock.now()));
        hours.push(schedule::ActiveModel {
            id: Set(id),
            agency_id: Set(Some(*agency_id)),
            unit_id: Set(None),
            name: Set(SCHEDULE_NAME.to_owned()),
            citation: Set(SCHEDULE_CITATION.to_owned()),
            version: Set(1),
            season: Set(schedule::Season::AllYear),
            valid_from: Set(now.with_timezone(&city.zone).date_naive()),
            valid_until: Set(None),
            flexible_minutes: Set(None),
            observes_holidays: Set(false),
            is_rostered: Set(false),
            inherits: Set(false),
            created_at: Set(now),
        });
        shifts.push(shift::ActiveModel {
            id: Set(app.ids.new_id(now)),
            schedule_id: Set(id),
            position: Set(0),
            name: Set(SCHEDULE_NAME.to_owned()),
            weekdays: Set(0b111_1111),
            start_minute: Set(7 * 60 + 30),
            end_minute: Set(16 * 60),
            break_minutes: Set(60),
            opens_before_minutes: Set(7 * 60 + 30),
            closes_after_minutes: Set(8 * 60),
        });
    }
    rows::write(transaction, hours).await?;
    rows::write(transaction, shifts).await
}

/// Imports the people who are missing, and names the heads of units that nobody has touched since they were loaded.
pub(super) async fn load_people(app: &App, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let known = rows::employees(app.db.read(), agencies).await?;
    for (city, agency_id) in agencies {
        let path = format!("{}/employees.csv", city.place.folder);
        if let Some(missing) = without(&path, |source_id| known.has(*agency_id, source_id))? {
            reference::import(app, &path, Source::Employees, Some(*agency_id), missing).await?;
        }
    }
    let transaction = app.db.begin().await?;
    heads(&transaction, agencies).await?;
    transaction.commit().await?;
    Ok(())
}

/// The header of a file and its lines whose first column is not known; nothing when all are.
fn without(path: &str, is_known: impl Fn(&str) -> bool) -> Result<Option<Vec<u8>>> {
    let mut lines = csv::Reader::from_reader(text(path).as_bytes());
    let mut missing = csv::Writer::from_writer(Vec::new());
    missing.write_record(lines.headers().map_err(Error::internal)?).map_err(Error::internal)?;
    let mut is_complete = true;
    for line in lines.records() {
        let line = line.map_err(Error::internal)?;
        if !is_known(&line[0]) {
            is_complete = false;
            missing.write_record(&line).map_err(Error::internal)?;
        }
    }
    if is_complete {
        Ok(None)
    } else {
        Ok(Some(missing.into_inner().map_err(|error| Error::internal(error.to_string()))?))
    }
}

async fn heads(transaction: &DatabaseTransaction, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let untouched = unit::Entity::find()
        .filter(unit::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .filter(unit::Column::HeadEmployeeId.is_null())
        .filter(Expr::col(unit::Column::UpdatedAt).eq(Expr::col(unit::Column::CreatedAt)))
        .all(transaction)
        .await?;
    if untouched.is_empty() {
        return Ok(());
    }
    let people = rows::employees(transaction, agencies).await?;
    for (city, agency_id) in agencies {
        for entry in &city.units {
            let unit = untouched.iter().find(|unit| {
                unit.agency_id == *agency_id && unit.source_id.as_deref() == Some(entry.source_id.as_str())
            });
            let (Some(unit), Some(head)) = (unit, &entry.head_source_id) else { continue };
            unit::Entity::update_many()
                .col_expr(unit::Column::HeadEmployeeId, Expr::value(people.get(*agency_id, head)?))
                .filter(unit::Column::Id.eq(unit.id))
                .exec(transaction)
                .await?;
        }
    }
    Ok(())
}
