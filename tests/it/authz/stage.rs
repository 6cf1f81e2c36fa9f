//! The world that the tables are tried in: the cast, one of everything that it lacks, and ids as text.

use bina::identity::password::Hasher;
use entity::ids::{HolidayId, JurisdictionId, SiasnTermId};
use entity::siasn_term::List;
use entity::{
    account, check_in, holiday, jurisdiction, lateness_rule, review_threshold, schedule, siasn_term, throttle,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::cast::{AgencyCast, Cast};
use crate::client::Client;
use crate::harness::{Engine, monday_morning};

/// Everybody's password.
pub const PASSWORD: &str = "perahu kertas tiga belimbing";

/// A role and its phone.
type Role = (&'static str, fn(&Cast) -> &Client);

/// The columns of every table, in their order. Who is refused comes before who may change the world.
pub const ROLES: [Role; 10] = [
    ("anonymous", |cast| &cast.stranger),
    ("citizen", |cast| &cast.citizen.phone),
    ("employee", |cast| &cast.sabang.employee.phone),
    ("colleague", |cast| &cast.sabang.colleague.phone),
    ("trainer", |cast| &cast.sabang.trainer.phone),
    ("superior", |cast| &cast.sabang.supervisor.phone),
    ("employee of the other agency", |cast| &cast.sibolga.employee.phone),
    ("admin of the other agency", |cast| &cast.sibolga.admin.phone),
    ("admin", |cast| &cast.sabang.admin.phone),
    ("national admin", |cast| &cast.national_admin.phone),
];

/// The world.
pub struct Stage {
    /// Its people.
    pub cast: Cast,
    /// What is national.
    pub country: Country,
    /// The agency that the tables are about.
    pub sabang: Side,
    /// The other agency.
    pub sibolga: Side,
    /// What a case uses up: a one-time code, a refresh token.
    pub secret: String,
    /// The check-in of Sabang's employee to the class.
    check_in: check_in::Model,
}

/// What is national.
pub struct Country {
    pub province: String,
    pub city: String,
    pub holiday: String,
    pub hours: String,
    pub rule: String,
    pub course_name: String,
    pub training_form: String,
    pub rank: String,
    pub post_type: String,
    pub ramadan: String,
    /// The country's thresholds of the review.
    pub threshold: String,
}

/// What is one agency's.
pub struct Side {
    pub agency: String,
    pub root: String,
    pub unit: String,
    pub venue: String,
    pub hours: String,
    /// A shift of them.
    pub shift: String,
    /// Its own rule of lateness, and its choice of that.
    pub rule: String,
    pub adoption: String,
    /// Its own thresholds of the review.
    pub threshold: String,
    pub employee: String,
    pub colleague: String,
    pub trainer: String,
    pub supervisor: String,
    pub admin: String,
    /// Somebody who is in no unit and has no account.
    pub newcomer: String,
    pub course: String,
    pub run: String,
    pub session: String,
    pub enrolment: String,
    /// The employee's, to the class.
    pub class_check_in: String,
    /// The employee's, to duty.
    pub duty_check_in: String,
    /// Of the check-in to the class, which the employee disputes.
    pub review: String,
    /// What the employee says that the day lacks.
    pub correction: String,
    /// One of the employee's that was approved.
    pub approved_correction: String,
    /// The employee's leave, which nobody has decided over.
    pub leave: String,
    /// The employee's duty travel on the day of the stage, which was granted.
    pub travel: String,
    /// The employee's shift of a day.
    pub roster_entry: String,
    /// The colleague's.
    pub device: String,
    pub admin_role: String,
    pub supervisor_role: String,
    /// The numbers of the employee, of the admin and of the newcomer.
    pub employee_nip: String,
    pub admin_nip: String,
    pub newcomer_nip: String,
    /// The other agency.
    pub other_agency: String,
}

impl Side {
    /// Everything that is not for the eyes of other agencies.
    pub fn private(&self) -> [&str; 29] {
        [
            &self.root,
            &self.unit,
            &self.venue,
            &self.hours,
            &self.shift,
            &self.rule,
            &self.adoption,
            &self.threshold,
            &self.employee,
            &self.colleague,
            &self.trainer,
            &self.supervisor,
            &self.admin,
            &self.newcomer,
            &self.course,
            &self.run,
            &self.session,
            &self.enrolment,
            &self.class_check_in,
            &self.duty_check_in,
            &self.review,
            &self.correction,
            &self.approved_correction,
            &self.leave,
            &self.travel,
            &self.roster_entry,
            &self.device,
            &self.admin_role,
            &self.supervisor_role,
        ]
    }

    async fn of(people: &AgencyCast, other: &AgencyCast, newcomer_nip: &str) -> Self {
        let (admin, employee) = (&people.admin.phone, &people.employee.phone);
        let (agency, unit) = (people.agency.to_string(), people.unit.to_string());
        let hours = json!({
            "agencyId": agency, "unitId": unit, "name": "Jam loket", "citation": "SK 1/2026", "validFrom": "2026-11-23",
            "shifts": [{ "name": "X", "weekdays": ["MONDAY"], "startsAt": "07:30", "endsAt": "16:00" }],
        });
        let hours = make(admin, "setWorkingHours", "schedule", hours).await;
        let own = json!({ "name": "Aturan kota", "citation": "Perwali 1/2026" });
        let rule = json!({
            "agencyId": agency, "validFrom": "2026-11-23", "citation": "SK 1/2026", "rule": { "own": own },
        });
        let lateness = admin.change("setLatenessRule", "adoption { id rule { id } }", rule).await;
        assert_eq!(lateness["errors"], json!([]), "setLatenessRule");
        let newcomer = json!({
            "agencyId": agency, "name": "Keumalahayati", "employment": "PNS", "nip": newcomer_nip,
        });
        let supervisor_role = json!({
            "employee": { "employeeId": people.supervisor.employee.to_string() }, "role": { "supervisorOfUnitId": unit },
        });
        let check_in = |key: &str, occasion: Value| {
            json!({
                "idempotencyKey": key, "occasion": occasion,
                "capturedAt": monday_morning(), "sentAt": monday_morning(),
            })
        };
        let class = check_in(CLASS_KEY, json!({ "courseSessionId": people.session.to_string() }));
        let duty = check_in(DUTY_KEY, json!({ "workday": { "direction": "IN" } }));
        let class_check_in = make(employee, "checkIn", "checkIn", class).await;
        let dispute = json!({ "checkInId": class_check_in, "reason": "Layar mati." });
        let leave = json!({
            "idempotencyKey": LEAVE_KEY,
            "arrangement": { "kind": "ANNUAL_LEAVE", "startsOn": "2026-12-01", "endsOn": "2026-12-02", "reason": "Keluarga" },
        });
        let travel = json!({
            "idempotencyKey": TRAVEL_KEY, "employeeId": people.employee.employee.to_string(),
            "arrangement": {
                "kind": "DUTY_TRAVEL", "startsOn": "2026-11-23", "endsOn": "2026-11-23", "reason": "Rapat",
            },
        });
        let approved_correction =
            make(employee, "requestCorrection", "correction", correction(APPROVED_KEY, "06:50")).await;
        let approval = json!({ "correctionId": approved_correction, "decision": "APPROVE" });
        make(admin, "decideCorrection", "correction", approval).await;
        let shift = shift_of(admin, &hours).await;
        let roster = json!({ "agencyId": agency, "assignments": [{
            "employeeId": people.employee.employee.to_string(), "workdayOn": "2026-11-25", "shiftIds": [shift],
        }] });
        let roster = admin.change("assignShifts", "rosterEntries { id }", roster).await;
        let roles = "query($id: ID!) { roleGrants(agencyId: $id) { nodes { id } } }";
        let roles = admin.data(roles, json!({ "id": agency })).await;
        Self {
            root: people.root.to_string(),
            venue: people.venue.to_string(),
            shift,
            hours,
            rule: text(&lateness["adoption"]["rule"]["id"]),
            adoption: text(&lateness["adoption"]["id"]),
            threshold: make(admin, "setReviewThresholds", "reviewThreshold", thresholds(&agency)).await,
            employee: people.employee.employee.to_string(),
            colleague: people.colleague.employee.to_string(),
            trainer: people.trainer.employee.to_string(),
            supervisor: people.supervisor.employee.to_string(),
            admin: people.admin.employee.to_string(),
            newcomer: make(admin, "createEmployee", "employee", newcomer).await,
            course: people.course.to_string(),
            run: people.run.to_string(),
            session: people.session.to_string(),
            enrolment: people.enrolment.to_string(),
            review: make(employee, "disputeCheckIn", "checkInReview", dispute).await,
            correction: make(employee, "requestCorrection", "correction", correction(CORRECTION_KEY, "07:00")).await,
            approved_correction,
            class_check_in,
            duty_check_in: make(employee, "checkIn", "checkIn", duty).await,
            leave: make(employee, "requestDutyArrangement", "dutyArrangement", leave).await,
            travel: make(&people.supervisor.phone, "recordDutyArrangement", "dutyArrangement", travel).await,
            roster_entry: text(&roster["rosterEntries"][0]["id"]),
            device: people.colleague.device.to_string(),
            admin_role: text(&roles["roleGrants"]["nodes"][0]["id"]),
            supervisor_role: make(admin, "grantRole", "roleGrant", supervisor_role).await,
            employee_nip: people.employee.nip.clone(),
            admin_nip: people.admin.nip.clone(),
            newcomer_nip: newcomer_nip.to_owned(),
            other_agency: other.agency.to_string(),
            agency,
            unit,
        }
    }
}

/// Thresholds of an agency's own.
pub fn thresholds(agency: &str) -> Value {
    json!({
        "agencyId": agency, "citation": "SK 4/2026", "validFrom": "2026-11-23", "identicalPeople": 3,
        "identicalDays": 3, "withinDays": 7, "travelKmh": 400, "travelMinMeters": 2000, "devicePeople": 2,
        "deviceHours": 12, "lateMinutes": 60,
    })
}

const CLASS_KEY: &str = "0193a5e2-7a3c-7000-8000-000000000001";
const LEAVE_KEY: &str = "0193a5e2-7a3c-7000-8000-000000000004";
const DUTY_KEY: &str = "0193a5e2-7a3c-7000-8000-000000000002";
const CORRECTION_KEY: &str = "0193a5e2-7a3c-7000-8000-000000000005";
const APPROVED_KEY: &str = "0193a5e2-7a3c-7000-8000-000000000006";
const TRAVEL_KEY: &str = "0193a5e2-7a3c-7000-8000-000000000007";

/// A correction of the day on which the stage is: somebody came at a time.
pub fn correction(key: &str, time: &str) -> Value {
    json!({
        "idempotencyKey": key, "workdayOn": "2026-11-23", "direction": "IN",
        "happenedAt": format!("2026-11-23T{time}:00+07:00"), "reason": "Ponsel mati.",
    })
}

/// Makes something; answers its id.
pub async fn make(phone: &Client, mutation: &str, node: &str, input: Value) -> String {
    let payload = phone.change(mutation, &format!("{node} {{ id }}"), input).await;
    assert_eq!(payload["errors"], json!([]), "{mutation}");
    text(&payload[node]["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

impl Stage {
    /// A new world on an engine.
    pub async fn new(engine: Engine) -> Self {
        let cast = Cast::new(engine).await;
        let country = country(&cast).await;
        let sabang = Side::of(&cast.sabang, &cast.sibolga, "199003122015011001").await;
        let sibolga = Side::of(&cast.sibolga, &cast.sabang, "199003122015011002").await;
        let class = check_in::Column::CourseSessionId.eq(cast.sabang.session);
        let check_in = check_in::Entity::find().filter(class).one(cast.world.app.db.read()).await;
        let check_in = check_in.expect("an answer").expect("a check-in");
        Self { cast, country, sabang, sibolga, secret: String::new(), check_in }
    }

    /// What the subscriptions tell of: Sabang's employee checked in to the class.
    pub fn happen(&self) {
        self.cast.world.app.live.check_in_recorded(&self.check_in);
    }

    /// What the next role needs anew for a field: its attempts not counted with the last one's, and a code or token
    /// that nobody has used.
    pub async fn renew(&mut self, field: &str) {
        let transaction = self.cast.world.app.db.begin().await.expect("a transaction");
        throttle::Entity::delete_many().exec(&transaction).await.expect("no failures");
        transaction.commit().await.expect("a commit");
        match field {
            "activateAccount" => {
                let whom = json!({ "employee": { "nip": self.sabang.newcomer_nip } });
                let issued = self.cast.sabang.admin.phone.change("issueAccountCode", "code", whom).await;
                self.secret = text(&issued["code"]);
            }
            "refreshTokens" => {
                let login = self.cast.stranger.change("login", "refreshToken", credentials(&self.sabang)).await;
                self.secret = text(&login["refreshToken"]);
            }
            _ => {}
        }
    }
}

/// What the employee logs in with.
pub fn credentials(side: &Side) -> Value {
    json!({
        "identifier": side.employee_nip, "password": PASSWORD, "deviceName": "Galaxy A15",
        "installationId": "0193a5e2-7a3c-7000-8000-000000000003",
    })
}

/// National lists have no mutations: they are imported. Passwords are set here as well.
async fn country(cast: &Cast) -> Country {
    let (app, now) = (&cast.world.app, monday_morning());
    let transaction = app.db.begin().await.expect("a transaction");
    let password = Hasher::cheap().hash(PASSWORD).await.expect("a hash");
    account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(password))
        .exec(&transaction)
        .await
        .expect("passwords");
    let (province, city): (JurisdictionId, JurisdictionId) = (app.ids.new_id(now), app.ids.new_id(now));
    for (id, code, name, level, parent_id) in [
        (province, "11", "Aceh", jurisdiction::Level::Province, None),
        (city, "11.72", "Kota Sabang", jurisdiction::Level::City, Some(province)),
    ] {
        let row = jurisdiction::ActiveModel {
            id: Set(id),
            code: Set(code.to_owned()),
            name: Set(name.to_owned()),
            level: Set(level),
            parent_id: Set(parent_id),
        };
        jurisdiction::Entity::insert(row).exec_without_returning(&transaction).await.expect("a row");
    }
    let holiday: HolidayId = app.ids.new_id(now);
    let row = holiday::ActiveModel {
        id: Set(holiday),
        date: Set("2026-12-25".parse().expect("a day")),
        kind: Set(holiday::Kind::National),
        name: Set("Hari Raya Natal".to_owned()),
        citation: Set(None),
        created_at: Set(now),
        withdrawn_at: Set(None),
        withdrawal_citation: Set(None),
    };
    holiday::Entity::insert(row).exec_without_returning(&transaction).await.expect("a row");
    let mut terms = Vec::new();
    for list in [List::CourseName, List::TrainingForm, List::Rank, List::PostType] {
        let id: SiasnTermId = app.ids.new_id(now);
        let row = siasn_term::ActiveModel {
            id: Set(id),
            list: Set(list),
            siasn_id: Set(id.to_string()),
            code: Set(None),
            name: Set("Pelayanan publik".to_owned()),
            category: Set(None),
        };
        siasn_term::Entity::insert(row).exec_without_returning(&transaction).await.expect("a row");
        terms.push(id.to_string());
    }
    let [course_name, training_form, rank, post_type] = terms.try_into().expect("four lists");
    let national = schedule::Entity::find().filter(schedule::Column::AgencyId.is_null());
    let hours = national.one(&transaction).await.expect("an answer").expect("national hours").id.to_string();
    let preset = lateness_rule::Entity::find().filter(lateness_rule::Column::AgencyId.is_null());
    let rule = preset.one(&transaction).await.expect("an answer").expect("a preset").id.to_string();
    let thresholds = review_threshold::Entity::find().one(&transaction).await.expect("an answer");
    let threshold = thresholds.expect("the country's thresholds").id.to_string();
    transaction.commit().await.expect("a commit");
    let ramadan = json!({ "startsOn": "2027-02-08", "endsOn": "2027-03-09", "citation": "Sidang isbat" });
    let ramadan = make(&cast.national_admin.phone, "setRamadanPeriod", "ramadanPeriod", ramadan).await;
    Country {
        ramadan,
        threshold,
        province: province.to_string(),
        city: city.to_string(),
        holiday: holiday.to_string(),
        hours,
        rule,
        course_name,
        training_form,
        rank,
        post_type,
    }
}

/// The first shift of working hours.
async fn shift_of(phone: &Client, hours: &str) -> String {
    let query = "query($id: ID!) { node(id: $id) { ... on Schedule { shifts { id } } } }";
    let found = phone.data(query, json!({ "id": hours })).await;
    found["node"]["shifts"][0]["id"].as_str().expect("a shift").to_owned()
}
