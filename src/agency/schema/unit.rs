//! A work unit, and what changes it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::ids::{EmployeeId, UnitId, VenueId};
use entity::{employee, unit, venue};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::agency::Agency;
use super::employee::{Employee, EmployeeConnection};
use super::reference::Jurisdiction;
use super::venue::VenueConnection;
use crate::agency::loader::UnitTreeOf;
use crate::agency::rules;
use crate::attendance::schema::RosterEntryConnection;
use crate::attendance::schema::roster::roster_of_unit;
use crate::attendance::schema::unit::{self as attendance, EmployeeDayConnection, EmployeeMonthConnection};
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Pages;
use crate::graphql::rows;
use crate::graphql::scalars::{Date, YearMonth};
use crate::policy;

/// A work unit.
#[derive(Debug, Clone)]
pub struct Unit(pub unit::Model);

impl From<unit::Model> for Unit {
    fn from(row: unit::Model) -> Self {
        Self(row)
    }
}

crate::connection!(UnitConnection, UnitEdge, Unit);

/// A work unit (*unit kerja*, *OPD*) in the tree of its agency.
#[Object]
impl Unit {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*).
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// The unit above (*unit atasan*); absent at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        Ok(rows::load_some(ctx, self.0.parent_id).await?.map(Unit))
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its id in the system that it was imported from.
    async fn source_id(&self) -> Option<&str> {
        self.0.source_id.as_deref()
    }

    /// The region that it serves (*wilayah*).
    async fn jurisdiction(&self, ctx: &Context<'_>) -> Result<Option<Jurisdiction>> {
        Ok(rows::load_some(ctx, self.0.jurisdiction_id).await?.map(Jurisdiction))
    }

    /// The IANA zone that holds here: its own, else that of the nearest unit above, else its agency's.
    async fn time_zone(&self, ctx: &Context<'_>) -> Result<String> {
        let tree = rows::load(ctx, UnitTreeOf(self.0.agency_id)).await?;
        match tree.as_deref().and_then(|tree| rules::time_zone(tree, self.0.id)) {
            Some(zone) => Ok(zone.to_owned()),
            None => Ok(rows::load_present(ctx, self.0.agency_id).await?.time_zone),
        }
    }

    /// Who leads it (*kepala unit*), where one may see them.
    async fn head(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        Ok(rows::load_some(ctx, self.0.head_employee_id).await?.map(Employee))
    }

    /// Whether it still exists.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// The units directly below.
    #[graphql(directive = Pages::apply())]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<UnitConnection> {
        let found = policy::find(ctx.actor()).filter(unit::Column::ParentId.eq(self.0.id));
        Ok(rows::page::<UnitId>(ctx, first, after, found).await?.into())
    }

    /// The civil servants (*ASN*) in it, without those of the units below.
    #[graphql(directive = Pages::apply())]
    async fn employees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<EmployeeConnection> {
        let found = policy::find(ctx.actor()).filter(employee::Column::UnitId.eq(self.0.id));
        Ok(rows::page::<EmployeeId>(ctx, first, after, found).await?.into())
    }

    /// A day of its people and of those of the units below (*presensi harian*), for their superiors and the agency's
    /// admins; nobody for others.
    #[graphql(directive = Pages::apply())]
    async fn attendance_on(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The local date on which the shifts start.")] on: Date,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<EmployeeDayConnection> {
        attendance::attendance_on(ctx, &self.0, on.0, first, after).await
    }

    /// A month of its people and of those of the units below (*rekap presensi bulanan*), for their superiors and the
    /// agency's admins; nobody for others.
    #[graphql(directive = Pages::apply())]
    async fn attendance_month(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month, for example `2026-11`.")] month: YearMonth,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<EmployeeMonthConnection> {
        attendance::attendance_month(ctx, &self.0, month, first, after).await
    }

    /// The shifts that the roster gives its people (*jadwal dinas*), without those of the units below, day by day, as
    /// far as one may see them.
    #[graphql(directive = Pages::apply())]
    async fn roster(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day; at most 62 days together.")] until: Date,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<RosterEntryConnection> {
        roster_of_unit(ctx, self.0.id, (from, until), first, after).await
    }

    /// The places (*lokasi*) where its people are on duty.
    #[graphql(directive = Pages::apply())]
    async fn venues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<VenueConnection> {
        let found = policy::find(ctx.actor()).filter(venue::Column::UnitId.eq(self.0.id));
        Ok(rows::page::<VenueId>(ctx, first, after, found).await?.into())
    }
}

/// A work unit (*unit kerja*) to add.
#[derive(Debug, InputObject)]
pub struct CreateUnitInput {
    /// The agency that it belongs to.
    pub agency_id: ID,
    /// The name, at most 200 characters.
    pub name: String,
    /// The unit above, of the same agency; absent at the top.
    pub parent_id: Option<ID>,
    /// The region that it serves.
    pub jurisdiction_id: Option<ID>,
    /// An IANA zone of its own, for example `Asia/Makassar` (*WITA*); else that of the unit above holds.
    pub time_zone: Option<String>,
    /// Who leads it: an active employee of the agency.
    pub head_employee_id: Option<ID>,
}

/// Changes of a work unit (*unit kerja*). An absent field stays as it is; `null` empties one that may be empty.
#[derive(Debug, InputObject)]
pub struct UpdateUnitInput {
    /// The unit.
    pub unit_id: ID,
    /// The name, at most 200 characters.
    pub name: MaybeUndefined<String>,
    /// The unit above, of the same agency and not below this one; `null` puts it at the top.
    pub parent_id: MaybeUndefined<ID>,
    /// The region that it serves.
    pub jurisdiction_id: MaybeUndefined<ID>,
    /// Who leads it: an active employee of the agency.
    pub head_employee_id: MaybeUndefined<ID>,
    /// Whether it still exists.
    pub is_active: MaybeUndefined<bool>,
}

crate::mutation_payload!(
    CreateUnitPayload {
        /// The unit that was added.
        unit: Unit
    },
    CreateUnitError,
    CreateUnitErrorCode { NotFound, Forbidden, Blank, TooLong, InvalidText, InvalidTimeZone, Inactive }
);

crate::mutation_payload!(
    UpdateUnitPayload {
        /// The unit as it is now.
        unit: Unit
    },
    UpdateUnitError,
    UpdateUnitErrorCode { NotFound, Forbidden, Blank, TooLong, InvalidText, Inactive, Cycle }
);
