//! The clock of an agency or of a unit is set, from a day on: days before keep theirs.

use entity::ids::{AgencyId, UnitId};
use entity::{agency, time_zone_setting, unit};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::Lookup;
use crate::agency::rules;
use crate::agency::schema::SetTimeZoneInput;
use crate::app::App;
use crate::attendance::difference::{self, Applied, Change, Plan, Proposal};
use crate::attendance::duties::zone_of;
use crate::attendance::working_time::Zoned;
use crate::audit::Entry;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::input;
use crate::policy::{self, Actor};
use crate::problem::Problem;

/// Sets the zone of an agency or of a unit from a day on. Where that day is past, the difference that it makes must have
/// been seen.
///
/// # Errors
/// What `SetTimeZoneErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetTimeZoneInput) -> Result<Applied<time_zone_setting::Model>> {
    difference::carry_out(app, actor, &input).await
}

/// What an input comes to as things stand. The agency is held meanwhile, so that each version has one before it.
pub struct ZonePlan {
    agency: agency::Model,
    /// The unit; absent for the agency's own zone.
    unit: Option<unit::Model>,
    /// Whether it is the first that is set.
    is_first: bool,
    row: time_zone_setting::Model,
    zoned: Zoned,
}

impl Proposal for SetTimeZoneInput {
    type Plan = ZonePlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, app: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<ZonePlan> {
        let agency = rows::held::<AgencyId>(transaction, actor, "agencyId", &self.agency_id).await?;
        policy::require_agency(actor, "agencyId", agency.id)?;
        let lookup = Lookup { transaction, actor, agency: agency.id };
        let unit = match lookup.unit("unitId", self.unit_id.as_ref()).await? {
            Some(id) => unit::Entity::find_by_id(id).one(transaction).await?,
            None => None,
        };
        let time_zone = self.time_zone.as_deref().map(|zone| input::time_zone("timeZone", zone)).transpose()?;
        if time_zone.is_none() && unit.is_none() {
            return Err(Error::at("timeZone", Problem::Blank));
        }
        let now = app.clock.now();
        let today = rules::local_day(now, &agency.time_zone);
        // What the row of the unit or agency names is what holds now: none is set for days to come.
        let valid_from = self.valid_from.map_or(today, |day| day.0);
        let valid_from = input::within("validFrom", valid_from, &(input::FIRST_DAY..=today))?;
        let before = newest(transaction, agency.id, unit.as_ref().map(|unit| unit.id)).await?;
        let row = time_zone_setting::Model {
            id: app.ids.new_id(now),
            agency_id: agency.id,
            unit_id: unit.as_ref().map(|unit| unit.id),
            // The zone that it began with is the first.
            version: before.as_ref().map_or(1, |before| before.version) + 1,
            time_zone,
            valid_from,
            created_at: now,
        };
        Ok(ZonePlan { agency, unit, is_first: before.is_none(), zoned: zone_of(&row)?, row })
    }
}

impl Plan for ZonePlan {
    type Row = time_zone_setting::Model;

    fn field(&self) -> &'static str {
        "validFrom"
    }

    fn agency(&self) -> Option<&agency::Model> {
        Some(&self.agency)
    }

    fn change(&self) -> Change {
        Change::Zone { agency_id: self.agency.id, unit_id: self.row.unit_id, zoned: self.zoned }
    }

    async fn write(self, app: &App, transaction: &DatabaseTransaction) -> Result<(Self::Row, Option<Entry>)> {
        let (now, row) = (app.clock.now(), self.row);
        if self.is_first {
            let began_with = match &self.unit {
                Some(unit) => unit.time_zone.clone(),
                None => Some(self.agency.time_zone.clone()),
            };
            let first = time_zone_setting::Model {
                id: app.ids.new_id(now),
                version: 1,
                time_zone: began_with,
                valid_from: input::FIRST_DAY,
                ..row.clone()
            };
            time_zone_setting::Entity::insert(first.into_active_model()).exec_without_returning(transaction).await?;
        }
        time_zone_setting::Entity::insert(row.clone().into_active_model()).exec_without_returning(transaction).await?;
        let entry = if let Some(unit) = self.unit {
            let mut unit = unit.into_active_model();
            unit.time_zone = Set(row.time_zone.clone());
            unit.updated_at = Set(now);
            Entry::new("UNIT_ZONE_SET", unit.update(transaction).await?.id)
        } else {
            let mut agency = self.agency.into_active_model();
            if let Some(zone) = &row.time_zone {
                agency.time_zone = Set(zone.clone());
            }
            agency.updated_at = Set(now);
            Entry::new("AGENCY_ZONE_SET", agency.update(transaction).await?.id)
        };
        let entry = entry.text("zone", row.time_zone.as_deref().unwrap_or_default()).day("validFrom", row.valid_from);
        Ok((row, Some(entry)))
    }

    fn forget(app: &App) {
        app.forget();
    }
}

/// The newest setting of an agency or a unit.
async fn newest(
    transaction: &DatabaseTransaction,
    agency: AgencyId,
    unit: Option<UnitId>,
) -> Result<Option<time_zone_setting::Model>> {
    use time_zone_setting::Column;
    let of_unit = unit.map_or_else(|| Column::UnitId.is_null(), |unit| Column::UnitId.eq(unit));
    let found = time_zone_setting::Entity::find().filter(Column::AgencyId.eq(agency)).filter(of_unit);
    Ok(found.order_by_desc(Column::Version).one(transaction).await?)
}
