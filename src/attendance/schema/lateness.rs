//! Rules of lateness, and which one an agency has chosen.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::ids::{AgencyId, LatenessRuleId};
use entity::lateness_band::{self, Side};
use entity::{lateness_adoption, lateness_rule};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _};

use super::check_in::{LatenessLevel, percent};
use super::lateness_input::{SetLatenessRuleInput, SetLatenessRulePayload};
use crate::agency::schema::Agency;
use crate::attendance::adoption;
use crate::attendance::loader::MeasuredUnder;
use crate::connection;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, Pages, RECKONING, Weighs};
use crate::graphql::payload::payload;
use crate::graphql::rows;
use crate::graphql::scalars::Date;
use crate::policy;

/// Which end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Side")]
pub enum LatenessSide {
    /// Coming late (*terlambat*).
    Late,
    /// Going early (*pulang sebelum waktunya*).
    Early,
}

/// From so many minutes on, a level and a cut of the allowance.
#[derive(Debug, SimpleObject)]
pub struct LatenessBand {
    /// Coming or going.
    side: LatenessSide,
    /// The first minute of the band; it ends where the next one of its side begins.
    from_minute: i32,
    /// The level, where the rule has levels.
    level: Option<LatenessLevel>,
    /// The cut of the allowance (*potongan tunjangan*) in percent; absent where it is not set.
    percent: Option<f64>,
}

impl From<lateness_band::Model> for LatenessBand {
    fn from(row: lateness_band::Model) -> Self {
        Self {
            side: row.side.into(),
            from_minute: row.from_minute,
            level: row.level.map(LatenessLevel::from),
            percent: row.hundredths.map(percent),
        }
    }
}

/// A rule of lateness.
#[derive(Debug, Clone)]
pub struct LatenessRule(pub lateness_rule::Model);

impl From<lateness_rule::Model> for LatenessRule {
    fn from(row: lateness_rule::Model) -> Self {
        Self(row)
    }
}

connection!(LatenessRuleConnection, LatenessRuleEdge, LatenessRule);

/// A rule of lateness (*aturan keterlambatan*): what coming late and going early cost. It never changes; what is
/// corrected is a new version.
#[Object]
impl LatenessRule {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*) whose own it is; absent for the presets.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Option<Agency>> {
        Ok(rows::load_some(ctx, self.0.agency_id).await?.map(Agency))
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The decree or decision that it rests on (*dasar hukum*).
    async fn citation(&self) -> &str {
        &self.0.citation
    }

    /// The version, counted up by name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Whether each number of it was read in the source; `false` for an agency's own, which is its admin's word.
    async fn is_verified(&self) -> bool {
        self.0.is_verified
    }

    /// What is to be known of it: what is not verified, or not set.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// By how many minutes the start may shift, and the end with it, where working hours do not say.
    async fn flexible_minutes(&self) -> i32 {
        self.0.flexible_minutes
    }

    /// Lateness up to so many minutes is none when as much is added at the end of the day.
    async fn made_up_minutes(&self) -> i32 {
        self.0.made_up_minutes
    }

    /// Late days of a month without the cut of `lateDaysPercent`; absent where there is no such cut.
    async fn late_days_free(&self) -> Option<i32> {
        self.0.late_days_free
    }

    /// The cut of a month with more late days than that, in percent; absent where it is not set.
    async fn late_days_percent(&self) -> Option<f64> {
        self.0.late_days_hundredths.map(percent)
    }

    /// Whether a missing record of coming or going counts as the last band of its side.
    async fn missing_is_last_band(&self) -> bool {
        self.0.missing_is_last_band
    }

    /// The cut for an absent day in percent; absent where it is that of what is missing.
    async fn absent_percent(&self) -> Option<f64> {
        self.0.absent_hundredths.map(percent)
    }

    /// The bands: those of coming before those of going, each side by minute.
    #[graphql(directive = Lists::apply(8))]
    async fn bands(&self, ctx: &Context<'_>) -> Result<Vec<LatenessBand>> {
        let rule = rows::load(ctx, MeasuredUnder(self.0.id)).await?;
        let mut bands = rule.map(|rule| rule.bands).unwrap_or_default();
        bands.sort_by_key(|band| (band.side == Side::Early, band.from_minute));
        Ok(bands.into_iter().map(LatenessBand::from).collect())
    }
}

/// Which rule an agency has chosen.
#[derive(Debug, Clone)]
pub struct LatenessAdoption(pub lateness_adoption::Model);

impl From<lateness_adoption::Model> for LatenessAdoption {
    fn from(row: lateness_adoption::Model) -> Self {
        Self(row)
    }
}

connection!(LatenessAdoptionConnection, LatenessAdoptionEdge, LatenessAdoption);

/// Which rule of lateness (*aturan keterlambatan*) an agency has chosen, from a day on.
#[Object]
impl LatenessAdoption {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*).
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        rows::load_present(ctx, self.0.agency_id).await.map(Agency)
    }

    /// The rule; absent where it chose none: lateness is measured, and costs nothing.
    async fn rule(&self, ctx: &Context<'_>) -> Result<Option<LatenessRule>> {
        Ok(rows::load_some(ctx, self.0.rule_id).await?.map(LatenessRule))
    }

    /// The agency's decision (*keputusan instansi*).
    async fn citation(&self) -> &str {
        &self.0.citation
    }

    /// The version, counted up with each choice.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The first day.
    async fn valid_from(&self) -> Date {
        self.0.valid_from.into()
    }

    /// The last day; absent while no later choice is made. A choice that was corrected on its first day ends before it
    /// begins.
    async fn valid_until(&self) -> Option<Date> {
        self.0.valid_until.map(Date)
    }
}

/// The queries of rules of lateness.
#[derive(Debug, Default)]
pub struct LatenessQuery;

/// Rules of lateness.
#[Object]
impl LatenessQuery {
    /// The rules of lateness (*aturan keterlambatan*) that an agency can choose: the presets, and its own in all
    /// versions, as far as the caller may see them.
    #[graphql(directive = Pages::apply())]
    async fn lateness_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency; the presets alone where absent.")] agency_id: Option<ID>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
    ) -> Result<Option<LatenessRuleConnection>> {
        let agency: Option<AgencyId> = rows::parse_some_id("agencyId", agency_id.as_ref())?;
        let choice = Condition::any()
            .add(lateness_rule::Column::AgencyId.is_null())
            .add(lateness_rule::Column::AgencyId.is_in(agency));
        let found = policy::find::<lateness_rule::Entity>(ctx.actor()).filter(choice);
        Ok(Some(rows::page::<LatenessRuleId>(ctx, first, after, found).await?.into()))
    }
}

/// The mutations of rules of lateness.
#[derive(Debug, Default)]
pub struct LatenessMutation;

/// What an agency's admin chooses.
#[Object]
impl LatenessMutation {
    /// Chooses the rule of lateness (*aturan keterlambatan*) of an agency from a day on, or tells with `isDryRun` what
    /// that would change of days that are past. For the agency's admins.
    #[graphql(directive = Weighs::apply(RECKONING))]
    async fn set_lateness_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] input: SetLatenessRuleInput,
    ) -> Result<Option<SetLatenessRulePayload>> {
        payload(ctx, adoption::set(ctx.app(), ctx.actor(), input).await)
    }
}
