//! The days of people as things stand and with a change laid over them, a few hundred people at a time.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike as _, NaiveDate};
use entity::ids::{AgencyId, EmployeeId};
use entity::{employee, former_placement, former_tenure};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Select,
};
use uuid::Uuid;

use super::change::Change;
use super::{ChangedDay, Cuts, Difference, Measured};
use crate::app::App;
use crate::attendance::day::{self, Event, State};
use crate::attendance::duties::Place;
use crate::attendance::lateness::Rule;
use crate::attendance::lives::Placed;
use crate::attendance::months;
use crate::attendance::workday;
use crate::attendance::working_time::{Duty, WorkingLife};
use crate::clock::Instant;
use crate::error::Result;
use crate::id::digest;
use crate::{db, input};

/// People whose days are held in memory at once.
const BATCH: u64 = 200;
/// Changed days that are shown.
const SHOWN: usize = 100;

/// The first day on which anybody served who was ever in the agency, or in any.
pub(super) async fn first_service(app: &App, agency: Option<AgencyId>) -> Result<Option<NaiveDate>> {
    let read = app.db.read();
    let everybody = || people(agency, NaiveDate::MIN).select_only();
    let first: Option<Option<NaiveDate>> =
        everybody().column_as(employee::Column::ServesFrom.min(), "first").into_tuple().one(read).await?;
    let before: Option<Option<NaiveDate>> = former_tenure::Entity::find()
        .select_only()
        .column_as(former_tenure::Column::ServesFrom.min(), "first")
        .filter(former_tenure::Column::EmployeeId.in_subquery(everybody().column(employee::Column::Id).into_query()))
        .into_tuple()
        .one(read)
        .await?;
    Ok(first.flatten().into_iter().chain(before.flatten()).min())
}

/// Who is in the agency, or was on a day or later; without one, everybody.
fn people(agency: Option<AgencyId>, since: NaiveDate) -> Select<employee::Entity> {
    let Some(agency) = agency else { return employee::Entity::find() };
    let moved = former_placement::Entity::find()
        .select_only()
        .column(former_placement::Column::EmployeeId)
        .filter(former_placement::Column::AgencyId.eq(agency))
        .filter(former_placement::Column::LastOn.gte(since.max(input::FIRST_DAY)))
        .into_query();
    employee::Entity::find().filter(
        Condition::any().add(employee::Column::AgencyId.eq(agency)).add(employee::Column::Id.in_subquery(moved)),
    )
}

/// A difference on its way.
pub(super) struct Computing<'a> {
    app: &'a App,
    agency: Option<AgencyId>,
    change: &'a Change,
    days: RangeInclusive<NaiveDate>,
    now: Instant,
    /// The duties of the units under the change.
    laid: HashMap<Place, Arc<Duty>>,
}

impl<'a> Computing<'a> {
    pub(super) fn new(
        app: &'a App,
        agency: Option<AgencyId>,
        change: &'a Change,
        days: RangeInclusive<NaiveDate>,
    ) -> Self {
        Self { app, agency, change, days, now: app.clock.now(), laid: HashMap::new() }
    }

    pub(super) async fn run(mut self) -> Result<Difference> {
        let (app, read) = (self.app, self.app.db.read());
        let mut everybody = people(self.agency, *self.days.start()).order_by_asc(employee::Column::Id).limit(BATCH);
        if let Some(ids) = self.change.people() {
            everybody =
                everybody.filter(db::any_of(app.db.engine(), employee::Column::Id, ids.into_iter().map(Uuid::from)));
        }
        let mut difference = Difference::default();
        let mut seen = digest(&[self.agency.map(|agency| agency.0).unwrap_or_default().as_bytes()]);
        let mut last: Option<EmployeeId> = None;
        loop {
            let batch = match last {
                Some(last) => everybody.clone().filter(employee::Column::Id.gt(last)),
                None => everybody.clone(),
            };
            let batch: Vec<Placed> = batch.all(read).await?.iter().map(Placed::from).collect();
            let Some(end) = batch.last() else { break };
            last = Some(end.employee_id);
            let sheets = months::sheets_where(app, &batch, &self.days, |life| self.concerns(life)).await?;
            for person in &batch {
                let Some(sheet) = sheets.get(&person.employee_id) else { continue };
                seen = self.compare(person.employee_id, &sheet.life, &sheet.events, &mut difference, &seen);
            }
        }
        difference.token = URL_SAFE_NO_PAD.encode(seen);
        Ok(difference)
    }

    /// Whether the change concerns somebody where they were on the days.
    fn concerns(&self, life: &WorkingLife) -> bool {
        let (first, placements) = (*self.days.start(), life.placements.iter());
        let mut since = placements.filter(|(last_on, _)| last_on.is_none_or(|last| first <= last));
        since.any(|(_, duty)| self.change.concerns(duty))
    }

    /// Adds what the change makes of somebody's days; answers the digest of all so far.
    fn compare(
        &mut self,
        employee_id: EmployeeId,
        life: &WorkingLife,
        events: &[Event],
        difference: &mut Difference,
        seen: &[u8],
    ) -> Vec<u8> {
        let changed = self.lay_over(employee_id, life);
        // Where they work the last of the days may not be over yet.
        let yesterday = workday::local_day(life, self.now).pred_opt().unwrap_or_default();
        let days = *self.days.start()..=yesterday.min(*self.days.end());
        let before = Sheet::of(life, events, &days, self.now);
        let after = Sheet::of(&changed, events, &days, self.now);
        difference.before = difference.before + before.cuts;
        difference.after = difference.after + after.cuts;
        let mut told = format!("{employee_id} {:?} {:?}", before.cuts, after.cuts);
        let mut days = 0;
        for ((on, before), (_, after)) in before.days.iter().zip(&after.days).filter(|(a, b)| !a.1.is_same(&b.1)) {
            days += 1;
            let _ = write!(told, " {on} {before} {after}");
            if difference.days.len() < SHOWN {
                let (before, after) = (before.measured(), after.measured());
                difference.days.push(ChangedDay { employee_id, on: *on, before, after });
            }
        }
        difference.changed_days += days;
        difference.changed_employees += i32::from(days > 0);
        digest(&[seen, told.as_bytes()])
    }

    /// The life of somebody under the change.
    fn lay_over(&mut self, employee_id: EmployeeId, life: &WorkingLife) -> WorkingLife {
        let mut life = life.clone();
        for (_, duty) in &mut life.placements {
            let place = (duty.agency_id, duty.units.first().copied());
            *duty = self.laid.entry(place).or_insert_with(|| Arc::new(self.change.over(duty))).clone();
        }
        self.change.roster(employee_id, &mut life.roster);
        life
    }
}

/// What somebody's days come to, without what takes memory.
pub(super) struct Sheet<'a> {
    pub(super) days: Vec<(NaiveDate, Outcome<'a>)>,
    cuts: Cuts,
}

impl<'a> Sheet<'a> {
    pub(super) fn of(life: &'a WorkingLife, events: &[Event], days: &RangeInclusive<NaiveDate>, now: Instant) -> Self {
        let records = day::records(life, events, days.start().iter_days().take_while(|on| on <= days.end()), now);
        let month = |record: &day::DayRecord<'_>| (record.day.on.year(), record.day.on.month());
        let months = records.chunk_by(|a, b| month(a) == month(b)).map(day::totals);
        let cuts = months.map(|totals| Cuts {
            hundredths: totals.hundredths.unwrap_or_default().into(),
            unset: i32::try_from(totals.unset_cuts).unwrap_or(i32::MAX),
        });
        let cuts = cuts.fold(Cuts::default(), |a, b| a + b);
        Self { days: records.iter().map(|record| (record.day.on, Outcome::of(record))).collect(), cuts }
    }
}

/// What a day comes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome<'a> {
    state: State,
    pub(super) minutes_late: Option<i32>,
    minutes_early: Option<i32>,
    pub(super) hundredths: Option<i32>,
    rule: Option<&'a Rule>,
}

impl<'a> Outcome<'a> {
    fn of(record: &day::DayRecord<'a>) -> Self {
        let sum =
            |of: fn(&day::ShiftRecord<'_>) -> Option<i32>| record.shifts.iter().filter_map(of).reduce(|a, b| a + b);
        Self {
            state: record.state(),
            minutes_late: sum(|shift| shift.assessment.minutes_late),
            minutes_early: sum(|shift| shift.assessment.minutes_early),
            hundredths: record.hundredths(),
            rule: record.shifts.iter().find_map(|shift| shift.rule),
        }
    }

    /// Whether two come to the same, by whichever rule.
    fn is_same(&self, other: &Outcome<'_>) -> bool {
        let values = |of: &Outcome<'_>| (of.state, of.minutes_late, of.minutes_early, of.hundredths);
        values(self) == values(other)
    }

    fn measured(&self) -> Measured {
        Measured {
            state: self.state,
            minutes_late: self.minutes_late,
            minutes_early: self.minutes_early,
            hundredths: self.hundredths,
            rule: self.rule.map(|rule| rule.row.clone()),
        }
    }
}

/// For the digest.
impl std::fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?} {:?}", self.state, self.minutes_late, self.minutes_early, self.hundredths)
    }
}
