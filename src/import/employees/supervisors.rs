//! Supervisors that stand further down in the file than those they supervise: named once everybody is in.

use std::collections::HashMap;

use entity::employee;
use entity::ids::{AgencyId, EmployeeId};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    Statement,
};
use uuid::Uuid;

use super::person::SUPERVISOR;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::import::error::ImportError;
use crate::import::reader::CHUNK;
use crate::import::report::Report;
use crate::import::rows::refused;
use crate::import::writer::{self, Change, Outcome, Target, Writing};

/// Somebody whose supervisor was not there when their row was written.
#[derive(Debug)]
pub(in crate::import) struct Waiting {
    line: u64,
    employee: EmployeeId,
    supervisor: String,
    /// What else the row made, and was counted for.
    change: Change,
}

impl Waiting {
    pub fn new(line: u64, employee: EmployeeId, supervisor: &str, change: Change) -> Self {
        Self { line, employee, supervisor: supervisor.to_owned(), change }
    }
}

/// Everybody who waits, in little memory: in the worst file that is everybody.
#[derive(Debug, Default)]
pub(in crate::import) struct WaitingList {
    people: Vec<(u64, EmployeeId, Change)>,
    /// One a line: no clean text holds a line break.
    supervisors: String,
}

impl Extend<Waiting> for WaitingList {
    fn extend<I: IntoIterator<Item = Waiting>>(&mut self, people: I) {
        for person in people {
            self.people.push((person.line, person.employee, person.change));
            self.supervisors.push_str(&person.supervisor);
            self.supervisors.push('\n');
        }
    }
}

impl WaitingList {
    fn iter(&self) -> impl Iterator<Item = Waiting> {
        self.people.iter().zip(self.supervisors.lines()).map(|((line, employee, change), supervisor)| Waiting {
            line: *line,
            employee: *employee,
            supervisor: supervisor.to_owned(),
            change: *change,
        })
    }
}

/// Names the supervisors of those who wait, or refuses them.
pub(super) async fn settle(
    app: &App,
    agency: AgencyId,
    waiting: WaitingList,
    report: &mut Report,
) -> Result<(), ImportError> {
    let mut people = waiting.iter();
    loop {
        let chunk: Vec<_> = people.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        writer::write(app, &Supervisors(agency), &chunk).await?.enter(report);
    }
}

struct Supervisors(AgencyId);

impl Target for Supervisors {
    type Item = Waiting;

    fn line(person: &Waiting) -> u64 {
        person.line
    }

    async fn write(&self, writing: &Writing<'_>, people: &[Waiting]) -> Result<Outcome, DbErr> {
        let known = find(writing, self.0, people.iter().map(|person| person.supervisor.as_str())).await?;
        let mut outcome = Outcome::default();
        let mut pairs = Vec::new();
        for person in people {
            let supervisor = known.get(&person.supervisor);
            match supervisor {
                Some(supervisor) => pairs.push((person.employee, *supervisor)),
                None => outcome.refuse(refused(person.line, SUPERVISOR, "nobody in the agency has this sourceId")),
            }
            let change = if supervisor.is_some() { Change::Updated } else { Change::Unchanged };
            if person.change == Change::Unchanged {
                outcome.count(change);
            }
        }
        let (mut decided, wanted) = (Vec::new(), pairs.iter().copied().collect::<HashMap<_, _>>());
        for (employee, before) in supervised(writing, people).await? {
            let after = wanted.get(&employee).copied();
            if after.is_some() && before != after {
                let entry = Entry::new("SUPERVISOR_SET", employee);
                decided.push(entry.id_if_any("from", before).id_if_any("to", after));
            }
        }
        name(writing, &pairs).await?;
        audit::append_all(writing.transaction, writing.now, None, Some(self.0), decided).await?;
        Ok(outcome)
    }
}

/// The employees of an agency with these source ids.
pub(super) async fn find<'t>(
    writing: &Writing<'_>,
    agency: AgencyId,
    source_ids: impl IntoIterator<Item = &'t str>,
) -> Result<HashMap<String, EmployeeId>, DbErr> {
    let found: Vec<(String, EmployeeId)> = employee::Entity::find()
        .select_only()
        .columns([employee::Column::SourceId, employee::Column::Id])
        .filter(employee::Column::AgencyId.eq(agency))
        .filter(writing.among(employee::Column::SourceId, source_ids))
        .into_tuple()
        .all(writing.transaction)
        .await?;
    Ok(found.into_iter().collect())
}

/// Who supervises those who were here before, held: to supervise a newcomer is nothing that was changed.
async fn supervised(writing: &Writing<'_>, people: &[Waiting]) -> Result<Vec<(EmployeeId, Option<EmployeeId>)>, DbErr> {
    let known = people.iter().filter(|person| person.change != Change::Created).map(|person| person.employee);
    let found = employee::Entity::find()
        .select_only()
        .columns([employee::Column::Id, employee::Column::SupervisorId])
        .filter(writing.among_ids(employee::Column::Id, known))
        .lock(LockType::NoKeyUpdate);
    found.into_tuple().all(writing.transaction).await
}

/// Writes the supervisor of each, in one statement.
async fn name(writing: &Writing<'_>, pairs: &[(EmployeeId, EmployeeId)]) -> Result<(), DbErr> {
    let statement = match writing.engine() {
        DbBackend::Postgres => {
            let (people, supervisors): (Vec<Uuid>, Vec<Uuid>) =
                pairs.iter().map(|(person, supervisor)| (person.0, supervisor.0)).unzip();
            Statement::from_sql_and_values(
                DbBackend::Postgres,
                "UPDATE employee SET supervisor_id = pair.supervisor, updated_at = $3 \
                 FROM UNNEST($1::uuid[], $2::uuid[]) AS pair (person, supervisor) WHERE employee.id = pair.person",
                [people.into(), supervisors.into(), writing.now.into()],
            )
        }
        engine => {
            let hex = |id: &EmployeeId| id.0.simple().to_string();
            let pairs: Vec<_> = pairs.iter().map(|(person, supervisor)| vec![hex(person), hex(supervisor)]).collect();
            Statement::from_sql_and_values(
                engine,
                "UPDATE employee SET supervisor_id = unhex(pair.value ->> 1), updated_at = ?2 \
                 FROM json_each(?1) AS pair WHERE employee.id = unhex(pair.value ->> 0)",
                [serde_json::Value::from(pairs).to_string().into(), writing.now.into()],
            )
        }
    };
    writing.transaction.execute_raw(statement).await?;
    Ok(())
}
