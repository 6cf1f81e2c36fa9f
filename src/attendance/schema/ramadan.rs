//! Ramadan, in the schema.

use async_graphql::{Context, ID, InputObject, Object};
use entity::ids::RamadanPeriodId;
use entity::ramadan_period;
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _};

use crate::attendance::ramadan;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Pages, RECKONING, Weighs};
use crate::graphql::page::{PageArgs, page};
use crate::graphql::payload::payload;
use crate::graphql::rows;
use crate::graphql::scalars::{Date, DateTime};
use crate::{connection, difference_payload, policy};

/// A Ramadan.
#[derive(Debug, Clone)]
pub struct RamadanPeriod(pub ramadan_period::Model);

impl From<ramadan_period::Model> for RamadanPeriod {
    fn from(row: ramadan_period::Model) -> Self {
        Self(row)
    }
}

connection!(RamadanPeriodConnection, RamadanPeriodEdge, RamadanPeriod);

/// A Ramadan as the government announced it: working hours of Ramadan hold on its days.
#[Object]
impl RamadanPeriod {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The first day.
    async fn starts_on(&self) -> Date {
        self.0.starts_on.into()
    }

    /// The last day.
    async fn ends_on(&self) -> Date {
        self.0.ends_on.into()
    }

    /// The announcement that it rests on (*dasar hukum*).
    async fn citation(&self) -> &str {
        &self.0.citation
    }

    /// Since when it is none any more (*dicabut*).
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.withdrawn_at.map(DateTime)
    }

    /// The announcement that took it back (*dasar hukum*).
    async fn withdrawal_citation(&self) -> Option<&str> {
        self.0.withdrawal_citation.as_deref()
    }
}

/// A Ramadan to set.
#[derive(Debug, InputObject)]
pub struct SetRamadanPeriodInput {
    /// The first day; no day that it changes may lie more than 62 days back where people served then.
    pub starts_on: Date,
    /// The last day; at most 31 days together.
    pub ends_on: Date,
    /// The announcement that it rests on (*dasar hukum*), at most 200 characters.
    pub citation: String,
    /// Only to tell what it changes of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where it changes days that are past.
    pub seen_difference: Option<String>,
}

/// A Ramadan to withdraw.
#[derive(Debug, InputObject)]
pub struct WithdrawRamadanPeriodInput {
    /// Which; no day that it changes may lie more than 62 days back where people served then.
    pub ramadan_period_id: ID,
    /// The announcement that takes it back (*dasar hukum*), at most 200 characters.
    pub citation: String,
    /// Only to tell what it changes of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where it changes days that are past.
    pub seen_difference: Option<String>,
}

difference_payload!(
    SetRamadanPeriodPayload {
        /// The Ramadan as it is now; absent where it was only tried.
        ramadan_period: RamadanPeriod = ramadan_period::Model
    },
    SetRamadanPeriodError,
    SetRamadanPeriodErrorCode { Forbidden, OutOfRange, Blank, TooLong, InvalidText }
);

difference_payload!(
    WithdrawRamadanPeriodPayload {
        /// The Ramadan that is none any more; absent where it was only tried.
        ramadan_period: RamadanPeriod = ramadan_period::Model
    },
    WithdrawRamadanPeriodError,
    WithdrawRamadanPeriodErrorCode { NotFound, Forbidden, Inactive, OutOfRange, Blank, TooLong, InvalidText }
);

/// Ramadan.
#[derive(Debug, Default)]
pub struct RamadanMutation;

/// Ramadan.
#[Object]
impl RamadanMutation {
    /// Sets a Ramadan as it was announced; one that it overlaps is replaced by it. Tells with `isDryRun` what that would
    /// change of days that are past, in all agencies together. For the national admin.
    #[graphql(directive = Weighs::apply(RECKONING))]
    async fn set_ramadan_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The Ramadan.")] input: SetRamadanPeriodInput,
    ) -> Result<Option<SetRamadanPeriodPayload>> {
        payload(ctx, ramadan::set(ctx.app(), ctx.actor(), input).await)
    }

    /// Withdraws a Ramadan, which stays as one that was withdrawn, or tells with `isDryRun` what that would change of days
    /// that are past, in all agencies together. For the national admin.
    #[graphql(directive = Weighs::apply(RECKONING))]
    async fn withdraw_ramadan_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and by which announcement.")] input: WithdrawRamadanPeriodInput,
    ) -> Result<Option<WithdrawRamadanPeriodPayload>> {
        payload(ctx, ramadan::withdraw(ctx.app(), ctx.actor(), input).await)
    }
}

/// Ramadan, for everybody.
#[derive(Debug, Default)]
pub struct RamadanQuery;

/// Ramadan, for everybody.
#[Object]
impl RamadanQuery {
    /// Every Ramadan that was announced, in order.
    #[graphql(directive = Pages::apply())]
    async fn ramadan_periods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most; 1 to 100, 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "Only what comes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Also those that were withdrawn.", default)] include_withdrawn: bool,
    ) -> Result<Option<RamadanPeriodConnection>> {
        let args = PageArgs::new(ctx, first, after)?;
        let present = Condition::all().add(ramadan_period::Column::WithdrawnAt.is_null());
        let found = policy::find::<ramadan_period::Entity>(ctx.actor()).filter(if include_withdrawn {
            Condition::all()
        } else {
            present
        });
        let keyset = rows::keyset::<RamadanPeriodId>().by_day(ramadan_period::Column::StartsOn, |row| row.starts_on);
        Ok(Some(page(&ctx.app().db, found, keyset, args).await?.into()))
    }
}
