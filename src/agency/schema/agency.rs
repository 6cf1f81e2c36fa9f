//! The tenant.

use async_graphql::{Context, Enum, ID, Object};
use entity::ids::{CourseId, CourseRunId, EmployeeId, LatenessAdoptionId, ScheduleId, UnitId, VenueId};
use entity::{agency, course, course_run, employee, lateness_adoption, schedule, unit, venue};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::employee::EmployeeConnection;
use super::reference::Jurisdiction;
use super::schedule::ScheduleConnection;
use super::unit::UnitConnection;
use super::venue::VenueConnection;
use crate::attendance::schema::LatenessAdoptionConnection;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Pages;
use crate::graphql::rows;
use crate::graphql::search::holds;
use crate::policy;
use crate::programme::schema::{CourseConnection, CourseRunConnection};

/// Whose agency it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "agency::Kind")]
pub enum AgencyKind {
    /// *Pusat*.
    Central,
    /// *Daerah*.
    Regional,
}

/// An agency.
#[derive(Debug, Clone)]
pub struct Agency(pub agency::Model);

impl From<agency::Model> for Agency {
    fn from(row: agency::Model) -> Self {
        Self(row)
    }
}

crate::connection!(AgencyConnection, AgencyEdge, Agency);

/// An agency (*instansi*). Its lists hold what the caller may see of it.
#[Object]
impl Agency {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Its id in the national civil-service information system (*SIASN*).
    async fn siasn_id(&self) -> &str {
        &self.0.siasn_id
    }

    /// Its short code there (*kodeCepat*); a few agencies share one.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whose agency it is.
    async fn kind(&self) -> AgencyKind {
        self.0.kind.into()
    }

    /// Its category in SIASN (*jenis instansi*), for example `KOT`.
    async fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }

    /// The region that it serves (*wilayah*).
    async fn jurisdiction(&self, ctx: &Context<'_>) -> Result<Option<Jurisdiction>> {
        Ok(rows::load_some(ctx, self.0.jurisdiction_id).await?.map(Jurisdiction))
    }

    /// The IANA zone where a unit names none, for example `Asia/Jakarta` (*WIB*).
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Its work units (*unit kerja*).
    #[graphql(directive = Pages::apply())]
    async fn units(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those whose name holds this text.")] search: Option<String>,
    ) -> Result<UnitConnection> {
        let found = policy::find(ctx.actor()).filter(unit::Column::AgencyId.eq(self.0.id)).filter(holds(
            ctx,
            unit::Column::Name,
            search,
        )?);
        Ok(rows::page::<UnitId>(ctx, first, after, found).await?.into())
    }

    /// Its places with a fence (*lokasi*).
    #[graphql(directive = Pages::apply())]
    async fn venues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<VenueConnection> {
        let found = policy::find(ctx.actor()).filter(venue::Column::AgencyId.eq(self.0.id));
        Ok(rows::page::<VenueId>(ctx, first, after, found).await?.into())
    }

    /// Its civil servants (*ASN*).
    #[graphql(directive = Pages::apply())]
    async fn employees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those whose name holds this text.")] search: Option<String>,
    ) -> Result<EmployeeConnection> {
        let found = policy::find(ctx.actor()).filter(employee::Column::AgencyId.eq(self.0.id)).filter(holds(
            ctx,
            employee::Column::Name,
            search,
        )?);
        Ok(rows::page::<EmployeeId>(ctx, first, after, found).await?.into())
    }

    /// The working hours (*jam kerja*) that it and its units have set, all versions.
    #[graphql(directive = Pages::apply())]
    async fn schedules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<ScheduleConnection> {
        let found = policy::find(ctx.actor()).filter(schedule::Column::AgencyId.eq(self.0.id));
        Ok(rows::page::<ScheduleId>(ctx, first, after, found).await?.into())
    }

    /// Which rules of lateness (*aturan keterlambatan*) it has chosen, all versions.
    #[graphql(directive = Pages::apply())]
    async fn lateness_adoptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<LatenessAdoptionConnection> {
        let found = policy::find(ctx.actor()).filter(lateness_adoption::Column::AgencyId.eq(self.0.id));
        Ok(rows::page::<LatenessAdoptionId>(ctx, first, after, found).await?.into())
    }

    /// Its catalogue of courses (*diklat*).
    #[graphql(directive = Pages::apply())]
    async fn courses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those whose title holds this text.")] search: Option<String>,
    ) -> Result<CourseConnection> {
        let found = policy::find(ctx.actor()).filter(course::Column::AgencyId.eq(self.0.id)).filter(holds(
            ctx,
            course::Column::Title,
            search,
        )?);
        Ok(rows::page::<CourseId>(ctx, first, after, found).await?.into())
    }

    /// The dated offerings of its courses (*angkatan*).
    #[graphql(directive = Pages::apply())]
    async fn course_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<CourseRunConnection> {
        let found = policy::find(ctx.actor()).filter(course_run::Column::AgencyId.eq(self.0.id));
        Ok(rows::page::<CourseRunId>(ctx, first, after, found).await?.into())
    }
}
