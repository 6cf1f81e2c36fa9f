//! Where and when somebody serves: the unit that they leave, its roster, and the dates of their service.

use chrono::{Days, NaiveDate};
use entity::ids::EmployeeId;
use entity::{employee, former_placement, former_tenure, roster_entry};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use crate::agency::tenure::{self, Asked, Changed, Tenure};
use crate::app::App;
use crate::attendance::reopening::{self, Whose};
use crate::error::Result;

/// Changes somebody's service; the stretch before a new one is kept, and days that become workdays can be answered.
///
/// # Errors
/// As [`tenure::change`].
pub async fn change(
    app: &App,
    transaction: &DatabaseTransaction,
    before: &employee::Model,
    asked: Asked,
    today: NaiveDate,
) -> Result<Changed> {
    let last_before = match asked.from {
        Some(_) => last_before(transaction, before.id).await?,
        None => None,
    };
    let present = Tenure { from: before.serves_from, until: before.served_until };
    let changed = tenure::change(present, last_before, asked, today)?;
    if let Some(Tenure { from, until: Some(until) }) = changed.former {
        let former = former_tenure::ActiveModel {
            employee_id: Set(before.id),
            serves_from: Set(from),
            served_until: Set(until),
        };
        former_tenure::Entity::insert(former).exec_without_returning(transaction).await?;
    }
    if let Some(days) = changed.bound.clone() {
        reopening::note(app, transaction, Whose::People(vec![before.id]), days).await?;
    }
    Ok(changed)
}

/// The last day of the stretch before the present one.
async fn last_before(db: &impl ConnectionTrait, employee: EmployeeId) -> Result<Option<NaiveDate>> {
    let former = former_tenure::Entity::find()
        .filter(former_tenure::Column::EmployeeId.eq(employee))
        .order_by_desc(former_tenure::Column::ServedUntil);
    Ok(former.one(db).await?.map(|former| former.served_until))
}

/// Keeps where somebody was until yesterday: their workdays up to then are measured by the working hours there. Moved
/// twice in a day, it is the morning's unit that was theirs. From today on its roster is theirs no longer; answers how
/// many shifts that were.
///
/// # Errors
/// When the database does not answer.
pub async fn leave_placement(db: &impl ConnectionTrait, before: &employee::Model, today: NaiveDate) -> Result<u64> {
    let last_on = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let placement = former_placement::ActiveModel {
        employee_id: Set(before.id),
        last_on: Set(last_on),
        agency_id: Set(before.agency_id),
        unit_id: Set(before.unit_id),
    };
    let columns = [former_placement::Column::EmployeeId, former_placement::Column::LastOn];
    former_placement::Entity::insert(placement)
        .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(db)
        .await?;
    leave_roster(db, before.id, last_on).await
}

/// Withdraws the shifts that the roster gives somebody after a day; answers how many.
///
/// # Errors
/// When the database does not answer.
pub async fn leave_roster(db: &impl ConnectionTrait, employee: EmployeeId, last_on: NaiveDate) -> Result<u64> {
    let withdrawn = roster_entry::Entity::delete_many()
        .filter(roster_entry::Column::EmployeeId.eq(employee))
        .filter(roster_entry::Column::WorkdayOn.gt(last_on))
        .exec(db)
        .await?;
    Ok(withdrawn.rows_affected)
}
