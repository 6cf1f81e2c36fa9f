//! Data from files: the national lists as the civil-service information system (SIASN) answers them, region codes,
//! holidays, and an agency's employees.
//!
//! A thread (`reader`) cuts the file into chunks of clean rows, `writer` brings each chunk into the database in
//! one transaction. A row that cannot be taken is refused by its line and stops nothing; a second import of the same
//! file changes nothing. `docs/import.md` tells an operator what each file holds.

mod agencies;
mod csv_lines;
mod employees;
mod error;
mod holidays;
mod json_entries;
mod progress;
mod reader;
mod regions;
mod report;
mod rows;
mod terms;
mod units;
mod writer;

use std::io::Read;

use entity::agency;
use entity::ids::AgencyId;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _};

pub use self::error::ImportError;
pub use self::progress::{Progress, Silent, Terminal};
pub use self::report::{RefusedRow, Report};
use crate::app::App;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Source {
    /// Agencies: instansi.json
    Agencies,
    /// Work units: satuanKerja.json
    Units,
    /// Names of courses: jenisKursus.json
    CourseNames,
    /// Forms of training: jenisDiklat.json
    TrainingForms,
    /// Competences: kompetensi.json
    Competences,
    /// Ranks: golonganPns.json
    Ranks,
    /// Types of posts: jenisJabatan.json
    PostTypes,
    /// Types of employees: jenisPegawai.json
    EmployeeTypes,
    /// Region codes: CSV of code and name
    Regions,
    /// Holidays and collective leave: CSV of date, kind and name
    Holidays,
    /// Employees of one agency: CSV
    Employees,
}

/// Imports a file; `agency` is for [`Source::Employees`], and for nothing else.
pub async fn run(
    app: &App,
    source: Source,
    agency: Option<AgencyId>,
    input: Box<dyn Read + Send>,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    if source == Source::Employees {
        return employees::import(app, agency.ok_or(ImportError::AgencyMissing)?, input, progress).await;
    }
    if agency.is_some() {
        return Err(ImportError::AgencyNotWanted);
    }
    let (report, _) = match source {
        Source::Agencies => writer::import(app, &agencies::LAYOUT, &agencies::Agencies, input, progress).await,
        Source::Units => writer::import(app, &units::LAYOUT, &units::Units, input, progress).await,
        Source::Regions => writer::import(app, &regions::LAYOUT, &regions::Regions, input, progress).await,
        Source::Holidays => writer::import(app, &holidays::LAYOUT, &holidays::Holidays, input, progress).await,
        Source::CourseNames => terms::import(app, &terms::COURSE_NAMES, input, progress).await,
        Source::TrainingForms => terms::import(app, &terms::TRAINING_FORMS, input, progress).await,
        Source::Competences => terms::import(app, &terms::COMPETENCES, input, progress).await,
        Source::Ranks => terms::import(app, &terms::RANKS, input, progress).await,
        Source::PostTypes => terms::import(app, &terms::POST_TYPES, input, progress).await,
        Source::EmployeeTypes => terms::import(app, &terms::EMPLOYEE_TYPES, input, progress).await,
        Source::Employees => unreachable!("answered above"),
    }?;
    Ok(report)
}

/// The agency that an operator names by its code (`5171`), its SIASN id or its id (`agc_…`).
pub async fn agency_named(app: &App, name: &str) -> Result<AgencyId, ImportError> {
    let by_name = Condition::any()
        .add(agency::Column::Code.eq(name))
        .add(agency::Column::SiasnId.eq(name))
        .add_option(name.parse::<AgencyId>().ok().map(|id| agency::Column::Id.eq(id)));
    let found = agency::Entity::find().filter(by_name).limit(2).all(app.db.read()).await?;
    match &found[..] {
        [agency] => Ok(agency.id),
        [] => Err(ImportError::AgencyUnknown),
        _ => Err(ImportError::AgencyAmbiguous),
    }
}
