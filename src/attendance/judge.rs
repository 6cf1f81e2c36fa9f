//! What an attempt comes to: the rules, applied to one entry of a sending. Nothing here asks the database.

use entity::check_in::{self, Direction};
use entity::ids::{CourseSessionId, LatenessRuleId, ScheduleId, ShiftId};

use super::attempt::{Entry, Occasion, Sending};
use super::facts::{self, Class, WrongCodesOf};
use super::rules::{self, Code, Facts, Judgement, Location, Reason, Timing, WrongCodes};
use super::working_time::WorkingLife;
use super::{lateness, venue_code, workday};
use crate::agency;
use crate::error::{Error, Result};
use crate::problem::Problem;

/// Whether an attempt can be recorded at all, and when the act was by our clock.
///
/// # Errors
/// `CAPTURED_IN_FUTURE`, `TOO_OLD`, `INVALID_LOCATION`, `NOT_FOUND`.
pub fn screen(sending: &Sending, entry: &Entry) -> Result<Timing> {
    let attempt = &entry.attempt;
    let timing = rules::timing(attempt.captured_at, sending.sent_at, sending.received_at)
        .map_err(|problem| Error::at("capturedAt", problem))?;
    if let Some(fix) = attempt.location {
        check_location(&fix)?;
    }
    match attempt.occasion {
        Occasion::CourseSession(id) if !sending.classes.contains_key(&id) => {
            Err(Error::at("occasion.courseSessionId", Problem::NotFound))
        }
        _ => Ok(timing),
    }
}

/// The session whose code the attempt guesses, where one is looked at.
pub fn guessed(sending: &Sending, entry: &Entry, timing: Timing) -> Option<CourseSessionId> {
    let Occasion::CourseSession(id) = entry.attempt.occasion else { return None };
    let is_looked_at = entry.attempt.venue_code.is_some() && asks_code(sending.classes.get(&id)?, timing);
    is_looked_at.then_some(id)
}

/// Judges an attempt that passed [`screen`], by the sender's working life and the wrong codes before it; a wrong one is
/// counted.
///
/// # Errors
/// When the life is missing or a code cannot be computed.
pub fn judge(
    sending: &Sending,
    entry: &Entry,
    timing: Timing,
    life: Option<&WorkingLife>,
    wrong_codes: &mut WrongCodesOf,
) -> Result<check_in::Model> {
    let attempt = &entry.attempt;
    let setting = match attempt.occasion {
        Occasion::Workday(direction) => {
            let life = life.ok_or_else(|| Error::internal("a life that was not loaded"))?;
            on_duty(life, attempt.location, timing, direction)
        }
        Occasion::CourseSession(id) => in_class(sending, entry, timing, id, wrong_codes)?,
    };
    let Setting { judgement, direction, workday_on, course_session_id, hours, lateness_rule_id, time_zone } = setting;
    let fix = attempt.location;
    Ok(check_in::Model {
        id: entry.id,
        agency_id: sending.me.agency_id,
        employee_id: sending.me.id,
        device_id: sending.device_id,
        idempotency_key: attempt.idempotency_key,
        payload_hash: entry.payload_hash.clone(),
        occasion: match attempt.occasion {
            Occasion::Workday(_) => check_in::Occasion::Workday,
            Occasion::CourseSession(_) => check_in::Occasion::CourseSession,
        },
        direction,
        workday_on,
        time_zone,
        course_session_id,
        captured_at: attempt.captured_at,
        sent_at: sending.sent_at,
        received_at: sending.received_at,
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
        schedule_id: hours.map(|(schedule, _)| schedule),
        shift_id: hours.map(|(_, shift)| shift),
        lateness_rule_id,
    })
}

/// A judged attempt with what it was judged against.
struct Setting {
    judgement: Judgement,
    direction: Option<Direction>,
    workday_on: Option<chrono::NaiveDate>,
    course_session_id: Option<CourseSessionId>,
    hours: Option<(ScheduleId, ShiftId)>,
    lateness_rule_id: Option<LatenessRuleId>,
    time_zone: String,
}

fn on_duty(life: &WorkingLife, fix: Option<Location>, timing: Timing, direction: Direction) -> Setting {
    let at = timing.effective_at;
    let shift = workday::shift_at(life, at, Some(direction));
    let on = shift.map_or_else(|| workday::local_day(life, at), |shift| shift.on);
    let duty = life.duty(on);
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
        judgement: rules::judge(timing, fix, &facts),
        direction: Some(direction),
        workday_on: Some(on),
        course_session_id: None,
        hours: shift.map(|shift| (shift.schedule.id, shift.shift.id)),
        lateness_rule_id: rule.map(|rule| rule.row.id),
        time_zone: duty.zone(on).name().to_owned(),
    }
}

fn in_class(
    sending: &Sending,
    entry: &Entry,
    timing: Timing,
    id: CourseSessionId,
    wrong_codes: &mut WrongCodesOf,
) -> Result<Setting> {
    let not_found = || Error::at("occasion.courseSessionId", Problem::NotFound);
    let class = sending.classes.get(&id).ok_or_else(not_found)?;
    let wrong = wrong_codes.entry((sending.me.id, id)).or_default();
    let code = check_code(class, sending, entry, timing, *wrong)?;
    if code == Code::Wrong {
        *wrong = WrongCodes { count: wrong.count + 1, last_at: Some(sending.received_at) };
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
        judgement: rules::judge(timing, entry.attempt.location, &facts),
        direction: None,
        workday_on: None,
        course_session_id: Some(id),
        hours: None,
        lateness_rule_id: None,
        time_zone: class.session.time_zone.clone(),
    })
}

/// Before the class and after it no code is on a screen, so none can be wrong.
fn asks_code(class: &Class, timing: Timing) -> bool {
    class.session.requires_code && facts::class_window(&class.session).contains(timing.effective_at)
}

fn check_code(class: &Class, sending: &Sending, entry: &Entry, timing: Timing, wrong: WrongCodes) -> Result<Code> {
    if !asks_code(class, timing) {
        return Ok(Code::NotAsked);
    }
    let Some(code) = &entry.attempt.venue_code else { return Ok(Code::Missing) };
    if wrong.is_closed(sending.received_at) {
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
