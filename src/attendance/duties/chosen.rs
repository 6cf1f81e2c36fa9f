//! What agencies have chosen: rules of lateness, and zones of their own and of units.

use std::collections::{HashMap, HashSet};

use entity::ids::{AgencyId, LatenessRuleId, UnitId};
use entity::{agency, lateness_adoption, lateness_band, lateness_rule, time_zone_setting};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, FromQueryResult, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, RelationDef,
};

use crate::attendance::lateness::{Adoption, Rule};
use crate::db;
use crate::error::Result;

/// An agency, a row for each band of each rule of lateness that it has chosen, and these for each zone that it or one of
/// the units was set to.
#[derive(Debug, FromQueryResult)]
struct Choice {
    id: AgencyId,
    time_zone: String,
    #[sea_orm(nested(prefix = "adoption_"))]
    adoption: Option<lateness_adoption::Model>,
    #[sea_orm(nested(prefix = "rule_"))]
    rule: Option<lateness_rule::Model>,
    #[sea_orm(nested(prefix = "band_"))]
    band: Option<lateness_band::Model>,
    #[sea_orm(nested(prefix = "zone_"))]
    zone: Option<time_zone_setting::Model>,
}

/// What holds for everybody of an agency.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) time_zone: String,
    /// What was set of its zone and those of the units.
    pub(super) zones: Vec<time_zone_setting::Model>,
    pub(super) lateness: Vec<Adoption>,
}

/// The zones of agencies and units, and the agencies' choices of rules of lateness.
pub(super) async fn chosen(
    db: &impl ConnectionTrait,
    engine: DbBackend,
    agencies: &HashSet<AgencyId>,
    units: &HashSet<UnitId>,
) -> Result<HashMap<AgencyId, Chosen>> {
    let adoptions: RelationDef = agency::Entity::belongs_to(lateness_adoption::Entity)
        .from(agency::Column::Id)
        .to(lateness_adoption::Column::AgencyId)
        .into();
    let rule: RelationDef = lateness_adoption::Entity::belongs_to(lateness_rule::Entity)
        .from(lateness_adoption::Column::RuleId)
        .to(lateness_rule::Column::Id)
        .into();
    let zones: RelationDef = agency::Entity::belongs_to(time_zone_setting::Entity)
        .from(agency::Column::Id)
        .to(time_zone_setting::Column::AgencyId)
        .into();
    // Of these units alone: an agency may have set hundreds, and each comes with all of the rules.
    let of_the_units = db::any_of(engine, time_zone_setting::Column::UnitId, units.iter().map(|id| id.0));
    let of_the_units = Condition::any().add(time_zone_setting::Column::UnitId.is_null()).add(of_the_units);
    let zones = zones.on_condition(move |_, _| of_the_units.clone());
    let mut rows = agency::Entity::find()
        .select_only()
        .columns([agency::Column::Id, agency::Column::TimeZone])
        .filter(db::any_of(engine, agency::Column::Id, agencies.iter().map(|id| id.0)))
        .join(JoinType::LeftJoin, adoptions)
        .join(JoinType::LeftJoin, rule)
        .join(JoinType::LeftJoin, bands_of_rule())
        .join(JoinType::LeftJoin, zones)
        .order_by_asc(time_zone_setting::Column::Id)
        .order_by_asc(lateness_adoption::Column::Version);
    rows = db::columns_of::<lateness_adoption::Entity, _>(rows, "adoption_");
    rows = db::columns_of::<lateness_rule::Entity, _>(rows, "rule_");
    rows = db::columns_of::<lateness_band::Entity, _>(rows, "band_");
    rows = db::columns_of::<time_zone_setting::Entity, _>(rows, "zone_");
    let mut chosen = HashMap::<AgencyId, Chosen>::new();
    for Choice { id, time_zone, adoption, rule, band, zone } in rows.into_model().all(db).await? {
        let Chosen { zones, lateness, .. } =
            chosen.entry(id).or_insert(Chosen { time_zone, zones: Vec::new(), lateness: Vec::new() });
        if let Some(zone) = zone
            && zones.last() != Some(&zone)
        {
            zones.push(zone);
        }
        // Behind the first zone the same rules come again.
        if zones.len() > 1 {
            continue;
        }
        let Some(row) = adoption else { continue };
        if lateness.last().is_none_or(|last| last.row.id != row.id) {
            lateness.push(Adoption { row, rule: rule.map(|row| Rule { row, bands: Vec::new() }) });
        }
        if let Some(rule) = lateness.last_mut().and_then(|last| last.rule.as_mut()) {
            rule.bands.extend(band);
        }
    }
    Ok(chosen)
}

/// Rules of lateness with their bands.
///
/// # Errors
/// When the database does not answer.
pub async fn rules(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = LatenessRuleId>,
) -> Result<HashMap<LatenessRuleId, Rule>> {
    let ids: Vec<LatenessRuleId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = lateness_rule::Entity::find()
        .filter(lateness_rule::Column::Id.is_in(ids))
        .join(JoinType::LeftJoin, bands_of_rule())
        .select_also(lateness_band::Entity)
        .all(db)
        .await?;
    let mut rules = HashMap::<LatenessRuleId, Rule>::new();
    for (row, band) in rows {
        rules.entry(row.id).or_insert_with(|| Rule { row, bands: Vec::new() }).bands.extend(band);
    }
    Ok(rules)
}

fn bands_of_rule() -> RelationDef {
    lateness_rule::Entity::belongs_to(lateness_band::Entity)
        .from(lateness_rule::Column::Id)
        .to(lateness_band::Column::RuleId)
        .into()
}
