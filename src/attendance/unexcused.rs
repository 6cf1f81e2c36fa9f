//! Days of absence without an excuse, what they lead to, and what is told of it before it comes.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use chrono::{Datelike as _, Days, NaiveDate};
use entity::absence_sanction::{self, Kind};

use super::lives::Placed;
use super::months::{self, Sheet};
use super::{day, workday};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::graphql::rows::Rows;
use crate::locale::Locale;

/// Whose unexcused days of which year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnexcusedOf {
    /// Whose.
    pub person: Placed,
    /// The calendar year; this one where absent.
    pub year: Option<i32>,
}

/// Where somebody stands with the unexcused days of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexcused {
    /// The year.
    pub year: i32,
    /// Unexcused days.
    pub days: u32,
    /// The longest row of them, workday after workday.
    pub in_a_row: u32,
    /// What they lead to so far.
    pub reached: Option<absence_sanction::Model>,
    /// What comes next, and after how many more days at the least.
    pub next: Option<(absence_sanction::Model, u32)>,
}

impl Loader<UnexcusedOf> for Rows {
    type Value = Unexcused;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[UnexcusedOf]) -> std::result::Result<HashMap<UnexcusedOf, Unexcused>, Arc<Error>> {
        let mut standings = HashMap::with_capacity(keys.len());
        let mut years: Vec<Option<i32>> = keys.iter().map(|key| key.year).collect();
        years.sort_unstable();
        years.dedup();
        for year in years {
            let people: Vec<Placed> = keys.iter().filter(|key| key.year == year).map(|key| key.person).collect();
            standings.extend(self.standings(&people, year).await.map_err(Arc::new)?);
        }
        Ok(standings)
    }
}

/// So far before the year a row of absent days can begin that counts in it: thrice the longest that a sanction asks for.
const IN_A_ROW: u64 = 31;

impl Rows {
    /// Four queries, however many people there are, where the duties of their units are known.
    async fn standings(&self, people: &[Placed], year: Option<i32>) -> Result<Vec<(UnexcusedOf, Unexcused)>> {
        let now = self.app.clock.now();
        // Where somebody works it may be the next day already, and so the next year.
        let tomorrow = now.date_naive() + Days::new(1);
        let (first, last) = year.map_or((now.year(), tomorrow.year()), |year| (year, year));
        let days = counted_from(first)?..=tomorrow.min(new_year(last + 1)?);
        let sheets = months::sheets(&self.app, people, &days).await?;
        let people = people.iter().filter_map(|person| Some((*person, sheets.get(&person.employee_id)?)));
        people.map(|(person, sheet)| Ok((UnexcusedOf { person, year }, standing(sheet, year, now)?))).collect()
    }
}

/// Where somebody stands with the unexcused days of a year, the present one where absent, by a sheet that reaches back
/// to where they are counted from.
///
/// # Errors
/// For a year beyond the calendar.
pub fn standing(sheet: &Sheet, year: Option<i32>, now: Instant) -> Result<Unexcused> {
    let today = workday::local_day(&sheet.life, now);
    let year = year.unwrap_or(today.year());
    let last = today.min(new_year(year + 1)? - Days::new(1));
    let sanctions = &sheet.life.duty(today).calendar.sanctions;
    let applies = |row: &&absence_sanction::Model| {
        holds(row, last) && row.employment.is_none_or(|kind| kind == sheet.life.employment)
    };
    let held: Vec<_> = sanctions.iter().filter(applies).cloned().collect();
    let standing = day::standing(&sheet.records(counted_from(year)?..=last, now), year, &held);
    Ok(Unexcused {
        year,
        days: standing.days,
        in_a_row: standing.in_a_row,
        reached: standing.reached.cloned(),
        next: standing.next.map(|(sanction, days)| (sanction.clone(), days)),
    })
}

/// The first day that can count in a year: a row of absent days does not end with the year; what adds up over a year
/// begins with it.
///
/// # Errors
/// For a year beyond the calendar.
pub fn counted_from(year: i32) -> Result<NaiveDate> {
    Ok(new_year(year)? - Days::new(IN_A_ROW))
}

fn new_year(year: i32) -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(year, 1, 1).ok_or_else(|| Error::internal("a year beyond the calendar"))
}

fn holds(sanction: &absence_sanction::Model, on: NaiveDate) -> bool {
    sanction.valid_from <= on && sanction.valid_until.is_none_or(|last| on <= last)
}

/// What is told of unexcused days: nothing while there are none.
#[must_use]
pub fn message(locale: Locale, unexcused: &Unexcused) -> Option<String> {
    let sanction = |sanction: &absence_sanction::Model| locale.text(sanction_key(sanction.kind), &[]);
    if unexcused.days == 0 {
        return None;
    }
    let (days, year) = (("days", unexcused.days.to_string()), ("year", unexcused.year.to_string()));
    let so_far = match &unexcused.reached {
        Some(reached) => {
            let citation = ("citation", reached.citation.clone());
            locale.text("unexcused-days-reached", &[days, year, ("name", sanction(reached)), citation])
        }
        None => locale.text("unexcused-days", &[days, year]),
    };
    let ahead = unexcused.next.as_ref().map(|(next, left)| {
        let args = [("left", left.to_string()), ("name", sanction(next)), ("citation", next.citation.clone())];
        let key = if *left == 1 { "unexcused-days-one-left" } else { "unexcused-days-left" };
        locale.text(key, &args)
    });
    Some(std::iter::once(so_far).chain(ahead).collect::<Vec<_>>().join(" "))
}

const fn sanction_key(kind: Kind) -> &'static str {
    match kind {
        Kind::OralWarning => "sanction-oral-warning",
        Kind::WrittenWarning => "sanction-written-warning",
        Kind::StatementOfDissatisfaction => "sanction-statement-of-dissatisfaction",
        Kind::AllowanceCut6Months => "sanction-allowance-cut-6-months",
        Kind::AllowanceCut9Months => "sanction-allowance-cut-9-months",
        Kind::AllowanceCut12Months => "sanction-allowance-cut-12-months",
        Kind::Demotion12Months => "sanction-demotion-12-months",
        Kind::RemovalFromPost => "sanction-removal-from-post",
        Kind::Dismissal => "sanction-dismissal",
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable as _;

    use super::*;

    #[test]
    fn every_sanction_and_sentence_has_words_in_both_languages() {
        let sentences = ["unexcused-days", "unexcused-days-reached", "unexcused-days-left", "unexcused-days-one-left"];
        for key in Kind::iter().map(sanction_key).chain(sentences) {
            assert!(crate::locale::has_both(key), "{key}");
        }
    }
}
