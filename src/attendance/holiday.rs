//! Holidays and days of collective leave are set and withdrawn as decrees say. No row is ever changed or removed: what
//! is corrected is withdrawn, and set anew.

use std::sync::Arc;

use entity::ids::HolidayId;
use entity::{agency, holiday, ramadan_period};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _,
    IntoActiveModel as _,
};

use super::difference::{self, Applied, Change, Plan, Proposal};
use super::duties::calendar_rows;
use super::schema::holiday::{SetHolidayInput, WithdrawHolidayInput};
use super::working_time::Calendar;
use crate::app::App;
use crate::audit::Entry;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Action, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// Characters of a name or a citation at most.
const MAX_TEXT: usize = 200;

/// Sets a holiday or a day of collective leave; one of the same day and name is withdrawn for it. Where the day is past,
/// the difference that it makes must have been seen.
///
/// # Errors
/// What `SetHolidayErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetHolidayInput) -> Result<Applied<holiday::Model>> {
    difference::carry_out(app, actor, &input).await
}

/// Withdraws a holiday or a day of collective leave. Where the day is past, the difference that it makes must have been
/// seen.
///
/// # Errors
/// What `WithdrawHolidayErrorCode` names.
pub async fn withdraw(app: &App, actor: &Actor, input: WithdrawHolidayInput) -> Result<Applied<holiday::Model>> {
    difference::carry_out(app, actor, &input).await
}

/// The rows of the nation's calendar, held: what another is about to write can be locked by nobody, so that changes of
/// it follow each other. (On SQLite a transaction is alone anyway.)
///
/// # Errors
/// When the database does not answer.
pub async fn held_calendar(
    transaction: &DatabaseTransaction,
) -> Result<(Vec<holiday::Model>, Vec<ramadan_period::Model>)> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        transaction.execute_unprepared("LOCK TABLE holiday, ramadan_period IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    calendar_rows(transaction).await
}

/// A day that is set, one that is withdrawn, or one in place of the other.
pub struct HolidayPlan {
    /// What is withdrawn, with the decree by which it is.
    withdrawn: Option<(holiday::Model, String)>,
    /// What is set.
    set: Option<holiday::Model>,
    /// What stands already as the input says.
    standing: Option<holiday::Model>,
    before: Calendar,
    after: Arc<Calendar>,
}

impl HolidayPlan {
    fn new(
        (holidays, ramadan): (Vec<holiday::Model>, Vec<ramadan_period::Model>),
        withdrawn: Option<(holiday::Model, String)>,
        set: Option<holiday::Model>,
    ) -> Self {
        let before = Calendar::of(holidays.clone(), ramadan.clone());
        let is_kept = |row: &holiday::Model| withdrawn.as_ref().is_none_or(|(gone, _)| gone.id != row.id);
        let after = holidays.into_iter().filter(is_kept).chain(set.clone()).collect();
        let after = Arc::new(Calendar::of(after, ramadan));
        Self { withdrawn, set, standing: None, before, after }
    }
}

impl Proposal for SetHolidayInput {
    type Plan = HolidayPlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, app: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<Self::Plan> {
        policy::require(actor, Action::KeepCalendar)?;
        let date = input::day("date", self.date)?;
        let name = text::name("name", &self.name, MAX_TEXT)?;
        let citation = text::name("citation", &self.citation, MAX_TEXT)?;
        let now = app.clock.now();
        let row = holiday::Model {
            id: app.ids.new_id(now),
            date,
            kind: self.kind.into(),
            name,
            citation: Some(citation.clone()),
            created_at: now,
            withdrawn_at: None,
            withdrawal_citation: None,
        };
        let calendar = held_calendar(transaction).await?;
        let before = calendar.0.iter().find(|before| (before.date, &before.name) == (row.date, &row.name)).cloned();
        match before {
            Some(before) if (before.kind, &before.citation) == (row.kind, &row.citation) => {
                let plan = HolidayPlan::new(calendar, None, None);
                Ok(HolidayPlan { standing: Some(before), ..plan })
            }
            before => Ok(HolidayPlan::new(calendar, before.map(|before| (before, citation)), Some(row))),
        }
    }
}

impl Proposal for WithdrawHolidayInput {
    type Plan = HolidayPlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, _: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<Self::Plan> {
        policy::require(actor, Action::KeepCalendar)?;
        let citation = text::name("citation", &self.citation, MAX_TEXT)?;
        let calendar = held_calendar(transaction).await?;
        let row = rows::named::<HolidayId>(transaction, actor, "holidayId", &self.holiday_id).await?;
        if row.withdrawn_at.is_some() {
            return Err(Error::at("holidayId", Problem::Inactive));
        }
        Ok(HolidayPlan::new(calendar, Some((row, citation)), None))
    }
}

impl Plan for HolidayPlan {
    type Row = holiday::Model;

    fn field(&self) -> &'static str {
        if self.set.is_some() { "date" } else { "holidayId" }
    }

    fn agency(&self) -> Option<&agency::Model> {
        None
    }

    fn change(&self) -> Change {
        Change::Calendar { before: self.before.clone(), after: self.after.clone() }
    }

    async fn write(self, app: &App, transaction: &DatabaseTransaction) -> Result<(Self::Row, Option<Entry>)> {
        let replaced = self.withdrawn.as_ref().map(|(row, _)| row.id);
        let mut withdrawn = None;
        if let Some((row, citation)) = self.withdrawn {
            let mut row = row.into_active_model();
            row.withdrawn_at = Set(Some(app.clock.now()));
            row.withdrawal_citation = Set(Some(citation));
            withdrawn = Some(row.update(transaction).await?);
        }
        if let Some(row) = self.set {
            holiday::Entity::insert(row.clone().into_active_model()).exec_without_returning(transaction).await?;
            let entry = told("HOLIDAY_SET", &row, row.citation.as_deref()).id_if_any("replaced", replaced);
            return Ok((row, Some(entry)));
        }
        let entry = withdrawn.as_ref().map(|row| told("HOLIDAY_WITHDRAWN", row, row.withdrawal_citation.as_deref()));
        let row = withdrawn.or(self.standing).ok_or_else(|| Error::internal("a holiday neither set nor withdrawn"))?;
        Ok((row, entry))
    }
}

fn told(action: &'static str, row: &holiday::Model, citation: Option<&str>) -> Entry {
    let entry = Entry::new(action, row.id).day("date", row.date).word("kind", row.kind).text("name", &row.name);
    entry.text("citation", citation.unwrap_or_default())
}
