//! What lies behind the first start: each city's rule of lateness, and the workdays of those who have a password, as
//! `past.csv` tells them. They are judged as a phone's check-ins are.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use entity::check_in::{self, Direction, Verdict};
use entity::ids::{AgencyId, DeviceId, EmployeeId};
use entity::{RequestStatus, check_in_review, correction, device, employee, lateness_adoption, lateness_rule};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::files::{City, PastEntry};
use super::rows;
use crate::app::App;
use crate::attendance::attempt::{Attempt, Entry, Occasion, Sending};
use crate::attendance::facts::WrongCodesOf;
use crate::attendance::lives::{self, Placed};
use crate::attendance::review;
use crate::attendance::rules::{Fence, Location};
use crate::attendance::working_time::WorkingLife;
use crate::attendance::{judge, workday};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::digest;
use crate::policy::Employment;

/// So far before the first start the past begins.
const BEGINS: Days = Days::new(21);
/// Rows that a statement writes.
const ROWS: usize = 500;

/// Writes what is missing: on the first start the past, on a later one the days since. A day on which somebody has
/// checked in is left as it is.
pub(super) async fn load(app: &App, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let transaction = app.db.begin().await?;
    adopt(app, &transaction, agencies).await?;
    // Read anew: the working hours may be younger than what is remembered.
    app.duties.forget();
    let mut found = Past::default();
    for (city, agency_id) in agencies {
        for person in people(app, &transaction, city, *agency_id).await? {
            found.of(app, city, &person)?;
        }
    }
    found.write(&transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Lets each city choose its rule of lateness, and the people of its past have come before. A city that has chosen one
/// already has its past.
async fn adopt(app: &App, transaction: &DatabaseTransaction, agencies: &[(&City, AgencyId)]) -> Result<()> {
    let chosen: Vec<AgencyId> = lateness_adoption::Entity::find()
        .select_only()
        .column(lateness_adoption::Column::AgencyId)
        .filter(lateness_adoption::Column::AgencyId.is_in(agencies.iter().map(|(_, agency_id)| *agency_id)))
        .into_tuple()
        .all(transaction)
        .await?;
    let rules = lateness_rule::Entity::find().filter(lateness_rule::Column::AgencyId.is_null()).all(transaction);
    let rules = rules.await?;
    let now = app.clock.now();
    let mut adoptions = Vec::new();
    for (city, agency_id) in agencies.iter().filter(|(_, agency_id)| !chosen.contains(agency_id)) {
        let begins = now.with_timezone(&city.zone).date_naive() - BEGINS;
        let rule = rules.iter().find(|rule| rule.name == city.place.lateness_rule);
        let rule = rule.ok_or_else(|| {
            Error::internal(format!("demo/cities.csv: no rule of lateness {}", city.place.lateness_rule))
        })?;
        adoptions.push(lateness_adoption::ActiveModel {
            id: Set(app.ids.new_id(now)),
            agency_id: Set(*agency_id),
            version: Set(1),
            rule_id: Set(Some(rule.id)),
            citation: Set(city.place.lateness_citation.clone()),
            valid_from: Set(begins),
            valid_until: Set(None),
            created_at: Set(now),
        });
        employee::Entity::update_many()
            .col_expr(employee::Column::CreatedAt, Expr::value(instant(city.zone, begins.and_time(NaiveTime::MIN))))
            .col_expr(employee::Column::ServesFrom, Expr::value(begins))
            .filter(employee::Column::AgencyId.eq(*agency_id))
            .filter(employee::Column::SourceId.is_in(city.past.iter().map(|entry| &entry.employee_source_id)))
            .exec(transaction)
            .await?;
    }
    rows::write(transaction, adoptions).await
}

/// Somebody with a past.
struct Person<'a> {
    me: Employment,
    device_id: DeviceId,
    life: WorkingLife,
    /// How it usually goes.
    usual: &'a PastEntry,
    /// The workdays on which it went otherwise.
    otherwise: Vec<&'a PastEntry>,
    /// The days on which they have checked in.
    known: HashSet<NaiveDate>,
}

async fn people<'a>(
    app: &App,
    transaction: &DatabaseTransaction,
    city: &'a City,
    agency_id: AgencyId,
) -> Result<Vec<Person<'a>>> {
    let rows = employee::Entity::find()
        .filter(employee::Column::AgencyId.eq(agency_id))
        .filter(employee::Column::SourceId.is_in(city.past.iter().map(|entry| &entry.employee_source_id)))
        .filter(employee::Column::AccountId.is_not_null())
        .filter(employee::Column::IsActive.eq(true))
        .all(transaction)
        .await?;
    let now = app.clock.now();
    let first = rows.iter().map(|row| row.serves_from).min().unwrap_or(now.date_naive());
    let placed: Vec<Placed> = rows.iter().map(Placed::from).collect();
    let days = first - Days::new(2)..=now.date_naive() + Days::new(2);
    let mut lives = lives::lives(app, transaction, &placed, &days).await?;
    let mut known = known(transaction, &placed).await?;
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let of = |entry: &&PastEntry| Some(&entry.employee_source_id) == row.source_id.as_ref();
        let (usual, otherwise): (Vec<_>, Vec<_>) =
            city.past.iter().filter(of).partition(|entry| entry.workday.is_none());
        let (Some(usual), Some(life)) = (usual.first(), lives.remove(&row.id)) else { continue };
        let me = Employment {
            id: row.id,
            agency_id,
            unit_id: row.unit_id,
            kind: row.employment,
            serves_from: row.serves_from,
            supervisor_id: row.supervisor_id,
        };
        let device_id = phone(app, transaction, &row).await?;
        let known = known.remove(&row.id).unwrap_or_default();
        people.push(Person { me, device_id, life, usual, otherwise, known });
    }
    Ok(people)
}

/// The days on which people have checked in to duty.
async fn known(
    transaction: &DatabaseTransaction,
    people: &[Placed],
) -> Result<HashMap<EmployeeId, HashSet<NaiveDate>>> {
    let days: Vec<(EmployeeId, NaiveDate)> = check_in::Entity::find()
        .select_only()
        .columns([check_in::Column::EmployeeId, check_in::Column::WorkdayOn])
        .filter(check_in::Column::EmployeeId.is_in(people.iter().map(|person| person.employee_id)))
        .filter(check_in::Column::WorkdayOn.is_not_null())
        .distinct()
        .into_tuple()
        .all(transaction)
        .await?;
    let mut known = HashMap::<EmployeeId, HashSet<NaiveDate>>::new();
    for (employee, on) in days {
        known.entry(employee).or_default().insert(on);
    }
    Ok(known)
}

/// The phone of somebody's past, on which nobody is logged in.
async fn phone(app: &App, transaction: &DatabaseTransaction, owner: &employee::Model) -> Result<DeviceId> {
    let account_id = owner.account_id.ok_or_else(|| Error::internal("a past without an account"))?;
    let installation_id = uuid(&[b"phone", owner.id.0.as_bytes()]);
    let known = device::Entity::find()
        .filter(device::Column::AccountId.eq(account_id))
        .filter(device::Column::InstallationId.eq(installation_id))
        .one(transaction)
        .await?;
    if let Some(known) = known {
        return Ok(known.id);
    }
    let now = app.clock.now();
    let row = device::ActiveModel {
        id: Set(app.ids.new_id(now)),
        account_id: Set(account_id),
        installation_id: Set(installation_id),
        name: Set("Ponsel demo".to_owned()),
        created_at: Set(owner.created_at),
        last_seen_at: Set(now),
        expires_at: Set(now),
        revoked_at: Set(Some(now)),
    };
    Ok(row.insert(transaction).await?.id)
}

/// What is to be written.
#[derive(Default)]
struct Past {
    check_ins: Vec<check_in::Model>,
    reviews: Vec<check_in_review::Model>,
    corrections: Vec<correction::Model>,
}

impl Past {
    /// The days of a person up to yesterday that have nothing yet.
    fn of(&mut self, app: &App, city: &City, person: &Person<'_>) -> Result<()> {
        let life = &person.life;
        let is_workday = |on: &NaiveDate| !life.day(*on).shifts.is_empty();
        let serves_from = person.me.serves_from;
        let first_start = serves_from + BEGINS;
        let before: Vec<NaiveDate> =
            serves_from.iter_days().take_while(|on| *on < first_start).filter(is_workday).collect();
        let today = workday::local_day(life, app.clock.now());
        let past = serves_from.iter_days().take_while(|on| *on < today).filter(is_workday);
        for on in past.filter(|on| !person.known.contains(on)) {
            // The last workday before the first start is -1.
            let back = before.iter().rev().position(|day| *day == on).and_then(|place| i64::try_from(place).ok());
            let otherwise =
                back.and_then(|back| person.otherwise.iter().find(|entry| entry.workday == Some(-1 - back)));
            let (entry, hours) = match otherwise {
                Some(entry) => (*entry, [entry.came, entry.went]),
                None => (person.usual, about(person.usual, on)),
            };
            for (direction, time) in [Direction::In, Direction::Out].into_iter().zip(hours) {
                if let Some(time) = time {
                    self.check_in(app, person, direction, instant(city.zone, on.and_time(time)), entry)?;
                }
            }
            if let (Some(asked), Some(reason)) = (entry.asks_for, &entry.reason) {
                let direction = if entry.came.is_none() { Direction::In } else { Direction::Out };
                let at = instant(city.zone, on.and_time(asked));
                self.corrections.push(asked_for(app, person, direction, (on, at), reason));
            }
        }
        Ok(())
    }

    fn check_in(
        &mut self,
        app: &App,
        person: &Person<'_>,
        direction: Direction,
        at: Instant,
        entry: &PastEntry,
    ) -> Result<()> {
        let day = at.date_naive().to_string();
        let seed = digest(&[b"fix", entry.employee_source_id.as_bytes(), day.as_bytes(), &[direction as u8]]);
        let fence = person.life.duty(at.date_naive()).fences.first().filter(|_| !entry.is_without_location);
        let attempt = Attempt {
            idempotency_key: uuid(&[b"past", person.me.id.0.as_bytes(), day.as_bytes(), &[direction as u8]]),
            occasion: Occasion::Workday(direction),
            captured_at: at,
            location: fence.map(|fence| near(fence, &seed)),
            venue_code: None,
        };
        let entry = Entry { id: app.ids.new_id(at), payload_hash: attempt.payload_hash(), attempt };
        let sending = Sending {
            me: person.me,
            device_id: person.device_id,
            sent_at: at,
            received_at: at,
            classes: HashMap::new(),
            entries: Vec::new(),
        };
        let timing = judge::screen(&sending, &entry)?;
        let judged = judge::judge(&sending, &entry, timing, Some(&person.life), &mut WrongCodesOf::new())?;
        if judged.verdict == Verdict::NeedsReview {
            self.reviews.push(review::open(app, &judged, "[]".to_owned()));
        }
        self.check_ins.push(judged);
        Ok(())
    }

    async fn write(self, transaction: &DatabaseTransaction) -> Result<()> {
        write(transaction, self.check_ins).await?;
        write(transaction, self.reviews).await?;
        let keys = self.corrections.iter().map(|row| row.idempotency_key);
        let known = correction::Entity::find().filter(correction::Column::IdempotencyKey.is_in(keys));
        let known: HashSet<Uuid> = known.all(transaction).await?.iter().map(|row| row.idempotency_key).collect();
        let missing = self.corrections.into_iter().filter(|row| !known.contains(&row.idempotency_key));
        write(transaction, missing.collect()).await
    }
}

async fn write<M, A>(transaction: &DatabaseTransaction, rows: Vec<M>) -> Result<()>
where
    M: IntoActiveModel<A> + Clone,
    A: ActiveModelTrait + Send,
{
    for part in rows.chunks(ROWS) {
        rows::write(transaction, part.iter().cloned().map(IntoActiveModel::into_active_model).collect()).await?;
    }
    Ok(())
}

/// The usual hours as they were on a day: up to nine minutes earlier and later, the same on every load.
fn about(usual: &PastEntry, on: NaiveDate) -> [Option<NaiveTime>; 2] {
    let seed = digest(&[b"hours", usual.employee_source_id.as_bytes(), on.to_string().as_bytes()]);
    let minutes = |place: usize| TimeDelta::minutes(seed.get(place).map_or(0, |byte| i64::from(byte % 10)));
    let earlier = |time: NaiveTime| time.overflowing_sub_signed(minutes(0)).0;
    let later = |time: NaiveTime| time.overflowing_add_signed(minutes(1)).0;
    [usual.came.map(earlier), usual.went.map(later)]
}

/// A fix some metres from the middle of a fence: no two are the same.
fn near(fence: &Fence, seed: &[u8]) -> Location {
    let offset = |place: usize| {
        let bytes = [seed[place], seed[place + 1]].map(f64::from);
        (bytes[0] + bytes[1] / 256.0 - 128.0) * 1e-6
    };
    Location {
        latitude: fence.latitude + offset(0),
        longitude: fence.longitude + offset(2),
        accuracy_meters: Some(8.0),
        is_mocked: false,
    }
}

/// A request that nobody has decided over, made on the next morning.
fn asked_for(
    app: &App,
    person: &Person<'_>,
    direction: Direction,
    (on, at): (NaiveDate, Instant),
    reason: &str,
) -> correction::Model {
    let requested_at = at + TimeDelta::hours(16);
    let day = on.to_string();
    let payload_hash = digest(&[b"correction", person.me.id.0.as_bytes(), day.as_bytes(), reason.as_bytes()]);
    correction::Model {
        id: app.ids.new_id(requested_at),
        agency_id: person.me.agency_id,
        employee_id: person.me.id,
        workday_on: on,
        shift_id: person.life.day(on).shifts.first().map(|shift| shift.shift.id),
        direction,
        happened_at: at,
        reason: reason.to_owned(),
        evidence: None,
        status: RequestStatus::Requested,
        idempotency_key: uuid(&[b"correction", &payload_hash]),
        payload_hash,
        requested_at,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        revoked_by: None,
        revoked_at: None,
        revocation_note: None,
    }
}

/// The same for the same parts.
fn uuid(parts: &[&[u8]]) -> Uuid {
    Uuid::from_bytes(digest(parts).first_chunk::<16>().copied().unwrap_or_default())
}

fn instant(zone: Tz, local: NaiveDateTime) -> Instant {
    zone.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |at| at.to_utc())
}
