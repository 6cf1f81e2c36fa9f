//! The pass behind the write path: it follows the check-ins in the order of their ids and writes what it finds.
//!
//! It takes no lock that the write path waits for: it changes only rows that were committed before, reads on SQLite
//! before it writes, and writes little at a time. Reviews are locked before check-ins, as by people's decisions.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use entity::check_in::{self, Verdict};
use entity::check_in_review::{self, Status};
use entity::check_in_trace;
use entity::ids::{CheckInId, CheckInReviewId};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::finding::{self, Finding};
use super::rules::{self, Found, Thresholds};
use super::{position, traces, verdict_changed};
use crate::app::App;
use crate::attendance::rules::Reason;
use crate::db;
use crate::error::Result;
use crate::id::first_of;

/// Check-ins that a step looks at.
const STEP: u64 = 500;
/// Rows that a statement writes at most.
const ROWS: usize = 500;
/// So far behind now the pass stays, so that no check-in with an earlier id is committed behind its back: an id is made
/// when a check-in is received, which waits a few seconds at most for its transaction, and two servers' clocks may
/// differ by some more.
pub const SETTLED: TimeDelta = TimeDelta::seconds(60);

/// Looks at the next check-ins; says whether there may be more.
///
/// # Errors
/// When the database does not answer.
pub async fn step(app: &App) -> Result<bool> {
    if app.db.engine() == DbBackend::Postgres {
        let transaction = app.db.begin().await?;
        let Some(from) = position::take(&transaction, position::REVIEW).await? else { return Ok(false) };
        match Work::find(app, &transaction, from).await? {
            Some(work) => work.write(app, transaction).await,
            None => Ok(false),
        }
    } else {
        let from = position::read(app.db.read(), position::REVIEW).await?;
        match Work::find(app, app.db.read(), from).await? {
            Some(work) => work.write(app, app.db.begin().await?).await,
            None => Ok(false),
        }
    }
}

/// What a step has to write.
struct Work {
    from: Uuid,
    to: Uuid,
    is_full: bool,
    traces: Vec<check_in_trace::Model>,
    /// Reviews to open.
    opened: Vec<check_in_review::Model>,
    /// Open reviews in which more was found: before and after.
    extended: Vec<(check_in_review::Model, String)>,
    /// Check-ins as they were, with the reasons that they have now.
    changed: Vec<(check_in::Model, String)>,
}

impl Work {
    async fn find(app: &App, db: &impl ConnectionTrait, from: Uuid) -> Result<Option<Self>> {
        let check_ins = check_in::Entity::find()
            .filter(check_in::Column::Id.gt(from))
            .filter(check_in::Column::Id.lt(first_of(app.clock.now() - SETTLED)))
            .order_by_asc(check_in::Column::Id)
            .limit(STEP)
            .all(db)
            .await?;
        let Some(last) = check_ins.last() else { return Ok(None) };
        let mut work = Self {
            from,
            to: last.id.0,
            is_full: check_ins.len() as u64 == STEP,
            traces: Vec::new(),
            opened: Vec::new(),
            extended: Vec::new(),
            changed: Vec::new(),
        };
        let thresholds = traces::thresholds(app, db, &check_ins).await?;
        let devices = traces::devices(app, db, &check_ins).await?;
        work.traces = check_ins.iter().map(|row| traces::trace(row, &devices)).collect::<Result<_>>()?;
        let around = traces::with_those_around(app, db, &work.traces, &thresholds).await?;
        let mut found = rules::find(&around, &thresholds);
        let late = late(&check_ins, &thresholds);
        let spoken = traces::spoken(app, db, &late, &devices).await?;
        found.extend(late.into_iter().filter(|row| is_held_back(row, &thresholds, &spoken)).map(held_back));
        let mut by_check_in: BTreeMap<CheckInId, Vec<Found>> = check_ins
            .iter()
            .filter(|check_in| check_in.verdict == Verdict::NeedsReview)
            .map(|check_in| (check_in.id, Vec::new()))
            .collect();
        for one in found {
            by_check_in.entry(one.check_in_id).or_default().push(one);
        }
        work.plan(app, db, check_ins, &by_check_in).await?;
        Ok(Some(work))
    }

    /// What follows from what was found: nothing where somebody has decided, or where the write path has rejected.
    async fn plan(
        &mut self,
        app: &App,
        db: &impl ConnectionTrait,
        check_ins: Vec<check_in::Model>,
        by_check_in: &BTreeMap<CheckInId, Vec<Found>>,
    ) -> Result<()> {
        let engine = app.db.engine();
        let here: HashSet<CheckInId> = check_ins.iter().map(|row| row.id).collect();
        let elsewhere = by_check_in.keys().filter(|id| !here.contains(id)).map(|id| id.0);
        let elsewhere = check_in::Entity::find().filter(db::any_of(engine, check_in::Column::Id, elsewhere)).all(db);
        let mut targets: HashMap<CheckInId, check_in::Model> =
            check_ins.into_iter().chain(elsewhere.await?).map(|row| (row.id, row)).collect();
        let wanted = by_check_in.keys().map(|id| id.0);
        let reviews = check_in_review::Entity::find()
            .filter(db::any_of(engine, check_in_review::Column::CheckInId, wanted))
            .all(db)
            .await?;
        let mut reviews: HashMap<CheckInId, check_in_review::Model> =
            reviews.into_iter().map(|row| (row.check_in_id, row)).collect();
        for (id, found) in by_check_in {
            let Some(check_in) = targets.remove(id) else { continue };
            match reviews.remove(id) {
                Some(review) if review.status == Status::Decided => continue,
                Some(review) => {
                    let findings = findings(finding::read(&review.findings)?, found)?;
                    if findings != review.findings {
                        self.extended.push((review, findings));
                    }
                }
                None if check_in.verdict == Verdict::Rejected => continue,
                None => self.opened.push(open(app, &check_in, findings(Vec::new(), found)?)),
            }
            let reasons = with_reasons(&check_in.reasons, found);
            if check_in.verdict != Verdict::Rejected && reasons != check_in.reasons {
                self.changed.push((check_in, reasons));
            }
        }
        Ok(())
    }

    async fn write(self, app: &App, transaction: DatabaseTransaction) -> Result<bool> {
        if !position::advance(&transaction, position::REVIEW, self.from, self.to).await? {
            return Ok(true);
        }
        for part in self.traces.chunks(ROWS) {
            let rows = part.iter().cloned().map(check_in_trace::ActiveModel::from);
            check_in_trace::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
        }
        for (review, findings) in &self.extended {
            check_in_review::Entity::update_many()
                .col_expr(check_in_review::Column::Findings, Expr::value(findings))
                .filter(check_in_review::Column::Id.eq(review.id))
                .filter(check_in_review::Column::Status.eq(Status::Open))
                .exec(&transaction)
                .await?;
        }
        // Where somebody opened one meanwhile, by a decision or a dispute, it stays as it is.
        let known = OnConflict::column(check_in_review::Column::CheckInId).do_nothing().to_owned();
        for part in self.opened.chunks(ROWS) {
            let rows = part.iter().cloned().map(check_in_review::ActiveModel::from);
            let insert = check_in_review::Entity::insert_many(rows).on_conflict(known.clone());
            insert.exec_without_returning(&transaction).await?;
        }
        let changed = self.turn(app, &transaction).await?;
        transaction.commit().await?;
        verdict_changed(app, &changed);
        Ok(self.is_full)
    }

    /// Gives check-ins their reasons; answers those whose verdict changed. What somebody changed since it was read is
    /// left alone.
    async fn turn(&self, app: &App, transaction: &DatabaseTransaction) -> Result<Vec<check_in::Model>> {
        let mut alike: BTreeMap<(bool, &str, &str), Vec<&check_in::Model>> = BTreeMap::new();
        for (check_in, reasons) in &self.changed {
            let is_accepted = check_in.verdict == Verdict::Accepted;
            alike.entry((is_accepted, &check_in.reasons, reasons)).or_default().push(check_in);
        }
        let mut turned = Vec::new();
        for ((is_accepted, before, after), check_ins) in alike {
            let verdict = if is_accepted { Verdict::Accepted } else { Verdict::NeedsReview };
            for part in check_ins.chunks(ROWS) {
                let ids = part.iter().map(|check_in| check_in.id.0);
                check_in::Entity::update_many()
                    .col_expr(check_in::Column::Verdict, Expr::value(Verdict::NeedsReview))
                    .col_expr(check_in::Column::Reasons, Expr::value(after))
                    .filter(db::any_of(app.db.engine(), check_in::Column::Id, ids))
                    .filter(check_in::Column::Verdict.eq(verdict))
                    .filter(check_in::Column::Reasons.eq(before))
                    .exec(transaction)
                    .await?;
            }
            turned.extend(check_ins.into_iter().filter(|_| is_accepted).map(|check_in| check_in::Model {
                verdict: Verdict::NeedsReview,
                reasons: after.to_owned(),
                ..check_in.clone()
            }));
        }
        Ok(turned)
    }
}

/// A review of a check-in with what was found.
pub(crate) fn open(app: &App, check_in: &check_in::Model, findings: String) -> check_in_review::Model {
    let now = app.clock.now();
    check_in_review::Model {
        id: app.ids.new_id::<CheckInReviewId>(now),
        check_in_id: check_in.id,
        agency_id: check_in.agency_id,
        employee_id: check_in.employee_id,
        course_session_id: check_in.course_session_id,
        status: Status::Open,
        findings,
        opened_at: now,
        statement: None,
        stated_at: None,
        dispute: None,
        disputed_at: None,
        decision: None,
        decided_by: None,
        decided_at: None,
        note: None,
    }
}

fn findings(mut findings: Vec<Finding>, found: &[Found]) -> Result<String> {
    for one in found {
        finding::add(&mut findings, one);
    }
    finding::write(&findings)
}

fn with_reasons(reasons: &str, found: &[Found]) -> String {
    let mut reasons = Reason::split(reasons);
    for one in found {
        if !reasons.contains(&one.kind) {
            reasons.push(one.kind);
        }
    }
    Reason::join(&reasons)
}

/// The check-ins that came so late that it is worth a look.
fn late<'a>(check_ins: &'a [check_in::Model], thresholds: &Thresholds) -> Vec<&'a check_in::Model> {
    let minutes = |row: &check_in::Model| thresholds.of(row.agency_id).late_minutes;
    let is_late = |row: &&check_in::Model| row.received_at - row.effective_at > TimeDelta::minutes(minutes(row).into());
    check_ins.iter().filter(is_late).collect()
}

fn is_held_back(
    check_in: &check_in::Model,
    thresholds: &Thresholds,
    spoken: &HashMap<entity::ids::DeviceId, Vec<crate::clock::Instant>>,
) -> bool {
    let minutes = thresholds.of(check_in.agency_id).late_minutes;
    let spoken = spoken.get(&check_in.device_id).into_iter().flatten().copied();
    rules::is_late_send(check_in.effective_at, check_in.received_at, minutes, spoken)
}

fn held_back(check_in: &check_in::Model) -> Found {
    Found::new(check_in.id, Reason::LateSend, Vec::new())
}
