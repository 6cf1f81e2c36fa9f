//! What is read for many check-ins, sessions or arrangements at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::check_in::{self, Verdict};
use entity::ids::{CheckInId, CourseRunId, CourseSessionId, DutyArrangementId, EmployeeId, LatenessRuleId};
use entity::{RequestStatus, check_in_review, correction, course_session, duty_arrangement, enrolment};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, EntityTrait, ExprTrait as _, JoinType, QueryFilter as _, QuerySelect as _,
    RelationDef, Select,
};

use super::lateness::Rule;
use super::{duties, today};
use crate::error::Error;
use crate::graphql::rows::Rows;
use crate::policy::{Actor, Scoped};
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

/// The workdays within leave, duty travel or work from home that have check-ins or approved corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttendedWithin(pub DutyArrangementId);

impl Loader<AttendedWithin> for Rows {
    type Value = BTreeSet<NaiveDate>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[AttendedWithin]) -> Result<HashMap<AttendedWithin, BTreeSet<NaiveDate>>, Arc<Error>> {
        let (db, engine) = (self.app.db.read(), self.app.db.engine());
        let arrangements = || db::any_of(engine, duty_arrangement::Column::Id, keys.iter().map(|key| key.0.0));
        let actor = self.actor.get();
        let checked_in = (check_in::Column::EmployeeId, check_in::Column::WorkdayOn);
        let checked_in = within::<check_in::Entity>(actor, checked_in, arrangements())
            .filter(check_in::Column::Verdict.ne(Verdict::Rejected));
        let corrected = (correction::Column::EmployeeId, correction::Column::WorkdayOn);
        let corrected = within::<correction::Entity>(actor, corrected, arrangements())
            .filter(correction::Column::Status.eq(RequestStatus::Approved));
        let mut attended = HashMap::<AttendedWithin, BTreeSet<NaiveDate>>::new();
        for (arrangement, on) in days(checked_in, db).await?.into_iter().chain(days(corrected, db).await?) {
            attended.entry(AttendedWithin(arrangement)).or_default().insert(on);
        }
        Ok(attended)
    }
}

async fn days<E: EntityTrait>(
    found: Select<E>,
    db: &DatabaseConnection,
) -> Result<Vec<(DutyArrangementId, NaiveDate)>, Arc<Error>> {
    found.into_tuple().all(db).await.map_err(|error| Arc::new(error.into()))
}

/// The days of what somebody did, as far as the actor may see it, each with what is arranged for them over it.
fn within<E: Scoped>(actor: &Actor, (employee, on): (E::Column, E::Column), arrangements: SimpleExpr) -> Select<E> {
    let arranged: RelationDef =
        E::belongs_to(duty_arrangement::Entity).from(employee).to(duty_arrangement::Column::EmployeeId).into();
    policy::find::<E>(actor)
        .join(JoinType::InnerJoin, arranged)
        .filter(arrangements)
        .filter(on.into_expr().gte(duty_arrangement::Column::StartsOn.into_expr()))
        .filter(on.into_expr().lte(duty_arrangement::Column::EndsOn.into_expr()))
        .select_only()
        .column(duty_arrangement::Column::Id)
        .column(on)
        .distinct()
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
