//! The demo's rows: what the files call a thing and the id that it has in the database; writing what is missing.

use std::collections::HashMap;

use entity::ids::{AccountId, AgencyId, CourseId, CourseRunId, EmployeeId, SiasnTermId, UnitId, VenueId};
use entity::siasn_term::List;
use entity::{course, course_run, employee, siasn_term, unit, venue};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, TryGetable};

use super::files::City;
use crate::error::{Error, Result};

/// The ids of one table's rows in the demo's agencies, by agency and `sourceId`.
pub(super) struct Keys<Id>(HashMap<(AgencyId, String), Id>);

impl<Id: Copy> Keys<Id> {
    /// Reads them; `columns` are the table's agency, source id and id.
    async fn read<E: EntityTrait>(
        db: &impl ConnectionTrait,
        agencies: &[(&City, AgencyId)],
        [agency, source, id]: [E::Column; 3],
    ) -> Result<Self>
    where
        Id: TryGetable,
    {
        let rows: Vec<(AgencyId, String, Id)> = E::find()
            .select_only()
            .columns([agency, source, id])
            .filter(agency.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
            .filter(source.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        Ok(Self(rows.into_iter().map(|(agency_id, source_id, id)| ((agency_id, source_id), id)).collect()))
    }

    pub fn has(&self, agency_id: AgencyId, source_id: &str) -> bool {
        self.0.contains_key(&(agency_id, source_id.to_owned()))
    }

    pub fn get(&self, agency_id: AgencyId, source_id: &str) -> Result<Id> {
        let id = self.0.get(&(agency_id, source_id.to_owned())).copied();
        id.ok_or_else(|| {
            Error::internal(format!("the demo's files name {source_id}, which the database does not hold"))
        })
    }

    pub fn optional(&self, agency_id: AgencyId, source_id: Option<&str>) -> Result<Option<Id>> {
        source_id.map(|source_id| self.get(agency_id, source_id)).transpose()
    }

    pub fn add(&mut self, agency_id: AgencyId, source_id: &str, id: Id) {
        self.0.insert((agency_id, source_id.to_owned()), id);
    }
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident: $table:ident => $id:ty;)*) => {$(
        $(#[$doc])*
        pub(super) async fn $name(db: &impl ConnectionTrait, agencies: &[(&City, AgencyId)]) -> Result<Keys<$id>> {
            use $table::Column::{AgencyId, Id, SourceId};
            Keys::read::<$table::Entity>(db, agencies, [AgencyId, SourceId, Id]).await
        }
    )*};
}

keys! {
    units: unit => UnitId;
    venues: venue => VenueId;
    employees: employee => EmployeeId;
    courses: course => CourseId;
    runs: course_run => CourseRunId;
}

/// The terms of a national list, by their id there.
pub(super) async fn terms(db: &impl ConnectionTrait, list: List) -> Result<HashMap<String, SiasnTermId>> {
    let terms: Vec<(String, SiasnTermId)> = siasn_term::Entity::find()
        .select_only()
        .columns([siasn_term::Column::SiasnId, siasn_term::Column::Id])
        .filter(siasn_term::Column::List.eq(list))
        .into_tuple()
        .all(db)
        .await?;
    Ok(terms.into_iter().collect())
}

/// The accounts of people, by the ids of these.
pub(super) async fn accounts_of(
    db: &impl ConnectionTrait,
    agencies: &[(&City, AgencyId)],
) -> Result<HashMap<EmployeeId, AccountId>> {
    let accounts: Vec<(EmployeeId, AccountId)> = employee::Entity::find()
        .select_only()
        .columns([employee::Column::Id, employee::Column::AccountId])
        .filter(employee::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .filter(employee::Column::AccountId.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(accounts.into_iter().collect())
}

/// Writes new rows in one statement.
pub(super) async fn write<A>(db: &impl ConnectionTrait, rows: Vec<A>) -> Result<()>
where
    A: ActiveModelTrait + Send,
{
    if !rows.is_empty() {
        A::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}
