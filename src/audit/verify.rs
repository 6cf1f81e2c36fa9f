//! Every chain recomputed, and held against heads that were kept elsewhere.

use entity::ids::AgencyId;
use entity::{audit_chain, audit_entry};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{beginning, hash, hex};

/// Entries that are held in memory at once.
const PAGE: u64 = 1_000;

/// The state of a chain: as [`verify`] found it, or as an operator kept it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The agency's id; `nation` for the nation's chain.
    pub chain: String,
    /// How many entries it has.
    pub length: i32,
    /// The hash of the last one, in hexadecimal digits.
    pub hash: String,
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The chain.
    pub chain: String,
    /// The entry.
    pub sequence: i32,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The next entry is another one.
    Missing,
    /// The entry, or one before it, is not what it was when it was written.
    Altered,
    /// The chain's head says something else than its last entry.
    Head,
    /// The chain has lost its head.
    Headless,
    /// The entry is not the one whose hash was kept: the chain was cut off or written anew.
    Rewritten,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { chain, sequence, fault } = self;
        write!(f, "{chain} is broken at entry {sequence}: ")?;
        f.write_str(match fault {
            Fault::Missing => "it is missing",
            Fault::Altered => "its hash is not that of what it says and of what was before it",
            Fault::Head => "the chain's head is not its last entry",
            Fault::Headless => "the chain has no head",
            Fault::Rewritten => "it is not the one whose hash was kept",
        })
    }
}

/// What was found of a chain.
pub type Found = Result<Head, Broken>;

/// How a chain is called.
fn name(agency: Option<AgencyId>) -> String {
    agency.map_or_else(|| "nation".to_owned(), |agency| agency.to_string())
}

/// Walks every chain, in constant memory, while it may grow; tells of each as it comes.
///
/// # Errors
/// When the database does not answer.
pub async fn verify(db: &impl ConnectionTrait, found: &mut (dyn FnMut(Found) + Send)) -> Result<(), DbErr> {
    let mut last: Option<Uuid> = None;
    loop {
        let mut chains = audit_chain::Entity::find().order_by_asc(audit_chain::Column::Id).limit(PAGE);
        if let Some(last) = last {
            chains = chains.filter(audit_chain::Column::Id.gt(last));
        }
        let chains = chains.all(db).await?;
        for chain in &chains {
            found(walk(db, chain.id).await?);
        }
        match chains.last() {
            Some(chain) => last = Some(chain.id),
            None => break,
        }
    }
    let headed = Query::select().column(audit_chain::Column::Id).from(audit_chain::Entity).to_owned();
    let headless = audit_entry::Entity::find().filter(audit_entry::Column::ChainId.not_in_subquery(headed));
    if let Some(entry) = headless.one(db).await? {
        let chain = name(audit_chain::agency(entry.chain_id));
        found(Err(Broken { chain, sequence: entry.sequence, fault: Fault::Headless }));
    }
    Ok(())
}

async fn walk(db: &impl ConnectionTrait, id: Uuid) -> Result<Found, DbErr> {
    let chain = name(audit_chain::agency(id));
    let broken = |sequence, fault| Ok(Err(Broken { chain: chain.clone(), sequence, fault }));
    let (mut length, mut before) = (0, beginning(id));
    loop {
        // Read before the entries: all up to it are there.
        let head = audit_chain::Entity::find_by_id(id).one(db).await?;
        let Some(head) = head else { return broken(length, Fault::Headless) };
        let page = audit_entry::Entity::find()
            .filter(audit_entry::Column::ChainId.eq(id))
            .filter(audit_entry::Column::Sequence.gt(length))
            .order_by_asc(audit_entry::Column::Sequence)
            .limit(PAGE)
            .all(db)
            .await?;
        let is_end = page.is_empty();
        for entry in page {
            if entry.sequence != length + 1 {
                return broken(length + 1, Fault::Missing);
            }
            if entry.hash != hash(&before, &entry) {
                return broken(entry.sequence, Fault::Altered);
            }
            (length, before) = (entry.sequence, entry.hash);
            if length == head.length && before != head.hash {
                return broken(length, Fault::Head);
            }
        }
        if is_end {
            return match length.cmp(&head.length) {
                std::cmp::Ordering::Less => broken(length + 1, Fault::Missing),
                std::cmp::Ordering::Equal if before == head.hash => {
                    Ok(Ok(Head { chain: chain.clone(), length, hash: hex(&before) }))
                }
                _ => broken(length, Fault::Head),
            };
        }
    }
}

/// Looks for heads that were kept in the chains of now. A chain that goes on from its kept head is what it was.
///
/// # Errors
/// When the database does not answer.
pub async fn hold_against(db: &impl ConnectionTrait, kept: &[Head]) -> Result<Option<Broken>, DbErr> {
    for head in kept {
        if !is_there(db, head).await? {
            let Head { chain, length, .. } = head.clone();
            return Ok(Some(Broken { chain, sequence: length, fault: Fault::Rewritten }));
        }
    }
    Ok(None)
}

async fn is_there(db: &impl ConnectionTrait, head: &Head) -> Result<bool, DbErr> {
    let id = match head.chain.as_str() {
        "nation" => audit_chain::id(None),
        agency => match agency.parse::<AgencyId>() {
            Ok(agency) => audit_chain::id(Some(agency)),
            Err(_) => return Ok(false),
        },
    };
    if head.length == 0 {
        return Ok(head.hash == hex(&beginning(id)));
    }
    let entry = audit_entry::Entity::find_by_id((id, head.length)).one(db).await?;
    Ok(entry.is_some_and(|entry| hex(&entry.hash) == head.hash))
}
