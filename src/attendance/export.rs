//! The table of a month as CSV, piece by piece: however many people there are, no more than one piece of them is held,
//! and the database is asked for the next only when the one before was taken. `docs/exports.md` tells the columns.

use std::collections::{HashMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

use async_graphql::{EnumType, Name};
use chrono::{NaiveDate, SecondsFormat};
use chrono_tz::Tz;
use entity::ids::{EmployeeId, UnitId};
use entity::{employee, employee_nip, unit};
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::day::{DayRecord, ShiftRecord};
use super::lateness::Grade;
use super::lives::Placed;
use super::months::{self, Sheet};
use crate::agency::loader::units_below;
use crate::agency::rules;
use crate::app::App;
use crate::clock::Instant;
use crate::db;
use crate::error::{Error, Result};
use crate::graphql::scalars::YearMonth;
use crate::policy::{self, Action, Actor};

/// People of a piece.
const PEOPLE: u64 = 50;

/// The columns, in their order.
pub const COLUMNS: [&str; 26] = [
    "employee_id",
    "nip",
    "name",
    "unit",
    "date",
    "time_zone",
    "basis",
    "state",
    "holiday",
    "arrangement",
    "schedule",
    "schedule_citation",
    "schedule_version",
    "shift",
    "shift_starts_at",
    "shift_ends_at",
    "checked_in_at",
    "checked_out_at",
    "minutes_late",
    "minutes_early",
    "is_made_up",
    "late_level",
    "early_level",
    "deduction_percent",
    "rule",
    "rule_version",
];

/// Whose days are written.
#[derive(Debug)]
enum Whose {
    Oneself(EmployeeId),
    Units(HashMap<UnitId, String>),
}

/// A table that is being written.
#[derive(Debug)]
pub struct Export {
    app: Arc<App>,
    actor: Actor,
    whose: Whose,
    month: YearMonth,
    after: Option<EmployeeId>,
    waiting: VecDeque<Vec<u8>>,
    is_over: bool,
}

impl Export {
    /// The table of one's own month, or of a unit's with all below it; nothing where the actor may not read it.
    ///
    /// # Errors
    /// UNAUTHENTICATED; or when the database does not answer.
    pub async fn begin(app: Arc<App>, actor: Actor, of: Option<UnitId>, month: YearMonth) -> Result<Option<Self>> {
        actor.person()?;
        let whose = match of {
            None => actor.employment().map(|me| Whose::Oneself(me.id)),
            Some(id) => units(&app, &actor, id).await?.map(Whose::Units),
        };
        let Some(whose) = whose else { return Ok(None) };
        // A byte order mark, for the spreadsheets that take the table for another encoding without.
        let head = ["\u{feff}".as_bytes(), &lines([COLUMNS.map(str::to_owned)].into_iter())?].concat();
        Ok(Some(Self { app, actor, whose, month, after: None, waiting: VecDeque::from([head]), is_over: false }))
    }

    /// The next piece; nothing at the end.
    ///
    /// # Errors
    /// When the database does not answer: the table ends in the middle, and whoever reads it must be told.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.waiting.is_empty() && !self.is_over {
            self.read().await?;
        }
        Ok(self.waiting.pop_front())
    }

    /// Reads the next people. No transaction spans two pieces.
    async fn read(&mut self) -> Result<()> {
        let (app, days) = (&self.app, self.month.days());
        let people = match &self.whose {
            Whose::Oneself(me) => employee::Entity::find_by_id(*me),
            Whose::Units(units) => months::people_of(app, &units.keys().copied().collect::<Vec<_>>(), &days),
        };
        let mut people = people.filter(policy::with_readable_days(&self.actor));
        if let Some(after) = self.after {
            people = people.filter(employee::Column::Id.gt(after));
        }
        let people = people.order_by_asc(employee::Column::Id).limit(PEOPLE).all(app.db.read()).await?;
        self.is_over = (people.len() as u64) < PEOPLE;
        self.after = people.last().map(|row| row.id);
        let placed: Vec<Placed> = people.iter().map(Placed::from).collect();
        let mut sheets = months::sheets(app, &placed, &days).await?;
        let numbers = numbers(app, &people).await?;
        let now = app.clock.now();
        for person in &people {
            let sheet = sheets.remove(&person.id).ok_or_else(|| Error::internal("a sheet that was not loaded"))?;
            let number = numbers.get(&person.id).map_or("", String::as_str);
            self.waiting.push_back(self.person(person, number, &sheet, &days, now)?);
        }
        Ok(())
    }

    fn person(
        &self,
        person: &employee::Model,
        number: &str,
        sheet: &Sheet,
        days: &RangeInclusive<NaiveDate>,
        now: Instant,
    ) -> Result<Vec<u8>> {
        let is_shown = self.actor.employment().is_some_and(|me| me.id == person.id)
            || policy::can(&self.actor, Action::Keep(person.agency_id));
        let number = if is_shown || number.is_empty() { number.to_owned() } else { rules::masked(number) };
        let unit = match &self.whose {
            Whose::Units(units) => person.unit_id.and_then(|id| units.get(&id)).cloned().unwrap_or_default(),
            Whose::Oneself(_) => String::new(),
        };
        let who = [person.id.to_string(), number, person.name.clone(), unit];
        let records = sheet.records(days.clone(), now);
        lines(records.iter().flat_map(|record| day(&who, sheet.life.zone(record.day.on), record)))
    }
}

/// The units of a table by their names.
async fn units(app: &App, actor: &Actor, id: UnitId) -> Result<Option<HashMap<UnitId, String>>> {
    let db = app.db.read();
    let found = policy::find::<unit::Entity>(actor).filter(unit::Column::Id.eq(id)).one(db).await?;
    let may_read =
        |row: &unit::Model| policy::can(actor, Action::ReadAttendance { agency: row.agency_id, unit: row.id });
    if !found.as_ref().is_some_and(may_read) {
        return Ok(None);
    }
    let below = units_below(db, [id]).await?;
    let names: Vec<(UnitId, String)> = unit::Entity::find()
        .select_only()
        .columns([unit::Column::Id, unit::Column::Name])
        .filter(db::any_of(app.db.engine(), unit::Column::Id, below.iter().map(|id| id.0)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(Some(names.into_iter().collect()))
}

async fn numbers(app: &App, people: &[employee::Model]) -> Result<HashMap<EmployeeId, String>> {
    let rows = employee_nip::Entity::find()
        .filter(db::any_of(app.db.engine(), employee_nip::Column::EmployeeId, people.iter().map(|row| row.id.0)))
        .filter(employee_nip::Column::ValidUntil.is_null())
        .all(app.db.read())
        .await?;
    Ok(rows.into_iter().map(|row| (row.employee_id, row.nip)).collect())
}

/// A line for each shift of a day; one for a free day.
fn day(who: &[String; 4], zone: Tz, record: &DayRecord<'_>) -> Vec<[String; 26]> {
    let day = &record.day;
    let line = |shift: Option<&ShiftRecord<'_>>| {
        let schedule = shift.map(|shift| shift.duty.schedule).or(day.schedule);
        let assessment = shift.map(|shift| shift.assessment);
        let at = |at: Option<Instant>| {
            at.map(|at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)).unwrap_or_default()
        };
        let level = |grade: Option<Grade>| {
            grade.and_then(|grade| grade.level).map(|level| level.to_value()).unwrap_or_default()
        };
        let rule = shift.and_then(|shift| shift.rule);
        let [id, nip, name, unit] = who.clone();
        [
            id,
            nip,
            name,
            unit,
            day.on.to_string(),
            zone.name().to_owned(),
            enum_name(day.basis),
            enum_name(shift.map_or_else(|| record.state(), |shift| shift.state)),
            day.holiday.map(|holiday| holiday.name.clone()).unwrap_or_default(),
            day.arrangement.map(|arrangement| arrangement.kind.to_value()).unwrap_or_default(),
            schedule.map(|schedule| schedule.name.clone()).unwrap_or_default(),
            schedule.map(|schedule| schedule.citation.clone()).unwrap_or_default(),
            text(schedule.map(|schedule| schedule.version)),
            shift.map(|shift| shift.duty.shift.name.clone()).unwrap_or_default(),
            at(shift.map(|shift| shift.duty.window.starts_at)),
            at(shift.map(|shift| shift.duty.window.ends_at)),
            at(shift.and_then(|shift| shift.presence.came_at)),
            at(shift.and_then(|shift| shift.presence.went_at)),
            text(assessment.and_then(|assessment| assessment.minutes_late)),
            text(assessment.and_then(|assessment| assessment.minutes_early)),
            text(assessment.map(|assessment| assessment.is_made_up)),
            level(assessment.and_then(|assessment| assessment.late)),
            level(assessment.and_then(|assessment| assessment.early)),
            assessment.and_then(|assessment| assessment.hundredths).map(percent).unwrap_or_default(),
            rule.map(|rule| rule.row.name.clone()).unwrap_or_default(),
            text(rule.map(|rule| rule.row.version)),
        ]
    };
    if record.shifts.is_empty() {
        vec![line(None)]
    } else {
        record.shifts.iter().map(|shift| line(Some(shift))).collect()
    }
}

/// The name that a value has in the schema too.
fn enum_name<T: EnumType>(value: T) -> String {
    let item = T::items().iter().find(|item| item.value == value);
    item.map(|item| Name::new(item.name).to_string()).unwrap_or_default()
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Hundredths of a percent with a point, whatever the language.
fn percent(hundredths: i32) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths.abs() % 100)
}

/// Lines of a table (RFC 4180).
fn lines<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.map(inert)).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}

/// A spreadsheet takes a cell that begins like this for a formula, and computes it. One that separates at semicolons
/// sees further cells, so there is none left in a text.
fn inert(cell: String) -> String {
    let cell = cell.replace(';', ",");
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::day::State;

    #[test]
    fn a_formula_is_a_text_and_a_comma_is_quoted() {
        let row = ["=1+1", "@SUM(A1)", "a, \"b\"", "+62", "-1", "\tx", "Jam;=1+1", ""].map(str::to_owned);
        let line = String::from_utf8(lines([row].into_iter()).unwrap()).unwrap();
        assert_eq!(line, "'=1+1,'@SUM(A1),\"a, \"\"b\"\"\",'+62,'-1,'\tx,\"Jam,=1+1\",\r\n");
    }

    #[test]
    fn values_have_their_names_of_the_schema() {
        assert_eq!(
            (enum_name(State::OnDuty), percent(5), percent(250)),
            ("ON_DUTY".into(), "0.05".into(), "2.50".into())
        );
    }

    #[test]
    fn the_columns_are_documented() {
        let told = include_str!("../../docs/exports.md");
        for column in COLUMNS {
            assert!(told.contains(&format!("| `{column}` |")), "{column}");
        }
    }
}
