//! A group of attempts: judged, written and committed together; or apart, where one of them spoils it for all.

use std::collections::HashMap;
use std::ops::Range;

use entity::check_in;
use entity::ids::EmployeeId;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::statement;
use crate::attendance::attempt::{Entry, Recorded, Sending};
use crate::attendance::facts;
use crate::attendance::judge::{self, WrongCodesOf};
use crate::attendance::rules::Timing;
use crate::db::Db;
use crate::error::{Error, Kind, Result};
use crate::problem::Problem;

/// One attempt of the group.
#[derive(Clone, Copy)]
struct Case<'a> {
    sending: &'a Sending,
    entry: &'a Entry,
}

/// Whose intent: unique for ever.
type Key = (EmployeeId, Uuid);

impl Case<'_> {
    fn key(&self) -> Key {
        (self.sending.me.id, self.entry.attempt.idempotency_key)
    }

    /// The answer to an attempt whose key is taken.
    fn known(&self, check_in: &check_in::Model) -> Result<Recorded> {
        if check_in.payload_hash == self.entry.payload_hash {
            Ok(Recorded { check_in: check_in.clone(), is_replay: true })
        } else {
            Err(Error::at("idempotencyKey", Problem::IdempotencyConflict))
        }
    }
}

/// Records the sendings of a group: one result for each entry, in their order.
///
/// A row that the database does not take is found by halving: everything else is written in some few groups instead
/// of one.
pub(super) async fn record(db: &Db, sendings: &[&Sending]) -> Vec<Result<Recorded>> {
    let entries = |sending: &&'_ Sending| -> Vec<_> { Vec::from_iter(sending.entries.iter()) };
    let cases: Vec<Case<'_>> = sendings
        .iter()
        .flat_map(|sending| entries(sending).into_iter().map(|entry| Case { sending, entry }))
        .collect();
    let mut results = Vec::with_capacity(cases.len());
    let mut open: Vec<Range<usize>> = vec![0..cases.len()];
    while let Some(part) = open.pop() {
        match commit(db, &cases[part.clone()]).await {
            Ok(recorded) => results.extend(recorded),
            Err(error) if part.len() == 1 || matches!(error.kind(), Kind::Unavailable { .. }) => {
                results.extend(part.map(|_| Err(Error::shared(&error))));
            }
            Err(_) => {
                let middle = part.start + part.len() / 2;
                open.extend([middle..part.end, part.start..middle]);
            }
        }
    }
    results
}

/// Writes cases in one transaction.
async fn commit(db: &Db, cases: &[Case<'_>]) -> Result<Vec<Result<Recorded>>> {
    let transaction = db.begin().await?;
    let recorded = write(db, &transaction, cases).await?;
    // What became of a commit that failed, nobody knows: it may be there. The phone asks again, with the same key.
    transaction.commit().await.map_err(|error| Error::unavailable(error))?;
    Ok(recorded)
}

/// What becomes of a case.
enum Place {
    /// It is one of the new rows.
    Fresh(usize),
    /// Its key is that of one of the new rows.
    Twin(usize),
    /// It is answered without a row.
    Answered(Result<Recorded>),
}

async fn write(db: &Db, transaction: &DatabaseTransaction, cases: &[Case<'_>]) -> Result<Vec<Result<Recorded>>> {
    let screened: Vec<Result<Timing>> = cases.iter().map(|case| judge::screen(case.sending, case.entry)).collect();
    let (mut wrong_codes, known) = look_up(db, transaction, cases, &screened).await?;
    let mut fresh: Vec<check_in::Model> = Vec::with_capacity(cases.len());
    let mut first: HashMap<Key, usize> = HashMap::with_capacity(cases.len());
    let mut places = Vec::with_capacity(cases.len());
    for (case, timing) in cases.iter().zip(screened) {
        let key = case.key();
        places.push(if let Some(check_in) = known.get(&key) {
            Place::Answered(case.known(check_in))
        } else if let Some(row) = first.get(&key) {
            Place::Twin(*row)
        } else {
            match timing.and_then(|timing| judge::judge(case.sending, case.entry, timing, &mut wrong_codes)) {
                Ok(check_in) => {
                    first.insert(key, fresh.len());
                    fresh.push(check_in);
                    Place::Fresh(fresh.len() - 1)
                }
                Err(error) => Place::Answered(Err(error)),
            }
        });
    }
    // Those whose key was taken already are not among the written ones.
    let written = statement::insert(transaction, &fresh).await?;
    let taken: Vec<Key> = fresh
        .iter()
        .filter(|row| !written.contains(&row.id))
        .map(|row| (row.employee_id, row.idempotency_key))
        .collect();
    let taken = statement::find(transaction, &taken).await?;
    let answer = |(case, place): (&Case<'_>, Place)| match place {
        Place::Answered(result) => result,
        Place::Fresh(row) | Place::Twin(row) => match (taken.get(&case.key()), &place) {
            (Some(check_in), _) => case.known(check_in),
            (None, Place::Fresh(_)) => Ok(Recorded { check_in: fresh[row].clone(), is_replay: false }),
            (None, _) => case.known(&fresh[row]),
        },
    };
    Ok(cases.iter().zip(places).map(answer).collect())
}

/// What must be known before judging: whether an attempt that could no longer be recorded is the replay of one that
/// was, and the codes that were guessed before.
async fn look_up(
    db: &Db,
    transaction: &DatabaseTransaction,
    cases: &[Case<'_>],
    screened: &[Result<Timing>],
) -> Result<(WrongCodesOf, HashMap<Key, check_in::Model>)> {
    let mut doubtful = Vec::new();
    let mut guesses = Vec::new();
    for (case, timing) in cases.iter().zip(screened) {
        let guessed = timing.as_ref().map(|timing| judge::guessed(case.sending, case.entry, *timing));
        match guessed {
            Ok(None) => continue,
            Ok(Some(session)) => guesses.push((case.sending.me.id, session)),
            Err(_) => {}
        }
        doubtful.push(case.key());
    }
    // Guesses of a person are judged one after the other, in whichever process they arrive.
    let wrong_codes = facts::wrong_codes(transaction, db.engine(), &guesses).await?;
    Ok((wrong_codes, statement::find(transaction, &doubtful).await?))
}
