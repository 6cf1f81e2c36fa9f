//! Two agencies with a person of each role, a class in each, and a citizen: the people of most tests.

use bina::config::Config;
use chrono::TimeDelta;
use entity::ids::{
    AccountId, AgencyId, CourseId, CourseRunId, CourseSessionId, DeviceId, EmployeeId, EnrolmentId, TypedId, UnitId,
    VenueId,
};
use entity::role_grant::Role;
use entity::{
    account, agency, course, course_run, course_session, course_session_trainer, device, employee, employee_nip,
    enrolment, role_grant, unit, venue,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, DatabaseTransaction, EntityTrait as _};
use uuid::Uuid;

use crate::client::Client;
use crate::harness::{Engine, World, monday_morning};

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Person {
    /// Their account.
    pub account: AccountId,
    /// Their device.
    pub device: DeviceId,
    /// Who they are as a civil servant; the nil id for a citizen.
    pub employee: EmployeeId,
    /// Their present number; empty for a citizen.
    pub nip: String,
    /// Their phone.
    pub phone: Client,
}

/// An agency and its people.
pub struct AgencyCast {
    /// The agency.
    pub agency: AgencyId,
    /// The unit at the top.
    pub root: UnitId,
    /// The unit below it, where the people work.
    pub unit: UnitId,
    /// The venue of that unit: a fence of 100 m.
    pub venue: VenueId,
    /// Where it is.
    pub place: (f64, f64),
    /// Enrolled in the run.
    pub employee: Person,
    /// Not enrolled.
    pub colleague: Person,
    /// Teaches the session.
    pub trainer: Person,
    /// Head of the unit.
    pub supervisor: Person,
    /// Keeps the agency.
    pub admin: Person,
    /// The catalogue entry.
    pub course: CourseId,
    /// Its run.
    pub run: CourseRunId,
    /// Its session: 08:00 to 10:00, open from 07:00, with a code.
    pub session: CourseSessionId,
    /// The employee's enrolment.
    pub enrolment: EnrolmentId,
}

/// Everybody.
pub struct Cast {
    /// Their world.
    pub world: World,
    /// Sabang.
    pub sabang: AgencyCast,
    /// Sibolga.
    pub sibolga: AgencyCast,
    /// A resident.
    pub citizen: Person,
    /// The national admin.
    pub national_admin: Person,
    /// A phone on which nobody is logged in.
    pub stranger: Client,
}

/// The secret of every session's code.
pub const CODE_SECRET: &[u8; 20] = b"12345678901234567890";

impl Cast {
    /// Everybody, on an engine.
    pub async fn new(engine: Engine) -> Self {
        Self::set_up(engine, |_| {}).await
    }

    /// The cast on an engine, with settings of its own.
    pub async fn set_up(engine: Engine, set: impl FnOnce(&mut Config)) -> Self {
        Self::within(World::set_up(engine, set).await).await
    }

    /// Everybody, in an empty world.
    pub async fn within(world: World) -> Self {
        let stranger = Client::of(&world);
        let maker = Maker { world: &world, stranger: &stranger, transaction: world.app.db.begin().await.unwrap() };
        let sabang = maker.agency("Pemerintah Kota Sabang", "5171", 1, (5.8933, 95.3214)).await;
        let sibolga = maker.agency("Pemerintah Kota Sibolga", "5276", 2, (1.7403, 98.7808)).await;
        let citizen = maker.account("Warga").await;
        let national_admin = maker.account("Admin Nasional").await;
        maker.grant(&national_admin, Role::NationalAdmin, None).await;
        maker.transaction.commit().await.unwrap();
        Self { world, sabang, sibolga, citizen, national_admin, stranger }
    }
}

struct Maker<'a> {
    world: &'a World,
    stranger: &'a Client,
    transaction: DatabaseTransaction,
}

impl Maker<'_> {
    fn id<T: TypedId>(&self) -> T {
        self.world.app.ids.new_id(monday_morning())
    }

    async fn agency(&self, name: &str, code: &str, number: u32, place: (f64, f64)) -> AgencyCast {
        let now = monday_morning();
        let agency: AgencyId = self.id();
        let row = agency::ActiveModel {
            id: Set(agency),
            siasn_id: Set(format!("SIASN-{code}")),
            code: Set(code.to_owned()),
            name: Set(name.to_owned()),
            kind: Set(agency::Kind::Regional),
            category: Set(Some("KOT".to_owned())),
            jurisdiction_id: Set(None),
            time_zone: Set("Asia/Jakarta".to_owned()),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        let root = self.unit(agency, None, name).await;
        let unit = self.unit(agency, Some(root), "Dinas Pariwisata").await;
        let venue = self.venue(agency, unit, place).await;
        let people = [(1, "Cut Meutia"), (2, "Teuku Umar"), (3, "Malahayati"), (4, "Teungku Daud"), (5, "Pocut Baren")];
        let mut persons = Vec::new();
        for (serial, name) in people {
            persons.push(self.employee(agency, unit, name, number * 100 + serial).await);
        }
        let [employee, colleague, trainer, supervisor, admin] =
            persons.try_into().unwrap_or_else(|_| unreachable!("five people"));
        let head =
            unit::ActiveModel { id: Set(unit), head_employee_id: Set(Some(supervisor.employee)), ..Default::default() };
        head.update(&self.transaction).await.unwrap();
        self.grant(&admin, Role::AgencyAdmin, Some(agency)).await;
        let (course, run, session) = self.class(agency, venue, &trainer).await;
        let enrolment = self.enrol(agency, run, &employee).await;
        AgencyCast {
            agency,
            root,
            unit,
            venue,
            place,
            employee,
            colleague,
            trainer,
            supervisor,
            admin,
            course,
            run,
            session,
            enrolment,
        }
    }

    async fn unit(&self, agency: AgencyId, parent: Option<UnitId>, name: &str) -> UnitId {
        let (id, now) = (self.id(), monday_morning());
        let row = unit::ActiveModel {
            id: Set(id),
            agency_id: Set(agency),
            parent_id: Set(parent),
            source_id: Set(None),
            name: Set(name.to_owned()),
            jurisdiction_id: Set(None),
            time_zone: Set(None),
            head_employee_id: Set(None),
            is_active: Set(true),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        id
    }

    async fn venue(&self, agency: AgencyId, unit: UnitId, place: (f64, f64)) -> VenueId {
        let (id, now) = (self.id(), monday_morning());
        let row = venue::ActiveModel {
            id: Set(id),
            agency_id: Set(agency),
            unit_id: Set(Some(unit)),
            source_id: Set(None),
            name: Set("Kantor".to_owned()),
            latitude: Set(place.0),
            longitude: Set(place.1),
            radius_meters: Set(100),
            time_zone: Set("Asia/Jakarta".to_owned()),
            is_active: Set(true),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        id
    }

    /// A logged-in account.
    async fn account(&self, name: &str) -> Person {
        let now = monday_morning();
        let (account, device): (AccountId, DeviceId) = (self.id(), self.id());
        let row = account::ActiveModel {
            id: Set(account),
            name: Set(name.to_owned()),
            password_hash: Set(None),
            locked_at: Set(None),
            created_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        let row = device::ActiveModel {
            id: Set(device),
            account_id: Set(account),
            installation_id: Set(device.0),
            name: Set("Telepon".to_owned()),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(now + TimeDelta::days(365)),
            revoked_at: Set(None),
        };
        row.insert(&self.transaction).await.unwrap();
        let phone = self.stranger.logged_in(account, device);
        Person { account, device, employee: EmployeeId(Uuid::nil()), nip: String::new(), phone }
    }

    async fn employee(&self, agency: AgencyId, unit: UnitId, name: &str, serial: u32) -> Person {
        let now = monday_morning();
        let person = self.account(name).await;
        let employee: EmployeeId = self.id();
        let row = employee::ActiveModel {
            id: Set(employee),
            agency_id: Set(agency),
            account_id: Set(Some(person.account)),
            source_id: Set(None),
            name: Set(name.to_owned()),
            employment: Set(employee::Employment::Pns),
            unit_id: Set(Some(unit)),
            post: Set(Some("Pengelola Pelayanan".to_owned())),
            post_type_id: Set(None),
            rank_id: Set(None),
            supervisor_id: Set(None),
            is_active: Set(true),
            // Long here: the days of the year count.
            serves_from: Set((now - TimeDelta::days(326)).date_naive()),
            served_until: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        let nip = format!("198703122010012{serial:03}");
        let row = employee_nip::ActiveModel {
            id: Set(self.id()),
            agency_id: Set(agency),
            employee_id: Set(employee),
            nip: Set(nip.clone()),
            valid_from: Set(now.date_naive()),
            valid_until: Set(None),
        };
        row.insert(&self.transaction).await.unwrap();
        Person { employee, nip, ..person }
    }

    async fn grant(&self, person: &Person, role: Role, agency: Option<AgencyId>) {
        let row = role_grant::ActiveModel {
            id: Set(self.id()),
            account_id: Set(person.account),
            role: Set(role),
            agency_id: Set(agency),
            unit_id: Set(None),
            granted_by: Set(None),
            granted_at: Set(monday_morning()),
            revoked_at: Set(None),
        };
        row.insert(&self.transaction).await.unwrap();
    }

    async fn class(
        &self,
        agency: AgencyId,
        venue: VenueId,
        trainer: &Person,
    ) -> (CourseId, CourseRunId, CourseSessionId) {
        let now = monday_morning();
        let (course, run, session): (CourseId, CourseRunId, CourseSessionId) = (self.id(), self.id(), self.id());
        let row = course::ActiveModel {
            id: Set(course),
            agency_id: Set(agency),
            source_id: Set(None),
            title: Set("Pelayanan Prima".to_owned()),
            description: Set(None),
            course_name_id: Set(None),
            training_form_id: Set(None),
            is_active: Set(true),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        let row = course_run::ActiveModel {
            id: Set(run),
            agency_id: Set(agency),
            course_id: Set(course),
            source_id: Set(None),
            name: Set("Angkatan I".to_owned()),
            starts_on: Set(now.date_naive()),
            ends_on: Set(now.date_naive()),
            capacity: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        let starts_at = now + TimeDelta::minutes(40);
        let row = course_session::ActiveModel {
            id: Set(session),
            agency_id: Set(agency),
            course_run_id: Set(run),
            source_id: Set(None),
            title: Set("Simulasi loket".to_owned()),
            venue_id: Set(Some(venue)),
            starts_at: Set(starts_at),
            ends_at: Set(starts_at + TimeDelta::hours(2)),
            time_zone: Set("Asia/Jakarta".to_owned()),
            opens_before_minutes: Set(60),
            requires_code: Set(true),
            code_secret: Set(CODE_SECRET.to_vec()),
            created_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        let row = course_session_trainer::ActiveModel {
            course_session_id: Set(session),
            employee_id: Set(trainer.employee),
            agency_id: Set(agency),
        };
        course_session_trainer::Entity::insert(row).exec_without_returning(&self.transaction).await.unwrap();
        (course, run, session)
    }

    async fn enrol(&self, agency: AgencyId, run: CourseRunId, person: &Person) -> EnrolmentId {
        let (id, now) = (self.id(), monday_morning());
        let row = enrolment::ActiveModel {
            id: Set(id),
            agency_id: Set(agency),
            course_run_id: Set(run),
            employee_id: Set(person.employee),
            status: Set(enrolment::Status::Enrolled),
            enrolled_at: Set(now),
            updated_at: Set(now),
        };
        row.insert(&self.transaction).await.unwrap();
        id
    }
}
