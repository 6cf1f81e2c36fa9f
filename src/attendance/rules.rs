//! What a check-in comes to: pure functions of the attempt and the facts around it.

use chrono::TimeDelta;
use entity::check_in::Verdict;
use entity::ids::VenueId;

use super::workday::Window;
use super::{geo, lateness};
use crate::clock::Instant;
use crate::problem::Problem;

/// Work may be captured off line for this long.
const OFFLINE_LIFE: TimeDelta = TimeDelta::days(7);
/// A capture may lie this far after its sending, since clocks step.
const FUTURE_TOLERANCE: TimeDelta = TimeDelta::minutes(1);
/// A phone's clock may differ from ours by this much without a remark.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(10);
/// A fix worse than this many metres tells too little.
const POOR_ACCURACY: f64 = 200.0;
/// Wrong codes after which a session is closed to a person's codes for a while.
const WRONG_CODES: u64 = 10;
/// For how long.
const CODE_CLOSURE: TimeDelta = TimeDelta::minutes(5);

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $verdict:ident;)*) => {
        /// Why a check-in was not simply accepted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
        #[graphql(name = "CheckInReason")]
        pub enum Reason {
            $($(#[doc = $doc])* $name,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its code, as it is kept.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it makes of a check-in.
            #[must_use]
            pub const fn verdict(self) -> Verdict {
                match self { $(Self::$name => Verdict::$verdict,)* }
            }
        }
    };
}

reasons! {
    /// The person is not enrolled in the run (*tidak terdaftar*).
    NotEnrolled = "NOT_ENROLLED", Rejected;
    /// Too early or too late (*di luar waktu*).
    OutsideWindow = "OUTSIDE_WINDOW", Rejected;
    /// The code was not on the screen then (*kode salah*).
    CodeWrong = "CODE_WRONG", Rejected;
    /// Ten wrong codes closed the session to this person's codes for five minutes.
    TooManyWrongCodes = "TOO_MANY_WRONG_CODES", Rejected;
    /// Too far from every venue of the occasion (*di luar area*).
    OutsideGeofence = "OUTSIDE_GEOFENCE", Rejected;
    /// The occasion asks for a code and none was sent.
    CodeMissing = "CODE_MISSING", NeedsReview;
    /// The occasion asks for a location and none was sent.
    LocationMissing = "LOCATION_MISSING", NeedsReview;
    /// The fix is uncertain by more than 200 metres.
    PoorAccuracy = "POOR_ACCURACY", NeedsReview;
    /// The phone says that its location is mocked (*lokasi palsu*).
    MockLocation = "MOCK_LOCATION", NeedsReview;
    /// The phone's clock differs from ours by more than ten minutes.
    ClockSkew = "CLOCK_SKEW", NeedsReview;
    /// Several people checked in from one phone within hours (*titip presensi*).
    SharedDevice = "SHARED_DEVICE", NeedsReview;
    /// The coordinates are exactly those of other people, or of other days: a real fix jitters.
    IdenticalCoordinates = "IDENTICAL_COORDINATES", NeedsReview;
    /// Nobody travels that fast from one check-in to the next.
    ImpossibleTravel = "IMPOSSIBLE_TRAVEL", NeedsReview;
    /// It was sent long after the same phone had been on line again (*terlambat dikirim*).
    LateSend = "LATE_SEND", NeedsReview;
}

impl Reason {
    /// The list as it is kept in the database.
    #[must_use]
    pub fn join(reasons: &[Self]) -> String {
        reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(",")
    }

    /// The list as it was kept in the database.
    #[must_use]
    pub fn split(text: &str) -> Vec<Self> {
        text.split(',').filter_map(|code| Self::ALL.iter().copied().find(|reason| reason.code() == code)).collect()
    }
}

/// A fix of the phone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// Degrees, WGS 84.
    pub latitude: f64,
    /// Degrees, WGS 84.
    pub longitude: f64,
    /// Its uncertainty in metres, where the phone told it.
    pub accuracy_meters: Option<f64>,
    /// Whether the phone says that it is mocked.
    pub is_mocked: bool,
}

/// A place with a fence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fence {
    /// Which venue.
    pub venue_id: VenueId,
    /// Degrees, WGS 84.
    pub latitude: f64,
    /// Degrees, WGS 84.
    pub longitude: f64,
    /// Metres.
    pub radius_meters: i32,
}

/// When the act was, by our clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The act by our clock.
    pub effective_at: Instant,
    /// How much later than the act it was sent.
    pub sent_after: TimeDelta,
    /// Whether the phone's clock is off by more than it may.
    pub is_skewed: bool,
}

/// Carries the phone's time over to our clock. `receivedAt - sentAt` is what the phone's clock is off by.
///
/// # Errors
/// `CAPTURED_IN_FUTURE` and `TOO_OLD`.
pub fn timing(captured_at: Instant, sent_at: Instant, received_at: Instant) -> Result<Timing, Problem> {
    let offset = received_at - sent_at;
    let sent_after = sent_at - captured_at;
    if sent_after < -FUTURE_TOLERANCE {
        return Err(Problem::CapturedInFuture);
    }
    if sent_after > OFFLINE_LIFE {
        return Err(Problem::TooOld);
    }
    let effective_at = std::cmp::min(captured_at + offset, received_at);
    Ok(Timing { effective_at, sent_after, is_skewed: offset.abs() > CLOCK_TOLERANCE })
}

/// What became of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The occasion asks for none.
    NotAsked,
    /// None was sent.
    Missing,
    /// It was on the screen.
    Right,
    /// It was not.
    Wrong,
    /// Nobody looked: too many were wrong before.
    Closed,
}

/// The wrong codes that a person has sent for a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WrongCodes {
    /// How many were looked at.
    pub count: u64,
    /// When the last of them arrived.
    pub last_at: Option<Instant>,
}

impl WrongCodes {
    /// Whether the session is closed to the person's codes: for five minutes after every tenth wrong one.
    #[must_use]
    pub fn is_closed(&self, now: Instant) -> bool {
        self.count > 0
            && self.count.is_multiple_of(WRONG_CODES)
            && self.last_at.is_some_and(|at| now - at < CODE_CLOSURE)
    }
}

/// The facts around an attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts<'a> {
    /// Whether the person belongs there: is enrolled or teaches; on duty always.
    pub is_expected: bool,
    /// When check-ins count; absent on a day off.
    pub window: Option<Window>,
    /// The fences of the occasion; none where it may be attended from anywhere.
    pub fences: &'a [Fence],
    /// The code.
    pub code: Code,
    /// Whether lateness is measured: on coming, not on going.
    pub is_arrival: bool,
    /// By how many minutes the start may shift.
    pub flexible_minutes: i32,
}

/// What a check-in comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Its reasons, the gravest kind first.
    pub reasons: Vec<Reason>,
    /// The nearest fence and its distance in metres.
    pub nearest: Option<(VenueId, f64)>,
    /// Minutes after the start, seconds dropped; absent on going and outside the window.
    pub minutes_late: Option<i32>,
}

/// Judges an attempt.
#[must_use]
pub fn judge(timing: Timing, location: Option<Location>, facts: &Facts<'_>) -> Judgement {
    let window = facts.window.filter(|window| window.contains(timing.effective_at));
    let nearest = location.and_then(|fix| nearest(fix, facts.fences));
    let mut reasons = Vec::new();
    if !facts.is_expected {
        reasons.push(Reason::NotEnrolled);
    }
    if window.is_none() {
        reasons.push(Reason::OutsideWindow);
    }
    match facts.code {
        Code::Wrong => reasons.push(Reason::CodeWrong),
        Code::Closed => reasons.extend([Reason::CodeWrong, Reason::TooManyWrongCodes]),
        Code::Missing => reasons.push(Reason::CodeMissing),
        Code::NotAsked | Code::Right => {}
    }
    match (location, nearest) {
        (Some(fix), Some((fence, distance)))
            if !geo::is_inside(distance, fence.radius_meters, fix.accuracy_meters.unwrap_or(0.0)) =>
        {
            reasons.push(Reason::OutsideGeofence);
        }
        (None, _) if !facts.fences.is_empty() => reasons.push(Reason::LocationMissing),
        _ => {}
    }
    if location.and_then(|fix| fix.accuracy_meters).is_some_and(|accuracy| accuracy > POOR_ACCURACY) {
        reasons.push(Reason::PoorAccuracy);
    }
    if location.is_some_and(|fix| fix.is_mocked) {
        reasons.push(Reason::MockLocation);
    }
    if timing.is_skewed {
        reasons.push(Reason::ClockSkew);
    }
    reasons.sort_by_key(|reason| reason.verdict() != Verdict::Rejected);
    Judgement {
        verdict: verdict(&reasons),
        minutes_late: window
            .filter(|_| facts.is_arrival)
            .map(|window| lateness::minutes_late(&window, facts.flexible_minutes, timing.effective_at)),
        nearest: nearest.map(|(fence, distance)| (fence.venue_id, distance)),
        reasons,
    }
}

fn verdict(reasons: &[Reason]) -> Verdict {
    reasons.first().map_or(Verdict::Accepted, |gravest| gravest.verdict())
}

fn nearest(fix: Location, fences: &[Fence]) -> Option<(Fence, f64)> {
    let here = (fix.latitude, fix.longitude);
    fences
        .iter()
        .map(|fence| (*fence, geo::distance_meters(here, (fence.latitude, fence.longitude))))
        // The fence whose edge is nearest: a wide venue beside a narrow one is not missed.
        .min_by(|a, b| (a.1 - f64::from(a.0.radius_meters)).total_cmp(&(b.1 - f64::from(b.0.radius_meters))))
}

#[cfg(test)]
mod tests;
