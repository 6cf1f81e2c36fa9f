//! National reference data, for everybody.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::ids::{AgencyId, HolidayId, JurisdictionId, SiasnTermId};
use entity::{agency, holiday, jurisdiction, siasn_term};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryTrait as _};

use super::agency::AgencyConnection;
use super::reference::{HolidayConnection, JurisdictionConnection, SiasnList, SiasnTermConnection};
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Pages;
use crate::graphql::page::{PageArgs, page};
use crate::graphql::rows;
use crate::graphql::search::holds;
use crate::policy;
use crate::problem::Problem;

/// The queries of agencies.
#[derive(Debug, Default)]
pub struct AgencyQuery;

/// Agencies and national reference data, for everybody.
#[Object]
impl AgencyQuery {
    /// The agencies (*instansi*) of the country.
    #[graphql(directive = Pages::apply())]
    async fn agencies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those whose name holds this text.")] search: Option<String>,
    ) -> Result<Option<AgencyConnection>> {
        let found = policy::find(ctx.actor()).filter(holds(ctx, agency::Column::Name, search)?);
        Ok(Some(rows::page::<AgencyId>(ctx, first, after, found).await?.into()))
    }

    /// The regions (*wilayah*): provinces, cities, kecamatan, kelurahan.
    #[graphql(directive = Pages::apply())]
    async fn jurisdictions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those directly below this region.")] parent_id: Option<ID>,
        #[graphql(desc = "Only those whose name holds this text.")] search: Option<String>,
    ) -> Result<Option<JurisdictionConnection>> {
        let parent: Option<JurisdictionId> = rows::parse_some_id("parentId", parent_id.as_ref())?;
        let found = policy::find(ctx.actor())
            .filter(holds(ctx, jurisdiction::Column::Name, search)?)
            .apply_if(parent, |found, parent| found.filter(jurisdiction::Column::ParentId.eq(parent)));
        Ok(Some(rows::page::<JurisdictionId>(ctx, first, after, found).await?.into()))
    }

    /// The entries of a list of the national civil-service information system (*SIASN*).
    #[graphql(directive = Pages::apply())]
    async fn siasn_terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list.")] list: SiasnList,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those whose name holds this text.")] search: Option<String>,
    ) -> Result<Option<SiasnTermConnection>> {
        let found = policy::find(ctx.actor())
            .filter(siasn_term::Column::List.eq(siasn_term::List::from(list)))
            .filter(holds(ctx, siasn_term::Column::Name, search)?);
        Ok(Some(rows::page::<SiasnTermId>(ctx, first, after, found).await?.into()))
    }

    /// The national holidays (*hari libur nasional*) and days of collective leave (*cuti bersama*) of a year, in order.
    #[graphql(directive = Pages::apply())]
    async fn holidays(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The year, for example 2026.")] year: i32,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Also those that were withdrawn.", default)] include_withdrawn: bool,
    ) -> Result<Option<HolidayConnection>> {
        let args = PageArgs::new(ctx, first, after)?;
        let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).filter(|_| (1..=9999).contains(&year));
        let (Some(from), Some(until)) = (day(1, 1), day(12, 31)) else {
            return Err(Error::bad_input("year", Problem::Malformed));
        };
        let present = Condition::all().add(holiday::Column::WithdrawnAt.is_null());
        let rows = policy::find::<holiday::Entity>(ctx.actor())
            .filter(holiday::Column::Date.between(from, until))
            .filter(if include_withdrawn { Condition::all() } else { present });
        let keyset = rows::keyset::<HolidayId>().by_day(holiday::Column::Date, |row| row.date);
        Ok(Some(page(&ctx.app().db, rows, keyset, args).await?.into()))
    }
}
