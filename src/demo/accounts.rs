//! Who has a password in the demo: told from the files, and written to the database.

use std::collections::HashSet;
use std::io::{self, Write};

use entity::ids::{AccountId, AgencyId, EmployeeId};
use entity::{account, contact, employee, role_grant};
use futures_util::future::try_join_all;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait,
};
use serde::{Deserialize, Serialize};

use super::files::{City, country};
use crate::app::App;
use crate::error::{Error, Result};

/// An account of the demo. Its password is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoAccount {
    /// What its owner logs in with: a NIP, or an e-mail address.
    pub identifier: String,
    /// The password.
    pub password: String,
    /// The owner's name.
    pub name: String,
    /// The city's agency, by its name in the national list.
    pub agency: Option<String>,
    /// What its owner is.
    pub roles: Vec<Role>,
}

/// What somebody is in the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A resident.
    Citizen,
    /// A civil servant.
    Employee,
    /// Teaches a session.
    Trainer,
    /// Heads a unit.
    Supervisor,
    /// Keeps an agency.
    AgencyAdmin,
    /// Names agency admins.
    NationalAdmin,
}

/// An entry of an `accounts.json`.
#[derive(Debug, Deserialize)]
pub(super) struct AccountEntry {
    pub role: Role,
    #[serde(flatten)]
    pub owner: Owner,
    pub password: String,
}

/// Whose account it is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Owner {
    /// A civil servant, by the `sourceId`.
    Employee { employee: String },
    /// Somebody else.
    Outsider { name: String, email: String },
}

/// Every account of the demo, from the files alone: city by city, the national admin last.
///
/// # Panics
/// When a file in the binary does not hold what it should.
#[must_use]
pub fn accounts() -> Vec<DemoAccount> {
    let country = country();
    let of_cities = country.cities.iter().flat_map(|city| city.accounts.iter().map(move |entry| (entry, Some(city))));
    of_cities.chain(country.accounts.iter().map(|entry| (entry, None))).map(|(entry, city)| tell(entry, city)).collect()
}

fn tell(entry: &AccountEntry, city: Option<&City>) -> DemoAccount {
    let (identifier, name) = match (&entry.owner, city) {
        (Owner::Employee { employee }, Some(city)) => {
            let employee = city.employee(employee);
            (&employee.nip, &employee.name)
        }
        (Owner::Employee { .. }, None) => panic!("demo/accounts.json: an employee belongs to a city"),
        (Owner::Outsider { name, email }, _) => (email, name),
    };
    let is_employee = matches!(entry.owner, Owner::Employee { .. }) && entry.role != Role::Employee;
    DemoAccount {
        identifier: identifier.clone(),
        password: entry.password.clone(),
        name: name.clone(),
        agency: city.map(|city| city.agency.name.clone()),
        roles: is_employee.then_some(Role::Employee).into_iter().chain([entry.role]).collect(),
    }
}

/// Writes the accounts as a JSON list.
pub fn print_json(out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &accounts())?;
    writeln!(out)
}

/// Writes what somebody who has just started the demo needs: where it is, and who can log in.
pub fn print_welcome(out: &mut dyn Write, url: &str) -> io::Result<()> {
    writeln!(out, "Bina demo: {url}\n")?;
    writeln!(out, "{:34} {:38} {:14} AGENCY", "IDENTIFIER", "PASSWORD", "ROLE")?;
    for account in accounts() {
        let role = account.roles.last().map(serde_json::to_value).transpose()?;
        let role = role.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        let agency = account.agency.as_deref().unwrap_or("-");
        writeln!(out, "{:34} {:38} {role:14} {agency}", account.identifier, account.password)?;
    }
    writeln!(out, "\nThese passwords are public: keep nothing real in this database.")
}

/// An entry of a file, with the city and its agency where it has one.
type Wanted<'a> = (&'a AccountEntry, Option<(&'a City, AgencyId)>);

/// Writes the cities' accounts that are missing.
pub(super) async fn load(app: &App, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let transaction = app.db.begin().await?;
    let of_cities =
        agencies.iter().flat_map(|(city, id)| city.accounts.iter().map(|entry| (entry, Some((*city, *id)))));
    write_missing(app, &transaction, of_cities.collect()).await?;
    transaction.commit().await?;
    Ok(())
}

/// Writes the accounts that belong to no city, in the caller's transaction.
pub(super) async fn load_national(app: &App, transaction: &DatabaseTransaction) -> Result<()> {
    write_missing(app, transaction, country().accounts.iter().map(|entry| (entry, None)).collect()).await
}

/// Whether the national admin of the files is one in the database.
pub(super) async fn has_national_admin(transaction: &DatabaseTransaction) -> Result<bool> {
    let addresses = country().accounts.iter().filter_map(|entry| match &entry.owner {
        Owner::Outsider { email, .. } if entry.role == Role::NationalAdmin => Some(email),
        _ => None,
    });
    let national = role_grant::Entity::find()
        .filter(role_grant::Column::Role.eq(role_grant::Role::NationalAdmin))
        .select_only()
        .column(role_grant::Column::AccountId)
        .into_query();
    let found = contact::Entity::find()
        .filter(contact::Column::Value.is_in(addresses))
        .filter(contact::Column::AccountId.in_subquery(national))
        .count(transaction)
        .await?;
    Ok(found > 0)
}

/// An account is missing when nobody has its e-mail address, or its employee has none.
async fn write_missing(app: &App, transaction: &DatabaseTransaction, wanted: Vec<Wanted<'_>>) -> Result<()> {
    let taken = taken_addresses(transaction, &wanted).await?;
    let owners = owners(transaction, &wanted).await?;
    let mut missing = Vec::new();
    for (entry, place) in wanted {
        let told = tell(entry, place.map(|(city, _)| city));
        let agency_id = place.map(|(_, agency_id)| agency_id);
        match &entry.owner {
            Owner::Outsider { email, .. } if taken.contains(email) => {}
            Owner::Outsider { .. } => missing.push((entry.role, told, agency_id, None)),
            Owner::Employee { employee } => {
                let owner = owners
                    .iter()
                    .find(|owner| Some(owner.agency_id) == agency_id && owner.source_id.as_deref() == Some(employee));
                let owner = owner.ok_or_else(|| Error::internal(format!("the demo's employee {employee} is gone")))?;
                if owner.account_id.is_none() {
                    missing.push((entry.role, told, agency_id, Some(owner.id)));
                }
            }
        }
    }
    let hashes = try_join_all(missing.iter().map(|(_, told, ..)| app.hasher.hash(&told.password))).await?;
    for ((role, told, agency_id, employee_id), hash) in missing.into_iter().zip(hashes) {
        let account_id = open(app, transaction, &told, hash, employee_id).await?;
        let granted = match role {
            Role::NationalAdmin => (role_grant::Role::NationalAdmin, None),
            Role::AgencyAdmin => (role_grant::Role::AgencyAdmin, agency_id),
            // The others follow from what somebody is.
            Role::Citizen | Role::Employee | Role::Trainer | Role::Supervisor => continue,
        };
        grant(app, transaction, account_id, granted).await?;
    }
    Ok(())
}

async fn taken_addresses(transaction: &DatabaseTransaction, wanted: &[Wanted<'_>]) -> Result<HashSet<String>> {
    let addresses = wanted.iter().filter_map(|(entry, _)| match &entry.owner {
        Owner::Outsider { email, .. } => Some(email),
        Owner::Employee { .. } => None,
    });
    let taken = contact::Entity::find()
        .filter(contact::Column::Kind.eq(contact::Kind::Email))
        .filter(contact::Column::Value.is_in(addresses))
        .all(transaction)
        .await?;
    Ok(taken.into_iter().map(|contact| contact.value).collect())
}

async fn owners(transaction: &DatabaseTransaction, wanted: &[Wanted<'_>]) -> Result<Vec<employee::Model>> {
    let sources = wanted.iter().filter_map(|(entry, _)| match &entry.owner {
        Owner::Employee { employee } => Some(employee),
        Owner::Outsider { .. } => None,
    });
    let agencies = wanted.iter().filter_map(|(_, place)| place.map(|(_, agency_id)| agency_id));
    Ok(employee::Entity::find()
        .filter(employee::Column::AgencyId.is_in(agencies))
        .filter(employee::Column::SourceId.is_in(sources))
        .all(transaction)
        .await?)
}

/// Writes an account with what its owner logs in with.
async fn open(
    app: &App,
    transaction: &DatabaseTransaction,
    told: &DemoAccount,
    password_hash: String,
    employee_id: Option<EmployeeId>,
) -> Result<AccountId> {
    let now = app.clock.now();
    let id: AccountId = app.ids.new_id(now);
    let account = account::ActiveModel {
        id: Set(id),
        name: Set(told.name.clone()),
        password_hash: Set(Some(password_hash)),
        locked_at: Set(None),
        created_at: Set(now),
    };
    account::Entity::insert(account).exec_without_returning(transaction).await?;
    if let Some(employee_id) = employee_id {
        employee::Entity::update_many()
            .col_expr(employee::Column::AccountId, Expr::value(id))
            .filter(employee::Column::Id.eq(employee_id))
            .exec(transaction)
            .await?;
    } else {
        let contact = contact::ActiveModel {
            id: Set(app.ids.new_id(now)),
            account_id: Set(id),
            kind: Set(contact::Kind::Email),
            value: Set(told.identifier.clone()),
            verified_at: Set(now),
        };
        contact::Entity::insert(contact).exec_without_returning(transaction).await?;
    }
    Ok(id)
}

async fn grant(
    app: &App,
    transaction: &DatabaseTransaction,
    account_id: AccountId,
    (role, agency_id): (role_grant::Role, Option<AgencyId>),
) -> Result<()> {
    let now = app.clock.now();
    let grant = role_grant::ActiveModel {
        id: Set(app.ids.new_id(now)),
        account_id: Set(account_id),
        role: Set(role),
        agency_id: Set(agency_id),
        unit_id: Set(None),
        granted_by: Set(None),
        granted_at: Set(now),
        revoked_at: Set(None),
    };
    role_grant::Entity::insert(grant).exec_without_returning(transaction).await?;
    Ok(())
}
