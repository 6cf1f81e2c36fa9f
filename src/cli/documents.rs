//! `bina documents`: what an app may send by an id.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::start::{configure, start};
use super::{CliError, io_error};
use crate::app::App;
use crate::documents::Key;
use crate::documents::manifest::{self, BadId};
use crate::documents::registered::{self, Flaw, Flawed};
use crate::locale::Locale;

#[derive(Debug, Subcommand)]
pub(super) enum DocumentsCommand {
    /// Registers every document of a manifest, or none where one is refused: what Apollo's tools, Relay's compiler or
    /// graphql-codegen wrote.
    Register {
        /// `persisted-query-manifest.json`, `persisted_queries.json` or `persisted-documents.json`.
        file: PathBuf,
    },
    /// Lists the registered documents, retired ones among them.
    List,
    /// Retires a document: running servers answer it no longer within seconds.
    Retire {
        /// sha256:… or what the app's tool calls it by.
        id: String,
    },
}

pub(super) async fn run(command: DocumentsCommand, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let app = start(configure("bina-data")?).await?;
    match command {
        DocumentsCommand::Register { file } => register(&app, &file, out).await?,
        DocumentsCommand::List => list(&app, out).await?,
        DocumentsCommand::Retire { id } => retire(&app, &id, out).await?,
    }
    Ok(app.db.close().await?)
}

async fn register(app: &App, file: &Path, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(io_error(name.clone()))?;
    let listed = manifest::read(&text).map_err(|error| CliError::Documents(format!("{name}: {error}")))?;
    let all = listed.len();
    match registered::register(app, listed).await? {
        Ok(report) => print(out, &[report.to_string()]),
        Err(flawed) => {
            let lines: Vec<String> = flawed.iter().map(explain).collect();
            print(out, &lines)?;
            let refused = flawed.len();
            Err(CliError::Documents(format!("{name}: {refused} of {all} documents are refused, so none is registered")))
        }
    }
}

fn explain(Flawed { name, flaw }: &Flawed) -> String {
    let why = match flaw {
        Flaw::Refused(fault) => fault.message(Locale::En),
        Flaw::Invalid(refusals) => refusals.join("; "),
        Flaw::Id(BadId::Form) => "its id is of letters, digits and -._~, at most 128".to_owned(),
        Flaw::Id(BadId::Hash(hash)) => format!("its id is not the {hash} of its text"),
        Flaw::Taken => "its id is another document's".to_owned(),
    };
    format!("{name}: {why}")
}

async fn list(app: &App, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let line = |(document, aliases): (entity::document::Model, Vec<entity::document_alias::Model>)| {
        let state = if document.retired_at.is_some() { "retired" } else { "active " };
        let mut parts = vec![state.to_owned(), Key::of(&document.text).to_string(), document.name];
        parts.extend(aliases.into_iter().map(|alias| alias.alias));
        parts.join("  ")
    };
    let lines: Vec<String> = registered::list(app).await?.into_iter().map(line).collect();
    print(out, &lines)
}

async fn retire(app: &App, id: &str, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let retired = match Key::read(id) {
        Some(key) => registered::retire(app, &key).await?,
        None => None,
    };
    let name = retired.ok_or_else(|| CliError::Documents(format!("no document has the id {id}")))?;
    print(out, &[format!("retired {name}")])
}

fn print(out: &mut (dyn Write + Send), lines: &[String]) -> Result<(), CliError> {
    lines.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(io_error("the terminal"))
}
