//! Places with a fence are added and changed.

use std::ops::RangeInclusive;

use entity::ids::{AgencyId, VenueId};
use entity::venue;
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, IntoActiveModel as _};

use super::{Lookup, MAX_NAME};
use crate::agency::rules;
use crate::agency::schema::{CreateVenueInput, UpdateVenueInput};
use crate::app::App;
use crate::error::Result;
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::{input, text};

/// Below, the phones' own error would keep people out; above, a fence says nothing.
const RADIUS: RangeInclusive<i32> = 10..=10_000;

/// Adds a place.
///
/// # Errors
/// What `CreateVenueErrorCode` names.
pub async fn create(app: &App, actor: &Actor, input: CreateVenueInput) -> Result<venue::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let agency = rows::named::<AgencyId>(&transaction, actor, "agencyId", &input.agency_id).await?;
    policy::require_agency(actor, "agencyId", agency.id)?;
    rules::check_location("latitude", input.latitude, input.longitude)?;
    let lookup = Lookup { transaction: &transaction, actor, agency: agency.id };
    let unit_id = lookup.unit("unitId", input.unit_id.as_ref()).await?;
    let now = app.clock.now();
    let venue = venue::ActiveModel {
        id: Set(app.ids.new_id(now)),
        agency_id: Set(agency.id),
        unit_id: Set(unit_id),
        source_id: Set(None),
        name: Set(text::name("name", &input.name, MAX_NAME)?),
        latitude: Set(input.latitude),
        longitude: Set(input.longitude),
        radius_meters: Set(input::within("radiusMeters", input.radius_meters, &RADIUS)?),
        time_zone: Set(match input.time_zone {
            Some(zone) => input::time_zone("timeZone", &zone)?,
            None => lookup.time_zone(unit_id).await?,
        }),
        is_active: Set(true),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let venue = venue.insert(&transaction).await?;
    transaction.commit().await?;
    app.duties.forget();
    Ok(venue)
}

/// Changes a place.
///
/// # Errors
/// What `UpdateVenueErrorCode` names.
pub async fn update(app: &App, actor: &Actor, input: UpdateVenueInput) -> Result<venue::Model> {
    actor.person()?;
    let transaction = app.db.begin().await?;
    let before = rows::held::<VenueId>(&transaction, actor, "venueId", &input.venue_id).await?;
    policy::require(actor, Action::Keep(before.agency_id))?;
    let mut venue = before.clone().into_active_model();
    if let Some(unit) = input.unit_id.as_opt_ref() {
        let lookup = Lookup { transaction: &transaction, actor, agency: before.agency_id };
        venue.unit_id = Set(lookup.unit("unitId", unit).await?);
    }
    if let Some(name) = input::given("name", input.name)? {
        venue.name = Set(text::name("name", &name, MAX_NAME)?);
    }
    let latitude = input::given("latitude", input.latitude)?;
    let longitude = input::given("longitude", input.longitude)?;
    if latitude.is_some() || longitude.is_some() {
        let (latitude, longitude) = (latitude.unwrap_or(before.latitude), longitude.unwrap_or(before.longitude));
        rules::check_location("latitude", latitude, longitude)?;
        (venue.latitude, venue.longitude) = (Set(latitude), Set(longitude));
    }
    if let Some(radius) = input::given("radiusMeters", input.radius_meters)? {
        venue.radius_meters = Set(input::within("radiusMeters", radius, &RADIUS)?);
    }
    if let Some(zone) = input::given("timeZone", input.time_zone)? {
        venue.time_zone = Set(input::time_zone("timeZone", &zone)?);
    }
    if let Some(is_active) = input::given("isActive", input.is_active)? {
        venue.is_active = Set(is_active);
    }
    venue.updated_at = Set(app.clock.now());
    let venue = venue.update(&transaction).await?;
    transaction.commit().await?;
    app.duties.forget();
    Ok(venue)
}
