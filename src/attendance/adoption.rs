//! An agency chooses its rule of lateness: one of the presets, one of its own, or none, from a day on.

use std::ops::RangeInclusive;

use entity::ids::{AgencyId, LatenessRuleId};
use entity::lateness_band::{self, Level, Side};
use entity::{agency, lateness_adoption, lateness_rule};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};

use super::difference::{self, Applied, Change, Plan, Proposal};
use super::lateness::{Adoption, Rule};
use super::schema::lateness_input::{
    LatenessBandInput, LatenessChoiceInput, OwnLatenessRuleInput, SetLatenessRuleInput,
};
use super::{duties, versions};
use crate::agency::rules::local_day;
use crate::agency::service::MAX_NAME;
use crate::app::App;
use crate::audit::Entry;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Actor};
use crate::problem::Problem;
use crate::{input, text};

/// Minutes by which a start may shift, and that may be made up.
const MINUTES: RangeInclusive<i32> = 0..=240;
/// Late days of a month without a cut.
const DAYS: RangeInclusive<i32> = 0..=31;
/// How many bands a rule may have.
const BANDS: RangeInclusive<usize> = 0..=40;
/// Minutes of a day, from which on a band may begin.
const DAY: i32 = 24 * 60;
/// Characters of a note at most.
const MAX_NOTE: usize = 1_000;

/// Chooses the rule of lateness of an agency from a day on. Where that day is past, the difference that it makes must
/// have been seen.
///
/// # Errors
/// What `SetLatenessRuleErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetLatenessRuleInput) -> Result<Applied<lateness_adoption::Model>> {
    difference::carry_out(app, actor, &input).await
}

/// What an input comes to as things stand. The agency is held meanwhile.
pub struct AdoptionPlan {
    agency: agency::Model,
    /// What it ends on the day before.
    before: Option<lateness_adoption::Model>,
    /// The choice.
    adoption: Adoption,
    /// Whether its rule is a new one.
    is_new_rule: bool,
}

impl Proposal for SetLatenessRuleInput {
    type Plan = AdoptionPlan;

    fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    fn seen_difference(&self) -> Option<&str> {
        self.seen_difference.as_deref()
    }

    async fn plan(&self, app: &App, actor: &Actor, transaction: &DatabaseTransaction) -> Result<AdoptionPlan> {
        let agency = rows::held::<AgencyId>(transaction, actor, "agencyId", &self.agency_id).await?;
        policy::require_agency(actor, "agencyId", agency.id)?;
        let valid_from = input::day("validFrom", self.valid_from)?;
        let mut versions = lateness_adoption::Entity::find()
            .filter(lateness_adoption::Column::AgencyId.eq(agency.id))
            .order_by_desc(lateness_adoption::Column::Version)
            .all(transaction)
            .await?;
        let now = app.clock.now();
        let validities: Vec<_> = versions.iter().map(|row| (row.valid_from, row.valid_until)).collect();
        let place = versions::place("validFrom", &validities, valid_from, local_day(now, &agency.time_zone))?;
        let citation = text::name("citation", &self.citation, MAX_NAME)?;
        let rule = match &self.rule {
            LatenessChoiceInput::RuleId(id) => {
                let row = rows::named::<LatenessRuleId>(transaction, actor, "rule.ruleId", id).await?;
                if row.agency_id.is_some_and(|owner| owner != agency.id) {
                    return Err(Error::at("rule.ruleId", Problem::NotFound));
                }
                duties::rules(transaction, std::iter::once(row.id)).await?.remove(&row.id)
            }
            LatenessChoiceInput::Own(own) => Some(own_rule(app, transaction, agency.id, own).await?),
            LatenessChoiceInput::NoRule(true) => None,
            LatenessChoiceInput::NoRule(false) => return Err(Error::at("rule.none", Problem::Malformed)),
        };
        let row = lateness_adoption::Model {
            id: app.ids.new_id(now),
            agency_id: agency.id,
            version: versions.first().map_or(0, |newest| newest.version) + 1,
            rule_id: rule.as_ref().map(|rule| rule.row.id),
            citation,
            valid_from,
            valid_until: place.until,
            created_at: now,
        };
        let before = place.ends.map(|at| versions.swap_remove(at));
        let is_new_rule = matches!(self.rule, LatenessChoiceInput::Own(_));
        Ok(AdoptionPlan { agency, before, adoption: Adoption { row, rule }, is_new_rule })
    }
}

impl Plan for AdoptionPlan {
    type Row = lateness_adoption::Model;

    fn field(&self) -> &'static str {
        "validFrom"
    }

    fn agency(&self) -> Option<&agency::Model> {
        Some(&self.agency)
    }

    fn change(&self) -> Change {
        Change::Lateness(self.adoption.clone())
    }

    /// Ends the choice before on the day before.
    async fn write(self, _: &App, transaction: &DatabaseTransaction) -> Result<(Self::Row, Option<Entry>)> {
        let Adoption { row, rule } = self.adoption;
        if let Some(rule) = rule.filter(|_| self.is_new_rule) {
            lateness_rule::Entity::insert(rule.row.into_active_model()).exec_without_returning(transaction).await?;
            let bands = rule.bands.into_iter().map(lateness_band::Model::into_active_model);
            lateness_band::Entity::insert_many(bands).exec_without_returning(transaction).await?;
        }
        if let Some(before) = self.before {
            let mut before = before.into_active_model();
            before.valid_until = Set(row.valid_from.pred_opt());
            before.update(transaction).await?;
        }
        lateness_adoption::Entity::insert(row.clone().into_active_model()).exec_without_returning(transaction).await?;
        let entry = Entry::new("LATENESS_RULE_SET", row.id)
            .id_if_any("rule", row.rule_id)
            .number("version", row.version)
            .day("validFrom", row.valid_from);
        Ok((row, Some(entry)))
    }
}

/// A rule of the agency's own: a new version where it has one of that name.
async fn own_rule(
    app: &App,
    transaction: &DatabaseTransaction,
    agency: AgencyId,
    input: &OwnLatenessRuleInput,
) -> Result<Rule> {
    let at = |field: &str| format!("rule.own.{field}");
    let name = text::name(&at("name"), &input.name, MAX_NAME)?;
    let before = lateness_rule::Entity::find()
        .filter(lateness_rule::Column::AgencyId.eq(agency))
        .filter(lateness_rule::Column::Name.eq(&name))
        .order_by_desc(lateness_rule::Column::Version)
        .one(transaction)
        .await?;
    let note = input.note.as_deref().map(|note| text::paragraphs(&at("note"), note, MAX_NOTE)).transpose()?;
    let percent = |field: &str, percent: Option<f64>| percent.map(|it| hundredths(&at(field), it)).transpose();
    let late_days_hundredths = percent("lateDaysPercent", input.late_days_percent)?;
    let late_days_free =
        input.late_days_free.map(|days| input::within(&at("lateDaysFree"), days, &DAYS)).transpose()?;
    if late_days_hundredths.is_some() && late_days_free.is_none() {
        return Err(Error::at(&at("lateDaysFree"), Problem::Blank));
    }
    let now = app.clock.now();
    let id = app.ids.new_id(now);
    let row = lateness_rule::Model {
        id,
        agency_id: Some(agency),
        name,
        citation: text::name(&at("citation"), &input.citation, MAX_NAME)?,
        version: before.map_or(0, |before| before.version) + 1,
        // What an admin types is held against no source.
        is_verified: false,
        note,
        flexible_minutes: input::within(&at("flexibleMinutes"), input.flexible_minutes, &MINUTES)?,
        made_up_minutes: input::within(&at("madeUpMinutes"), input.made_up_minutes, &MINUTES)?,
        late_days_free,
        late_days_hundredths,
        missing_is_last_band: input.missing_is_last_band,
        absent_hundredths: percent("absentPercent", input.absent_percent)?,
        created_at: now,
    };
    Ok(Rule { row, bands: bands(id, &input.bands)? })
}

/// The bands of a rule; on each side they ascend.
fn bands(rule_id: LatenessRuleId, inputs: &[LatenessBandInput]) -> Result<Vec<lateness_band::Model>> {
    input::within("rule.own.bands", inputs.len(), &BANDS)?;
    let mut bands: Vec<lateness_band::Model> = Vec::with_capacity(inputs.len());
    for (position, input) in inputs.iter().enumerate() {
        let at = |field: &str| format!("rule.own.bands.{position}.{field}");
        let side: Side = input.side.into();
        let level = input.level.map(Level::from);
        let first = bands.iter().filter(|band| band.side == side).map(|band| band.from_minute + 1).max().unwrap_or(1);
        let from_minute = input::within(&at("fromMinute"), input.from_minute, &(first..=DAY))?;
        if level.is_some_and(|level| side_of(level) != side) {
            return Err(Error::at(&at("level"), Problem::Malformed));
        }
        let hundredths = input.percent.map(|percent| hundredths(&at("percent"), percent)).transpose()?;
        bands.push(lateness_band::Model { rule_id, side, from_minute, level, hundredths });
    }
    Ok(bands)
}

const fn side_of(level: Level) -> Side {
    match level {
        Level::Tl1 | Level::Tl2 | Level::Tl3 | Level::Tl4 => Side::Late,
        Level::Psw1 | Level::Psw2 | Level::Psw3 | Level::Psw4 => Side::Early,
    }
}

/// A percentage of at most two decimals in hundredths of a percent.
fn hundredths(field: &str, percent: f64) -> Result<i32> {
    input::within(field, percent, &(0.0..=100.0))?;
    let exact = percent * 100.0;
    if (exact - exact.round()).abs() > 1e-6 {
        return Err(Error::at(field, Problem::Malformed));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number up to 10,000")]
    Ok(exact.round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_has_two_decimals() {
        for (percent, kept) in [(0.0, 0), (0.29, 29), (1.25, 125), (2.5, 250), (57.01, 5_701), (100.0, 10_000)] {
            assert_eq!(hundredths("percent", percent).unwrap(), kept, "{percent}");
        }
        for wrong in [-0.01, 100.01, 0.005, 1.255, f64::NAN, f64::INFINITY] {
            assert!(hundredths("percent", wrong).is_err(), "{wrong}");
        }
    }
}
