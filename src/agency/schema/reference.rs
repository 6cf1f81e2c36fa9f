//! National reference data: regions, lists of the civil-service information system, holidays.

use async_graphql::{Context, Enum, ID, Object};
use entity::ids::JurisdictionId;
use entity::{holiday, jurisdiction, siasn_term};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Pages;
use crate::graphql::rows;
use crate::graphql::scalars::{Date, DateTime};
use crate::policy;

/// How deep a jurisdiction lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "jurisdiction::Level")]
pub enum JurisdictionLevel {
    /// *Provinsi*.
    Province,
    /// *Kota* or *kabupaten*.
    City,
    /// *Kecamatan*.
    District,
    /// *Kelurahan* or *desa*.
    Village,
}

/// A region.
#[derive(Debug, Clone)]
pub struct Jurisdiction(pub jurisdiction::Model);

impl From<jurisdiction::Model> for Jurisdiction {
    fn from(row: jurisdiction::Model) -> Self {
        Self(row)
    }
}

crate::connection!(JurisdictionConnection, JurisdictionEdge, Jurisdiction);

/// A region (*wilayah*) in the tree province, city, kecamatan, kelurahan.
#[Object]
impl Jurisdiction {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The Kemendagri code (*kode wilayah*), for example `11.72.01`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How deep it lies.
    async fn level(&self) -> JurisdictionLevel {
        self.0.level.into()
    }

    /// The region above; absent for a province.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Jurisdiction>> {
        Ok(rows::load_some(ctx, self.0.parent_id).await?.map(Jurisdiction))
    }

    /// The regions directly below.
    #[graphql(directive = Pages::apply())]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<JurisdictionConnection> {
        let found = policy::find(ctx.actor()).filter(jurisdiction::Column::ParentId.eq(self.0.id));
        Ok(rows::page::<JurisdictionId>(ctx, first, after, found).await?.into())
    }
}

/// Which national list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "siasn_term::List")]
pub enum SiasnList {
    /// Names of courses (*jenis kursus*).
    CourseName,
    /// Forms of development (*jenis diklat*).
    TrainingForm,
    /// Competences (*kompetensi*).
    Competence,
    /// Ranks (*golongan* and *pangkat*).
    Rank,
    /// Kinds of posts (*jenis jabatan*).
    PostType,
    /// Kinds of civil servants (*jenis pegawai*).
    EmployeeType,
}

/// An entry of a national list.
#[derive(Debug, Clone)]
pub struct SiasnTerm(pub siasn_term::Model);

impl From<siasn_term::Model> for SiasnTerm {
    fn from(row: siasn_term::Model) -> Self {
        Self(row)
    }
}

crate::connection!(SiasnTermConnection, SiasnTermEdge, SiasnTerm);

/// An entry of a list of the national civil-service information system (*SIASN*).
#[Object]
impl SiasnTerm {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The list that it stands in.
    async fn list(&self) -> SiasnList {
        self.0.list.into()
    }

    /// Its id there.
    async fn siasn_id(&self) -> &str {
        &self.0.siasn_id
    }

    /// Its short code there, where the list has one.
    async fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The list's own grouping, where it has one.
    async fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }
}

/// What a day without work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "holiday::Kind")]
pub enum HolidayKind {
    /// *Hari libur nasional*.
    National,
    /// *Cuti bersama*.
    CollectiveLeave,
}

/// A day without work.
#[derive(Debug, Clone)]
pub struct Holiday(pub holiday::Model);

impl From<holiday::Model> for Holiday {
    fn from(row: holiday::Model) -> Self {
        Self(row)
    }
}

crate::connection!(HolidayConnection, HolidayEdge, Holiday);

/// A national holiday or a day of collective leave (*hari libur*, *cuti bersama*), by decree.
#[Object]
impl Holiday {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The day.
    async fn date(&self) -> Date {
        self.0.date.into()
    }

    /// What the day is.
    async fn kind(&self) -> HolidayKind {
        self.0.kind.into()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The decree that it rests on (*dasar hukum*); absent where it came from an operator's list that names none.
    async fn citation(&self) -> Option<&str> {
        self.0.citation.as_deref()
    }

    /// Since when it is none any more; absent while it holds.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.withdrawn_at.map(DateTime)
    }

    /// The decree that took it back or put another in its place.
    async fn withdrawal_citation(&self) -> Option<&str> {
        self.0.withdrawal_citation.as_deref()
    }
}
