//! Who is behind a token: loaded from the database, kept for a moment.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::ids::{AccountId, AgencyId, DeviceId, EmployeeId, UnitId};
use entity::{account, device, employee, role_grant, unit};
use moka::future::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::error::{Error, Result};
use crate::policy::{Employment, Person};

/// How long a loaded person is believed. A revoked device, a locked account or a changed role takes effect in
/// other processes after this time at most; in the process that made the change, at once.
const BELIEVED: Duration = Duration::from_secs(20);

/// The people behind the tokens of the last seconds.
#[derive(Debug)]
pub struct ActorCache {
    people: Cache<DeviceId, Arc<Person>>,
    /// Counts the times that something was forgotten: who was read before is not kept after.
    changes: AtomicU64,
}

impl Default for ActorCache {
    fn default() -> Self {
        let people = Cache::builder().max_capacity(100_000).time_to_live(BELIEVED).build();
        Self { people, changes: AtomicU64::new(0) }
    }
}

impl ActorCache {
    /// Forgets everybody: after a change of roles, units or people.
    pub fn forget(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.people.invalidate_all();
    }

    /// Forgets who was logged in on these devices: after they were logged out.
    pub async fn forget_devices(&self, devices: &[DeviceId]) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        for device in devices {
            self.people.invalidate(device).await;
        }
    }
}

/// The person logged in on a device.
///
/// # Errors
/// UNAUTHENTICATED when the device was logged out, its time is over, or the account is locked.
pub async fn load(app: &App, account_id: AccountId, device_id: DeviceId) -> Result<Arc<Person>> {
    let cache = &app.actors;
    if let Some(person) = cache.people.get(&device_id).await {
        return if person.account_id == account_id { Ok(person) } else { Err(Error::unauthenticated()) };
    }
    let before = cache.changes.load(Ordering::SeqCst);
    let person = Arc::new(fetch(app, account_id, device_id).await?);
    if cache.changes.load(Ordering::SeqCst) == before {
        cache.people.insert(device_id, person.clone()).await;
    }
    Ok(person)
}

async fn fetch(app: &App, account_id: AccountId, device_id: DeviceId) -> Result<Person> {
    let db = app.db.read();
    let device = device::Entity::find_by_id(device_id)
        .filter(device::Column::AccountId.eq(account_id))
        .filter(device::Column::RevokedAt.is_null())
        .filter(device::Column::ExpiresAt.gt(app.clock.now()))
        .one(db)
        .await?;
    let account = account::Entity::find_by_id(account_id).filter(account::Column::LockedAt.is_null()).one(db).await?;
    if device.is_none() || account.is_none() {
        return Err(Error::unauthenticated());
    }
    let employee = employee::Entity::find()
        .filter(employee::Column::AccountId.eq(account_id))
        .filter(employee::Column::IsActive.eq(true))
        .one(db)
        .await?;
    let grants = role_grant::Entity::find()
        .filter(role_grant::Column::AccountId.eq(account_id))
        .filter(role_grant::Column::RevokedAt.is_null())
        .all(db)
        .await?;
    // A role in an agency is one of its people's: whoever no longer serves there no longer has it.
    let agency = employee.as_ref().map(|employee| employee.agency_id);
    let grants: Vec<_> =
        grants.into_iter().filter(|grant| grant.agency_id.is_none() || grant.agency_id == agency).collect();
    let headed = headed_units(app, employee.as_ref().map(|employee| employee.id)).await?;
    let granted = grants.iter().filter_map(|grant| Some((grant.agency_id?, grant.unit_id?)));
    Ok(Person {
        account_id,
        device_id,
        employee: employee.map(|employee| Employment {
            id: employee.id,
            agency_id: employee.agency_id,
            unit_id: employee.unit_id,
            known_since: employee.created_at,
            supervisor_id: employee.supervisor_id,
        }),
        is_national_admin: grants.iter().any(|grant| grant.role == role_grant::Role::NationalAdmin),
        administers: grants
            .iter()
            .filter(|grant| grant.role == role_grant::Role::AgencyAdmin)
            .filter_map(|grant| grant.agency_id)
            .collect(),
        supervises: with_all_below(app, headed.into_iter().chain(granted).collect()).await?,
    })
}

async fn headed_units(app: &App, head: Option<EmployeeId>) -> Result<Vec<(AgencyId, UnitId)>> {
    let Some(head) = head else { return Ok(Vec::new()) };
    let units = unit::Entity::find().filter(unit::Column::HeadEmployeeId.eq(head)).all(app.db.read()).await?;
    Ok(units.iter().map(|unit| (unit.agency_id, unit.id)).collect())
}

/// The given units and every unit below them.
async fn with_all_below(app: &App, roots: Vec<(AgencyId, UnitId)>) -> Result<Vec<UnitId>> {
    if roots.is_empty() {
        return Ok(Vec::new());
    }
    let agencies: HashSet<AgencyId> = roots.iter().map(|(agency, _)| *agency).collect();
    let tree: Vec<(UnitId, Option<UnitId>)> = unit::Entity::find()
        .filter(unit::Column::AgencyId.is_in(agencies))
        .select_only()
        .columns([unit::Column::Id, unit::Column::ParentId])
        .into_tuple()
        .all(app.db.read())
        .await?;
    Ok(subtree(&tree, roots.iter().map(|(_, unit)| *unit)))
}

fn subtree(tree: &[(UnitId, Option<UnitId>)], roots: impl Iterator<Item = UnitId>) -> Vec<UnitId> {
    let mut children: HashMap<UnitId, Vec<UnitId>> = HashMap::new();
    for (unit, parent) in tree.iter().filter_map(|(unit, parent)| Some((*unit, (*parent)?))) {
        children.entry(parent).or_default().push(unit);
    }
    let mut seen = HashSet::new();
    let mut open: Vec<UnitId> = roots.collect();
    while let Some(unit) = open.pop() {
        if seen.insert(unit) {
            open.extend(children.get(&unit).into_iter().flatten());
        }
    }
    let mut units: Vec<UnitId> = seen.into_iter().collect();
    units.sort_unstable();
    units
}
