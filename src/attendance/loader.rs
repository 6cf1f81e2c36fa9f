//! What is read for many check-ins at once.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use entity::check_in::{self, Direction, Verdict};
use entity::course_session;
use entity::ids::{CourseSessionId, EmployeeId, LatenessRuleId, ShiftId};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::duties;
use super::lateness::Rule;
use crate::clock::Instant;
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

/// The accepted check-ins of a person's workday, as far as the caller may see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PresenceOf {
    /// Whose.
    pub employee_id: EmployeeId,
    /// The local date on which the shift starts.
    pub on: NaiveDate,
    /// The shift; absent on a day off.
    pub shift_id: Option<ShiftId>,
}

/// When somebody came and went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Presence {
    /// The first accepted IN.
    pub came_at: Option<Instant>,
    /// The last accepted OUT.
    pub went_at: Option<Instant>,
}

impl Loader<PresenceOf> for Rows {
    type Value = Presence;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PresenceOf]) -> Result<HashMap<PresenceOf, Presence>, Arc<Error>> {
        let people = keys.iter().map(|key| key.employee_id.0);
        let accepted = policy::find::<check_in::Entity>(self.actor.get())
            .filter(db::any_of(self.app.db.engine(), check_in::Column::EmployeeId, people))
            .filter(check_in::Column::WorkdayOn.is_in(keys.iter().map(|key| key.on)))
            .filter(check_in::Column::Verdict.eq(Verdict::Accepted))
            .all(self.app.db.read())
            .await
            .map_err(|error| Arc::new(error.into()))?;
        let mut days: HashMap<PresenceOf, Presence> = HashMap::new();
        for row in accepted {
            let Some(on) = row.workday_on else { continue };
            let day = days.entry(PresenceOf { employee_id: row.employee_id, on, shift_id: row.shift_id }).or_default();
            match row.direction {
                Some(Direction::In) if day.came_at.is_none_or(|first| row.effective_at < first) => {
                    day.came_at = Some(row.effective_at);
                }
                Some(Direction::Out) if day.went_at.is_none_or(|last| last < row.effective_at) => {
                    day.went_at = Some(row.effective_at);
                }
                _ => {}
            }
        }
        Ok(days)
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
