//! What people do with a check-in that is to be reviewed: decide, once; dispute, once; decide after that, as somebody
//! else. What its owner says before anybody has decided is no dispute yet.
//!
//! The review is locked before the check-in is read: whoever changes a verdict behind the write path holds its review.

use entity::check_in::{self, Verdict};
use entity::check_in_review::{self, Decision, Status};
use entity::ids::{AccountId, CheckInId, EmployeeId};
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
};

use super::{finding, pass, verdict_changed};
use crate::app::App;
use crate::attendance::reopening::{self, Whose};
use crate::attendance::requests::{self, asking};
use crate::attendance::schema::review::{DisputeCheckInInput, ReviewCheckInInput};
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::graphql::rows;
use crate::policy::{self, Actor};
use crate::problem::Problem;
use crate::text;

/// Characters of a note or of a dispute at most.
const MAX_TEXT: usize = 1_000;

/// Decides whether a check-in counts. A decision that is sent again changes nothing.
///
/// # Errors
/// What `ReviewCheckInErrorCode` names.
pub async fn review(app: &App, actor: &Actor, input: ReviewCheckInInput) -> Result<check_in_review::Model> {
    let by = actor.person()?.account_id;
    let decision = Decision::from(input.decision);
    let note = input.note.map(|note| text::paragraphs("note", &note, MAX_TEXT)).transpose()?;
    let transaction = app.db.begin().await?;
    let seen = rows::named::<CheckInId>(&transaction, actor, "checkInId", &input.check_in_id).await?;
    policy::require_another(actor, seen.employee_id)?;
    if decision == Decision::Rejected && note.is_none() {
        return Err(Error::at("note", Problem::Blank));
    }
    if seen.verdict == Verdict::NeedsReview {
        open(app, &transaction, &seen).await?;
    }
    let review = locked(&transaction, seen.id).await?.ok_or_else(|| Error::refused(Problem::AlreadyDecided))?;
    if is_same(&review, by, decision, note.as_deref()) {
        return Ok(review);
    }
    may_decide(&review, by).map_err(Error::refused)?;
    let mut row = review.into_active_model();
    row.status = Set(Status::Decided);
    row.decision = Set(Some(decision));
    row.decided_by = Set(Some(by));
    row.decided_at = Set(Some(app.clock.now()));
    row.note = Set(note);
    let review = row.update(&transaction).await?;
    let verdict = match decision {
        Decision::Accepted => Verdict::Accepted,
        Decision::Rejected => Verdict::Rejected,
    };
    let turned = turn(&transaction, seen.id, verdict).await?;
    if let Some(on) = seen.workday_on.filter(|_| decision == Decision::Rejected) {
        reopening::note(app, &transaction, Whose::People(vec![seen.employee_id]), on..=on).await?;
    }
    let entry = Entry::new("CHECK_IN_REVIEWED", review.check_in_id)
        .id("employee", review.employee_id)
        .word("decision", decision)
        .text("note", review.note.as_deref().unwrap_or_default());
    audit::append(&transaction, app, Some(by), Some(review.agency_id), entry).await?;
    transaction.commit().await?;
    verdict_changed(app, turned.as_slice());
    Ok(review)
}

/// Says what speaks against a verdict. Of a check-in that waits it is a statement for whoever decides, which may be
/// replaced until then. Of one that does not count it is the one appeal: somebody has to decide, and somebody else than
/// before. The same words again change nothing.
///
/// # Errors
/// What `DisputeCheckInErrorCode` names.
pub async fn dispute(app: &App, actor: &Actor, input: DisputeCheckInInput) -> Result<check_in_review::Model> {
    let me = actor.person()?.employment()?;
    let reason = text::paragraphs("reason", &input.reason, MAX_TEXT)?;
    let transaction = app.db.begin().await?;
    let seen = rows::named::<CheckInId>(&transaction, actor, "checkInId", &input.check_in_id).await?;
    if seen.employee_id != me.id {
        return Err(Error::refused(Problem::Forbidden));
    }
    asking(&transaction, me.id).await?;
    open(app, &transaction, &seen).await?;
    let review = locked(&transaction, seen.id).await?.ok_or_else(|| Error::internal("a review that was opened"))?;
    let verdict = present(&transaction, seen.id).await?.verdict;
    let said = if verdict == Verdict::NeedsReview { &review.statement } else { &review.dispute };
    if said.as_ref() == Some(&reason) {
        return Ok(review);
    }
    match verdict {
        _ if review.dispute.is_some() => return Err(Error::refused(Problem::AlreadyDisputed)),
        Verdict::Accepted => return Err(Error::refused(Problem::NotDisputable)),
        Verdict::NeedsReview => {}
        Verdict::Rejected => {
            requests::require_room(open_disputes(&transaction, me.id).await?, requests::OPEN_DISPUTES)?;
        }
    }
    let mut row = review.into_active_model();
    if verdict == Verdict::NeedsReview {
        (row.statement, row.stated_at) = (Set(Some(reason)), Set(Some(app.clock.now())));
    } else {
        row.status = Set(Status::Open);
        (row.dispute, row.disputed_at) = (Set(Some(reason)), Set(Some(app.clock.now())));
    }
    let review = row.update(&transaction).await?;
    transaction.commit().await?;
    Ok(review)
}

/// Whether this person decides this review.
fn may_decide(review: &check_in_review::Model, by: AccountId) -> std::result::Result<(), Problem> {
    match (review.status, review.decided_by) {
        (Status::Decided, _) => Err(Problem::AlreadyDecided),
        (Status::Open, Some(before)) if before == by => Err(Problem::DecidedBySelf),
        (Status::Open, _) => Ok(()),
    }
}

fn is_same(review: &check_in_review::Model, by: AccountId, decision: Decision, note: Option<&str>) -> bool {
    review.status == Status::Decided
        && review.decided_by == Some(by)
        && review.decision == Some(decision)
        && review.note.as_deref() == note
}

/// Sees to it that a check-in has a review.
async fn open(app: &App, transaction: &DatabaseTransaction, check_in: &check_in::Model) -> Result<()> {
    let review = pass::open(app, check_in, finding::write(&[])?);
    check_in_review::Entity::insert(review.into_active_model())
        .on_conflict(OnConflict::column(check_in_review::Column::CheckInId).do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

async fn locked(transaction: &DatabaseTransaction, check_in: CheckInId) -> Result<Option<check_in_review::Model>> {
    let review = check_in_review::Entity::find().filter(check_in_review::Column::CheckInId.eq(check_in));
    Ok(review.lock(LockType::NoKeyUpdate).one(transaction).await?)
}

async fn present(transaction: &DatabaseTransaction, id: CheckInId) -> Result<check_in::Model> {
    let check_in = check_in::Entity::find_by_id(id).one(transaction).await?;
    check_in.ok_or_else(|| Error::internal("a check-in that was there"))
}

/// How many disputes of somebody nobody has decided.
async fn open_disputes(transaction: &DatabaseTransaction, employee: EmployeeId) -> Result<usize> {
    let open = check_in_review::Entity::find()
        .filter(check_in_review::Column::EmployeeId.eq(employee))
        .filter(check_in_review::Column::Status.eq(Status::Open))
        .filter(check_in_review::Column::Dispute.is_not_null());
    Ok(usize::try_from(open.count(transaction).await?).unwrap_or(usize::MAX))
}

/// Gives a check-in its verdict; answers it where that is another one. Its reasons stay.
async fn turn(transaction: &DatabaseTransaction, id: CheckInId, verdict: Verdict) -> Result<Option<check_in::Model>> {
    let before = present(transaction, id).await?;
    let turned = check_in::Entity::update_many()
        .col_expr(check_in::Column::Verdict, Expr::value(verdict))
        .filter(check_in::Column::Id.eq(id))
        .filter(check_in::Column::Verdict.eq(before.verdict))
        .filter(check_in::Column::Verdict.ne(verdict))
        .exec(transaction)
        .await?;
    Ok((turned.rows_affected == 1).then_some(check_in::Model { verdict, ..before }))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_decides_once_and_after_a_dispute_another() {
        let (one, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let mut review = check_in_review::Model {
            id: Uuid::nil().into(),
            check_in_id: Uuid::nil().into(),
            agency_id: Uuid::nil().into(),
            employee_id: Uuid::nil().into(),
            course_session_id: None,
            status: Status::Open,
            findings: "[]".to_owned(),
            opened_at: crate::clock::Instant::UNIX_EPOCH,
            statement: None,
            stated_at: None,
            dispute: None,
            disputed_at: None,
            decision: None,
            decided_by: None,
            decided_at: None,
            note: None,
        };
        assert_eq!(may_decide(&review, one), Ok(()));
        (review.status, review.decided_by) = (Status::Decided, Some(one));
        assert_eq!(may_decide(&review, one), Err(Problem::AlreadyDecided));
        assert_eq!(may_decide(&review, other), Err(Problem::AlreadyDecided));
        review.status = Status::Open;
        assert_eq!(may_decide(&review, one), Err(Problem::DecidedBySelf));
        assert_eq!(may_decide(&review, other), Ok(()));
    }
}
