//! What an agency's admin does, one function an action: authorise, look up, apply the rule, write, commit.

pub mod collision;
pub mod course;
pub mod course_run;
pub mod course_session;
pub mod enrolment;

use std::collections::HashMap;

use async_graphql::ID;
use entity::employee;
use entity::ids::EmployeeId;
use sea_orm::sea_query::LockType;
use sea_orm::{DatabaseTransaction, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Actor};
use crate::problem::Problem;
use crate::{db, input};

/// The people that `employeeIds` names, each once and in its order, with where in the input it stands; held until the
/// end of the transaction, so that of two that give a person two classes at once the second sees the first.
async fn people(
    app: &App,
    transaction: &DatabaseTransaction,
    actor: &Actor,
    ids: &[ID],
    max: usize,
) -> Result<Vec<(String, employee::Model)>> {
    input::within("employeeIds", ids.len(), &(1..=max))?;
    let mut named: Vec<(String, EmployeeId)> = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        let field = format!("employeeIds.{at}");
        let id = rows::parse_id(&field, id)?;
        if named.iter().all(|(_, known)| *known != id) {
            named.push((field, id));
        }
    }
    let found = policy::find::<employee::Entity>(actor)
        .filter(db::any_of(app.db.engine(), employee::Column::Id, named.iter().map(|(_, id)| (*id).into())))
        // In one order, so that two never wait for each other.
        .order_by_asc(employee::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(transaction)
        .await?;
    let mut found: HashMap<EmployeeId, employee::Model> = found.into_iter().map(|row| (row.id, row)).collect();
    let people = named.into_iter().map(|(field, id)| match found.remove(&id) {
        Some(employee) => Ok((field, employee)),
        None => Err(Error::at(&field, Problem::NotFound)),
    });
    people.collect()
}
