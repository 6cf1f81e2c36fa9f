//! What is read for many rows at once: the trainers of each session, the guests of each run.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::ids::{AgencyId, CourseRunId, CourseSessionId, EmployeeId};
use entity::{agency, course_run_guest, course_session_trainer, employee};
use sea_orm::{EntityTrait as _, QueryFilter as _};

use crate::db;
use crate::error::{Error, Result};
use crate::graphql::rows::{Row, RowKey, Rows};
use crate::policy;

/// Who teaches a session, as far as the actor may see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrainersOf(pub CourseSessionId);

impl Loader<TrainersOf> for Rows {
    type Value = Vec<employee::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[TrainersOf],
    ) -> std::result::Result<HashMap<TrainersOf, Vec<employee::Model>>, Arc<Error>> {
        let sessions = keys.iter().map(|key| key.0.into());
        let pairs = course_session_trainer::Entity::find()
            .filter(db::any_of(self.app.db.engine(), course_session_trainer::Column::CourseSessionId, sessions))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let pairs = pairs.into_iter().map(|pair| (TrainersOf(pair.course_session_id), pair.employee_id));
        grouped::<_, EmployeeId>(self, pairs.collect()).await.map_err(Arc::new)
    }
}

/// The agencies that were invited to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GuestsOf(pub CourseRunId);

impl Loader<GuestsOf> for Rows {
    type Value = Vec<agency::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[GuestsOf]) -> std::result::Result<HashMap<GuestsOf, Vec<agency::Model>>, Arc<Error>> {
        let runs = keys.iter().map(|key| key.0.into());
        let pairs = course_run_guest::Entity::find()
            .filter(db::any_of(self.app.db.engine(), course_run_guest::Column::CourseRunId, runs))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let pairs = pairs.into_iter().map(|pair| (GuestsOf(pair.course_run_id), pair.guest_agency_id));
        grouped::<_, AgencyId>(self, pairs.collect()).await.map_err(Arc::new)
    }
}

/// The rows at the other end of pairs, of each key in the order of their ids, as far as the actor may see them.
async fn grouped<G: Hash + Eq, K: RowKey + Ord>(rows: &Rows, mut pairs: Vec<(G, K)>) -> Result<HashMap<G, Vec<Row<K>>>>
where
    Row<K>: Clone,
{
    pairs.sort_unstable_by_key(|(_, id)| *id);
    let ids = pairs.iter().map(|(_, id)| (*id).into());
    let found = policy::find::<K::Table>(rows.actor.get())
        .filter(db::any_of(rows.app.db.engine(), K::ID, ids))
        .all(rows.app.db.read())
        .await?;
    let found: HashMap<K, Row<K>> = found.into_iter().map(|row| (K::of(&row), row)).collect();
    let mut groups: HashMap<G, Vec<Row<K>>> = HashMap::new();
    for (group, id) in pairs {
        groups.entry(group).or_default().extend(found.get(&id).cloned());
    }
    Ok(groups)
}
