//! Why a day is a workday, or is none, in words: from when to when, by which working hours, by which decree; and what
//! became of lateness that may be made up.

use chrono::NaiveDate;
use chrono_tz::Tz;
use entity::{duty_arrangement, holiday};

use super::day::{DayRecord, ShiftRecord, State};
use super::lateness;
use super::working_time::{Basis, DutyDay, DutyShift, Gap, is_leave, last_day};
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
    sentences.extend(record.shifts.iter().filter_map(|shift| made_up(locale, shift, zone)));
    sentences.join(" ")
}

/// Whether lateness was made up, where the rule takes that.
fn made_up(locale: Locale, shift: &ShiftRecord<'_>, zone: Tz) -> Option<String> {
    let rule = shift.rule.filter(|rule| rule.row.made_up_minutes > 0)?;
    let late = shift.assessment.minutes_late.filter(|late| *late > 0)?;
    let flexible = lateness::flexible_minutes(shift.rule, shift.duty.schedule.flexible_minutes);
    let until = lateness::made_up_at(shift.rule, &shift.duty.window, flexible, shift.presence.came_at);
    // The last check-out counts, so before the end nothing is lost yet.
    let is_open = !shift.presence.is_over || shift.state == State::UnderReview;
    let key = match until {
        None if late <= rule.row.made_up_minutes => return None,
        None => "explain-not-to-be-made-up",
        Some(_) if shift.assessment.is_made_up => "explain-made-up",
        Some(_) if is_open => "explain-may-be-made-up",
        Some(_) => "explain-not-made-up",
    };
    let args = [
        ("minutes", late.to_string()),
        ("most", rule.row.made_up_minutes.to_string()),
        ("until", until.map(|until| time(until, zone)).unwrap_or_default()),
        ("citation", rule.row.citation.clone()),
    ];
    Some(locale.text(key, &args))
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
        (Basis::NotServing, _) => not_serving(locale, day.gap),
        (Basis::Leave, Some(arrangement)) => arranged(locale, "explain-leave", arrangement),
        (basis, _) => locale.text(key(basis), &args),
    }
}

/// When service ended, when it begins: as far as either is known.
fn not_serving(locale: Locale, gap: Option<Gap>) -> String {
    let day = |day: Option<NaiveDate>| day.map(text);
    match gap.map(|gap| (day(gap.ended), day(gap.begins))) {
        Some((Some(ended), Some(begins))) => {
            locale.text("explain-not-serving-between", &[("ended", ended), ("begins", begins)])
        }
        Some((Some(ended), None)) => locale.text("explain-not-serving-any-more", &[("ended", ended)]),
        Some((None, Some(begins))) => locale.text("explain-not-serving-yet", &[("begins", begins)]),
        Some((None, None)) | None => locale.text("explain-not-serving", &[]),
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

/// Who approved leave, duty travel or work from home.
#[must_use]
pub fn approved(locale: Locale, arrangement: &duty_arrangement::Model, approver: &str) -> String {
    let args = [("name", locale.text(kind(arrangement.kind), &[])), ("approver", approver.to_owned())];
    locale.text("explain-approved", &args)
}

fn arranged(locale: Locale, key: &str, arrangement: &duty_arrangement::Model) -> String {
    let name = locale.text(kind(arrangement.kind), &[]);
    let letter = arrangement.document.clone().map(|letter| locale.text("explain-letter", &[("letter", letter)]));
    let args = [
        ("name", letter.map_or(name.clone(), |letter| format!("{name} ({letter})"))),
        ("starts", text(arrangement.starts_on)),
        ("ends", text(last_day(arrangement))),
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
    use entity::check_in::Direction;
    use entity::duty_arrangement::Kind;
    use sea_orm::Iterable as _;

    use super::*;
    use crate::attendance::day::{Event, records};
    use crate::attendance::test_data::{arrangement, at, day, life, permenpanrb, pmk};
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
        let letter = Some("800/12/2026".to_owned());
        let sick = arrangement(Kind::SickLeave, "2026-11-26", "2026-11-27");
        life.arrangements.push(duty_arrangement::Model { document: letter, ..sick });
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
            ("2026-11-26", "Free: sick leave (letter 800/12/2026) from 2026-11-26 to 2026-11-27."),
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

    #[test]
    fn a_day_says_whether_lateness_was_made_up() {
        let life = life(Some(permenpanrb(None)));
        let words = |times: &[(Direction, &str)], now: &str| {
            let on = day("2026-11-23");
            let local = |time: &str| at(&format!("2026-11-23T{time}:00+07:00"));
            let event = |(direction, time): &(Direction, &str)| Event {
                on,
                direction: *direction,
                at: local(time),
                is_waiting: false,
            };
            let events: Vec<_> = times.iter().map(event).collect();
            let records = records(&life, &events, [on], local(now));
            let told = explain(Locale::En, &records[0], Tz::Asia__Jakarta);
            told.strip_prefix("Workday from 07:30 to 16:00 by “Jam kerja” (Perpres 21/2023, version 1).")
                .unwrap()
                .trim_start()
                .to_owned()
        };
        let (came, went) = ((Direction::In, "07:50"), (Direction::Out, "16:20"));
        let may_be = "20 minutes late: staying until 16:20 makes it up (PermenPANRB 6/2018).";
        for (times, now, wanted) in [
            (&[came][..], "12:00", may_be),
            (&[came, (Direction::Out, "16:19")], "16:30", may_be),
            (&[came, went], "16:30", "20 minutes late, made up by staying until 16:20 (PermenPANRB 6/2018)."),
            (
                &[came, (Direction::Out, "16:19")],
                "22:00",
                "20 minutes late and not made up, which took staying until 16:20 (PermenPANRB 6/2018).",
            ),
            (
                &[(Direction::In, "08:01"), went],
                "16:30",
                "31 minutes late: more than the 30 that may be made up (PermenPANRB 6/2018).",
            ),
            (&[(Direction::In, "07:30"), went], "16:30", ""),
        ] {
            assert_eq!(words(times, now), wanted, "{times:?} at {now}");
        }
    }
}
