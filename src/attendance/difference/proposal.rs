//! How an action shows what it changes of days that are past before it writes.
//!
//! What the input comes to is planned in a transaction. Where it reaches days that are past, that transaction is given
//! up, the difference is computed without one, so that seconds of work lock nothing, and the same is planned again to be
//! written. What was set meanwhile makes the difference one that nobody has seen.

use async_graphql::{InputType, Value};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::{AgencyId, RosterEntryId};
use entity::{agency, lateness_adoption, schedule, time_zone_setting};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
};

use super::{Change, Difference, audited, of, past, today};
use crate::app::App;
use crate::attendance::duties;
use crate::attendance::reopening::{self, Whose};
use crate::attendance::working_time::Calendar;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::id;
use crate::policy::Actor;
use crate::problem::Problem;

/// The input of an action that may change days that are past.
pub trait Proposal: InputType {
    /// What it comes to.
    type Plan: Plan;

    /// Whether only the difference is asked for.
    fn is_dry_run(&self) -> bool;

    /// The token of the difference that was seen.
    fn seen_difference(&self) -> Option<&str>;

    /// Authorises, looks up, checks; holds what the plan rests on until the end of the transaction.
    fn plan(
        &self,
        app: &App,
        actor: &Actor,
        transaction: &DatabaseTransaction,
    ) -> impl Future<Output = Result<Self::Plan>> + Send;
}

/// What an input comes to as things stand.
pub trait Plan: Send + Sized {
    /// What is written.
    type Row: Send;

    /// The field of the input that says which days are changed.
    fn field(&self) -> &'static str;

    /// The agency whose days it changes; absent for the nation's.
    fn agency(&self) -> Option<&agency::Model>;

    /// The change.
    fn change(&self) -> Change;

    /// The entries of rosters that it was made in sight of.
    fn rosters(&self) -> Vec<RosterEntryId> {
        Vec::new()
    }

    /// Writes it, and tells what the audit log is to hold; nothing where all stays as it is.
    fn write(
        self,
        app: &App,
        transaction: &DatabaseTransaction,
    ) -> impl Future<Output = Result<(Self::Row, Option<Entry>)>> + Send;

    /// Forgets what was remembered and no longer holds.
    fn forget(app: &App) {
        app.duties.forget();
    }
}

/// What a change came to: nothing but its difference where it was only tried.
#[derive(Debug)]
pub struct Applied<M> {
    /// What was set.
    pub row: Option<M>,
    /// What it changes of days that are past; absent where it changes none.
    pub difference: Option<Difference>,
}

/// Does what an input says, or only tells what it would change of days that are past. Where it changes any, it is done
/// only with the token of that difference.
///
/// # Errors
/// What the plan refuses; `DIFFERENCE_NOT_SEEN` at `seenDifference`; `OUT_OF_RANGE` and `TOO_MUCH_AT_ONCE` at the plan's
/// field.
pub async fn carry_out<P: Proposal>(app: &App, actor: &Actor, proposal: &P) -> Result<Applied<<P::Plan as Plan>::Row>> {
    let by = actor.person()?.account_id;
    let mut transaction = app.db.begin().await?;
    let mut plan = proposal.plan(app, actor, &transaction).await?;
    let mut difference = None;
    let mut reopened = None;
    let change = plan.change();
    let today = today(app, &transaction, plan.agency()).await?;
    if let Some(days) = past(today, &change) {
        let before = stamp(&transaction, &plan).await?;
        transaction.rollback().await?;
        let agency = plan.agency().map(|agency| agency.id);
        let mut told = of(app, agency, &change, (today, days.clone()), plan.field()).await?;
        told.token = bound(&told.token, proposal);
        if proposal.is_dry_run() {
            return Ok(Applied { row: None, difference: Some(told) });
        }
        require_seen(&told, proposal.seen_difference())?;
        transaction = app.db.begin().await?;
        plan = proposal.plan(app, actor, &transaction).await?;
        if stamp(&transaction, &plan).await? != before {
            return Err(not_seen());
        }
        reopened = (told.changed_days > 0).then(|| (whose(plan.agency(), &change), days));
        difference = Some(told);
    } else if proposal.is_dry_run() {
        transaction.rollback().await?;
        return Ok(Applied { row: None, difference });
    }
    let agency = plan.agency().map(|agency| agency.id);
    let (row, entry) = plan.write(app, &transaction).await?;
    if let Some((whose, days)) = reopened {
        reopening::note(app, &transaction, whose, days).await?;
    }
    if let Some(entry) = entry {
        audit::append(&transaction, app, Some(by), agency, audited(entry, difference.as_ref())).await?;
    }
    transaction.commit().await?;
    P::Plan::forget(app);
    Ok(Applied { row: Some(row), difference })
}

/// The token of a difference for the one input that it was seen of: another with the same difference has not been seen.
pub(super) fn bound<P: Proposal>(token: &str, proposal: &P) -> String {
    let mut input = proposal.to_value();
    if let Value::Object(fields) = &mut input {
        fields.retain(|name, _| !matches!(name.as_str(), "isDryRun" | "seenDifference"));
    }
    let (name, input) = (P::type_name(), input.to_string());
    URL_SAFE_NO_PAD.encode(id::digest(&[name.as_bytes(), input.as_bytes(), token.as_bytes()]))
}

/// Whose days a change is about.
fn whose(agency: Option<&agency::Model>, change: &Change) -> Whose {
    match (change.people(), agency) {
        (Some(people), _) => Whose::People(people),
        (None, Some(agency)) => Whose::Agency(agency.id),
        (None, None) => Whose::Nation,
    }
}

/// Checks that a difference was seen before the change is applied.
pub(super) fn require_seen(difference: &Difference, seen: Option<&str>) -> Result<()> {
    if seen == Some(&difference.token) { Ok(()) } else { Err(not_seen()) }
}

fn not_seen() -> Error {
    Error::at("seenDifference", Problem::DifferenceNotSeen)
}

/// What is set so far, in an agency or in all of them. Adoptions, hours and zones are never taken back, so the same
/// numbers are the same state.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    adoptions: u64,
    schedules: u64,
    zones: u64,
    calendar: Calendar,
    rosters: Vec<RosterEntryId>,
}

async fn stamp(db: &impl ConnectionTrait, plan: &impl Plan) -> Result<Stamp> {
    let agency: Option<AgencyId> = plan.agency().map(|agency| agency.id);
    let adoptions = lateness_adoption::Entity::find();
    let schedules = schedule::Entity::find();
    let zones = time_zone_setting::Entity::find();
    let (adoptions, schedules, zones) = match agency {
        Some(agency) => (
            adoptions.filter(lateness_adoption::Column::AgencyId.eq(agency)),
            schedules.filter(schedule::Column::AgencyId.eq(agency)),
            zones.filter(time_zone_setting::Column::AgencyId.eq(agency)),
        ),
        None => (adoptions, schedules, zones),
    };
    let (holidays, ramadan) = duties::calendar_rows(db).await?;
    Ok(Stamp {
        adoptions: adoptions.count(db).await?,
        schedules: schedules.count(db).await?,
        zones: zones.count(db).await?,
        calendar: Calendar::of(holidays, ramadan),
        rosters: plan.rosters(),
    })
}
