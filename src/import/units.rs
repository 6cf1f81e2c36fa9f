//! Work units: `satuanKerja.json`. The list knows no tree: units stand below their agency until its admin moves them.

use std::collections::HashMap;

use entity::{agency, unit};
use sea_orm::{DbErr, EntityTrait as _, QueryFilter as _};

use super::rows::{Column, Format, Layout, Row};
use super::writer::{Outcome, Target, Writing};

const ID: Column = Column::required(0, "id");
const NAME: Column = Column::required(1, "nama");
const AGENCY: Column = Column::required(2, "instansiId");

pub(super) const LAYOUT: Layout = Layout { format: Format::Json, columns: &[ID, NAME, AGENCY], key: &[ID], rank: None };

pub(super) struct Units;

impl Target for Units {
    type Item = Row;

    fn line(row: &Row) -> u64 {
        row.line
    }

    async fn write(&self, writing: &Writing<'_>, rows: &[Row]) -> Result<Outcome, DbErr> {
        let agencies: HashMap<_, _> = agency::Entity::find()
            .filter(writing.among(agency::Column::SiasnId, rows.iter().map(|row| row.text(AGENCY))))
            .all(writing.transaction)
            .await?
            .into_iter()
            .map(|agency| (agency.siasn_id, agency.id))
            .collect();
        let known: HashMap<_, _> = unit::Entity::find()
            .filter(writing.among(unit::Column::SourceId, rows.iter().map(|row| row.text(ID))))
            .all(writing.transaction)
            .await?
            .into_iter()
            .map(|unit| ((unit.agency_id, unit.source_id.clone().unwrap_or_default()), unit))
            .collect();
        let mut outcome = Outcome::default();
        let mut changed = Vec::new();
        for row in rows {
            let Some(agency) = agencies.get(row.text(AGENCY)).copied() else {
                outcome.refuse(row.refused(AGENCY, "no agency has this id"));
                continue;
            };
            let before = known.get(&(agency, row.text(ID).to_owned()));
            let mut after = before.cloned().unwrap_or_else(|| unit::Model {
                id: writing.new_id(),
                agency_id: agency,
                parent_id: None,
                source_id: row.optional(ID),
                name: String::new(),
                jurisdiction_id: None,
                time_zone: None,
                head_employee_id: None,
                is_active: true,
                created_at: writing.now,
                updated_at: writing.now,
            });
            row.text(NAME).clone_into(&mut after.name);
            if outcome.changes(before, &after) {
                changed.push(unit::Model { updated_at: writing.now, ..after });
            }
        }
        writing.save::<unit::Entity>(changed, &[unit::Column::Name, unit::Column::UpdatedAt]).await?;
        Ok(outcome)
    }
}
