//! What operators register and retire. A registered document is never deleted: it is retired.

use std::fmt;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Name, Variables};
use entity::ids::DocumentId;
use entity::{document, document_alias};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};

use super::Key;
use super::key::sha256;
use super::manifest::{BadId, Listed};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::Instant;
use crate::error::Error;
use crate::graphql;
use crate::graphql::guard::Guard;
use crate::graphql::validation::Validator;
use crate::http::RequestFault;

/// Why a document cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The guard or the parser refuses it, as it would in a request.
    Refused(RequestFault),
    /// The schema does not hold what it asks for.
    Invalid(Vec<String>),
    /// Its id cannot stand for its text.
    Id(BadId),
    /// Its id is another document's already.
    Taken,
}

/// A document that cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flawed {
    /// Its name, or its id where it has none.
    pub name: String,
    /// Why.
    pub flaw: Flaw,
}

/// What came of a manifest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// New ones.
    pub registered: usize,
    /// Retired ones that are back.
    pub restored: usize,
    /// Those that were there.
    pub unchanged: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "registered {}, restored {}, unchanged {}", self.registered, self.restored, self.unchanged)
    }
}

/// A document that may be registered.
struct Checked {
    name: String,
    alias: Option<Box<str>>,
    text: String,
}

/// Registers every document of a manifest, or none where one is flawed. Registering again changes nothing.
///
/// # Errors
/// When the database does not answer. The inner error lists the flawed ones.
pub async fn register(app: &App, listed: Vec<Listed>) -> Result<Result<Report, Vec<Flawed>>, Error> {
    let guard = Guard::new(app.config.limits, &graphql::sdl()).map_err(Error::internal)?;
    let validator = Validator::default();
    let (mut checked, mut flawed) = (Vec::with_capacity(listed.len()), Vec::new());
    for one in listed {
        match check(&validator, &guard, one).await {
            Ok(one) => checked.push(one),
            Err(one) => flawed.push(one),
        }
    }
    if !flawed.is_empty() {
        return Ok(Err(flawed));
    }
    let transaction = app.db.begin().await?;
    let (mut report, mut decided) = (Report::default(), Vec::new());
    for one in &checked {
        let (id, change) = put(app, &transaction, one).await?;
        match change {
            Change::New => report.registered += 1,
            Change::Back => report.restored += 1,
            Change::None => report.unchanged += 1,
        }
        if change != Change::None {
            decided.push(Entry::new("DOCUMENT_REGISTERED", id).text("text", &one.text));
        }
        if !put_alias(&transaction, id, one.alias.as_deref()).await? {
            flawed.push(Flawed { name: one.name.clone(), flaw: Flaw::Taken });
        }
    }
    if !flawed.is_empty() {
        transaction.rollback().await?;
        return Ok(Err(flawed));
    }
    for entry in decided {
        audit::append(&transaction, app, None, None, entry).await?;
    }
    transaction.commit().await?;
    tracing::info!(
        audit = true,
        registered = report.registered,
        restored = report.restored,
        "documents were registered"
    );
    Ok(Ok(report))
}

async fn check(validator: &Validator, guard: &Guard, listed: Listed) -> Result<Checked, Flawed> {
    let document = read(&listed.text, guard);
    let name = listed.name.clone().or_else(|| document.as_ref().ok().and_then(name_of));
    let name = name.unwrap_or_else(|| listed.id.clone());
    let flawed = |flaw| Flawed { name: name.clone(), flaw };
    let document = document.map_err(|fault| flawed(Flaw::Refused(fault)))?;
    let alias = listed.alias().map_err(|bad| flawed(Flaw::Id(bad)))?;
    let nothing = Variables::default();
    for (operation, definition) in document.operations.iter() {
        let operation = operation.map(Name::as_str);
        guard
            .examine(&document, operation, &nothing)
            .and_then(|_| guard.admit(&document, &definition.node, &nothing))
            .map_err(|breach| flawed(Flaw::Refused(breach.into())))?;
        let refusals = validator.refusals(document.clone(), operation).await;
        if !refusals.is_empty() {
            return Err(flawed(Flaw::Invalid(refusals)));
        }
    }
    Ok(Checked { name, alias, text: listed.text })
}

fn read(text: &str, guard: &Guard) -> Result<ExecutableDocument, RequestFault> {
    guard.scan(text)?;
    Ok(parse_query(text)?)
}

/// The names of its operations.
fn name_of(document: &ExecutableDocument) -> Option<String> {
    let mut names: Vec<_> = document.operations.iter().filter_map(|(name, _)| Some(name?.as_str())).collect();
    names.sort_unstable();
    (!names.is_empty()).then(|| names.join(", "))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Back,
    None,
}

async fn put(app: &App, transaction: &DatabaseTransaction, one: &Checked) -> Result<(DocumentId, Change), Error> {
    let now = app.clock.now();
    match by_key(&Key::of(&one.text)).lock_exclusive().one(transaction).await? {
        Some(there) if there.retired_at.is_none() => Ok((there.id, Change::None)),
        Some(there) => {
            let id = there.id;
            let mut back = there.into_active_model();
            back.retired_at = Set(None);
            back.update(transaction).await?;
            Ok((id, Change::Back))
        }
        None => {
            let id = app.ids.new_id(now);
            let row = document::ActiveModel {
                id: Set(id),
                hash: Set(sha256(&one.text).to_vec()),
                name: Set(one.name.clone()),
                text: Set(one.text.clone()),
                registered_at: Set(now),
                retired_at: Set(None),
            };
            document::Entity::insert(row).exec_without_returning(transaction).await?;
            Ok((id, Change::New))
        }
    }
}

/// Whether the alias is the document's, from now on or before.
async fn put_alias(transaction: &DatabaseTransaction, id: DocumentId, alias: Option<&str>) -> Result<bool, Error> {
    let Some(alias) = alias else { return Ok(true) };
    if let Some(there) = document_alias::Entity::find_by_id(alias).one(transaction).await? {
        return Ok(there.document_id == id);
    }
    let row = document_alias::ActiveModel { alias: Set(alias.to_owned()), document_id: Set(id) };
    document_alias::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(true)
}

/// Retires a document: it is no longer answered by its id, in this process at once, in others within seconds. Its name;
/// nothing where no document has the id. Retiring it again changes nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn retire(app: &App, key: &Key) -> Result<Option<String>, Error> {
    let transaction = app.db.begin().await?;
    let Some(found) = by_key(key).lock_exclusive().one(&transaction).await? else { return Ok(None) };
    let name = found.name.clone();
    if found.retired_at.is_none() {
        let id = found.id;
        let entry = Entry::new("DOCUMENT_RETIRED", id).text("text", &found.text);
        let mut retired = found.into_active_model();
        retired.retired_at = Set(Some(app.clock.now()));
        retired.update(&transaction).await?;
        audit::append(&transaction, app, None, None, entry).await?;
        transaction.commit().await?;
        tracing::info!(audit = true, document = %id, "a document was retired");
        super::forget_retired(app).await?;
    }
    Ok(Some(name))
}

/// Every document with what its tool calls it by, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(app: &App) -> Result<Vec<(document::Model, Vec<document_alias::Model>)>, Error> {
    let all = document::Entity::find().order_by_asc(document::Column::Id).find_with_related(document_alias::Entity);
    Ok(all.all(app.db.read()).await?)
}

/// The document of a key that is not retired.
pub(super) async fn find(connection: &impl ConnectionTrait, key: &Key) -> Result<Option<document::Model>, Error> {
    Ok(by_key(key).filter(document::Column::RetiredAt.is_null()).one(connection).await?)
}

/// The hashes of those that were retired since an instant.
pub(super) async fn retired_since(connection: &impl ConnectionTrait, since: Instant) -> Result<Vec<Vec<u8>>, Error> {
    let retired = document::Entity::find().filter(document::Column::RetiredAt.gt(since));
    Ok(retired.select_only().column(document::Column::Hash).into_tuple().all(connection).await?)
}

fn by_key(key: &Key) -> Select<document::Entity> {
    match key {
        Key::Hash(hash) => document::Entity::find().filter(document::Column::Hash.eq(hash.to_vec())),
        Key::Alias(alias) => {
            let named = document_alias::Entity::find()
                .select_only()
                .column(document_alias::Column::DocumentId)
                .filter(document_alias::Column::Alias.eq(&**alias));
            document::Entity::find().filter(document::Column::Id.in_subquery(named.into_query()))
        }
    }
}
