//! What an attempt comes to: the rules, applied to one entry of a sending. Nothing here asks the database.

use std::collections::HashMap;

use entity::check_in::{self, Direction};
use entity::ids::{CourseSessionId, EmployeeId};

use super::attempt::{Entry, Occasion, Sending};
use super::facts::{self, Class};
use super::rules::{self, Code, Facts, Judgement, Location, Reason, Timing, WrongCodes};
use super::{venue_code, workday};
use crate::agency;
use crate::error::{Error, Result};
use crate::problem::Problem;

/// The wrong codes of people for sessions: those in the database, and those judged since.
pub type WrongCodesOf = HashMap<(EmployeeId, CourseSessionId), WrongCodes>;

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

/// Judges an attempt that passed [`screen`]. A wrong code is counted.
///
/// # Errors
/// When a code cannot be computed.
pub fn judge(
    sending: &Sending,
    entry: &Entry,
    timing: Timing,
    wrong_codes: &mut WrongCodesOf,
) -> Result<check_in::Model> {
    let attempt = &entry.attempt;
    let setting = match attempt.occasion {
        Occasion::Workday(direction) => on_duty(sending, entry, timing, direction),
        Occasion::CourseSession(id) => in_class(sending, entry, timing, id, wrong_codes)?,
    };
    let Setting { judgement, direction, workday_on, course_session_id, schedule_id, time_zone } = setting;
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
        schedule_id,
    })
}

/// A judged attempt with what it was judged against.
struct Setting {
    judgement: Judgement,
    direction: Option<Direction>,
    workday_on: Option<chrono::NaiveDate>,
    course_session_id: Option<CourseSessionId>,
    schedule_id: Option<entity::ids::ScheduleId>,
    time_zone: String,
}

fn on_duty(sending: &Sending, entry: &Entry, timing: Timing, direction: Direction) -> Setting {
    let duty = &sending.duty;
    let levels = duty.levels();
    let day = workday::workday_at(&levels, duty.zone, timing.effective_at);
    let facts = Facts {
        is_expected: true,
        window: day.as_ref().map(|day| day.window),
        fences: &duty.fences,
        code: Code::NotAsked,
        is_arrival: direction == Direction::In,
    };
    let local = timing.effective_at.with_timezone(&duty.zone).date_naive();
    Setting {
        judgement: rules::judge(timing, entry.attempt.location, &facts),
        direction: Some(direction),
        workday_on: Some(day.as_ref().map_or(local, |day| day.on)),
        course_session_id: None,
        schedule_id: day.map(|day| day.schedule.id),
        time_zone: duty.zone.name().to_owned(),
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
    };
    Ok(Setting {
        judgement: rules::judge(timing, entry.attempt.location, &facts),
        direction: None,
        workday_on: None,
        course_session_id: Some(id),
        schedule_id: None,
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
