//! Who is behind a token: loaded from the database, kept for a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::ids::{AccountId, AgencyId, DeviceId, EmployeeId, UnitId};
use entity::{account, device, employee, role_grant};
use moka::future::Cache;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, RelationDef};

use crate::agency::loader;
use crate::app::App;
use crate::clock::Instant;
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

/// The device, its account and who that is, a row for each role.
#[derive(Debug, FromQueryResult)]
struct Known {
    employee_id: Option<EmployeeId>,
    employee_agency_id: Option<AgencyId>,
    employee_unit_id: Option<UnitId>,
    supervisor_id: Option<EmployeeId>,
    is_active: Option<bool>,
    employed_since: Option<Instant>,
    role: Option<role_grant::Role>,
    agency_id: Option<AgencyId>,
    unit_id: Option<UnitId>,
    revoked_at: Option<Instant>,
}

impl Known {
    fn employment(&self) -> Option<Employment> {
        Some(Employment {
            id: self.employee_id.filter(|_| self.is_active == Some(true))?,
            agency_id: self.employee_agency_id?,
            unit_id: self.employee_unit_id,
            known_since: self.employed_since?,
            supervisor_id: self.supervisor_id,
        })
    }
}

/// Two queries: who it is, and what is below them.
async fn fetch(app: &App, account_id: AccountId, device_id: DeviceId) -> Result<Person> {
    let its_account: RelationDef =
        device::Entity::belongs_to(account::Entity).from(device::Column::AccountId).to(account::Column::Id).into();
    let its_employee: RelationDef = device::Entity::belongs_to(employee::Entity)
        .from(device::Column::AccountId)
        .to(employee::Column::AccountId)
        .into();
    let its_roles: RelationDef = device::Entity::belongs_to(role_grant::Entity)
        .from(device::Column::AccountId)
        .to(role_grant::Column::AccountId)
        .into();
    let known = device::Entity::find_by_id(device_id)
        .filter(device::Column::AccountId.eq(account_id))
        .filter(device::Column::RevokedAt.is_null())
        .filter(device::Column::ExpiresAt.gt(app.clock.now()))
        .join(JoinType::InnerJoin, its_account)
        .filter(account::Column::LockedAt.is_null())
        .join(JoinType::LeftJoin, its_employee)
        .join(JoinType::LeftJoin, its_roles)
        .select_only()
        .column_as(employee::Column::Id, "employee_id")
        .column_as(employee::Column::AgencyId, "employee_agency_id")
        .column_as(employee::Column::UnitId, "employee_unit_id")
        .columns([employee::Column::SupervisorId, employee::Column::IsActive])
        .column_as(employee::Column::CreatedAt, "employed_since")
        .columns([role_grant::Column::Role, role_grant::Column::AgencyId, role_grant::Column::UnitId])
        .column(role_grant::Column::RevokedAt)
        .into_model::<Known>()
        .all(app.db.read())
        .await?;
    let employee = known.first().ok_or_else(Error::unauthenticated)?.employment();
    // A role in an agency is one of its people's: whoever no longer serves there no longer has it.
    let agency = employee.map(|employee| employee.agency_id);
    let holds = |known: &&Known| known.revoked_at.is_none() && (known.agency_id.is_none() || known.agency_id == agency);
    let has = |role| known.iter().filter(holds).filter(move |known| known.role == Some(role));
    let granted: Vec<UnitId> = known.iter().filter(holds).filter_map(|known| known.unit_id).collect();
    Ok(Person {
        account_id,
        device_id,
        is_national_admin: has(role_grant::Role::NationalAdmin).next().is_some(),
        administers: has(role_grant::Role::AgencyAdmin).filter_map(|known| known.agency_id).collect(),
        supervises: match employee {
            Some(me) => loader::units_below(app.db.read(), Some(me.id), granted).await?,
            None => Vec::new(),
        },
        employee,
    })
}
