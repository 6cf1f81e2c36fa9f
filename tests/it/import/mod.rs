//! Files into the database: lists, people, and what is wrong with them.

mod broken;
mod employees;
mod lists;
mod together;

use std::io::Cursor;

use bina::import::{self, ImportError, Report, Silent, Source};
use entity::ids::AgencyId;

use crate::harness::World;

/// Two cities as the national list holds them, and what employees are described by.
const AGENCIES: &str = r#"[
    {"id":"A5EB03E23D01","nama":"Pemerintah Kota Sabang ","jenis":"D","kodeCepat":"5171","jenisInstansiId":"KOT"},
    {"id":"A5EB03E23D02","nama":"Pemerintah Kota Surabaya","jenis":"D","kodeCepat":"6571","jenisInstansiId":"KOT"}
]"#;
const UNITS: &str = r#"[
    {"id":"dispar","nama":"Dinas Pariwisata","instansiId":"A5EB03E23D01"},
    {"id":"dinkes","nama":"Dinas Kesehatan","instansiId":"A5EB03E23D01"},
    {"id":"capil","nama":"Dinas Kependudukan","instansiId":"A5EB03E23D02"}
]"#;
const RANKS: &str =
    r#"[{"id":"31","nama":"III\/a","namaPangkat":"Penata Muda"},{"id":"32","nama":"III\/b","namaPangkat":"Penata"}]"#;
const POST_TYPES: &str = r#"[{"id":"1","nama":"Jabatan Struktural"},{"id":"2","nama":"Jabatan Fungsional"}]"#;

const HEADER: &str = "sourceId,name,employment,nip,unitSourceId,post,postTypeId,rank,supervisorSourceId,isActive";

/// Imports a text.
async fn list(world: &World, source: Source, text: impl Into<Vec<u8>>) -> Report {
    import::run(&world.app, source, None, Box::new(Cursor::new(text.into())), &Silent).await.expect("it is imported")
}

async fn try_employees(world: &World, agency: &str, csv: impl Into<Vec<u8>>) -> Result<Report, ImportError> {
    let agency = agency_of(world, agency).await;
    import::run(&world.app, Source::Employees, Some(agency), Box::new(Cursor::new(csv.into())), &Silent).await
}

/// Imports employees into the agency with a code.
pub async fn employees(world: &World, agency: &str, csv: impl Into<Vec<u8>>) -> Report {
    try_employees(world, agency, csv).await.expect("they are imported")
}

async fn agency_of(world: &World, code: &str) -> AgencyId {
    import::agency_named(&world.app, code).await.expect("the agency is there")
}

/// Imports what employees are described by.
async fn prepare(world: &World) {
    for (source, text) in
        [(Source::Agencies, AGENCIES), (Source::Units, UNITS), (Source::Ranks, RANKS), (Source::PostTypes, POST_TYPES)]
    {
        assert_eq!(list(world, source, text).await.refused, 0, "{source:?}");
    }
}

/// created, updated, unchanged, refused
fn counts(report: &Report) -> [u64; 4] {
    [report.created, report.updated, report.unchanged, report.refused]
}

/// Where the refused rows stand.
fn places(report: &Report) -> Vec<(u64, &'static str)> {
    report.refusals.iter().map(|row| (row.line, row.column.unwrap_or("-"))).collect()
}

/// A structurally valid NIP for each number below 200,000.
fn nip(number: u32) -> String {
    format!("19{:02}0115{}011{:03}", 70 + number / 10_000, 2010 + number / 1_000 % 10, number % 1_000)
}
