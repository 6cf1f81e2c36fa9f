//! A place with a fence, and what changes it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::venue;

use super::agency::Agency;
use super::unit::Unit;
use crate::error::Result;
use crate::graphql::rows;

/// A place.
#[derive(Debug, Clone)]
pub struct Venue(pub venue::Model);

impl From<venue::Model> for Venue {
    fn from(row: venue::Model) -> Self {
        Self(row)
    }
}

crate::connection!(VenueConnection, VenueEdge, Venue);

/// A place with a fence (*lokasi*): where people are on duty or meet for a class.
#[Object]
impl Venue {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*) that keeps it.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// The unit (*unit kerja*) whose people are on duty here; absent for a room that is only for classes.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        Ok(rows::load_some(ctx, self.0.unit_id).await?.map(Unit))
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The latitude (*lintang*) in degrees, WGS 84.
    async fn latitude(&self) -> f64 {
        self.0.latitude
    }

    /// The longitude (*bujur*) in degrees, WGS 84.
    async fn longitude(&self) -> f64 {
        self.0.longitude
    }

    /// How far around it one is still there, in metres.
    async fn radius_meters(&self) -> i32 {
        self.0.radius_meters
    }

    /// The IANA zone.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Whether it is open for check-ins (*presensi*).
    async fn is_active(&self) -> bool {
        self.0.is_active
    }
}

/// A place with a fence (*lokasi*) to add.
#[derive(Debug, InputObject)]
pub struct CreateVenueInput {
    /// The agency that keeps it.
    pub agency_id: ID,
    /// The unit whose people are on duty here; absent for a room that is only for classes.
    pub unit_id: Option<ID>,
    /// The name, at most 200 characters.
    pub name: String,
    /// The latitude (*lintang*) in degrees, WGS 84.
    pub latitude: f64,
    /// The longitude (*bujur*) in degrees, WGS 84.
    pub longitude: f64,
    /// How far around it one is still there: 10 to 10000 metres.
    pub radius_meters: i32,
    /// The IANA zone; where absent, the unit's or else the agency's.
    pub time_zone: Option<String>,
}

/// Changes of a place (*lokasi*). An absent field stays as it is; `null` empties one that may be empty.
#[derive(Debug, InputObject)]
pub struct UpdateVenueInput {
    /// The place.
    pub venue_id: ID,
    /// The unit whose people are on duty here; `null` for a room that is only for classes.
    pub unit_id: MaybeUndefined<ID>,
    /// The name, at most 200 characters.
    pub name: MaybeUndefined<String>,
    /// The latitude (*lintang*) in degrees, WGS 84.
    pub latitude: MaybeUndefined<f64>,
    /// The longitude (*bujur*) in degrees, WGS 84.
    pub longitude: MaybeUndefined<f64>,
    /// How far around it one is still there: 10 to 10000 metres.
    pub radius_meters: MaybeUndefined<i32>,
    /// The IANA zone.
    pub time_zone: MaybeUndefined<String>,
    /// False closes it for check-ins.
    pub is_active: MaybeUndefined<bool>,
}

crate::mutation_payload!(
    CreateVenuePayload {
        /// The place that was added.
        venue: Venue
    },
    CreateVenueError,
    CreateVenueErrorCode {
        NotFound,
        Forbidden,
        Blank,
        TooLong,
        InvalidText,
        InvalidTimeZone,
        InvalidLocation,
        OutOfRange,
    }
);

crate::mutation_payload!(
    UpdateVenuePayload {
        /// The place as it is now.
        venue: Venue
    },
    UpdateVenueError,
    UpdateVenueErrorCode {
        NotFound,
        Forbidden,
        Blank,
        TooLong,
        InvalidText,
        InvalidTimeZone,
        InvalidLocation,
        OutOfRange,
    }
);
