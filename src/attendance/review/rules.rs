//! What looks wrong about check-ins: pure functions of their traces and of thresholds.
//!
//! A pattern counts under the thresholds of the agency whose check-in it is: of a pattern across agencies each finds
//! its own.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::ops::Range;

use chrono::TimeDelta;
use entity::check_in_trace::Model as Trace;
use entity::ids::{AgencyId, CheckInId};
use entity::review_threshold::Model as Threshold;

use crate::attendance::geo;
use crate::attendance::rules::Reason;
use crate::clock::Instant;

/// Matching check-ins that a finding names: what a person looks through.
pub const MOST_MATCHING: usize = 20;

/// The thresholds of agencies.
#[derive(Debug, Clone)]
pub struct Thresholds {
    /// The country's.
    pub national: Threshold,
    /// Those of agencies that have their own.
    pub own: HashMap<AgencyId, Threshold>,
}

impl Thresholds {
    /// What holds in an agency.
    #[must_use]
    pub fn of(&self, agency: AgencyId) -> &Threshold {
        self.own.get(&agency).unwrap_or(&self.national)
    }

    /// The most of something that any of them asks for.
    #[must_use]
    pub fn most(&self, of: impl Fn(&Threshold) -> i32) -> i32 {
        self.own.values().map(&of).fold(of(&self.national), i32::max)
    }
}

/// What was found of one check-in.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The check-in.
    pub check_in_id: CheckInId,
    /// What it is.
    pub kind: Reason,
    /// The check-ins that it matches, the nearest in time first.
    pub matching: Vec<CheckInId>,
    /// Metres to the one that it matches.
    pub distance_meters: Option<f64>,
    /// Kilometres an hour from one to the other.
    pub speed_kmh: Option<f64>,
}

impl Found {
    /// A finding without measures.
    #[must_use]
    pub fn new(check_in_id: CheckInId, kind: Reason, matching: Vec<CheckInId>) -> Self {
        Self { check_in_id, kind, matching, distance_meters: None, speed_kmh: None }
    }
}

/// Everything that is found among traces.
#[must_use]
pub fn find(traces: &[Trace], thresholds: &Thresholds) -> Vec<Found> {
    let mut found = shared_device(traces, thresholds);
    found.extend(identical_coordinates(traces, thresholds));
    found.extend(impossible_travel(traces, thresholds));
    found
}

/// One phone with the check-ins of several people within hours.
#[must_use]
pub fn shared_device(traces: &[Trace], thresholds: &Thresholds) -> Vec<Found> {
    let mut found = Vec::new();
    for group in grouped(traces, |trace| Some(trace.installation_id)) {
        for (agency, threshold) in agencies(&group, thresholds) {
            let pattern = Pattern {
                kind: Reason::SharedDevice,
                within: TimeDelta::hours(threshold.device_hours.into()),
                least: count(threshold.device_people),
            };
            found.extend(pattern.find(&group, agency, |trace| trace.employee_id));
        }
    }
    found
}

/// Exactly the same coordinates of several people, or of one person on several days.
#[must_use]
pub fn identical_coordinates(traces: &[Trace], thresholds: &Thresholds) -> Vec<Found> {
    let mut found = Vec::new();
    for group in grouped(traces, place) {
        for (agency, threshold) in agencies(&group, thresholds) {
            let within = TimeDelta::days(threshold.within_days.into());
            let kind = Reason::IdenticalCoordinates;
            let people = Pattern { kind, within, least: count(threshold.identical_people) };
            found.extend(people.find(&group, agency, |trace| trace.employee_id));
            let days = Pattern { kind, within, least: count(threshold.identical_days) };
            for of_one in by(group.iter().copied(), |trace| Some(trace.employee_id)) {
                found.extend(days.find(&of_one, agency, |trace| trace.local_on));
            }
        }
    }
    found
}

/// Two check-ins of a person, one after the other, further apart than anybody travels in the time between.
#[must_use]
pub fn impossible_travel(traces: &[Trace], thresholds: &Thresholds) -> Vec<Found> {
    let mut found = Vec::new();
    for group in grouped(traces, |trace| place(trace).map(|_| trace.employee_id)) {
        for pair in group.windows(2) {
            let [from, to] = [pair[0], pair[1]];
            let Some((distance, speed)) = travel(from, to) else { continue };
            for (one, other) in [(from, to), (to, from)] {
                let threshold = thresholds.of(one.agency_id);
                if distance > f64::from(threshold.travel_min_meters) && speed > f64::from(threshold.travel_kmh) {
                    found.push(Found {
                        distance_meters: Some(distance.round()),
                        speed_kmh: Some(speed.round()),
                        ..Found::new(one.check_in_id, Reason::ImpossibleTravel, vec![other.check_in_id])
                    });
                }
            }
        }
    }
    found
}

/// Metres and kilometres an hour between two traces.
fn travel(from: &Trace, to: &Trace) -> Option<(f64, f64)> {
    let distance = geo::distance_meters(coordinates(from)?, coordinates(to)?);
    // At the same moment in two places: as if a second lay between.
    let seconds = (to.at - from.at).abs().max(TimeDelta::seconds(1)).as_seconds_f64();
    Some((distance, distance / seconds * 3.6))
}

/// Whether a check-in was sent more than so many minutes after its phone had spoken to us: it could have come then.
#[must_use]
pub fn is_late_send(
    captured: Instant,
    received: Instant,
    minutes: i32,
    spoke: impl IntoIterator<Item = Instant>,
) -> bool {
    let could_have_come = received - TimeDelta::minutes(minutes.into());
    spoke.into_iter().any(|at| captured < at && at < could_have_come)
}

/// So much of something within so much time.
struct Pattern {
    kind: Reason,
    within: TimeDelta,
    least: usize,
}

impl Pattern {
    /// What it finds of an agency's check-ins in a group that is ordered by time, where so many different `of` lie
    /// within its time. What a check-in matches are those of another `of`.
    fn find<K: Eq + Hash>(&self, group: &[&Trace], agency: AgencyId, of: impl Fn(&Trace) -> K) -> Vec<Found> {
        let mut found = Vec::new();
        for stretch in self.stretches(group, &of) {
            for at in stretch.clone().filter(|at| group[*at].agency_id == agency) {
                let matching = self.matching(group, &stretch, at, &of);
                found.push(Found::new(group[at].check_in_id, self.kind, matching));
            }
        }
        found
    }

    /// Where the pattern holds: places in the group, joined where they overlap.
    fn stretches<K: Eq + Hash>(&self, group: &[&Trace], of: impl Fn(&Trace) -> K) -> Vec<Range<usize>> {
        let mut stretches: Vec<Range<usize>> = Vec::new();
        let mut counts: HashMap<K, usize> = HashMap::new();
        let mut start = 0;
        for (end, trace) in group.iter().enumerate() {
            *counts.entry(of(trace)).or_default() += 1;
            while trace.at - group[start].at > self.within {
                let left = of(group[start]);
                match counts.get_mut(&left) {
                    Some(count) if *count > 1 => *count -= 1,
                    _ => drop(counts.remove(&left)),
                }
                start += 1;
            }
            if counts.len() >= self.least {
                match stretches.last_mut().filter(|last| start < last.end) {
                    Some(last) => last.end = end + 1,
                    None => stretches.push(start..end + 1),
                }
            }
        }
        stretches
    }

    /// The nearest in time that differ, from inside outwards.
    fn matching<K: Eq>(
        &self,
        group: &[&Trace],
        stretch: &Range<usize>,
        at: usize,
        of: impl Fn(&Trace) -> K,
    ) -> Vec<CheckInId> {
        let (mine, own) = (group[at], of(group[at]));
        let mut matching = Vec::new();
        let (mut before, mut after) = (at, at + 1);
        while matching.len() < MOST_MATCHING {
            let near = |place: usize| Some((group[place].at - mine.at).abs()).filter(|time| *time <= self.within);
            let earlier = if before > stretch.start { near(before - 1) } else { None };
            let later = if after < stretch.end { near(after) } else { None };
            let next = match (earlier, later) {
                (None, None) => break,
                (Some(earlier), later) if later.is_none_or(|later| earlier <= later) => {
                    before -= 1;
                    group[before]
                }
                _ => {
                    after += 1;
                    group[after - 1]
                }
            };
            if of(next) != own {
                matching.push(next.check_in_id);
            }
        }
        matching
    }
}

/// A threshold that the database keeps above one.
fn count(least: i32) -> usize {
    usize::try_from(least).unwrap_or(usize::MAX)
}

fn coordinates(trace: &Trace) -> Option<(f64, f64)> {
    trace.latitude.zip(trace.longitude)
}

/// Coordinates to the last bit; adding zero makes of minus zero the zero that it equals.
fn place(trace: &Trace) -> Option<(u64, u64)> {
    coordinates(trace).map(|(latitude, longitude)| ((latitude + 0.0).to_bits(), (longitude + 0.0).to_bits()))
}

/// Traces that have a key in common, each group in the order of time.
fn grouped<K: Ord>(traces: &[Trace], key: impl Fn(&Trace) -> Option<K>) -> Vec<Vec<&Trace>> {
    let mut groups = by(traces.iter(), key);
    for group in &mut groups {
        group.sort_by_key(|trace| (trace.at, trace.check_in_id));
    }
    groups
}

fn by<'a, K: Ord>(traces: impl Iterator<Item = &'a Trace>, key: impl Fn(&Trace) -> Option<K>) -> Vec<Vec<&'a Trace>> {
    let mut groups = BTreeMap::<K, Vec<&Trace>>::new();
    for trace in traces {
        if let Some(key) = key(trace) {
            groups.entry(key).or_default().push(trace);
        }
    }
    groups.into_values().collect()
}

/// The agencies of a group with what holds there.
fn agencies<'a>(group: &[&Trace], thresholds: &'a Thresholds) -> Vec<(AgencyId, &'a Threshold)> {
    let mut agencies: Vec<AgencyId> = group.iter().map(|trace| trace.agency_id).collect();
    agencies.sort_unstable();
    agencies.dedup();
    agencies.into_iter().map(|agency| (agency, thresholds.of(agency))).collect()
}

#[cfg(test)]
mod tests;
