//! What an agency's admin does, one function an action: authorise, look up, apply the rule, write, commit.

pub mod employee;
pub mod nip;
pub mod schedule;
pub mod serving;
pub mod time_zone;
pub mod unit;
pub mod venue;

use async_graphql::ID;
use entity::ids::{AgencyId, EmployeeId, SiasnTermId, UnitId};
use entity::{agency, siasn_term};
use sea_orm::{DatabaseTransaction, EntityTrait as _};

use super::loader::unit_tree;
use super::rules;
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::Actor;
use crate::problem::Problem;

/// Characters of a name at most.
pub const MAX_NAME: usize = 200;

/// Looks up what the input of an action within one agency names. Of another agency is as good as not there.
pub struct Lookup<'a> {
    /// The transaction of the action.
    pub transaction: &'a DatabaseTransaction,
    /// Who acts.
    pub actor: &'a Actor,
    /// The agency.
    pub agency: AgencyId,
}

impl Lookup<'_> {
    /// A unit of the agency.
    ///
    /// # Errors
    /// `NOT_FOUND` at `field`.
    pub async fn unit(&self, field: &str, id: Option<&ID>) -> Result<Option<UnitId>> {
        let Some(id) = id else { return Ok(None) };
        let unit = rows::named::<UnitId>(self.transaction, self.actor, field, id).await?;
        self.is_ours(field, unit.agency_id)?;
        Ok(Some(unit.id))
    }

    /// Somebody who serves in the agency.
    ///
    /// # Errors
    /// `NOT_FOUND` or `INACTIVE` at `field`.
    pub async fn colleague(&self, field: &str, id: Option<&ID>) -> Result<Option<EmployeeId>> {
        let Some(id) = id else { return Ok(None) };
        let employee = rows::named::<EmployeeId>(self.transaction, self.actor, field, id).await?;
        self.is_ours(field, employee.agency_id)?;
        if employee.is_active { Ok(Some(employee.id)) } else { Err(Error::at(field, Problem::Inactive)) }
    }

    /// An entry of a national list.
    ///
    /// # Errors
    /// `NOT_FOUND` at `field`, also for an entry of another list.
    pub async fn term(&self, field: &str, list: siasn_term::List, id: Option<&ID>) -> Result<Option<SiasnTermId>> {
        let Some(id) = id else { return Ok(None) };
        let term = rows::named::<SiasnTermId>(self.transaction, self.actor, field, id).await?;
        if term.list == list { Ok(Some(term.id)) } else { Err(Error::at(field, Problem::NotFound)) }
    }

    /// The zone that holds in a unit of the agency, or in the agency as a whole.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn time_zone(&self, unit: Option<UnitId>) -> Result<String> {
        if let Some(unit) = unit
            && let Some(zone) = rules::time_zone(&unit_tree(self.transaction, self.agency).await?, unit)
        {
            return Ok(zone.to_owned());
        }
        let agency = agency::Entity::find_by_id(self.agency).one(self.transaction).await?;
        Ok(agency.ok_or_else(|| Error::refused(Problem::NotFound))?.time_zone)
    }

    fn is_ours(&self, field: &str, agency: AgencyId) -> Result<()> {
        if agency == self.agency { Ok(()) } else { Err(Error::at(field, Problem::NotFound)) }
    }
}
