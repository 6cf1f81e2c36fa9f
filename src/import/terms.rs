//! The national lists of names: courses, forms of training, competences, ranks, types of posts and of employees.

use std::collections::HashMap;
use std::io::Read;

use entity::siasn_term::{self, List};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};

use super::employees::WaitingList;
use super::error::ImportError;
use super::progress::Progress;
use super::report::Report;
use super::rows::{Column, Format, Layout, Row};
use super::writer::{self, Outcome, Target, Writing};
use crate::app::App;

const ID: Column = Column::required(0, "id");

/// What an import writes of a row that is there already.
const WRITTEN: [siasn_term::Column; 3] =
    [siasn_term::Column::Code, siasn_term::Column::Name, siasn_term::Column::Category];

/// A list and where its parts stand.
pub(super) struct Terms {
    list: List,
    layout: Layout,
    name: Column,
    code: Option<Column>,
    category: Option<Column>,
}

const fn layout(columns: &'static [Column]) -> Layout {
    Layout { format: Format::Json, columns, key: &[ID], rank: None }
}

/// A list of ids and names alone.
const fn plain(list: List) -> Terms {
    const NAME: Column = Column::required(1, "nama");
    Terms { list, layout: layout(&[ID, NAME]), name: NAME, code: None, category: None }
}

pub(super) static COMPETENCES: Terms = plain(List::Competence);
pub(super) static POST_TYPES: Terms = plain(List::PostType);
pub(super) static EMPLOYEE_TYPES: Terms = plain(List::EmployeeType);

pub(super) static COURSE_NAMES: Terms = {
    const NAME: Column = Column::required(1, "nama");
    const CODE: Column = Column::optional(2, "kodeCepat");
    Terms { list: List::CourseName, layout: layout(&[ID, NAME, CODE]), name: NAME, code: Some(CODE), category: None }
};

pub(super) static TRAINING_FORMS: Terms = {
    const NAME: Column = Column::required(1, "jenis");
    const CATEGORY: Column = Column::optional(2, "jenisKursusSetifikat");
    let layout = layout(&[ID, NAME, CATEGORY]);
    Terms { list: List::TrainingForm, layout, name: NAME, code: None, category: Some(CATEGORY) }
};

pub(super) static RANKS: Terms = {
    const CODE: Column = Column::required(1, "nama");
    const NAME: Column = Column::required(2, "namaPangkat");
    Terms { list: List::Rank, layout: layout(&[ID, CODE, NAME]), name: NAME, code: Some(CODE), category: None }
};

pub(super) async fn import(
    app: &App,
    terms: &'static Terms,
    input: Box<dyn Read + Send>,
    progress: &dyn Progress,
) -> Result<(Report, WaitingList), ImportError> {
    writer::import(app, &terms.layout, terms, input, progress).await
}

impl Target for Terms {
    type Item = Row;

    fn line(row: &Row) -> u64 {
        row.line
    }

    async fn write(&self, writing: &Writing<'_>, rows: &[Row]) -> Result<Outcome, DbErr> {
        let known: HashMap<_, _> = siasn_term::Entity::find()
            .filter(siasn_term::Column::List.eq(self.list))
            .filter(writing.among(siasn_term::Column::SiasnId, rows.iter().map(|row| row.text(ID))))
            .all(writing.transaction)
            .await?
            .into_iter()
            .map(|term| (term.siasn_id.clone(), term))
            .collect();
        let mut outcome = Outcome::default();
        let mut changed = Vec::new();
        for row in rows {
            let before = known.get(row.text(ID));
            let after = siasn_term::Model {
                id: before.map_or_else(|| writing.new_id(), |term| term.id),
                list: self.list,
                siasn_id: row.text(ID).to_owned(),
                code: self.code.and_then(|column| row.optional(column)),
                name: row.text(self.name).to_owned(),
                category: self.category.and_then(|column| row.optional(column)),
            };
            if outcome.changes(before, &after) {
                changed.push(after);
            }
        }
        writing.save::<siasn_term::Entity>(changed, &WRITTEN).await?;
        Ok(outcome)
    }
}
