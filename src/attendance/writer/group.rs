//! A group of attempts: judged, written and committed together; or apart, where one of them spoils it for all.

use std::collections::HashMap;
use std::time::Instant;

use chrono::{NaiveDate, TimeDelta};
use entity::check_in;
use entity::ids::EmployeeId;
use sea_orm::DatabaseTransaction;

use super::Job;
use super::statement::{self, Key};
use crate::app::App;
use crate::attendance::attempt::{Entry, Occasion, Recorded, Sending};
use crate::attendance::facts::{self, WrongCodesOf};
use crate::attendance::judge;
use crate::attendance::lives::{self, Placed};
use crate::attendance::rules::Timing;
use crate::attendance::working_time::WorkingLife;
use crate::error::{Error, Kind, Result};
use crate::problem::Problem;

/// So far around an attempt its shift can lie.
const MARGIN: TimeDelta = TimeDelta::days(3);

/// One attempt of the group.
#[derive(Clone, Copy)]
struct Case<'a> {
    sending: &'a Sending,
    entry: &'a Entry,
}

impl Case<'_> {
    fn key(&self) -> Key {
        (self.sending.me.id, self.entry.attempt.idempotency_key)
    }

    /// The answer to an attempt whose key is taken.
    fn known(&self, check_in: &check_in::Model) -> Result<Recorded> {
        // What a check-in was, nobody knows any more once its coordinates have expired.
        if check_in.payload_hash.is_empty() || check_in.payload_hash == self.entry.payload_hash {
            Ok(Recorded { check_in: check_in.clone(), is_replay: true })
        } else {
            Err(Error::at("idempotencyKey", Problem::IdempotencyConflict))
        }
    }
}

/// Records a group: one result for each entry, in their order.
///
/// A row that the database does not take is found by halving: all others are written, in some few groups in place of
/// one.
pub(super) async fn record(app: &App, group: &[Job]) -> Vec<Result<Recorded>> {
    let sendings = group.iter().map(|job| &job.sending);
    let cases: Vec<Case<'_>> =
        sendings.flat_map(|sending| sending.entries.iter().map(move |entry| Case { sending, entry })).collect();
    let mut results = Vec::with_capacity(cases.len());
    let mut open = vec![&cases[..]];
    while let Some(part) = open.pop() {
        match commit(app, part).await {
            Ok(recorded) => results.extend(recorded),
            Err(error) if part.len() == 1 || matches!(error.kind(), Kind::Unavailable { .. }) => {
                results.extend(part.iter().map(|_| Err(Error::shared(&error))));
            }
            Err(_) => {
                let (first, second) = part.split_at(part.len() / 2);
                open.extend([second, first]);
            }
        }
    }
    results
}

/// Judges and writes cases in one transaction.
async fn commit(app: &App, cases: &[Case<'_>]) -> Result<Vec<Result<Recorded>>> {
    let started = Instant::now();
    let transaction = app.db.begin_check_ins().await?;
    let recorded = write(app, &transaction, cases).await?;
    // What became of a commit that failed nobody knows: the phone asks again, with the same key.
    transaction.commit().await.map_err(Error::unavailable)?;
    app.metrics.batch_committed(cases.len(), started.elapsed());
    Ok(recorded)
}

/// What becomes of a case.
enum Place<'a> {
    /// It is, or would be, one of the new rows; the first case of its key is.
    Row { at: usize, is_first: bool },
    /// It was there.
    Known(&'a check_in::Model),
    /// It cannot be recorded.
    Refused(Error),
}

async fn write(app: &App, transaction: &DatabaseTransaction, cases: &[Case<'_>]) -> Result<Vec<Result<Recorded>>> {
    let screened: Vec<Result<Timing>> = cases.iter().map(|case| judge::screen(case.sending, case.entry)).collect();
    let lives = lives(app, transaction, cases, &screened).await?;
    let (mut wrong_codes, known) = look_up(transaction, cases, &screened).await?;
    let mut rows: Vec<check_in::Model> = Vec::with_capacity(cases.len());
    let mut row_of: HashMap<Key, usize> = HashMap::with_capacity(cases.len());
    let mut places = Vec::with_capacity(cases.len());
    for (case, timing) in cases.iter().zip(screened) {
        let key = case.key();
        places.push(if let Some(check_in) = known.get(&key) {
            Place::Known(check_in)
        } else if let Some(at) = row_of.get(&key) {
            Place::Row { at: *at, is_first: false }
        } else {
            let life = lives.get(&case.sending.me.id);
            match timing.and_then(|timing| judge::judge(case.sending, case.entry, timing, life, &mut wrong_codes)) {
                Ok(row) => {
                    row_of.insert(key, rows.len());
                    rows.push(row);
                    Place::Row { at: rows.len() - 1, is_first: true }
                }
                Err(error) => Place::Refused(error),
            }
        });
    }
    let taken = statement::insert(transaction, &rows).await?;
    let answer = |(case, place): (&Case<'_>, Place<'_>)| match place {
        Place::Refused(error) => Err(error),
        Place::Known(check_in) => case.known(check_in),
        Place::Row { at, is_first } => match taken.get(&case.key()) {
            Some(check_in) => case.known(check_in),
            None if is_first => Ok(Recorded { check_in: rows[at].clone(), is_replay: false }),
            None => case.known(&rows[at]),
        },
    };
    Ok(cases.iter().zip(places).map(answer).collect())
}

/// The working lives of those who come to duty or go from it, around their attempts by our clock: three queries for all
/// of them. A phone's own clock may say any year, and would have its neighbours' days read with its own.
async fn lives(
    app: &App,
    transaction: &DatabaseTransaction,
    cases: &[Case<'_>],
    screened: &[Result<Timing>],
) -> Result<HashMap<EmployeeId, WorkingLife>> {
    let on_duty = cases.iter().zip(screened).filter_map(|(case, timing)| match (case.entry.attempt.occasion, timing) {
        (Occasion::Workday(_), Ok(timing)) => Some((Placed::from(case.sending.me), timing.effective_at.date_naive())),
        _ => None,
    });
    let (mut people, days): (Vec<Placed>, Vec<NaiveDate>) = on_duty.unzip();
    people.sort_unstable_by_key(|person| person.employee_id);
    people.dedup_by_key(|person| person.employee_id);
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return Ok(HashMap::new()) };
    lives::lives(app, transaction, &people, &(*first - MARGIN..=*last + MARGIN)).await
}

/// What must be known before judging: whether an attempt that could no longer be recorded is the replay of one that
/// was, and which codes were guessed before.
async fn look_up(
    transaction: &DatabaseTransaction,
    cases: &[Case<'_>],
    screened: &[Result<Timing>],
) -> Result<(WrongCodesOf, HashMap<Key, check_in::Model>)> {
    let (mut doubtful, mut guesses) = (Vec::new(), Vec::new());
    for (case, timing) in cases.iter().zip(screened) {
        match timing.as_ref().map(|timing| judge::guessed(case.sending, case.entry, *timing)) {
            Ok(None) => {}
            Ok(Some(session)) => {
                guesses.push((case.sending.me.id, session));
                doubtful.push(case.key());
            }
            Err(_) => doubtful.push(case.key()),
        }
    }
    let wrong_codes = facts::wrong_codes(transaction, &guesses).await?;
    Ok((wrong_codes, statement::find(transaction, &doubtful).await?))
}
