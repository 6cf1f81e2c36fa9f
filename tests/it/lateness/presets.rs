//! The presets as a migrated database has them, number by number: the decrees' tables, read once more.

use bina::attendance::duties;
use bina::attendance::lateness::{Grade, Rule};
use entity::absence_sanction::{self, Kind};
use entity::lateness_band::{Level, Side};
use entity::schedule::Season;
use entity::{lateness_rule, schedule, shift};
use rstest::rstest;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::harness::{Engine, World};

/// Minutes from and to (none: and more), the level, hundredths of a percent.
type Band = (i32, Option<i32>, Option<Level>, i32);

/// A rule set as its decree has it.
struct Preset {
    name: &'static str,
    citation: &'static str,
    is_verified: bool,
    flexible: i32,
    made_up: i32,
    /// Late days of a month without a cut, and the cut beyond them.
    late_days: (Option<i32>, Option<i32>),
    /// What a missing IN and a missing OUT cost.
    missing: [Option<Grade>; 2],
    absent: Option<i32>,
    late: &'static [Band],
    early: &'static [Band],
}

const PLAIN: Preset = Preset {
    name: "",
    citation: "",
    is_verified: true,
    flexible: 0,
    made_up: 0,
    late_days: (None, None),
    missing: [None, None],
    absent: None,
    late: &[],
    early: &[],
};

const fn costs(level: Option<Level>, hundredths: i32) -> Grade {
    Grade { level, hundredths: Some(hundredths) }
}

const PRESETS: [Preset; 4] = [
    Preset {
        name: "Permentan 68/2012",
        citation: "Permentan 68/2012",
        missing: [Some(costs(Some(Level::Tl4), 200)), Some(costs(Some(Level::Psw4), 200))],
        absent: Some(400),
        late: &[
            (1, Some(30), Some(Level::Tl1), 50),
            (31, Some(60), Some(Level::Tl2), 100),
            (61, Some(90), Some(Level::Tl3), 150),
            (91, None, Some(Level::Tl4), 200),
        ],
        early: &[
            (1, Some(30), Some(Level::Psw1), 50),
            (31, Some(60), Some(Level::Psw2), 100),
            (61, Some(90), Some(Level::Psw3), 150),
            (91, None, Some(Level::Psw4), 200),
        ],
        ..PLAIN
    },
    // From 09:01 and 09:31 on and later, behind ninety minutes from 07:30 on.
    Preset {
        name: "PMK 221/2021",
        citation: "PMK 221/2021",
        flexible: 90,
        missing: [Some(costs(None, 250)), None],
        late: &[(1, Some(30), None, 100), (31, Some(60), None, 125), (61, None, None, 250)],
        ..PLAIN
    },
    // Its percentage stands in no source.
    Preset {
        name: "PermenPANRB 6/2018",
        citation: "PermenPANRB 6/2018",
        is_verified: false,
        made_up: 30,
        late_days: (Some(5), None),
        ..PLAIN
    },
    Preset {
        name: "Badan Gizi 4/2025",
        citation: "Peraturan Badan Gizi Nasional 4/2025",
        late: &[(1, Some(60), None, 50), (61, None, None, 100)],
        ..PLAIN
    },
];

/// PP 94/2021: from so many days on, and whether in a row.
const SANCTIONS: [(i32, bool, Kind); 10] = [
    (3, false, Kind::OralWarning),
    (4, false, Kind::WrittenWarning),
    (7, false, Kind::StatementOfDissatisfaction),
    (10, true, Kind::Dismissal),
    (11, false, Kind::AllowanceCut6Months),
    (14, false, Kind::AllowanceCut9Months),
    (17, false, Kind::AllowanceCut12Months),
    (21, false, Kind::Demotion12Months),
    (25, false, Kind::RemovalFromPost),
    (28, false, Kind::Dismissal),
];

/// Weekdays from Monday on as bits, start, end and break in minutes.
type Days = (i32, i32, i32, i32);

/// Perpres 21/2023.
const WEEKS: [(Season, i32, [Days; 2]); 2] = [
    (Season::Normal, 37 * 60 + 30, [(0b0_1111, 7 * 60 + 30, 16 * 60, 60), (0b1_0000, 7 * 60 + 30, 16 * 60 + 30, 90)]),
    (Season::Ramadan, 32 * 60 + 30, [(0b0_1111, 8 * 60, 15 * 60, 30), (0b1_0000, 8 * 60, 15 * 60 + 30, 60)]),
];

fn is_graded_as(rule: &Rule, side: Side, bands: &[Band]) {
    let name = &rule.row.name;
    assert_eq!(rule.bands.iter().filter(|band| band.side == side).count(), bands.len(), "{name} {side:?}");
    assert_eq!(rule.grade(side, 0), None, "{name} {side:?}");
    for (from, to, level, hundredths) in bands {
        for minutes in [*from, to.unwrap_or(10_000)] {
            assert_eq!(rule.grade(side, minutes), Some(costs(*level, *hundredths)), "{name} {side:?} {minutes}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn rules_of_lateness_are_as_decreed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let db = world.app.db.read();
    let rows = lateness_rule::Entity::find().all(db).await.unwrap();
    assert_eq!(rows.len(), PRESETS.len());
    let rules = duties::rules(db, rows.iter().map(|row| row.id)).await.unwrap();
    for wanted in PRESETS {
        let rule = rules.values().find(|rule| rule.row.name == wanted.name).unwrap();
        let row = &rule.row;
        assert_eq!((row.agency_id, row.version), (None, 1), "{}", wanted.name);
        assert_eq!((row.citation.as_str(), row.is_verified), (wanted.citation, wanted.is_verified));
        assert_eq!(row.note.is_none(), wanted.is_verified, "what is not verified says so: {}", wanted.name);
        assert_eq!((row.flexible_minutes, row.made_up_minutes), (wanted.flexible, wanted.made_up), "{}", wanted.name);
        assert_eq!((row.late_days_free, row.late_days_hundredths), wanted.late_days, "{}", wanted.name);
        assert_eq!([Side::Late, Side::Early].map(|side| rule.missing(side)), wanted.missing, "{}", wanted.name);
        assert_eq!(row.absent_hundredths, wanted.absent, "{}", wanted.name);
        is_graded_as(rule, Side::Late, wanted.late);
        is_graded_as(rule, Side::Early, wanted.early);
    }
}

#[rstest]
#[tokio::test]
async fn sanctions_and_weeks_are_as_decreed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let db = world.app.db.read();
    let sanctions = absence_sanction::Entity::find().order_by_asc(absence_sanction::Column::FromDays).all(db);
    let sanctions = sanctions.await.unwrap();
    let told: Vec<_> = sanctions.iter().map(|row| (row.from_days, row.is_consecutive, row.kind)).collect();
    assert_eq!(told, SANCTIONS);
    for row in &sanctions {
        let (from, until) = (row.valid_from.to_string(), row.valid_until);
        assert_eq!((row.citation.as_str(), row.version, from.as_str(), until), ("PP 94/2021", 1, "2021-08-31", None));
    }

    assert_eq!(schedule::Entity::find().all(db).await.unwrap().len(), WEEKS.len());
    for (season, week, days) in WEEKS {
        let hours =
            schedule::Entity::find().filter(schedule::Column::Season.eq(season)).one(db).await.unwrap().unwrap();
        assert_eq!((hours.agency_id, hours.citation.as_str(), hours.version), (None, "Perpres 21/2023", 1));
        let shifts = shift::Entity::find().filter(shift::Column::ScheduleId.eq(hours.id));
        let shifts = shifts.order_by_asc(shift::Column::Position).all(db).await.unwrap();
        let told: Vec<_> =
            shifts.iter().map(|row| (row.weekdays, row.start_minute, row.end_minute, row.break_minutes)).collect();
        assert_eq!(told, days, "{season:?}");
        let worked =
            days.iter().map(|(weekdays, start, end, rest)| weekdays.count_ones().cast_signed() * (end - start - rest));
        assert_eq!(worked.sum::<i32>(), week, "{season:?}");
    }
}
