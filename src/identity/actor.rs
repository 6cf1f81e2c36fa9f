//! Who is behind a token: loaded from the database, kept for a moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use entity::ids::{AccountId, AgencyId, DeviceId, EmployeeId, UnitId};
use entity::{employee, role_grant};
use moka::future::Cache;
use sea_orm::{FromQueryResult, Statement};

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
    if let Some(person) = app.actors.people.get(&device_id).await {
        return if person.account_id == account_id { Ok(person) } else { Err(Error::unauthenticated()) };
    }
    // Apart: most are known, and each request has the room for it.
    Box::pin(read(app, account_id, device_id)).await
}

/// As [`load`], past what is kept.
async fn read(app: &App, account_id: AccountId, device_id: DeviceId) -> Result<Arc<Person>> {
    let cache = &app.actors;
    let before = cache.changes.load(Ordering::SeqCst);
    let person = Arc::new(fetch(app, account_id, device_id).await?);
    if cache.changes.load(Ordering::SeqCst) == before {
        cache.people.insert(device_id, person.clone()).await;
    }
    Ok(person)
}

/// The device, its account and who that is: a row for each role with each unit that they are the superior of.
#[derive(Debug, FromQueryResult)]
struct Known {
    employee_id: Option<EmployeeId>,
    employee_agency_id: Option<AgencyId>,
    employee_unit_id: Option<UnitId>,
    supervisor_id: Option<EmployeeId>,
    employment: Option<employee::Employment>,
    serves_from: Option<NaiveDate>,
    role: Option<role_grant::Role>,
    agency_id: Option<AgencyId>,
    supervised_id: Option<UnitId>,
}

impl Known {
    fn employment(&self) -> Option<Employment> {
        Some(Employment {
            id: self.employee_id?,
            agency_id: self.employee_agency_id?,
            unit_id: self.employee_unit_id,
            kind: self.employment?,
            serves_from: self.serves_from?,
            supervisor_id: self.supervisor_id,
        })
    }
}

/// A role in an agency is one of its people's: whoever no longer serves there no longer has it. UNION drops what was
/// met before, so that it ends even in a tree of units that closes a circle.
const KNOWN: &str = "
WITH RECURSIVE known AS (
    SELECT employee.id AS employee_id, employee.agency_id AS employee_agency_id, employee.unit_id AS employee_unit_id,
        employee.supervisor_id, employee.employment, employee.serves_from,
        role_grant.role, role_grant.agency_id, role_grant.unit_id AS granted_unit_id
    FROM device
    JOIN account ON account.id = device.account_id AND account.locked_at IS NULL
    LEFT JOIN employee ON employee.account_id = device.account_id AND employee.is_active
    LEFT JOIN role_grant ON role_grant.account_id = device.account_id AND role_grant.revoked_at IS NULL
        AND (role_grant.agency_id IS NULL OR role_grant.agency_id = employee.agency_id)
    WHERE device.id = $1 AND device.account_id = $2 AND device.revoked_at IS NULL AND device.expires_at > $3
), below (id) AS (
    SELECT unit.id FROM known JOIN unit ON unit.head_employee_id = known.employee_id
    UNION
    SELECT granted_unit_id FROM known WHERE granted_unit_id IS NOT NULL
    UNION
    SELECT unit.id FROM below JOIN unit ON unit.parent_id = below.id
) SELECT known.*, below.id AS supervised_id FROM known LEFT JOIN below ON TRUE";

/// One query.
async fn fetch(app: &App, account_id: AccountId, device_id: DeviceId) -> Result<Person> {
    let values = [device_id.0.into(), account_id.0.into(), app.clock.now().into()];
    let known = Statement::from_sql_and_values(app.db.engine(), KNOWN, values);
    let known = Known::find_by_statement(known).all(app.db.read()).await?;
    let employee = known.first().ok_or_else(Error::unauthenticated)?.employment();
    let has = |role| known.iter().filter(move |known| known.role == Some(role));
    let administers: BTreeSet<AgencyId> =
        has(role_grant::Role::AgencyAdmin).filter_map(|known| known.agency_id).collect();
    let supervises: BTreeSet<UnitId> = known.iter().filter_map(|known| known.supervised_id).collect();
    Ok(Person {
        account_id,
        device_id,
        is_national_admin: has(role_grant::Role::NationalAdmin).next().is_some(),
        administers: administers.into_iter().collect(),
        supervises: supervises.into_iter().collect(),
        employee,
    })
}
