//! What a person is told of a check-in, in words, with what to do next.

use entity::check_in::{self, Direction, Verdict};
use entity::check_in_review::{self, Decision, Status};

use super::review::finding::Finding;
use super::rules::Reason;
use crate::locale::Locale;

/// Whether a decision may stand behind the verdict: one that the rules alone gave is told without asking for it.
#[must_use]
pub fn may_be_decided(check_in: &check_in::Model) -> bool {
    match check_in.verdict {
        // Whatever a person had to accept has its reasons.
        Verdict::Accepted => !check_in.reasons.is_empty(),
        Verdict::NeedsReview => false,
        Verdict::Rejected => true,
    }
}

/// The verdict in words; then each reason, or, once somebody has decided, the decision instead of them.
#[must_use]
pub fn message(locale: Locale, check_in: &check_in::Model, review: Option<&check_in_review::Model>) -> String {
    let verdict = match (check_in.verdict, check_in.minutes_late.filter(|minutes| *minutes > 0)) {
        (Verdict::Accepted, _) if check_in.direction == Some(Direction::Out) => locale.text("check-out-accepted", &[]),
        (Verdict::Accepted, Some(late)) => locale.text("check-in-accepted-late", &[("minutes", late.to_string())]),
        (Verdict::Accepted, None) => locale.text("check-in-accepted", &[]),
        (Verdict::NeedsReview, _) => locale.text("check-in-needs-review", &[]),
        (Verdict::Rejected, _) => locale.text("check-in-rejected", &[]),
    };
    let mut sentences = vec![verdict];
    match review.and_then(|review| review.decision.map(|decision| (review, decision))) {
        Some((review, decision)) => sentences.extend(decided(locale, review, decision)),
        None => sentences.extend(reasons(locale, check_in)),
    }
    if review.is_some_and(|review| review.status == Status::Open && review.dispute.is_some()) {
        sentences.push(locale.text("review-disputed", &[]));
    }
    sentences.join(" ")
}

/// A decision with the reviewer's note, and what is left to do where it stands.
fn decided(locale: Locale, review: &check_in_review::Model, decision: Decision) -> Vec<String> {
    let words = match decision {
        Decision::Accepted => "review-accepted",
        Decision::Rejected => "review-rejected",
    };
    let note = review.note.clone().map(|note| locale.text("review-note", &[("note", note)]));
    let next = match (decision, review.status, &review.dispute) {
        (Decision::Rejected, Status::Decided, None) => Some("review-may-dispute"),
        (Decision::Rejected, Status::Decided, Some(_)) => Some("review-final"),
        _ => None,
    };
    std::iter::once(locale.text(words, &[])).chain(note).chain(next.map(|key| locale.text(key, &[]))).collect()
}

/// Why the rules did not simply accept it, with what helps.
fn reasons(locale: Locale, check_in: &check_in::Model) -> Vec<String> {
    let args = [("distance", distance(check_in.distance_meters))];
    let reasons = Reason::split(&check_in.reasons);
    // Of a code that nobody looked at nothing is said.
    let is_closed = reasons.contains(&Reason::TooManyWrongCodes);
    let told = reasons.into_iter().filter(|reason| !(is_closed && *reason == Reason::CodeWrong));
    told.map(|reason| locale.text(key(reason), &args)).collect()
}

/// What was found, in words.
#[must_use]
pub fn finding(locale: Locale, finding: &Finding) -> String {
    let speed = format!("{:.0}", finding.speed_kmh.unwrap_or_default());
    let key = key(finding.kind).replacen("reason", "finding", 1);
    locale.text(&key, &[("distance", distance(finding.distance_meters)), ("speed", speed)])
}

fn distance(meters: Option<f64>) -> String {
    let meters = meters.unwrap_or_default();
    if meters < 1_000.0 { format!("{meters:.0} m") } else { format!("{:.1} km", meters / 1_000.0) }
}

const fn key(reason: Reason) -> &'static str {
    match reason {
        Reason::NotEnrolled => "reason-not-enrolled",
        Reason::OutsideWindow => "reason-outside-window",
        Reason::CodeWrong => "reason-code-wrong",
        Reason::TooManyWrongCodes => "reason-too-many-wrong-codes",
        Reason::OutsideGeofence => "reason-outside-geofence",
        Reason::CodeMissing => "reason-code-missing",
        Reason::LocationMissing => "reason-location-missing",
        Reason::PoorAccuracy => "reason-poor-accuracy",
        Reason::MockLocation => "reason-mock-location",
        Reason::ClockSkew => "reason-clock-skew",
        Reason::SharedDevice => "reason-shared-device",
        Reason::IdenticalCoordinates => "reason-identical-coordinates",
        Reason::ImpossibleTravel => "reason-impossible-travel",
        Reason::LateSend => "reason-late-send",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_in_both_languages() {
        for reason in Reason::ALL {
            assert!(crate::locale::has_both(key(*reason)), "{}", reason.code());
        }
        let found = [Reason::SharedDevice, Reason::IdenticalCoordinates, Reason::ImpossibleTravel, Reason::LateSend];
        for kind in found {
            assert!(crate::locale::has_both(&key(kind).replacen("reason", "finding", 1)), "{}", kind.code());
        }
    }
}
