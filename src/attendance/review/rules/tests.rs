use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::ids::EmployeeId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const OFFICE: (f64, f64) = (5.893_312_7, 95.321_448_1);

fn threshold() -> Threshold {
    Threshold {
        id: Uuid::nil().into(),
        agency_id: None,
        version: 1,
        citation: String::new(),
        valid_from: NaiveDate::MIN,
        valid_until: None,
        identical_people: 3,
        identical_days: 3,
        within_days: 7,
        travel_kmh: 400,
        travel_min_meters: 2_000,
        device_people: 2,
        device_hours: 12,
        late_minutes: 60,
        created_at: at(0),
    }
}

fn thresholds() -> Thresholds {
    Thresholds { national: threshold(), own: HashMap::new() }
}

fn at(minute: i64) -> Instant {
    "2026-11-23T00:00:00Z".parse::<Instant>().unwrap() + TimeDelta::minutes(minute)
}

/// The check-in `number` of a person, so many minutes on, on a phone of their own.
fn trace(number: u128, person: u128, minute: i64, place: (f64, f64)) -> Trace {
    Trace {
        check_in_id: Uuid::from_u128(number).into(),
        agency_id: Uuid::from_u128(1).into(),
        employee_id: Uuid::from_u128(person).into(),
        installation_id: Uuid::from_u128(person),
        local_on: at(minute).date_naive(),
        at: at(minute),
        latitude: Some(place.0),
        longitude: Some(place.1),
    }
}

/// Coordinates of its own for each: a real fix jitters.
fn jittered(number: u128) -> (f64, f64) {
    (OFFICE.0 + f64::from(u32::try_from(number).unwrap()) * 1e-7, OFFICE.1)
}

fn numbers(found: &[Found]) -> BTreeSet<u128> {
    found.iter().map(|found| Uuid::from(found.check_in_id).as_u128()).collect()
}

fn matching(found: &[Found], number: u128) -> Vec<u128> {
    let one = found.iter().find(|found| Uuid::from(found.check_in_id).as_u128() == number).expect("found");
    one.matching.iter().map(|id| Uuid::from(*id).as_u128()).collect()
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

#[test]
fn two_people_on_one_phone_within_twelve_hours_share_it() {
    let phone = |number, person, minute| Trace {
        installation_id: Uuid::from_u128(9),
        ..trace(number, person, minute, jittered(number))
    };
    let traces = [phone(1, 1, 0), phone(2, 2, 12 * HOUR), phone(3, 3, 24 * HOUR + 1)];
    let found = shared_device(&traces, &thresholds());
    assert_eq!(numbers(&found), BTreeSet::from([1, 2]), "a minute beyond twelve hours is nobody's company");
    assert_eq!((matching(&found, 1), matching(&found, 2)), (vec![2], vec![1]));
    let one_person = [phone(1, 1, 0), phone(2, 1, 5), phone(3, 1, 9)];
    assert_eq!(shared_device(&one_person, &thresholds()), []);
    let own_phones = [trace(1, 1, 0, jittered(1)), trace(2, 2, 0, jittered(2))];
    assert_eq!(shared_device(&own_phones, &thresholds()), []);
}

#[test]
fn an_agency_finds_by_its_own_thresholds() {
    let (lenient, other) = (AgencyId(Uuid::from_u128(1)), AgencyId(Uuid::from_u128(2)));
    let mut thresholds = thresholds();
    thresholds.own.insert(lenient, Threshold { device_people: 3, ..threshold() });
    let phone = |number, person, agency_id| Trace {
        installation_id: Uuid::from_u128(9),
        agency_id,
        ..trace(number, person, 0, jittered(number))
    };
    let found = shared_device(&[phone(1, 1, lenient), phone(2, 2, other)], &thresholds);
    assert_eq!(numbers(&found), BTreeSet::from([2]));
    assert_eq!(thresholds.most(|threshold| threshold.device_people), 3);
}

#[test]
fn three_people_on_one_point_are_too_many() {
    let two = [trace(1, 1, 0, OFFICE), trace(2, 2, 1, OFFICE), trace(3, 3, 2, jittered(3))];
    assert_eq!(identical_coordinates(&two, &thresholds()), []);
    let three = [trace(1, 1, 0, OFFICE), trace(2, 2, 1, OFFICE), trace(3, 3, 7 * DAY, OFFICE)];
    let found = identical_coordinates(&three, &thresholds());
    assert_eq!(numbers(&found), BTreeSet::from([1, 2, 3]));
    assert_eq!(matching(&found, 2), [1, 3], "the nearest in time first");
    let too_long = [trace(1, 1, 0, OFFICE), trace(2, 2, 1, OFFICE), trace(3, 3, 7 * DAY + 1, OFFICE)];
    assert_eq!(identical_coordinates(&too_long, &thresholds()), []);
}

#[test]
fn one_point_on_three_days_is_nobodys_desk() {
    let day = |number: u8| trace(number.into(), 1, i64::from(number) * DAY, OFFICE);
    assert_eq!(identical_coordinates(&[day(1), day(2)], &thresholds()), []);
    let same_day = [day(1), day(2), trace(3, 1, 2 * DAY + 9 * HOUR, OFFICE)];
    assert_eq!(identical_coordinates(&same_day, &thresholds()), [], "in and out of one day are one day");
    let found = identical_coordinates(&[day(1), day(2), day(3)], &thresholds());
    assert_eq!(numbers(&found), BTreeSet::from([1, 2, 3]));
    // A colleague who stood there once is not part of it.
    let found = identical_coordinates(&[day(1), day(2), day(3), trace(4, 2, DAY, OFFICE)], &thresholds());
    assert_eq!(numbers(&found), BTreeSet::from([1, 2, 3]));
}

#[test]
fn nobody_is_faster_than_the_threshold() {
    // 100 km north of the office (a degree of latitude is 111.195 km).
    let north = (OFFICE.0 + 100.0 / 111.195, OFFICE.1);
    let pair = |minutes| [trace(1, 1, 0, OFFICE), trace(2, 1, minutes, north)];
    assert_eq!(impossible_travel(&pair(16), &thresholds()), [], "100 km in 16 minutes: 375 km/h");
    let found = impossible_travel(&pair(14), &thresholds());
    assert_eq!(numbers(&found), BTreeSet::from([1, 2]));
    assert!(found.iter().all(|found| found.speed_kmh == Some(429.0) && found.distance_meters == Some(100_000.0)));
    let near = [trace(1, 1, 0, OFFICE), trace(2, 1, 0, (OFFICE.0 + 1.9 / 111.195, OFFICE.1))];
    assert_eq!(impossible_travel(&near, &thresholds()), [], "1.9 km at once: a bad fix");
    let far = [trace(1, 1, 0, OFFICE), trace(2, 1, 0, (OFFICE.0 + 2.1 / 111.195, OFFICE.1))];
    assert_eq!(impossible_travel(&far, &thresholds()).len(), 2);
    let two_people = [trace(1, 1, 0, OFFICE), trace(2, 2, 0, north)];
    assert_eq!(impossible_travel(&two_people, &thresholds()), []);
    let nowhere = Trace { latitude: None, longitude: None, ..trace(3, 1, 7, OFFICE) };
    assert_eq!(impossible_travel(&[pair(14).to_vec(), vec![nowhere]].concat(), &thresholds()).len(), 2);
}

#[test]
fn a_late_send_could_have_come_an_hour_before() {
    let is_late = |spoke: i64| is_late_send(at(0), at(120), 60, [at(spoke)]);
    assert!(is_late(1) && is_late(59));
    assert!(!is_late(60) && !is_late(119) && !is_late(0) && !is_late(-5));
    assert!(!is_late_send(at(0), at(120), 60, []));
}

/// People, phones and points that meet often.
fn traces() -> impl Strategy<Value = Vec<Trace>> {
    let one = (0..6_u128, 0..4_u128, 0..20_000_i64, 0..4_u32);
    proptest::collection::vec(one, 0..60).prop_map(|rows| {
        let row = |(number, (person, phone, minute, place)): (u128, (u128, u128, i64, u32))| Trace {
            installation_id: Uuid::from_u128(phone),
            ..trace(number, person, minute, (OFFICE.0 + f64::from(place), OFFICE.1))
        };
        (0..).zip(rows).map(row).collect()
    })
}

/// The definition, by every pair and every window.
fn naive(traces: &[Trace], within: TimeDelta, least: usize, same: impl Fn(&Trace, &Trace) -> bool) -> BTreeSet<u128> {
    let mut found = BTreeSet::new();
    for first in traces {
        let window: Vec<&Trace> = traces
            .iter()
            .filter(|other| same(first, other) && (TimeDelta::zero()..=within).contains(&(other.at - first.at)))
            .collect();
        let people: BTreeSet<EmployeeId> = window.iter().map(|trace| trace.employee_id).collect();
        if people.len() >= least {
            found.extend(window.iter().map(|trace| Uuid::from(trace.check_in_id).as_u128()));
        }
    }
    found
}

proptest! {
    #[test]
    fn shared_devices_are_those_of_the_definition(traces in traces()) {
        let wanted = naive(&traces, TimeDelta::hours(12), 2, |a, b| a.installation_id == b.installation_id);
        let found = shared_device(&traces, &thresholds());
        prop_assert_eq!(numbers(&found), wanted);
        for one in &found {
            prop_assert!(!one.matching.is_empty() && one.matching.len() <= MOST_MATCHING);
            prop_assert!(!one.matching.contains(&one.check_in_id));
        }
    }

    #[test]
    fn points_shared_by_people_are_those_of_the_definition(traces in traces()) {
        let mut thresholds = thresholds();
        thresholds.national.identical_days = 1_000;
        let wanted = naive(&traces, TimeDelta::days(7), 3, |a, b| a.latitude == b.latitude);
        prop_assert_eq!(numbers(&identical_coordinates(&traces, &thresholds)), wanted);
    }

    #[test]
    fn what_is_found_does_not_hang_on_the_order(mut traces in traces()) {
        let found = find(&traces, &thresholds());
        traces.reverse();
        prop_assert_eq!(find(&traces, &thresholds()), found);
    }

    #[test]
    fn people_with_phones_and_fixes_of_their_own_are_left_alone(minutes in proptest::collection::vec(0..20_000_i64, 0..60)) {
        let traces: Vec<Trace> =
            (0..).zip(minutes).map(|(number, minute)| trace(number, number % 5, minute, jittered(number))).collect();
        prop_assert_eq!(find(&traces, &thresholds()), []);
    }
}
