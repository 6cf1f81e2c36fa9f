//! Recording check-ins: one path for a single one and for a day off line.

use std::collections::HashMap;

use chrono::TimeDelta;
use entity::check_in::{self, Direction};
use entity::employee;
use entity::ids::{CourseSessionId, LatenessRuleId, ScheduleId, ShiftId};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::facts::{self, Class};
use super::rules::{self, Code, Facts, Judgement, Location, Reason, Timing, WrongCodes};
use super::working_time::WorkingLife;
use super::{lateness, lives, venue_code, workday};
use crate::agency;
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::digest;
use crate::policy::{Actor, Employment, Person};
use crate::problem::Problem;

/// Attempts in one sending at most.
pub const MAX_BATCH: usize = 200;

/// So far around an attempt its shift can lie, and a phone's clock beside ours.
const MARGIN: TimeDelta = TimeDelta::days(3);

/// What a check-in is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Duty.
    Workday(Direction),
    /// A class.
    CourseSession(CourseSessionId),
}

/// One attempt, as the phone captured it.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Made by the phone once for this intent.
    pub idempotency_key: Uuid,
    /// What it is for.
    pub occasion: Occasion,
    /// The phone's clock at the act.
    pub captured_at: Instant,
    /// The phone's fix.
    pub location: Option<Location>,
    /// The code from the trainer's screen.
    pub venue_code: Option<String>,
}

impl Attempt {
    /// SHA-256 over the canonical input without key and sending time: the same for a single one and in a batch.
    fn payload_hash(&self) -> Vec<u8> {
        let occasion = match self.occasion {
            Occasion::Workday(Direction::In) => json!({ "workday": "IN" }),
            Occasion::Workday(Direction::Out) => json!({ "workday": "OUT" }),
            Occasion::CourseSession(id) => json!({ "courseSession": id.to_string() }),
        };
        // Adding zero makes of minus zero the zero that it equals.
        let location = self.location.map(|fix| {
            let accuracy = fix.accuracy_meters.map(|meters| meters + 0.0);
            json!([fix.latitude + 0.0, fix.longitude + 0.0, accuracy, fix.is_mocked])
        });
        let canonical = json!([occasion, self.captured_at.timestamp_micros(), location, self.venue_code]);
        digest(&[b"check-in", canonical.to_string().as_bytes()])
    }
}

/// A check-in that stands in the database.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The check-in.
    pub check_in: check_in::Model,
    /// Whether it stood there before.
    pub is_replay: bool,
}

/// Records attempts, each by itself: one that is refused, or was no attempt to begin with, leaves its neighbours alone.
/// They share one transaction.
///
/// # Errors
/// UNAUTHENTICATED, `NOT_AN_EMPLOYEE`, or `OUT_OF_RANGE` at `items`; each attempt has its own result within.
pub async fn record(
    app: &App,
    actor: &Actor,
    sent_at: Instant,
    attempts: Vec<Result<Attempt>>,
) -> Result<Vec<Result<Recorded>>> {
    let received_at = app.clock.now();
    let person = actor.person()?;
    let employment = person.employment()?;
    if !(1..=MAX_BATCH).contains(&attempts.len()) {
        return Err(Refusal::at("items", Problem::OutOfRange).with("min", 1).with("max", MAX_BATCH).into());
    }
    let life = working_life(app, employment, &attempts).await?;
    let transaction = app.db.begin().await?;
    // One sending of a person at a time: a key that is sent fifty times at once is met fifty times in a row.
    let me = employee::Entity::find_by_id(employment.id).lock_exclusive().one(&transaction).await?;
    let me = me.filter(|me| me.is_active).ok_or_else(|| Error::refused(Problem::NotAnEmployee))?;
    let wellformed: Vec<&Attempt> = attempts.iter().filter_map(|attempt| attempt.as_ref().ok()).collect();
    let mut desk = Desk::load(app, &transaction, actor, me, life, &wellformed).await?;
    let mut results = Vec::with_capacity(attempts.len());
    for attempt in attempts {
        results.push(attempt.and_then(|attempt| desk.take(app, person, &attempt, sent_at, received_at)));
    }
    let verdicts: Vec<_> = desk.fresh.iter().map(|row| row.verdict).collect();
    if !desk.fresh.is_empty() {
        let rows = desk.fresh.into_iter().map(check_in::ActiveModel::from);
        check_in::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
    }
    transaction.commit().await?;
    let fresh = results.iter().flatten().filter(|recorded: &&Recorded| !recorded.is_replay);
    fresh.for_each(|recorded| app.live.check_in_recorded(&recorded.check_in));
    for verdict in verdicts {
        app.metrics.check_ins(verdict, 1);
    }
    Ok(results)
}

/// The person's working life around the attempts.
async fn working_life(app: &App, me: Employment, attempts: &[Result<Attempt>]) -> Result<WorkingLife> {
    let captured = attempts.iter().flatten().map(|attempt| attempt.captured_at.date_naive());
    let today = app.clock.now().date_naive();
    let first = captured.clone().min().unwrap_or(today).min(today) - MARGIN;
    let last = captured.max().unwrap_or(today).max(today) + MARGIN;
    let mut lives = lives::lives(app, app.db.read(), &[me.into()], &(first..=last)).await?;
    lives.remove(&me.id).ok_or_else(|| Error::internal("a life that was not loaded"))
}

/// Everything that is needed to judge a person's attempts.
struct Desk {
    me: employee::Model,
    life: WorkingLife,
    classes: HashMap<CourseSessionId, Class>,
    known: HashMap<Uuid, check_in::Model>,
    fresh: Vec<check_in::Model>,
}

impl Desk {
    async fn load(
        app: &App,
        transaction: &DatabaseTransaction,
        actor: &Actor,
        me: employee::Model,
        life: WorkingLife,
        attempts: &[&Attempt],
    ) -> Result<Self> {
        let keys = attempts.iter().map(|attempt| attempt.idempotency_key);
        let known = check_in::Entity::find()
            .filter(check_in::Column::EmployeeId.eq(me.id))
            .filter(crate::db::any_of(app.db.engine(), check_in::Column::IdempotencyKey, keys))
            .all(transaction)
            .await?;
        let mut sessions: Vec<CourseSessionId> = attempts
            .iter()
            .filter_map(|attempt| match attempt.occasion {
                Occasion::CourseSession(id) => Some(id),
                Occasion::Workday(_) => None,
            })
            .collect();
        sessions.sort_unstable();
        sessions.dedup();
        Ok(Self {
            life,
            classes: facts::classes(transaction, actor, me.id, &sessions).await?,
            known: known.into_iter().map(|row| (row.idempotency_key, row)).collect(),
            fresh: Vec::new(),
            me,
        })
    }

    fn take(
        &mut self,
        app: &App,
        person: &Person,
        attempt: &Attempt,
        sent_at: Instant,
        received_at: Instant,
    ) -> Result<Recorded> {
        let payload_hash = attempt.payload_hash();
        if let Some(check_in) = self.known.get(&attempt.idempotency_key).cloned() {
            // What a check-in was, nobody knows any more once its coordinates have expired.
            return if check_in.payload_hash.is_empty() || check_in.payload_hash == payload_hash {
                Ok(Recorded { check_in, is_replay: true })
            } else {
                Err(Error::at("idempotencyKey", Problem::IdempotencyConflict))
            };
        }
        let timing = rules::timing(attempt.captured_at, sent_at, received_at)
            .map_err(|problem| Error::at("capturedAt", problem))?;
        if let Some(fix) = attempt.location {
            check_location(&fix)?;
        }
        let setting = match attempt.occasion {
            Occasion::Workday(direction) => self.workday(timing, attempt, direction),
            Occasion::CourseSession(id) => self.class(timing, attempt, id, received_at)?,
        };
        let Setting {
            judgement,
            direction,
            workday_on,
            course_session_id,
            schedule_id,
            shift_id,
            lateness_rule_id,
            time_zone,
        } = setting;
        let fix = attempt.location;
        let check_in = check_in::Model {
            id: app.ids.new_id(received_at),
            agency_id: self.me.agency_id,
            employee_id: self.me.id,
            device_id: person.device_id,
            idempotency_key: attempt.idempotency_key,
            payload_hash,
            occasion: match attempt.occasion {
                Occasion::Workday(_) => check_in::Occasion::Workday,
                Occasion::CourseSession(_) => check_in::Occasion::CourseSession,
            },
            direction,
            workday_on,
            time_zone,
            course_session_id,
            captured_at: attempt.captured_at,
            sent_at,
            received_at,
            effective_at: timing.effective_at,
            latitude: fix.map(|fix| fix.latitude),
            longitude: fix.map(|fix| fix.longitude),
            accuracy_meters: fix.and_then(|fix| fix.accuracy_meters),
            is_mocked: fix.is_some_and(|fix| fix.is_mocked),
            venue_id: judgement.nearest.map(|(venue, _)| venue),
            // To the decimetre: more is noise, and says more of a place than is needed.
            distance_meters: judgement.nearest.map(|(_, distance)| (distance * 10.0).round() / 10.0),
            verdict: judgement.verdict,
            reasons: Reason::join(&judgement.reasons),
            minutes_late: judgement.minutes_late,
            schedule_id,
            shift_id,
            lateness_rule_id,
        };
        self.known.insert(attempt.idempotency_key, check_in.clone());
        self.fresh.push(check_in.clone());
        Ok(Recorded { check_in, is_replay: false })
    }

    fn workday(&self, timing: Timing, attempt: &Attempt, direction: Direction) -> Setting {
        let at = timing.effective_at;
        let local = workday::local_day(&self.life, at);
        let shift = workday::shift_at(&self.life, at, Some(direction));
        let on = shift.map_or(local, |shift| shift.on);
        let duty = self.life.duty(on);
        let rule = duty.adoption(on).and_then(|adoption| adoption.rule.as_ref());
        let facts = Facts {
            is_expected: true,
            window: shift.map(|shift| shift.window),
            fences: if shift.is_none_or(|shift| shift.is_fenced) { &duty.fences } else { &[] },
            code: Code::NotAsked,
            is_arrival: direction == Direction::In,
            flexible_minutes: lateness::flexible_minutes(rule, shift.and_then(|shift| shift.schedule.flexible_minutes)),
        };
        Setting {
            judgement: rules::judge(timing, attempt.location, &facts),
            direction: Some(direction),
            workday_on: Some(on),
            course_session_id: None,
            schedule_id: shift.map(|shift| shift.schedule.id),
            shift_id: shift.map(|shift| shift.shift.id),
            lateness_rule_id: rule.map(|rule| rule.row.id),
            time_zone: duty.zone.name().to_owned(),
        }
    }

    fn class(
        &mut self,
        timing: Timing,
        attempt: &Attempt,
        id: CourseSessionId,
        received_at: Instant,
    ) -> Result<Setting> {
        let not_found = || Error::at("occasion.courseSessionId", Problem::NotFound);
        let class = self.classes.get_mut(&id).ok_or_else(not_found)?;
        let code = check_code(class, attempt, timing, received_at)?;
        if code == Code::Wrong {
            class.wrong_codes = WrongCodes { count: class.wrong_codes.count + 1, last_at: Some(received_at) };
        }
        let facts = Facts {
            is_expected: class.is_expected,
            window: Some(facts::class_window(&class.session)),
            fences: &class.fences,
            code,
            is_arrival: true,
            flexible_minutes: 0,
        };
        Ok(Setting {
            judgement: rules::judge(timing, attempt.location, &facts),
            direction: None,
            workday_on: None,
            course_session_id: Some(id),
            schedule_id: None,
            shift_id: None,
            lateness_rule_id: None,
            time_zone: class.session.time_zone.clone(),
        })
    }
}

/// A judged attempt with what it was judged against.
struct Setting {
    judgement: Judgement,
    direction: Option<Direction>,
    workday_on: Option<chrono::NaiveDate>,
    course_session_id: Option<CourseSessionId>,
    schedule_id: Option<ScheduleId>,
    shift_id: Option<ShiftId>,
    lateness_rule_id: Option<LatenessRuleId>,
    time_zone: String,
}

fn check_code(class: &Class, attempt: &Attempt, timing: Timing, received_at: Instant) -> Result<Code> {
    // Before the class and after it no code is on a screen, so none can be wrong.
    if !class.session.requires_code || !facts::class_window(&class.session).contains(timing.effective_at) {
        return Ok(Code::NotAsked);
    }
    let Some(code) = &attempt.venue_code else { return Ok(Code::Missing) };
    if class.wrong_codes.is_closed(received_at) {
        return Ok(Code::Closed);
    }
    let secret = &class.session.code_secret;
    let is_right = venue_code::is_right(secret, code, timing.effective_at, timing.sent_after)?;
    Ok(if is_right { Code::Right } else { Code::Wrong })
}

fn check_location(fix: &Location) -> Result<()> {
    if fix.accuracy_meters.is_some_and(|accuracy| !accuracy.is_finite() || accuracy < 0.0) {
        return Err(Error::at("location.accuracyMeters", Problem::InvalidLocation));
    }
    agency::rules::check_location("location", fix.latitude, fix.longitude)
}
