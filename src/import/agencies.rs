//! Agencies: `instansi.json`.

use std::collections::HashMap;

use entity::agency::{self, Kind};
use sea_orm::{DbErr, EntityTrait as _, QueryFilter as _};

use super::rows::{Column, Format, Layout, Row};
use super::writer::{Outcome, Target, Writing};

const ID: Column = Column::required(0, "id");
const NAME: Column = Column::required(1, "nama");
const KIND: Column = Column::required(2, "jenis");
const CODE: Column = Column::required(3, "kodeCepat");
const CATEGORY: Column = Column::optional(4, "jenisInstansiId");

pub(super) const LAYOUT: Layout =
    Layout { format: Format::Json, columns: &[ID, NAME, KIND, CODE, CATEGORY], key: &[ID], rank: None };

/// Where a new agency's clocks stand until its admin says otherwise.
const TIME_ZONE: &str = "Asia/Jakarta";

/// What an import writes of a row that is there already.
const WRITTEN: [agency::Column; 5] = [
    agency::Column::Code,
    agency::Column::Name,
    agency::Column::Kind,
    agency::Column::Category,
    agency::Column::UpdatedAt,
];

pub(super) struct Agencies;

impl Target for Agencies {
    type Item = Row;

    fn line(row: &Row) -> u64 {
        row.line
    }

    async fn write(&self, writing: &Writing<'_>, rows: &[Row]) -> Result<Outcome, DbErr> {
        let known: HashMap<_, _> = agency::Entity::find()
            .filter(writing.among(agency::Column::SiasnId, rows.iter().map(|row| row.text(ID))))
            .all(writing.transaction)
            .await?
            .into_iter()
            .map(|agency| (agency.siasn_id.clone(), agency))
            .collect();
        let mut outcome = Outcome::default();
        let mut changed = Vec::new();
        for row in rows {
            let kind = match row.text(KIND) {
                "P" => Kind::Central,
                "D" => Kind::Regional,
                _ => {
                    outcome.refuse(row.refused(KIND, "is neither P (central) nor D (regional)"));
                    continue;
                }
            };
            let before = known.get(row.text(ID));
            let mut after = before.cloned().unwrap_or_else(|| agency::Model {
                id: writing.new_id(),
                siasn_id: row.text(ID).to_owned(),
                code: String::new(),
                name: String::new(),
                kind,
                category: None,
                jurisdiction_id: None,
                time_zone: TIME_ZONE.to_owned(),
                created_at: writing.now,
                updated_at: writing.now,
            });
            row.text(CODE).clone_into(&mut after.code);
            row.text(NAME).clone_into(&mut after.name);
            after.kind = kind;
            after.category = row.optional(CATEGORY);
            if outcome.changes(before, &after) {
                changed.push(agency::Model { updated_at: writing.now, ..after });
            }
        }
        writing.save::<agency::Entity>(changed, &WRITTEN).await?;
        Ok(outcome)
    }
}
