//! The national lists, brought in by the same import that an operator uses.

use std::io::Cursor;

use chrono::NaiveDate;
use entity::ids::AgencyId;
use entity::siasn_term::List;
use entity::{agency, holiday, jurisdiction, siasn_term};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;

use super::files::{csv, json, text};
use crate::app::App;
use crate::error::{Error, Result};
use crate::import::{self, Silent, Source};

/// The lists of terms.
const TERMS: [(&str, Source, List); 5] = [
    ("golongan.json", Source::Ranks, List::Rank),
    ("jenisJabatan.json", Source::PostTypes, List::PostType),
    ("jenisDiklat.json", Source::TrainingForms, List::TrainingForm),
    ("jenisKursus.json", Source::CourseNames, List::CourseName),
    ("kompetensi.json", Source::Competences, List::Competence),
];

/// The key of an entry of a list in the national form.
#[derive(Deserialize)]
struct Listed {
    id: String,
}

#[derive(Deserialize)]
struct Region {
    code: String,
}

#[derive(Deserialize)]
struct Day {
    date: NaiveDate,
    name: String,
}

/// Imports each list of which something is missing.
pub(super) async fn load(app: &App) -> Result<()> {
    let db = app.db.read();
    let ids = |path| json::<Listed>(path).into_iter().map(|entry| entry.id).collect::<Vec<_>>();

    let agencies = ids("instansi.json");
    let known = agency::Entity::find().filter(agency::Column::SiasnId.is_in(&agencies)).count(db).await?;
    complete(app, "instansi.json", Source::Agencies, known, agencies.len()).await?;

    for (path, source, list) in TERMS {
        let terms = ids(path);
        let known = siasn_term::Entity::find()
            .filter(siasn_term::Column::List.eq(list))
            .filter(siasn_term::Column::SiasnId.is_in(&terms))
            .count(db)
            .await?;
        complete(app, path, source, known, terms.len()).await?;
    }

    let codes: Vec<_> = csv::<Region>("wilayah.csv").into_iter().map(|region| region.code).collect();
    let known = jurisdiction::Entity::find().filter(jurisdiction::Column::Code.is_in(&codes)).count(db).await?;
    complete(app, "wilayah.csv", Source::Regions, known, codes.len()).await?;

    let days: Vec<Day> = csv("holidays.csv");
    let known = holiday::Entity::find()
        .filter(holiday::Column::Date.is_in(days.iter().map(|day| day.date)))
        .filter(holiday::Column::Name.is_in(days.iter().map(|day| day.name.as_str())))
        .count(db)
        .await?;
    complete(app, "holidays.csv", Source::Holidays, known, days.len()).await
}

async fn complete(app: &App, path: &str, source: Source, known: u64, wanted: usize) -> Result<()> {
    if known >= wanted as u64 { Ok(()) } else { import(app, path, source, None, text(path).into()).await }
}

/// Imports a file of `demo/`; there is nothing in it to refuse.
pub(super) async fn import(
    app: &App,
    path: &str,
    source: Source,
    agency_id: Option<AgencyId>,
    content: Vec<u8>,
) -> Result<()> {
    let report = import::run(app, source, agency_id, Box::new(Cursor::new(content)), &Silent).await;
    let report = report.map_err(Error::internal)?;
    if report.refused > 0 { Err(Error::internal(format!("demo/{path}: {report}"))) } else { Ok(()) }
}
