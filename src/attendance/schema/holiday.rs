//! What sets holidays and days of collective leave.

use async_graphql::{Context, ID, InputObject, Object};
use entity::holiday;

use crate::agency::schema::{Holiday, HolidayKind};
use crate::attendance::holiday as days;
use crate::difference_payload;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{RECKONING, Weighs};
use crate::graphql::payload::payload;
use crate::graphql::scalars::Date;

/// A holiday (*hari libur nasional*) or a day of collective leave (*cuti bersama*) to set.
#[derive(Debug, InputObject)]
pub struct SetHolidayInput {
    /// The day; not more than 62 days back where people served then.
    pub date: Date,
    /// What the day is.
    pub kind: HolidayKind,
    /// The name, at most 200 characters. What stands on that day under this name is withdrawn for it.
    pub name: String,
    /// The decree that it rests on (*dasar hukum*), at most 200 characters.
    pub citation: String,
    /// Only to tell what it changes of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where it changes a day that is past.
    pub seen_difference: Option<String>,
}

/// A holiday or a day of collective leave to withdraw.
#[derive(Debug, InputObject)]
pub struct WithdrawHolidayInput {
    /// Which; its day not more than 62 days back where people served then.
    pub holiday_id: ID,
    /// The decree that takes it back (*dasar hukum*), at most 200 characters.
    pub citation: String,
    /// Only to tell what it changes of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where it changes a day that is past.
    pub seen_difference: Option<String>,
}

difference_payload!(
    SetHolidayPayload {
        /// The holiday as it is now; absent where it was only tried.
        holiday: Holiday = holiday::Model
    },
    SetHolidayError,
    SetHolidayErrorCode { Forbidden, OutOfRange, Blank, TooLong, InvalidText }
);

difference_payload!(
    WithdrawHolidayPayload {
        /// The holiday that is none any more; absent where it was only tried.
        holiday: Holiday = holiday::Model
    },
    WithdrawHolidayError,
    WithdrawHolidayErrorCode { NotFound, Forbidden, Inactive, OutOfRange, Blank, TooLong, InvalidText }
);

/// Holidays.
#[derive(Debug, Default)]
pub struct HolidayMutation;

/// Holidays.
#[Object]
impl HolidayMutation {
    /// Sets a national holiday (*hari libur nasional*) or a day of collective leave (*cuti bersama*), or tells with
    /// `isDryRun` what that would change of a day that is past, in all agencies together. For the national admin.
    #[graphql(directive = Weighs::apply(RECKONING))]
    async fn set_holiday(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The holiday.")] input: SetHolidayInput,
    ) -> Result<Option<SetHolidayPayload>> {
        payload(ctx, days::set(ctx.app(), ctx.actor(), input).await)
    }

    /// Withdraws a national holiday (*hari libur nasional*) or a day of collective leave (*cuti bersama*), which stays as
    /// one that was withdrawn, or tells with `isDryRun` what that would change. For the national admin.
    #[graphql(directive = Weighs::apply(RECKONING))]
    async fn withdraw_holiday(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and by which decree.")] input: WithdrawHolidayInput,
    ) -> Result<Option<WithdrawHolidayPayload>> {
        payload(ctx, days::withdraw(ctx.app(), ctx.actor(), input).await)
    }
}
