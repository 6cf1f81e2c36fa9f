//! Region codes: `code,name`, from province (`11`) to kelurahan (`11.72.01.2001`).
//!
//! A file may name a kecamatan before its city: it is written level by level, and held in memory for that. All of
//! Indonesia has some 91,000 rows.

use std::collections::HashMap;

use entity::jurisdiction::{self, Level};
use sea_orm::{DbErr, EntityTrait as _, QueryFilter as _};

use super::rows::{Column, Format, Layout, Row};
use super::writer::{Outcome, Target, Writing};

const CODE: Column = Column::required(0, "code");
const NAME: Column = Column::required(1, "name");

pub(super) const LAYOUT: Layout = Layout {
    format: Format::Csv,
    columns: &[CODE, NAME],
    key: &[CODE],
    rank: Some(|row| row.text(CODE).matches('.').count()),
};

/// How many digits each part of a code has, and what it names.
const PARTS: [(usize, Level); 4] = [(2, Level::Province), (2, Level::City), (2, Level::District), (4, Level::Village)];

/// What an import writes of a row that is there already.
const WRITTEN: [jurisdiction::Column; 3] =
    [jurisdiction::Column::Name, jurisdiction::Column::Level, jurisdiction::Column::ParentId];

pub(super) struct Regions;

impl Target for Regions {
    type Item = Row;

    fn line(row: &Row) -> u64 {
        row.line
    }

    async fn write(&self, writing: &Writing<'_>, rows: &[Row]) -> Result<Outcome, DbErr> {
        let codes = rows.iter().map(|row| row.text(CODE));
        let wanted = codes.clone().chain(codes.filter_map(parent));
        let mut known: HashMap<_, _> = jurisdiction::Entity::find()
            .filter(writing.among(jurisdiction::Column::Code, wanted))
            .all(writing.transaction)
            .await?
            .into_iter()
            .map(|region| (region.code.clone(), region))
            .collect();
        let mut outcome = Outcome::default();
        let mut changed = Vec::new();
        for row in rows {
            let code = row.text(CODE);
            let Some(level) = level(code) else {
                outcome.refuse(row.refused(CODE, "is no region code (11, 11.72, 11.72.01 or 11.72.01.2001)"));
                continue;
            };
            let parent = parent(code);
            let parent_id = parent.and_then(|parent| known.get(parent)).map(|parent| parent.id);
            if let Some(parent) = parent
                && parent_id.is_none()
            {
                let reason = format!("its parent {parent} is neither in the file nor in the database");
                outcome.refuse(row.refused(CODE, reason));
                continue;
            }
            let before = known.get(code);
            let after = jurisdiction::Model {
                id: before.map_or_else(|| writing.new_id(), |region| region.id),
                code: code.to_owned(),
                name: row.text(NAME).to_owned(),
                level,
                parent_id,
            };
            if outcome.changes(before, &after) {
                changed.push(after.clone());
            }
            known.insert(code.to_owned(), after);
        }
        writing.save::<jurisdiction::Entity>(changed, &WRITTEN).await?;
        Ok(outcome)
    }
}

fn parent(code: &str) -> Option<&str> {
    code.rsplit_once('.').map(|(parent, _)| parent)
}

fn level(code: &str) -> Option<Level> {
    let mut level = None;
    let mut parts = PARTS.iter();
    for part in code.split('.') {
        let (digits, name) = parts.next()?;
        if part.len() != *digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        level = Some(*name);
    }
    level
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_in_the_code() {
        assert_eq!(level("11"), Some(Level::Province));
        assert_eq!(level("11.72"), Some(Level::City));
        assert_eq!(level("11.72.01"), Some(Level::District));
        assert_eq!(level("11.72.01.2001"), Some(Level::Village));
        for code in ["", "1", "11.", "11.7", "1172", "11.72.01.01", "11.72.01.2001.1", "11.ab", ".11", "11..01"] {
            assert_eq!(level(code), None, "{code}");
        }
    }
}
