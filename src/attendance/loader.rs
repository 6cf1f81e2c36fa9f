//! What is read for many check-ins at once.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::check_in::{self, Verdict};
use entity::ids::{CheckInId, CourseRunId, CourseSessionId, EmployeeId, LatenessRuleId};
use entity::{check_in_review, course_session, enrolment};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::lateness::Rule;
use super::{duties, today};
use crate::error::Error;
use crate::graphql::rows::Rows;
use crate::{db, policy};

/// The session of a check-in that the caller may see. Whoever sees that somebody was at a class sees at which: a
/// superior the class of another agency, a participant the one they were taken off since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttendedSession(pub CourseSessionId);

impl Loader<AttendedSession> for Rows {
    type Value = course_session::Model;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[AttendedSession],
    ) -> Result<HashMap<AttendedSession, course_session::Model>, Arc<Error>> {
        let ids = keys.iter().map(|key| key.0.0);
        let sessions = course_session::Entity::find()
            .filter(db::any_of(self.app.db.engine(), course_session::Column::Id, ids))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        Ok(sessions.into_iter().map(|session| (AttendedSession(session.id), session)).collect())
    }
}

/// The rule of lateness that a check-in was measured under, with its bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MeasuredUnder(pub LatenessRuleId);

impl Loader<MeasuredUnder> for Rows {
    type Value = Rule;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MeasuredUnder]) -> Result<HashMap<MeasuredUnder, Rule>, Arc<Error>> {
        let rules = duties::rules(self.app.db.read(), keys.iter().map(|key| key.0)).await.map_err(Arc::new)?;
        Ok(rules.into_iter().map(|(id, rule)| (MeasuredUnder(id), rule)).collect())
    }
}

/// Of everybody who is enrolled in a session's run, the verdict that decides of their check-ins to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StandingIn {
    /// The session.
    pub session: CourseSessionId,
    /// Its run.
    pub run: CourseRunId,
}

impl Loader<StandingIn> for Rows {
    type Value = HashMap<EmployeeId, Option<Verdict>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[StandingIn],
    ) -> Result<HashMap<StandingIn, HashMap<EmployeeId, Option<Verdict>>>, Arc<Error>> {
        let (db, engine) = (self.app.db.read(), self.app.db.engine());
        let enrolled: Vec<(CourseRunId, EmployeeId)> = enrolment::Entity::find()
            .select_only()
            .columns([enrolment::Column::CourseRunId, enrolment::Column::EmployeeId])
            .filter(db::any_of(engine, enrolment::Column::CourseRunId, keys.iter().map(|key| key.run.0)))
            .filter(enrolment::Column::Status.eq(enrolment::Status::Enrolled))
            .into_tuple()
            .all(db)
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let verdicts: Vec<(CourseSessionId, EmployeeId, Verdict)> = check_in::Entity::find()
            .select_only()
            .columns([check_in::Column::CourseSessionId, check_in::Column::EmployeeId, check_in::Column::Verdict])
            .filter(db::any_of(engine, check_in::Column::CourseSessionId, keys.iter().map(|key| key.session.0)))
            .into_tuple()
            .all(db)
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let mut standing: HashMap<StandingIn, HashMap<EmployeeId, Option<Verdict>>> = HashMap::new();
        for key in keys {
            let people = enrolled.iter().filter(|(run, _)| *run == key.run);
            standing.insert(*key, people.map(|(_, employee)| (*employee, None)).collect());
        }
        let runs: HashMap<CourseSessionId, CourseRunId> = keys.iter().map(|key| (key.session, key.run)).collect();
        for (session, employee, verdict) in verdicts {
            let key = runs.get(&session).map(|run| StandingIn { session, run: *run });
            let person = key.and_then(|key| standing.get_mut(&key)?.get_mut(&employee));
            if let Some(decides) = person
                && decides.is_none_or(|known| today::weight(known) < today::weight(verdict))
            {
                *decides = Some(verdict);
            }
        }
        Ok(standing)
    }
}

/// The review of a check-in, where there is one that the caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReviewOf(pub CheckInId);

impl Loader<ReviewOf> for Rows {
    type Value = check_in_review::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ReviewOf]) -> Result<HashMap<ReviewOf, check_in_review::Model>, Arc<Error>> {
        let check_ins = keys.iter().map(|key| key.0.0);
        let reviews = policy::find::<check_in_review::Entity>(self.actor.get())
            .filter(db::any_of(self.app.db.engine(), check_in_review::Column::CheckInId, check_ins))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        Ok(reviews.into_iter().map(|review| (ReviewOf(review.check_in_id), review)).collect())
    }
}
