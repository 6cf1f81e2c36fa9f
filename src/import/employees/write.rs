//! Writes people: who they are, and the numbers that they carry.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::ids::{EmployeeId, EmployeeNipId, UnitId};
use entity::{employee, employee_nip, former_placement, former_tenure, roster_entry, unit};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::Employees;
use super::person::{IS_ACTIVE, NIP, POST_TYPE, Person, RANK, SUPERVISOR, UNIT};
use super::supervisors::{self, Waiting};
use crate::agency::rules;
use crate::agency::service::employee::{Withdrawn, decisions};
use crate::agency::tenure::{self, Asked, Tenure};
use crate::audit::{self, Entry};
use crate::import::report::RefusedRow;
use crate::import::rows::{Cell, Row};
use crate::import::writer::{Change, Outcome, Target, Writing};

/// What the database holds of the people of a chunk, as it will be once the rows so far are written.
struct Known {
    people: HashMap<String, employee::Model>,
    /// Everybody whom a row of the chunk names, and may name as supervisor.
    ids: HashMap<String, EmployeeId>,
    units: HashMap<String, UnitId>,
    /// The number that somebody carries.
    numbers: HashMap<EmployeeId, employee_nip::Model>,
    /// Who carries a number, in whatever agency.
    carriers: HashMap<String, EmployeeId>,
}

/// What a chunk writes, in this order: a number is free before it is given to somebody else.
#[derive(Default)]
struct Plan {
    people: Vec<employee::Model>,
    left: Vec<former_placement::Model>,
    tenures: Vec<former_tenure::Model>,
    /// Whom the roster gives no shift after a day.
    unrostered: HashMap<NaiveDate, Vec<EmployeeId>>,
    closed: Vec<employee_nip::Model>,
    opened: Vec<employee_nip::Model>,
    /// What the audit log is told, as of the same changes by hand.
    decided: Vec<Entry>,
}

impl Target for Employees {
    type Item = Row;

    fn line(row: &Row) -> u64 {
        row.line
    }

    async fn write(&self, writing: &Writing<'_>, rows: &[Row]) -> Result<Outcome, DbErr> {
        let mut outcome = Outcome::default();
        let mut people = Vec::with_capacity(rows.len());
        for row in rows {
            match Person::read(row, self.today(writing.now)) {
                Ok(person) => people.push(person),
                Err(refused) => outcome.refuse(refused),
            }
        }
        let mut known = self.known(writing, &people).await?;
        let mut plan = Plan::default();
        for person in &people {
            if let Err(refused) = self.place(writing, person, &mut known, &mut plan, &mut outcome) {
                outcome.refuse(refused);
            }
        }
        let decided = std::mem::take(&mut plan.decided);
        plan.write(writing).await?;
        audit::append_all(writing.transaction, writing.now, None, Some(self.agency), decided).await?;
        Ok(outcome)
    }
}

impl Employees {
    async fn known(&self, writing: &Writing<'_>, people: &[Person<'_>]) -> Result<Known, DbErr> {
        // Numbers before people: a person who comes in between is then seen with their number, not as its carrier alone.
        let carried = employee_nip::Entity::find()
            .filter(employee_nip::Column::ValidUntil.is_null())
            .filter(writing.among(employee_nip::Column::Nip, people.iter().map(|person| person.nip.as_str())))
            .all(writing.transaction)
            .await?;
        let source_ids = people.iter().map(Person::source_id);
        let present = employee::Entity::find()
            .filter(employee::Column::AgencyId.eq(self.agency))
            .filter(writing.among(employee::Column::SourceId, source_ids))
            // Nobody changes them meanwhile; weak enough to let others go on referring to them. (No ORDER BY: SQLite
            // would walk through all of the agency for it.)
            .lock(LockType::NoKeyUpdate)
            .all(writing.transaction)
            .await?;
        let numbers = employee_nip::Entity::find()
            .filter(employee_nip::Column::ValidUntil.is_null())
            .filter(writing.among_ids(employee_nip::Column::EmployeeId, present.iter().map(|person| person.id)))
            .all(writing.transaction)
            .await?;
        let named = |column| people.iter().filter_map(move |person| person.row.cell(column).text());
        let units = unit::Entity::find()
            .filter(unit::Column::AgencyId.eq(self.agency))
            .filter(writing.among(unit::Column::SourceId, named(UNIT)))
            .all(writing.transaction)
            .await?;
        let mut ids = supervisors::find(writing, self.agency, named(SUPERVISOR)).await?;
        let with_source = |person: employee::Model| Some((person.source_id.clone()?, person));
        let people: HashMap<_, _> = present.into_iter().filter_map(with_source).collect();
        ids.extend(people.iter().map(|(source_id, person)| (source_id.clone(), person.id)));
        Ok(Known {
            people,
            ids,
            units: units.into_iter().filter_map(|unit| Some((unit.source_id?, unit.id))).collect(),
            numbers: numbers.into_iter().map(|number| (number.employee_id, number)).collect(),
            carriers: carried.into_iter().map(|number| (number.nip, number.employee_id)).collect(),
        })
    }

    /// Plans what one row writes.
    fn place(
        &self,
        writing: &Writing<'_>,
        person: &Person<'_>,
        known: &mut Known,
        plan: &mut Plan,
        outcome: &mut Outcome,
    ) -> Result<(), RefusedRow> {
        let before = known.people.get(person.source_id());
        let mut after = before.cloned().unwrap_or_else(|| self.newcomer(writing, person));
        let id = after.id;
        person.name().clone_into(&mut after.name);
        after.employment = person.employment;
        let find_unit = |source_id: &str| known.units.get(source_id).copied();
        let find_post_type = |siasn_id: &str| self.post_types.get(siasn_id).copied();
        let find_rank = |code: &str| self.ranks.get(code).copied();
        if known.carriers.get(&person.nip).is_some_and(|carrier| *carrier != id) {
            return Err(person.row.refused(NIP, "in use by another person"));
        }
        after.unit_id = person.named(UNIT, after.unit_id, find_unit, "no unit of the agency has this sourceId")?;
        after.post = person.post(after.post);
        after.post_type_id =
            person.named(POST_TYPE, after.post_type_id, find_post_type, "is not in the list of post types")?;
        after.rank_id = person.named(RANK, after.rank_id, find_rank, "is not in the list of ranks")?;
        let tenure = self.serve(writing, person, before.is_none(), &mut after)?;

        // A supervisor who is not there costs the row its supervisor alone.
        let mut awaited = None;
        match person.row.cell(SUPERVISOR) {
            Cell::Absent => {}
            Cell::Empty => after.supervisor_id = None,
            Cell::Text(source_id) if source_id == person.source_id() => {
                outcome.refuse(person.row.refused(SUPERVISOR, "is the person themself"));
            }
            Cell::Text(source_id) => match known.ids.get(source_id) {
                Some(supervisor) => after.supervisor_id = Some(*supervisor),
                None => awaited = Some(source_id),
            },
        }

        if let Some(before) = before.filter(|before| before.unit_id != after.unit_id) {
            let left = self.left(writing, before);
            plan.unrostered.entry(left.last_on).or_default().push(id);
            plan.left.push(left);
        }
        if let Some(before) = before.filter(|before| before.served_until != after.served_until)
            && let Some(last_on) = after.served_until
        {
            plan.unrostered.entry(last_on).or_default().push(before.id);
        }
        plan.tenures.extend(tenure);
        // How many shifts are withdrawn is known once they are.
        let withdrawn = Withdrawn::default();
        plan.decided.extend(before.into_iter().flat_map(|before| decisions(before, &after, withdrawn)));
        let mut change = Change::between(before, &after);
        if known.numbers.get(&id).is_none_or(|number| number.nip != person.nip) {
            self.renumber(writing, person, id, known, plan);
            if change == Change::Unchanged {
                change = Change::Updated;
            }
        }
        match awaited {
            None => outcome.count(change),
            Some(supervisor) => {
                // Without another change, what the row made is known once the supervisor is.
                if change != Change::Unchanged {
                    outcome.count(change);
                }
                outcome.waiting.push(Waiting::new(person.row.line, id, supervisor, change));
            }
        }
        known.ids.insert(person.source_id().to_owned(), id);
        if change != Change::Unchanged {
            plan.people.push(employee::Model { updated_at: writing.now, ..after });
        }
        Ok(())
    }

    fn newcomer(&self, writing: &Writing<'_>, person: &Person<'_>) -> employee::Model {
        employee::Model {
            id: writing.new_id(),
            agency_id: self.agency,
            account_id: None,
            source_id: Some(person.source_id().to_owned()),
            name: String::new(),
            employment: person.employment,
            unit_id: None,
            post: None,
            post_type_id: None,
            rank_id: None,
            supervisor_id: None,
            is_active: true,
            serves_from: self.today(writing.now),
            served_until: None,
            created_at: writing.now,
            updated_at: writing.now,
        }
    }

    /// Whether somebody serves, as their row says: who comes or goes does so today, and a newcomer who is gone never
    /// served. Answers the stretch of service that gives way to a new one.
    fn serve(
        &self,
        writing: &Writing<'_>,
        person: &Person<'_>,
        is_new: bool,
        after: &mut employee::Model,
    ) -> Result<Option<former_tenure::Model>, RefusedRow> {
        let today = self.local_day(writing, after.unit_id);
        let is_active = person.is_active.unwrap_or(after.is_active);
        if is_new {
            after.serves_from = today;
        }
        if is_active == after.is_active {
            return Ok(None);
        }
        let until = after.serves_from.pred_opt().filter(|_| is_new);
        let present = Tenure { from: after.serves_from, until: after.served_until };
        let changed = tenure::change(present, None, Asked { is_active, from: None, until }, today);
        let changed =
            changed.map_err(|_| person.row.refused(IS_ACTIVE, "goes with no day on which they could serve"))?;
        after.is_active = is_active;
        after.serves_from = changed.tenure.from;
        after.served_until = changed.tenure.until;
        let former = |Tenure { from, until }: Tenure| {
            Some(former_tenure::Model { employee_id: after.id, serves_from: from, served_until: until? })
        };
        Ok(changed.former.and_then(former))
    }

    /// The day that it is in a unit.
    fn local_day(&self, writing: &Writing<'_>, unit: Option<UnitId>) -> NaiveDate {
        let zone = unit.and_then(|unit| rules::time_zone(&self.units, unit));
        zone.map_or_else(|| self.today(writing.now), |zone| rules::local_day(writing.now, zone))
    }

    /// Where somebody who is moved was until yesterday: their days up to then are measured by the hours there.
    fn left(&self, writing: &Writing<'_>, before: &employee::Model) -> former_placement::Model {
        let today = self.local_day(writing, before.unit_id);
        former_placement::Model {
            employee_id: before.id,
            last_on: today.pred_opt().unwrap_or(today),
            agency_id: before.agency_id,
            unit_id: before.unit_id,
        }
    }

    /// Ends the number of now and begins the row's. One that began today never counted: it is corrected.
    fn renumber(&self, writing: &Writing<'_>, person: &Person<'_>, id: EmployeeId, known: &mut Known, plan: &mut Plan) {
        let today = self.today(writing.now);
        if let Some(present) = known.numbers.get(&id) {
            known.carriers.remove(&present.nip);
        }
        known.carriers.insert(person.nip.clone(), id);
        let is_changed = known.numbers.contains_key(&id);
        match known.numbers.remove(&id) {
            Some(present) if present.valid_from >= today => {
                plan.decided.push(numbered(person, present.id, id));
                plan.closed.push(employee_nip::Model { nip: person.nip.clone(), ..present });
                return;
            }
            Some(present) => {
                plan.closed.push(employee_nip::Model { valid_until: today.pred_opt(), ..present });
            }
            None => {}
        }
        let number = writing.new_id();
        if is_changed {
            plan.decided.push(numbered(person, number, id));
        }
        plan.opened.push(employee_nip::Model {
            id: number,
            agency_id: self.agency,
            employee_id: id,
            nip: person.nip.clone(),
            valid_from: today,
            valid_until: None,
        });
    }
}

fn numbered(person: &Person<'_>, number: EmployeeNipId, id: EmployeeId) -> Entry {
    Entry::new("NIP_CHANGED", id).id("number", number).word("employment", person.employment)
}

impl Plan {
    async fn write(self, writing: &Writing<'_>) -> Result<(), DbErr> {
        use employee::Column::{
            Employment, IsActive, Name, Post, PostTypeId, RankId, ServedUntil, ServesFrom, SupervisorId, UnitId,
            UpdatedAt,
        };
        let service = [IsActive, ServesFrom, ServedUntil];
        let of_people = [Name, Employment, UnitId, Post, PostTypeId, RankId, SupervisorId, UpdatedAt];
        let of_people = [&of_people[..], &service].concat();
        writing.save::<employee::Entity>(self.people, &of_people).await?;
        writing.add::<former_placement::Entity>(self.left).await?;
        writing.add::<former_tenure::Entity>(self.tenures).await?;
        for (last_on, people) in self.unrostered {
            roster_entry::Entity::delete_many()
                .filter(writing.among_ids(roster_entry::Column::EmployeeId, people))
                .filter(roster_entry::Column::WorkdayOn.gt(last_on))
                .exec(writing.transaction)
                .await?;
        }
        let of_numbers = [employee_nip::Column::Nip, employee_nip::Column::ValidUntil];
        writing.save::<employee_nip::Entity>(self.closed, &of_numbers).await?;
        writing.save::<employee_nip::Entity>(self.opened, &of_numbers).await
    }
}
