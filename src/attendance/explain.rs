//! Why a day is a workday, or is none, in words: from when to when, by which working hours, by which decree.

use chrono::NaiveDate;
use chrono_tz::Tz;
use entity::{duty_arrangement, holiday};

use super::day::DayRecord;
use super::lateness;
use super::working_time::{Basis, DutyDay, DutyShift, is_leave};
use crate::clock::Instant;
use crate::locale::Locale;

/// A local time of day.
#[must_use]
pub fn time(at: Instant, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M").to_string()
}

/// The day in words.
#[must_use]
pub fn explain(locale: Locale, record: &DayRecord<'_>, zone: Tz) -> String {
    let day = &record.day;
    let mut sentences = vec![basis(locale, day, zone)];
    let is_workday = !day.shifts.is_empty();
    if let Some(arrangement) = day.arrangement.filter(|arrangement| is_workday && !is_leave(arrangement.kind)) {
        sentences.push(arranged(locale, "explain-away", arrangement));
    }
    if let Some(holiday) = day.holiday.filter(|_| is_workday) {
        sentences.push(locale.text("explain-holiday-worked", &decreed(locale, holiday)));
    }
    if let Some(ramadan) = day.ramadan {
        let args = [("starts", text(ramadan.starts_on)), ("ends", text(ramadan.ends_on))];
        let citation = ("citation", ramadan.citation.clone());
        sentences.push(locale.text("explain-ramadan", &[args[0].clone(), args[1].clone(), citation]));
    }
    let flexible =
        record.shifts.iter().map(|shift| lateness::flexible_minutes(shift.rule, shift.duty.schedule.flexible_minutes));
    if let Some(minutes) = flexible.max().filter(|minutes| *minutes > 0) {
        sentences.push(locale.text("explain-flexible", &[("minutes", minutes.to_string())]));
    }
    sentences.join(" ")
}

fn basis(locale: Locale, day: &DutyDay<'_>, zone: Tz) -> String {
    let hours = day.shifts.first().map(|shift| shift.schedule).or(day.schedule);
    let mut args = vec![("shifts", shifts(locale, &day.shifts, zone))];
    if let Some(hours) = hours {
        args.push(("name", hours.name.clone()));
        args.push(("citation", hours.citation.clone()));
        args.push(("version", hours.version.to_string()));
    }
    if let (Basis::Holiday | Basis::CollectiveLeave, Some(holiday)) = (day.basis, day.holiday) {
        args = decreed(locale, holiday);
    }
    match (day.basis, day.arrangement) {
        (Basis::Leave, Some(arrangement)) => arranged(locale, "explain-leave", arrangement),
        (basis, _) => locale.text(key(basis), &args),
    }
}

/// The name of a holiday, and the decree that it rests on, or that its list names none.
fn decreed(locale: Locale, holiday: &holiday::Model) -> Vec<(&'static str, String)> {
    let citation = holiday.citation.clone().unwrap_or_else(|| locale.text("explain-uncited", &[]));
    vec![("name", holiday.name.clone()), ("citation", citation)]
}

/// `07:30-12:00 and 13:00-16:00`.
fn shifts(locale: Locale, shifts: &[DutyShift<'_>], zone: Tz) -> String {
    let one = |shift: &DutyShift<'_>| {
        let args = [("starts", time(shift.window.starts_at, zone)), ("ends", time(shift.window.ends_at, zone))];
        locale.text("explain-shift", &args)
    };
    shifts.iter().map(one).collect::<Vec<_>>().join(&format!(" {} ", locale.text("explain-and", &[])))
}

fn arranged(locale: Locale, key: &str, arrangement: &duty_arrangement::Model) -> String {
    let args = [
        ("name", locale.text(kind(arrangement.kind), &[])),
        ("starts", text(arrangement.starts_on)),
        ("ends", text(arrangement.ends_on)),
    ];
    locale.text(key, &args)
}

fn text(day: NaiveDate) -> String {
    day.to_string()
}

const fn key(basis: Basis) -> &'static str {
    match basis {
        Basis::Schedule => "explain-schedule",
        Basis::Roster => "explain-roster",
        Basis::RestDay => "explain-rest-day",
        Basis::NotRostered => "explain-not-rostered",
        Basis::Holiday => "explain-holiday",
        Basis::CollectiveLeave => "explain-collective-leave",
        Basis::Leave => "explain-leave",
        Basis::NoSchedule => "explain-no-schedule",
        Basis::NotServing => "explain-not-serving",
    }
}

const fn kind(kind: duty_arrangement::Kind) -> &'static str {
    use duty_arrangement::Kind;
    match kind {
        Kind::AnnualLeave => "arrangement-annual-leave",
        Kind::LongLeave => "arrangement-long-leave",
        Kind::SickLeave => "arrangement-sick-leave",
        Kind::MaternityLeave => "arrangement-maternity-leave",
        Kind::ImportantReasonLeave => "arrangement-important-reason-leave",
        Kind::UnpaidLeave => "arrangement-unpaid-leave",
        Kind::DutyTravel => "arrangement-duty-travel",
        Kind::WorkFromHome => "arrangement-work-from-home",
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType as _;
    use entity::duty_arrangement::Kind;
    use sea_orm::Iterable as _;

    use super::*;
    use crate::attendance::day::records;
    use crate::attendance::test_data::{arrangement, at, day, life, pmk};
    use crate::locale;

    #[test]
    fn every_explanation_has_words_in_both_languages() {
        let sentences = [
            "explain-and",
            "explain-away",
            "explain-flexible",
            "explain-holiday-worked",
            "explain-ramadan",
            "explain-shift",
            "explain-uncited",
        ];
        let bases = Basis::items().iter().map(|basis| key(basis.value));
        for key in bases.chain(Kind::iter().map(kind)).chain(sentences) {
            assert!(locale::has_both(key), "{key}");
        }
    }

    #[test]
    fn a_day_says_why_it_is_what_it_is() {
        let mut life = life(Some(pmk()));
        life.arrangements.push(arrangement(Kind::WorkFromHome, "2026-11-24", "2026-11-24"));
        life.arrangements.push(arrangement(Kind::SickLeave, "2026-11-26", "2026-11-27"));
        let words = |on: &str, locale| {
            let records = records(&life, &[], [day(on)], at("2026-12-31T00:00:00Z"));
            explain(locale, &records[0], Tz::Asia__Jakarta)
        };
        for (on, wanted) in [
            (
                "2026-11-23",
                "Workday from 07:30 to 16:00 by “Jam kerja” (Perpres 21/2023, version 1). \
                 The start may shift by 90 minutes, and the end with it.",
            ),
            (
                "2026-11-24",
                "Workday from 07:30 to 16:00 by “Jam kerja” (Perpres 21/2023, version 1). \
                 Arranged: work from home from 2026-11-24 to 2026-11-24, away from the unit's places. \
                 The start may shift by 90 minutes, and the end with it.",
            ),
            ("2026-11-26", "Free: sick leave from 2026-11-26 to 2026-11-27."),
            ("2026-11-28", "Free: “Jam kerja” (Perpres 21/2023, version 1) has no shift on this day of the week."),
            ("2026-12-25", "Free: the national holiday “Libur” (SKB 3 Menteri)."),
            ("2026-12-24", "Free: collective leave, “Libur” (an imported list that names no decree)."),
            (
                "2026-02-18",
                "Workday from 08:00 to 15:00 by “Jam kerja” (Perpres 21/2023, version 1). \
                 It is Ramadan, 2026-02-18 to 2026-03-19 (Sidang isbat). \
                 The start may shift by 90 minutes, and the end with it.",
            ),
            ("2020-01-06", "Free: no working hours are set for this day."),
        ] {
            assert_eq!(words(on, Locale::En), wanted, "{on}");
        }
        assert_eq!(words("2026-12-25", Locale::Id), "Libur: hari libur nasional “Libur” (SKB 3 Menteri).");
    }
}
