//! The files of `demo/` as they stand in the binary.

use std::fmt::Display;
use std::sync::LazyLock;

use chrono::NaiveTime;
use chrono_tz::Tz;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::accounts::AccountEntry;

static FOLDER: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/demo");

static COUNTRY: LazyLock<Country> = LazyLock::new(Country::read);

/// Everything that is not a national list.
#[derive(Debug)]
pub(super) struct Country {
    pub cities: Vec<City>,
    /// Who belongs to no city.
    pub accounts: Vec<AccountEntry>,
}

/// One city's folder.
#[derive(Debug)]
pub(super) struct City {
    pub place: CityEntry,
    pub zone: Tz,
    pub agency: AgencyEntry,
    pub units: Vec<UnitEntry>,
    pub employees: Vec<EmployeeEntry>,
    pub venues: Vec<VenueEntry>,
    pub courses: Vec<CourseEntry>,
    pub runs: Vec<RunEntry>,
    pub sessions: Vec<SessionEntry>,
    pub enrolments: Vec<EnrolmentEntry>,
    pub duty: DutyEntry,
    pub past: Vec<PastEntry>,
    pub accounts: Vec<AccountEntry>,
}

/// A line of `cities.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CityEntry {
    pub folder: String,
    pub agency_code: String,
    pub jurisdiction_code: String,
    pub time_zone: String,
    /// By its name among the country's.
    pub lateness_rule: String,
    pub lateness_citation: String,
}

/// An agency of `instansi.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgencyEntry {
    pub id: String,
    #[serde(rename = "nama")]
    pub name: String,
    #[serde(rename = "kodeCepat")]
    pub code: String,
}

/// A line of `units.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UnitEntry {
    pub source_id: String,
    pub parent_source_id: Option<String>,
    pub name: String,
    pub jurisdiction_code: Option<String>,
    pub head_source_id: Option<String>,
    pub time_zone: Option<String>,
}

/// What the demo itself reads of a line of `employees.csv`; the import reads the rest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EmployeeEntry {
    pub source_id: String,
    pub name: String,
    pub nip: String,
}

/// A line of `venues.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VenueEntry {
    pub source_id: String,
    pub unit_source_id: Option<String>,
    pub name: String,
    pub latitude: f64,
    pub longitude: f64,
    pub radius_meters: i32,
    pub time_zone: String,
}

/// A line of `courses.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CourseEntry {
    pub source_id: String,
    pub title: String,
    pub description: Option<String>,
    pub course_name_id: String,
    pub training_form_id: String,
}

/// A line of `runs.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunEntry {
    pub source_id: String,
    pub course_source_id: String,
    pub name: String,
    pub starts_after_days: i64,
    pub ends_after_days: i64,
    pub capacity: Option<i32>,
    /// Codes with blanks between them.
    pub guest_agency_codes: String,
}

/// A line of `sessions.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionEntry {
    pub source_id: String,
    pub run_source_id: String,
    pub title: String,
    pub venue_source_id: Option<String>,
    pub trainer_source_id: String,
    pub when: When,
    pub minutes: i64,
    pub opens_before_minutes: i32,
    pub requires_code: bool,
}

/// A line of `enrolments.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EnrolmentEntry {
    pub run_source_id: String,
    /// Absent for the city's own people.
    pub agency_code: Option<String>,
    pub employee_source_id: String,
}

/// What `duty.json` holds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DutyEntry {
    /// The unit whose shifts go round.
    pub unit: String,
    pub citation: String,
    pub shifts: Vec<ShiftEntry>,
    /// Among whom.
    pub people: Vec<String>,
    pub arrangements: Vec<ArrangementEntry>,
}

/// A shift of `duty.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShiftEntry {
    pub name: String,
    pub starts_at: NaiveTime,
    /// On the next day where it is not after the start.
    pub ends_at: NaiveTime,
}

/// Leave, duty travel or work from home of `duty.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArrangementEntry {
    pub employee: String,
    pub kind: String,
    pub starts_after_days: i64,
    pub ends_after_days: i64,
    pub reason: String,
    pub document: Option<String>,
    /// Who approved it; absent for what the employee asks for.
    pub recorded_by: Option<String>,
}

/// A line of `past.csv`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PastEntry {
    pub employee_source_id: String,
    /// -1 is the last workday before the first start; absent for how it usually goes.
    pub workday: Option<i64>,
    #[serde(rename = "in")]
    pub came: Option<NaiveTime>,
    #[serde(rename = "out")]
    pub went: Option<NaiveTime>,
    /// The phone told no location: somebody has to look at it.
    pub is_without_location: bool,
    /// The missing time, as a correction asks for it.
    pub asks_for: Option<NaiveTime>,
    pub reason: Option<String>,
}

/// When a session takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum When {
    /// Again and again, so that one is always open.
    Now,
    /// Again and again, so that one is always too early.
    Tomorrow,
    /// Once, so many days from the day of the first start.
    Once { days: i64, time: NaiveTime },
}

impl TryFrom<String> for When {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let once = || {
            let (days, time) = text.split_once("d ")?;
            Some(Self::Once { days: days.parse().ok()?, time: NaiveTime::parse_from_str(time, "%H:%M").ok()? })
        };
        match text.as_str() {
            "now" => Ok(Self::Now),
            "tomorrow" => Ok(Self::Tomorrow),
            _ => once().ok_or_else(|| format!("`{text}` is neither now, tomorrow nor like -7d 09:00")),
        }
    }
}

/// The demo's people and programmes.
///
/// # Panics
/// When a file does not hold what it should, with the file and the line: they are part of the program.
pub(super) fn country() -> &'static Country {
    &COUNTRY
}

/// The text of a file of `demo/`.
pub(super) fn text(path: &str) -> &'static str {
    FOLDER.get_file(path).and_then(|file| file.contents_utf8()).unwrap_or_else(|| fault(path, "is not there"))
}

impl Country {
    fn read() -> Self {
        let agencies: Vec<AgencyEntry> = json("instansi.json");
        let cities = csv::<CityEntry>("cities.csv").into_iter().map(|place| City::read(place, &agencies)).collect();
        Self { cities, accounts: json("accounts.json") }
    }
}

impl City {
    fn read(place: CityEntry, agencies: &[AgencyEntry]) -> Self {
        let agency = agencies.iter().find(|agency| agency.code == place.agency_code);
        let agency = agency.unwrap_or_else(|| fault("cities.csv", format!("no agency {}", place.agency_code))).clone();
        let zone = place.time_zone.parse().unwrap_or_else(|error| fault("cities.csv", error));
        let file = |name: &str| format!("{}/{name}", place.folder);
        Self {
            units: csv(&file("units.csv")),
            employees: csv(&file("employees.csv")),
            venues: csv(&file("venues.csv")),
            courses: csv(&file("courses.csv")),
            runs: csv(&file("runs.csv")),
            sessions: csv(&file("sessions.csv")),
            enrolments: csv(&file("enrolments.csv")),
            duty: object(&file("duty.json")),
            past: csv(&file("past.csv")),
            accounts: json(&file("accounts.json")),
            agency,
            zone,
            place,
        }
    }

    /// The person of that `sourceId`.
    pub fn employee(&self, source_id: &str) -> &EmployeeEntry {
        let employee = self.employees.iter().find(|employee| employee.source_id == source_id);
        employee.unwrap_or_else(|| fault(&self.place.folder, format!("no employee {source_id}")))
    }
}

pub(super) fn csv<T: DeserializeOwned>(path: &str) -> Vec<T> {
    let rows = csv::Reader::from_reader(text(path).as_bytes()).into_deserialize().collect::<Result<_, _>>();
    rows.unwrap_or_else(|error| fault(path, error))
}

pub(super) fn json<T: DeserializeOwned>(path: &str) -> Vec<T> {
    object(path)
}

fn object<T: DeserializeOwned>(path: &str) -> T {
    serde_json::from_str(text(path)).unwrap_or_else(|error| fault(path, error))
}

fn fault(path: &str, what: impl Display) -> ! {
    panic!("demo/{path}: {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str) -> Result<When, String> {
        When::try_from(text.to_owned())
    }

    #[test]
    fn a_time_is_told_in_three_ways() {
        let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
        assert_eq!(when("now"), Ok(When::Now));
        assert_eq!(when("tomorrow"), Ok(When::Tomorrow));
        assert_eq!(when("-7d 09:00"), Ok(When::Once { days: -7, time: nine }));
        assert_eq!(when("+14d 09:00"), Ok(When::Once { days: 14, time: nine }));
        for noise in ["", "later", "7 09:00", "7d", "7d 9 o'clock", "d 09:00"] {
            assert!(when(noise).is_err(), "{noise}");
        }
    }
}
