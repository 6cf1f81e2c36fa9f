//! What sets the clock of an agency or of a unit.

use async_graphql::{Context, ID, InputObject, Object};
use entity::time_zone_setting;

use super::agency::Agency;
use super::unit::Unit;
use crate::error::Result;
use crate::graphql::rows;
use crate::graphql::scalars::Date;

/// By which clock an agency or a unit works from a day on.
#[derive(Debug, Clone)]
pub struct TimeZoneSetting(time_zone_setting::Model);

impl From<time_zone_setting::Model> for TimeZoneSetting {
    fn from(row: time_zone_setting::Model) -> Self {
        Self(row)
    }
}

/// By which clock (*zona waktu*) an agency or a unit works from a day on; days before keep theirs.
#[Object]
impl TimeZoneSetting {
    /// The agency (*instansi*).
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// The unit (*unit kerja*), with those below it that name none themselves; absent for the agency's own.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        Ok(rows::load_some(ctx, self.0.unit_id).await?.map(Unit))
    }

    /// The IANA zone; absent where that of the unit above holds, or of the agency.
    async fn time_zone(&self) -> Option<&str> {
        self.0.time_zone.as_deref()
    }

    /// The version, counted up with each change; the first is the zone that it began with.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The first day.
    async fn valid_from(&self) -> Date {
        self.0.valid_from.into()
    }
}

/// The clock of an agency or of a unit (*zona waktu*) to set. Days before its first day keep theirs.
#[derive(Debug, InputObject)]
pub struct SetTimeZoneInput {
    /// The agency.
    pub agency_id: ID,
    /// The unit that it holds for, with those below it that name none themselves; absent for the agency's own, which
    /// holds where no unit names one.
    pub unit_id: Option<ID>,
    /// An IANA zone, for example `Asia/Makassar` (*WITA*). Absent for a unit that is to have that of the unit above.
    pub time_zone: Option<String>,
    /// The first day, today where absent; not later, and not more than 62 days back where people served then.
    pub valid_from: Option<Date>,
    /// Only to tell what it changes of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where the first day is past.
    pub seen_difference: Option<String>,
}

crate::difference_payload!(
    SetTimeZonePayload {
        /// The zone from that day on; absent where it was only tried.
        time_zone_setting: TimeZoneSetting = time_zone_setting::Model
    },
    SetTimeZoneError,
    SetTimeZoneErrorCode { NotFound, Forbidden, Blank, InvalidTimeZone, OutOfRange }
);
