//! Distances and fences.

/// Mean radius of the Earth in metres (IUGG).
const EARTH_RADIUS: f64 = 6_371_008.8;
/// The most that a fix's uncertainty widens a fence, in metres.
const MOST_TOLERANCE: f64 = 50.0;

/// Metres between two places given in degrees (haversine formula; a few parts in a thousand off at most).
#[must_use]
pub fn distance_meters(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (latitude_1, latitude_2) = (from.0.to_radians(), to.0.to_radians());
    let half_chord = ((latitude_2 - latitude_1) / 2.0).sin().powi(2)
        + latitude_1.cos() * latitude_2.cos() * ((to.1 - from.1).to_radians() / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS * half_chord.sqrt().min(1.0).asin()
}

/// Whether a fix lies inside a fence: its uncertainty counts in its favour, up to 50 m.
#[must_use]
pub fn is_inside(distance_meters: f64, radius_meters: i32, accuracy_meters: f64) -> bool {
    distance_meters <= f64::from(radius_meters) + accuracy_meters.min(MOST_TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_distances() {
        // Sabang to Sibolga: 600 km; one arc second of latitude: 30.9 m.
        let sabang = (5.8933, 95.3214);
        assert!((distance_meters(sabang, (1.7403, 98.7808)) / 1000.0 - 600.0).abs() < 5.0);
        assert!((distance_meters(sabang, (5.8933 + 1.0 / 3600.0, 95.3214)) - 30.89).abs() < 0.01);
        assert!(distance_meters(sabang, sabang).abs() < 1e-9);
    }

    #[test]
    fn uncertainty_widens_a_fence_by_fifty_metres_at_most() {
        assert!(is_inside(100.0, 100, 0.0));
        assert!(!is_inside(100.1, 100, 0.0));
        assert!(is_inside(130.0, 100, 30.0));
        assert!(is_inside(150.0, 100, 500.0));
        assert!(!is_inside(150.1, 100, 500.0));
    }
}
