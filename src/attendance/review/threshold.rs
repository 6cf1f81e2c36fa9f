//! An agency says what makes a pattern of its check-ins remarkable, from a day on.

use std::ops::RangeInclusive;

use chrono::Days;
use entity::ids::AgencyId;
use entity::review_threshold;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _,
};

use crate::agency::rules::local_day;
use crate::agency::service::MAX_NAME;
use crate::app::App;
use crate::attendance::schema::threshold::SetReviewThresholdsInput;
use crate::audit::{self, Entry};
use crate::error::Result;
use crate::graphql::rows;
use crate::policy::{self, Actor};
use crate::{input, text};

/// People with the same coordinates, or on one phone. Nobody alone is several; more are a crowd that nobody overlooks.
const PEOPLE: RangeInclusive<i32> = 2..=20;
/// Days within which the same coordinates are remarkable.
const WITHIN_DAYS: RangeInclusive<i32> = 1..=31;
/// Kilometres an hour: nobody drives as fast as the least, and no airliner flies as fast as the most.
const TRAVEL_KMH: RangeInclusive<i32> = 100..=1_000;
/// Metres: less is within what phones err by.
const TRAVEL_METERS: RangeInclusive<i32> = 500..=50_000;
/// Hours within which one phone is shared.
const DEVICE_HOURS: RangeInclusive<i32> = 1..=168;
/// Minutes by which a check-in is sent late.
const LATE_MINUTES: RangeInclusive<i32> = 5..=1_440;

/// Sets the thresholds of an agency from a day on. What was found before stays found: the day is not past.
///
/// # Errors
/// What `SetReviewThresholdsErrorCode` names.
pub async fn set(app: &App, actor: &Actor, input: SetReviewThresholdsInput) -> Result<review_threshold::Model> {
    let by = actor.person()?.account_id;
    let transaction = app.db.begin().await?;
    let agency = rows::held::<AgencyId>(&transaction, actor, "agencyId", &input.agency_id).await?;
    policy::require_agency(actor, "agencyId", agency.id)?;
    let before = review_threshold::Entity::find()
        .filter(review_threshold::Column::AgencyId.eq(agency.id))
        .order_by_desc(review_threshold::Column::Version)
        .one(&transaction)
        .await?;
    let now = app.clock.now();
    let today = local_day(now, &agency.time_zone);
    let earliest = before.as_ref().map_or(today, |before| before.valid_from.max(today));
    let valid_from = input::within("validFrom", input.valid_from.0, &(earliest..=input::LAST_DAY))?;
    let within_days = input::within("withinDays", input.within_days, &WITHIN_DAYS)?;
    let row = review_threshold::Model {
        id: app.ids.new_id(now),
        agency_id: Some(agency.id),
        version: before.as_ref().map_or(0, |before| before.version) + 1,
        citation: text::name("citation", &input.citation, MAX_NAME)?,
        valid_from,
        valid_until: None,
        identical_people: input::within("identicalPeople", input.identical_people, &PEOPLE)?,
        // More days than there are in the time would never be found.
        identical_days: input::within("identicalDays", input.identical_days, &(2..=within_days + 1))?,
        within_days,
        travel_kmh: input::within("travelKmh", input.travel_kmh, &TRAVEL_KMH)?,
        travel_min_meters: input::within("travelMinMeters", input.travel_min_meters, &TRAVEL_METERS)?,
        device_people: input::within("devicePeople", input.device_people, &PEOPLE)?,
        device_hours: input::within("deviceHours", input.device_hours, &DEVICE_HOURS)?,
        late_minutes: input::within("lateMinutes", input.late_minutes, &LATE_MINUTES)?,
        created_at: now,
    };
    if let Some(before) = before.filter(|before| before.valid_until.is_none_or(|last| last >= valid_from)) {
        let mut before = before.into_active_model();
        before.valid_until = Set(valid_from.checked_sub_days(Days::new(1)));
        before.update(&transaction).await?;
    }
    review_threshold::Entity::insert(row.clone().into_active_model()).exec_without_returning(&transaction).await?;
    let entry = Entry::new("REVIEW_THRESHOLDS_SET", row.id)
        .number("version", row.version)
        .day("validFrom", row.valid_from)
        .text("citation", &row.citation);
    audit::append(&transaction, app, Some(by), Some(agency.id), entry).await?;
    transaction.commit().await?;
    Ok(row)
}
