//! A civil servant, and what changes one.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::ids::EnrolmentId;
use entity::{employee, employee_nip, enrolment};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::agency::Agency;
use super::reference::SiasnTerm;
use super::unit::Unit;
use crate::agency::loader::PresentNipOf;
use crate::agency::rules;
use crate::attendance::schema::arrangement::arrangements_of;
use crate::attendance::schema::correction::corrections_of;
use crate::attendance::schema::day::AttendanceDay;
use crate::attendance::schema::month::{self, AttendanceMonth};
use crate::attendance::schema::roster::roster_of;
use crate::attendance::schema::{CorrectionConnection, DutyArrangementConnection, RosterEntry, UnexcusedDays};
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, Pages};
use crate::graphql::page::{Keyset, PageArgs, page};
use crate::graphql::rows;
use crate::graphql::scalars::{Date, Nip, YearMonth};
use crate::policy::{self, Action, Actor};
use crate::programme::schema::EnrolmentConnection;

/// How somebody is employed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "employee::Employment")]
pub enum Employment {
    /// Permanent civil servant (*PNS*).
    Pns,
    /// Civil servant under contract (*PPPK*).
    Pppk,
}

/// A civil servant.
#[derive(Debug, Clone)]
pub struct Employee(pub employee::Model);

impl From<employee::Model> for Employee {
    fn from(row: employee::Model) -> Self {
        Self(row)
    }
}

impl Employee {
    fn is_kept_by(&self, actor: &Actor) -> bool {
        policy::can(actor, Action::Keep(self.0.agency_id))
    }

    fn is(&self, actor: &Actor) -> bool {
        actor.employment().is_some_and(|me| me.id == self.0.id)
    }
}

crate::connection!(EmployeeConnection, EmployeeEdge, Employee);

/// A civil servant (*ASN*).
#[Object]
impl Employee {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*).
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// Their id in the agency's own system; for its admins alone.
    async fn source_id(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0.source_id.as_deref().filter(|_| self.is_kept_by(ctx.actor()))
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How they are employed.
    async fn employment(&self) -> Employment {
        self.0.employment.into()
    }

    /// The number that they carry now (*NIP*, *NI PPPK*): 18 digits for themselves and the agency's admins, for others
    /// only the first four and the last two, `1987••••••••••••12`.
    async fn nip(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let nip = rows::load(ctx, PresentNipOf(self.0.id)).await?;
        let is_shown = self.is(ctx.actor()) || self.is_kept_by(ctx.actor());
        Ok(nip.map(|nip| if is_shown { nip } else { rules::masked(&nip) }))
    }

    /// The numbers that they carry and carried; for themselves and the agency's admins.
    #[graphql(directive = Pages::apply())]
    async fn nips(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<EmployeeNipConnection> {
        let args = PageArgs::new(ctx, first, after)?;
        let found =
            policy::find::<employee_nip::Entity>(ctx.actor()).filter(employee_nip::Column::EmployeeId.eq(self.0.id));
        let keyset = Keyset::by_id(employee_nip::Column::Id, |row: &employee_nip::Model| row.id.into());
        Ok(page(&ctx.app().db, found, keyset, args).await?.into())
    }

    /// The unit (*unit kerja*), where one may see it.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        Ok(rows::load_some(ctx, self.0.unit_id).await?.map(Unit))
    }

    /// The name of the post (*jabatan*).
    async fn post(&self) -> Option<&str> {
        self.0.post.as_deref()
    }

    /// The kind of post (*jenis jabatan*).
    async fn post_type(&self, ctx: &Context<'_>) -> Result<Option<SiasnTerm>> {
        Ok(rows::load_some(ctx, self.0.post_type_id).await?.map(SiasnTerm))
    }

    /// The rank (*golongan*, *pangkat*).
    async fn rank(&self, ctx: &Context<'_>) -> Result<Option<SiasnTerm>> {
        Ok(rows::load_some(ctx, self.0.rank_id).await?.map(SiasnTerm))
    }

    /// The superior named for this person (*atasan langsung*), where one may see them.
    async fn supervisor(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        Ok(rows::load_some(ctx, self.0.supervisor_id).await?.map(Employee))
    }

    /// Whether they still serve in this agency.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// The first day of their present service here, or of the last (*mulai bertugas*).
    async fn serves_from(&self) -> Date {
        self.0.serves_from.into()
    }

    /// Its last day (*terakhir bertugas*); absent while they serve. Whoever left before they came has one before the first.
    async fn served_until(&self) -> Option<Date> {
        self.0.served_until.map(Date)
    }

    /// The days of a year on which they were absent without an excuse (*tidak masuk kerja tanpa keterangan*), and what
    /// these lead to; for themselves, their superiors and the agency's admins.
    async fn unexcused_days(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The calendar year; this year where absent.")] year: Option<i32>,
    ) -> Result<Option<UnexcusedDays>> {
        UnexcusedDays::of(ctx, &self.0, year).await
    }

    /// A month of their attendance (*rekap presensi bulanan*), for themselves, their superiors and the agency's admins.
    async fn attendance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month, for example `2026-11`.")] month: YearMonth,
    ) -> Result<Option<AttendanceMonth>> {
        month::month(ctx, self.0.id, month).await
    }

    /// A day of their attendance (*presensi harian*), for themselves, their superiors and the agency's admins.
    async fn attendance_day(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The local date on which its shifts start.")] on: Date,
    ) -> Result<Option<AttendanceDay>> {
        month::day(ctx, self.0.id, on.0).await
    }

    /// The course runs that they are or were in, as far as one may see them.
    #[graphql(directive = Pages::apply())]
    async fn enrolments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<EnrolmentConnection> {
        let found = policy::find(ctx.actor()).filter(enrolment::Column::EmployeeId.eq(self.0.id));
        Ok(rows::page::<EnrolmentId>(ctx, first, after, found).await?.into())
    }

    /// What they said that the records of their workdays lack (*koreksi presensi*), newest first, as far as one may see
    /// it.
    #[graphql(directive = Pages::apply())]
    async fn corrections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<CorrectionConnection> {
        corrections_of(ctx, self.0.id, first, after).await
    }

    /// Their leave, duty travel and work from home (*cuti*, *perjalanan dinas*, *bekerja dari rumah*), the latest
    /// first, as far as one may see them.
    #[graphql(directive = Pages::apply())]
    async fn duty_arrangements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<DutyArrangementConnection> {
        arrangements_of(ctx, self.0.id, first, after).await
    }

    /// The shifts that the roster gives them (*jadwal dinas*), in order, as far as one may see them.
    #[graphql(directive = Lists::apply(62))]
    async fn roster(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day; at most 62 days together.")] until: Date,
    ) -> Result<Vec<RosterEntry>> {
        roster_of(ctx, self.0.id, from, until).await
    }
}

/// A number (*NIP*, *NI PPPK*) that a civil servant carries or carried.
#[derive(Debug, Clone, SimpleObject)]
pub struct EmployeeNip {
    /// The number: 18 digits.
    pub nip: Nip,
    /// The first day.
    pub valid_from: Date,
    /// The last day; absent for the present number. A number that was corrected on its first day ends before it begins.
    pub valid_until: Option<Date>,
}

impl From<employee_nip::Model> for EmployeeNip {
    fn from(row: employee_nip::Model) -> Self {
        Self { nip: Nip(row.nip), valid_from: row.valid_from.into(), valid_until: row.valid_until.map(Date) }
    }
}

crate::connection!(EmployeeNipConnection, EmployeeNipEdge, EmployeeNip);
