//! What was found, as it is kept beside a review: ids and measures, no names.

use entity::ids::CheckInId;
use serde::{Deserialize, Serialize};

use super::rules::{Found, MOST_MATCHING};
use crate::attendance::rules::Reason;
use crate::error::{Error, Result};

/// One kind of thing that was found of a check-in.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: Reason,
    /// The check-ins that it matches.
    pub matching: Vec<CheckInId>,
    /// Metres to the one that it matches.
    pub distance_meters: Option<f64>,
    /// Kilometres an hour from one to the other.
    pub speed_kmh: Option<f64>,
}

/// A finding as text holds it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    kind: String,
    matching: Vec<String>,
    distance_meters: Option<f64>,
    speed_kmh: Option<f64>,
}

/// Reads what was kept.
///
/// # Errors
/// When it is nothing that was kept by us.
pub fn read(text: &str) -> Result<Vec<Finding>> {
    let kept: Vec<Kept> = serde_json::from_str(text).map_err(Error::internal)?;
    let finding = |kept: Kept| {
        Some(Finding {
            kind: Reason::split(&kept.kind).first().copied()?,
            matching: kept.matching.iter().filter_map(|id| id.parse().ok()).collect(),
            distance_meters: kept.distance_meters,
            speed_kmh: kept.speed_kmh,
        })
    };
    Ok(kept.into_iter().filter_map(finding).collect())
}

/// The text to keep.
///
/// # Errors
/// When a measure is no number.
pub fn write(findings: &[Finding]) -> Result<String> {
    let kept = findings.iter().map(|finding| Kept {
        kind: finding.kind.code().to_owned(),
        matching: finding.matching.iter().map(ToString::to_string).collect(),
        distance_meters: finding.distance_meters,
        speed_kmh: finding.speed_kmh,
    });
    serde_json::to_string(&kept.collect::<Vec<_>>()).map_err(Error::internal)
}

/// Adds what was found anew: one finding a kind, with the greatest measures and so many matching check-ins at most.
pub fn add(findings: &mut Vec<Finding>, found: &Found) {
    let Some(finding) = findings.iter_mut().find(|finding| finding.kind == found.kind) else {
        let Found { kind, matching, distance_meters, speed_kmh, .. } = found.clone();
        return findings.push(Finding { kind, matching, distance_meters, speed_kmh });
    };
    for id in &found.matching {
        if finding.matching.len() < MOST_MATCHING && !finding.matching.contains(id) {
            finding.matching.push(*id);
        }
    }
    let greater = |a: Option<f64>, b: Option<f64>| [a, b].into_iter().flatten().reduce(f64::max);
    // Distance and speed are those of one pair: the faster one.
    if greater(finding.speed_kmh, found.speed_kmh) != finding.speed_kmh {
        (finding.distance_meters, finding.speed_kmh) = (found.distance_meters, found.speed_kmh);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_kind_is_told_once_and_comes_back_as_it_was_kept() {
        let id = |number| CheckInId(Uuid::from_u128(number));
        let mut findings = Vec::new();
        add(&mut findings, &Found::new(id(1), Reason::SharedDevice, vec![id(2)]));
        add(&mut findings, &Found::new(id(1), Reason::SharedDevice, vec![id(2), id(3)]));
        let fast = |distance, speed| Found {
            distance_meters: Some(distance),
            speed_kmh: Some(speed),
            ..Found::new(id(1), Reason::ImpossibleTravel, vec![id(4)])
        };
        add(&mut findings, &fast(5_000.0, 900.0));
        add(&mut findings, &fast(9_000.0, 800.0));
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[0].matching, [id(2), id(3)]);
        assert_eq!((findings[1].distance_meters, findings[1].speed_kmh), (Some(5_000.0), Some(900.0)));
        assert_eq!(read(&write(&findings).unwrap()).unwrap(), findings);
        let many = Found::new(id(1), Reason::SharedDevice, (10..100).map(id).collect());
        add(&mut findings, &many);
        assert_eq!(findings[0].matching.len(), MOST_MATCHING);
    }
}
