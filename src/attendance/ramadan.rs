//! Ramadan is entered as the government announces it, and withdrawn where it was none.

use std::sync::Arc;

use chrono::Days;
use entity::ids::RamadanPeriodId;
use entity::{agency, ramadan_period};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _,
};

use super::difference::{self, Applied, Change, Plan, Proposal};
use super::holiday::held_calendar;
use super::schema::ramadan::{SetRamadanPeriodInput, WithdrawRamadanPeriodInput};
use super::working_time::Calendar;
use crate::app::App;
use crate::audit::Entry;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// Characters of a citation at most.
const MAX_CITATION: usize = 200;
/// How many days after the first the last may be.
const LONGEST: Days = Days::new(30);

/// Sets a Ramadan. What overlaps it is the same one as it was announced before, and gives way; what was replaced stays
/// in the audit log. Where it changes days that are past, the difference must have been seen.
///
/// # Errors
/// What `SetRamadanPeriodErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetRamadanPeriodInput) -> Result<Applied<ramadan_period::Model>> {
    difference::carry_out(app, actor, &input).await
}

/// Withdraws a Ramadan, which stays as one that was withdrawn. Where it changes days that are past, the difference must
/// have been seen.
///
/// # Errors
/// What `WithdrawRamadanPeriodErrorCode` names.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    input: WithdrawRamadanPeriodInput,
) -> Result<Applied<ramadan_period::Model>> {
    difference::carry_out(app, actor, &input).await
}

/// A Ramadan, and what gives way to it.
pub struct RamadanPlan {
    row: ramadan_period::Model,
    /// Those that it overlaps, in order; it keeps the id of the first.
    gone: Vec<ramadan_period::Model>,
    before: Calendar,
    after: Arc<Calendar>,
}

impl Proposal for SetRamadanPeriodInput {
    type Plan = RamadanPlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, app: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<RamadanPlan> {
        policy::require(actor, Action::KeepCalendar)?;
        let starts_on = input::day("startsOn", self.starts_on)?;
        let longest = starts_on.checked_add_days(LONGEST).unwrap_or(starts_on);
        let ends_on = input::within("endsOn", self.ends_on.0, &(starts_on..=longest))?;
        let citation = text::name("citation", &self.citation, MAX_CITATION)?;
        let (holidays, announced) = held_calendar(transaction).await?;
        let before = Calendar::of(holidays.clone(), announced.clone());
        let overlaps = |period: &ramadan_period::Model| period.starts_on <= ends_on && period.ends_on >= starts_on;
        let (mut gone, mut kept): (Vec<_>, Vec<_>) = announced.into_iter().partition(overlaps);
        gone.sort_by_key(|period| period.starts_on);
        let now = app.clock.now();
        let id = gone.first().map_or_else(|| app.ids.new_id(now), |first| first.id);
        let row = ramadan_period::Model {
            id,
            starts_on,
            ends_on,
            citation,
            created_at: now,
            withdrawn_at: None,
            withdrawal_citation: None,
        };
        kept.push(row.clone());
        Ok(RamadanPlan { row, gone, before, after: Arc::new(Calendar::of(holidays, kept)) })
    }
}

impl Plan for RamadanPlan {
    type Row = ramadan_period::Model;

    fn field(&self) -> &'static str {
        "startsOn"
    }

    fn agency(&self) -> Option<&agency::Model> {
        None
    }

    fn change(&self) -> Change {
        Change::Calendar { before: self.before.clone(), after: self.after.clone() }
    }

    async fn write(self, _: &App, transaction: &DatabaseTransaction) -> Result<(Self::Row, Option<Entry>)> {
        let ids: Vec<RamadanPeriodId> = self.gone.iter().map(|gone| gone.id).collect();
        ramadan_period::Entity::delete_many().filter(ramadan_period::Column::Id.is_in(ids)).exec(transaction).await?;
        let row = self.row.into_active_model().insert(transaction).await?;
        let entry = Entry::new("RAMADAN_SET", row.id).day("startsOn", row.starts_on).day("endsOn", row.ends_on);
        let entry = entry.text("citation", &row.citation);
        let cited = self.gone.iter().map(|gone| gone.citation.as_str()).collect::<Vec<_>>().join("\n");
        let entry = entry.periods("replaced", self.gone.iter().map(|gone| gone.starts_on..=gone.ends_on));
        Ok((row, Some(entry.text_if_any("replacedCitation", Some(cited.as_str()).filter(|cited| !cited.is_empty())))))
    }
}

/// A Ramadan that was none.
pub struct WithdrawalPlan {
    row: ramadan_period::Model,
    citation: String,
    before: Calendar,
    after: Arc<Calendar>,
}

impl Proposal for WithdrawRamadanPeriodInput {
    type Plan = WithdrawalPlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, _: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<WithdrawalPlan> {
        policy::require(actor, Action::KeepCalendar)?;
        let citation = text::name("citation", &self.citation, MAX_CITATION)?;
        let (holidays, announced) = held_calendar(transaction).await?;
        let field = "ramadanPeriodId";
        let row = rows::named::<RamadanPeriodId>(transaction, actor, field, &self.ramadan_period_id).await?;
        if row.withdrawn_at.is_some() {
            return Err(Error::at(field, Problem::Inactive));
        }
        let kept = announced.iter().filter(|period| period.id != row.id).cloned().collect();
        let (before, after) = (Calendar::of(holidays.clone(), announced), Calendar::of(holidays, kept));
        Ok(WithdrawalPlan { row, citation, before, after: Arc::new(after) })
    }
}

impl Plan for WithdrawalPlan {
    type Row = ramadan_period::Model;

    fn field(&self) -> &'static str {
        "ramadanPeriodId"
    }

    fn agency(&self) -> Option<&agency::Model> {
        None
    }

    fn change(&self) -> Change {
        Change::Calendar { before: self.before.clone(), after: self.after.clone() }
    }

    async fn write(self, app: &App, transaction: &DatabaseTransaction) -> Result<(Self::Row, Option<Entry>)> {
        let mut row = self.row.into_active_model();
        row.withdrawn_at = Set(Some(app.clock.now()));
        row.withdrawal_citation = Set(Some(self.citation.clone()));
        let row = row.update(transaction).await?;
        let entry = Entry::new("RAMADAN_WITHDRAWN", row.id).day("startsOn", row.starts_on).day("endsOn", row.ends_on);
        Ok((row, Some(entry.text("citation", &self.citation))))
    }
}
