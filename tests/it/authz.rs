//! Every field of Query, Mutation and Subscription, held against every role.
//!
//! To add a field, add a line to [`QUERIES`], [`MUTATIONS`] or [`SUBSCRIPTIONS`]:
//!
//! 1. its name;
//! 2. what each role gets, in the order of the columns (`stage.rs`, `ROLES`): [`OK`] something, [`NIL`] `null` or an
//!    empty list, [`WHO`] UNAUTHENTICATED, [`GONE`] `NOT_FOUND`, [`NO`] FORBIDDEN, or another code by `Code("…")`;
//! 3. of a query or subscription the document, of a mutation what it gives when it is done; what a subscription tells of
//!    happens again and again while it is tried (`stage.rs`, `happen`);
//! 4. the variables of the query, or the input of the mutation, about `own`, which is Sabang. Fill in every id that it
//!    can take, alternatives in a line each: every one is tried with ids of another agency too (`foreign.rs`).
//!
//! A new type with an id has its line in `nodes.rs`, a new table in `scopes.rs`, something private that the cast lacks
//! its place in `stage.rs`. The suite fails until the lines are there. What can be reached from what somebody sees is
//! followed along every edge of the schema, and needs no line (`edges.rs`).

mod answers;
mod crawl;
mod edges;
mod foreign;
mod nodes;
mod scopes;
mod sdl;
mod stage;

use serde_json::{Value, json};

use self::answers::Outcome::{self, Code, Done, Nothing, Unauthenticated};
use self::stage::{PASSWORD, Side, Stage, correction, credentials, thresholds};
use crate::client::{Answer, Client, change};

/// A line of the table.
pub struct Case {
    field: &'static str,
    outcomes: [Outcome<'static>; 10],
    /// Of a query its document, of a mutation what it gives when it is done.
    wants: &'static str,
    values: fn(&Stage, &Side) -> Value,
    root: Root,
}

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Query,
    Mutation,
    Subscription,
}

impl Case {
    /// What is sent.
    fn document(&self) -> String {
        if self.root == Root::Mutation { change(self.field, self.wants) } else { self.wants.to_owned() }
    }

    /// Sends it; of a subscription the first that is told.
    async fn ask(&self, stage: &Stage, phone: &Client, variables: Value) -> Answer {
        match self.root {
            Root::Subscription => phone.news(&self.document(), variables, self.field, || stage.happen()).await,
            Root::Query | Root::Mutation => phone.send(&self.document(), variables).await,
        }
    }

    /// What is sent with it.
    fn variables(&self, stage: &Stage, own: &Side) -> Value {
        let values = (self.values)(stage, own);
        if self.root == Root::Mutation { json!({ "input": values }) } else { values }
    }
}

const fn query(
    field: &'static str,
    outcomes: [Outcome<'static>; 10],
    wants: &'static str,
    values: fn(&Stage, &Side) -> Value,
) -> Case {
    Case { field, outcomes, wants, values, root: Root::Query }
}

const fn mutation(
    field: &'static str,
    outcomes: [Outcome<'static>; 10],
    wants: &'static str,
    values: fn(&Stage, &Side) -> Value,
) -> Case {
    Case { field, outcomes, wants, values, root: Root::Mutation }
}

const fn subscription(
    field: &'static str,
    outcomes: [Outcome<'static>; 10],
    wants: &'static str,
    values: fn(&Stage, &Side) -> Value,
) -> Case {
    Case { field, outcomes, wants, values, root: Root::Subscription }
}

/// Done, or something is there.
const OK: Outcome<'static> = Done;
/// Nothing is there.
const NIL: Outcome<'static> = Nothing;
/// Nobody is logged in.
const WHO: Outcome<'static> = Unauthenticated;
/// As if it were not there.
const GONE: Outcome<'static> = Code("NOT_FOUND");
/// Seen, and not to be touched.
const NO: Outcome<'static> = Code("FORBIDDEN");
/// Somebody has decided before.
const LATE: Outcome<'static> = Code("ALREADY_DECIDED");
/// For civil servants.
const CIV: Outcome<'static> = Code("NOT_AN_EMPLOYEE");
/// Everybody may try, and this code is no right one.
const BAD: Outcome<'static> = Code("INVALID_CODE");
/// Everybody may try, and this world has no mail server.
const OFF: Outcome<'static> = Code("MAIL_UNAVAILABLE");

#[rustfmt::skip] // A table.
const QUERIES: &[Case] = &[
    //                    anon  citz  empl  coll  train sup   empl* adm*  adm   nat      (*: of the other agency)
    query("node",        [NIL,  NIL,  OK,   NIL,  OK,   OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { id } }",
        |_, own| json!({ "id": own.employee })),
    query("nodes",       [NIL,  NIL,  OK,   OK,   OK,   OK,   NIL,  NIL,  OK,   NIL],
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        |_, own| json!({ "ids": [own.unit] })),
    query("viewer",      [NIL,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],
        "{ viewer { name } }",
        |_, _| json!({})),
    query("viewer",      [NIL,  NIL,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   NIL],
        "{ viewer { employee { nip } workday { on } } }",
        |_, _| json!({})),
    query("viewer",      [NIL,  NIL,  OK,   NIL,  OK,   NIL,  OK,   NIL,  NIL,  NIL],
        "{ viewer { checkIns { nodes { id } } courseSessions { nodes { id } } } }",
        |_, _| json!({})),
    query("viewer",      [NIL,  NIL,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   NIL],
        "{ viewer { today { on unexcusedDays { days } } attendance(month: \"2026-11\") { month } } }",
        |_, _| json!({})),
    query("node",        [NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on Employee { attendance(month: \"2026-11\") { month } } } }",
        |_, own| json!({ "id": own.employee })),
    query("node",        [NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on Employee { attendanceDay(on: \"2026-11-23\") { on } } } }",
        |_, own| json!({ "id": own.employee })),
    query("node",        [NIL,  NIL,  NIL,  NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on Unit { attendanceOn(on: \"2026-11-23\") { nodes { employee { id } } } } } }",
        |_, own| json!({ "id": own.unit })),
    query("node",        [NIL,  NIL,  NIL,  NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on Unit { attendanceMonth(month: \"2026-11\") { nodes { employee { id } } } } } }",
        |_, own| json!({ "id": own.unit })),
    query("node",        [NIL,  NIL,  NIL,  NIL,  OK,   NIL,  NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on CourseSession { rollSummary { expectedCount } } } }",
        |_, own| json!({ "id": own.session })),
    query("roleGrants",  [NIL,  NIL,  NIL,  NIL,  NIL,  OK,   NIL,  NIL,  OK,   OK],
        "query($agencyId: ID!) { roleGrants(agencyId: $agencyId) { nodes { id } } }",
        |_, own| json!({ "agencyId": own.agency })),
    query("checkInReviews", [NIL, NIL, NIL, NIL, OK,  OK,  NIL,  NIL,  OK,   NIL],
        "query($agencyId: ID, $unitId: ID) { checkInReviews(agencyId: $agencyId, unitId: $unitId) { nodes { id } } }",
        |_, own| json!({ "agencyId": own.agency, "unitId": own.unit })),
    query("corrections", [NIL,  NIL,  NIL,  NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($agencyId: ID, $unitId: ID) { corrections(agencyId: $agencyId, unitId: $unitId) { nodes { id } } }",
        |_, own| json!({ "agencyId": own.agency, "unitId": own.unit })),
    query("viewer",      [NIL,  NIL,  OK,   NIL,  NIL,  NIL,  OK,   NIL,  NIL,  NIL],
        "{ viewer { corrections { nodes { id } } } }",
        |_, _| json!({})),
    query("agencies",    [OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],
        "{ agencies { nodes { name } } }",
        |_, _| json!({})),
    query("agencies",    [NIL,  NIL,  OK,   OK,   OK,   OK,   NIL,  NIL,  OK,   NIL],
        "{ agencies(search: \"Sabang\") { nodes { employees { nodes { id } } units { nodes { id } } } } }",
        |_, _| json!({})),
    query("jurisdictions", [OK, OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],
        "query($parentId: ID) { jurisdictions(parentId: $parentId) { nodes { name } } }",
        |stage, _| json!({ "parentId": stage.country.province })),
    query("siasnTerms",  [OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],
        "{ siasnTerms(list: RANK) { nodes { name } } }",
        |_, _| json!({})),
    query("holidays",    [OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],
        "{ holidays(year: 2026) { nodes { name } } }",
        |_, _| json!({})),
    query("ramadanPeriods", [OK, OK,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],
        "{ ramadanPeriods { nodes { startsOn } } }",
        |_, _| json!({})),
    query("viewer",      [NIL,  NIL,  OK,   NIL,  NIL,  NIL,  OK,   NIL,  NIL,  NIL],
        "{ viewer { dutyArrangements { nodes { id } } } }",
        |_, _| json!({})),
    query("dutyArrangements", [NIL, NIL, NIL, NIL, NIL, OK,   NIL,  NIL,  OK,   NIL],
        "query($agencyId: ID, $unitId: ID) {
            dutyArrangements(agencyId: $agencyId, unitId: $unitId, status: REQUESTED) { nodes { id } } }",
        |_, own| json!({ "agencyId": own.agency, "unitId": own.unit })),
    query("node",        [NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on DutyArrangement { attendedDays } } }",
        |_, own| json!({ "id": own.travel })),
    query("node",        [NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on Employee { dutyArrangements { nodes { id } }
            roster(from: \"2026-11-01\", until: \"2026-12-31\") { id } } } }",
        |_, own| json!({ "id": own.employee })),
    query("node",        [NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL,  NIL,  OK,   NIL],
        "query($id: ID!) { node(id: $id) { ... on Unit {
            roster(from: \"2026-11-01\", until: \"2026-12-31\") { nodes { id } } } } }",
        |_, own| json!({ "id": own.unit })),
    query("latenessRules", [NIL, OK,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],
        "query($agencyId: ID) { latenessRules(agencyId: $agencyId) { nodes { name } } }",
        |_, own| json!({ "agencyId": own.agency })),
    query("reviewThresholds", [NIL, NIL, NIL, NIL, NIL, NIL, NIL, OK, OK,   OK],
        "query($agencyId: ID) { reviewThresholds(agencyId: $agencyId) { nodes { citation } } }",
        |_, own| json!({ "agencyId": own.agency })),
];

#[rustfmt::skip] // A table.
const MUTATIONS: &[Case] = &[
    //                               anon  citz  empl  coll  train sup   empl* adm*  adm   nat      (*: of the other agency)
    mutation("login",               [OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],  "accessToken",
        |_, own| credentials(own)),
    mutation("refreshTokens",       [OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],  "accessToken",
        |stage, _| json!({ "refreshToken": stage.secret })),
    mutation("logout",              [WHO,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],  "isLoggedOut",
        |_, _| json!({})),
    mutation("logout",              [WHO,  GONE, GONE, OK,   GONE, GONE, GONE, GONE, GONE, GONE], "isLoggedOut",
        |_, own| json!({ "deviceId": own.device })),
    mutation("requestContactCode",  [OFF,  OFF,  OFF,  OFF,  OFF,  OFF,  OFF,  OFF,  OFF,  OFF], "isSent",
        |_, _| json!({ "email": "warga@sabang.example" })),
    mutation("registerCitizen",     [BAD,  BAD,  BAD,  BAD,  BAD,  BAD,  BAD,  BAD,  BAD,  BAD], "isRegistered",
        |_, _| json!({ "email": "warga@sabang.example", "code": "00000-00000", "password": PASSWORD, "name": "Warga" })),
    mutation("activateAccount",     [OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],  "isActivated",
        |stage, own| json!({ "identifier": own.newcomer_nip, "code": stage.secret, "newPassword": PASSWORD })),
    mutation("changePassword",      [WHO,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK,   OK],  "isChanged",
        |_, _| json!({ "currentPassword": PASSWORD, "newPassword": "gerimis di atas genteng" })),

    mutation("issueAccountCode",    [WHO,  GONE, NO,   GONE, NO,   NO,   GONE, GONE, OK,   GONE], "code",
        |_, own| json!({ "employee": { "employeeId": own.employee } })),
    mutation("issueAccountCode",    [WHO,  GONE, GONE, GONE, GONE, GONE, GONE, GONE, OK,   NO],  "code",
        |_, own| json!({ "employee": { "nip": own.employee_nip } })),
    mutation("issueAccountCode",    [WHO,  GONE, GONE, GONE, GONE, GONE, GONE, GONE, OK,   OK],  "code",
        |_, own| json!({ "employee": { "nip": own.admin_nip } })),
    mutation("lockAccount",         [WHO,  GONE, NO,   GONE, NO,   NO,   GONE, GONE, OK,   GONE], "employee { id }",
        |_, own| json!({ "employeeId": own.employee })),
    mutation("unlockAccount",       [WHO,  GONE, NO,   GONE, NO,   NO,   GONE, GONE, OK,   GONE], "employee { id }",
        |_, own| json!({ "employeeId": own.employee })),
    mutation("grantRole",           [WHO,  GONE, NO,   GONE, NO,   NO,   GONE, GONE, OK,   GONE], "roleGrant { id }",
        |_, own| json!({ "employee": { "employeeId": own.employee }, "role": { "supervisorOfUnitId": own.unit } })),
    mutation("grantRole",           [WHO,  NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   OK],  "roleGrant { id }",
        |_, own| json!({ "employee": { "nip": own.employee_nip }, "role": { "adminOfAgencyId": own.agency } })),
    mutation("revokeRole",          [WHO,  GONE, GONE, GONE, GONE, NO,   GONE, GONE, OK,   GONE], "roleGrant { id }",
        |_, own| json!({ "roleGrantId": own.supervisor_role })),
    mutation("revokeRole",          [WHO,  GONE, GONE, GONE, GONE, GONE, GONE, GONE, NO,   OK],  "roleGrant { id }",
        |_, own| json!({ "roleGrantId": own.admin_role })),

    mutation("createUnit",          [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE],  "unit { id }",
        |stage, own| json!({ "agencyId": own.agency, "name": "Loket", "parentId": own.unit,
            "jurisdictionId": stage.country.city, "headEmployeeId": own.colleague })),
    mutation("updateUnit",          [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "unit { id }",
        |stage, own| json!({ "unitId": own.unit, "name": "Loket", "parentId": own.root,
            "jurisdictionId": stage.country.city, "headEmployeeId": own.colleague })),
    mutation("createVenue",         [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE],  "venue { id }",
        |_, own| json!({ "agencyId": own.agency, "unitId": own.unit, "name": "Aula", "latitude": 5.9, "longitude": 95.3,
            "radiusMeters": 100 })),
    mutation("updateVenue",         [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "venue { id }",
        |_, own| json!({ "venueId": own.venue, "unitId": own.root, "name": "Aula" })),
    mutation("createEmployee",      [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE],  "employee { id }",
        |stage, own| json!({ "agencyId": own.agency, "name": "Panglima Polem", "employment": "PNS",
            "nip": "199003122015011009", "unitId": own.unit, "postTypeId": stage.country.post_type,
            "rankId": stage.country.rank, "supervisorId": own.supervisor })),
    mutation("updateEmployee",      [WHO,  GONE, NO,   GONE, NO,   NO,   GONE, GONE, OK,   GONE], "employee { id }",
        |stage, own| json!({ "employeeId": own.employee, "unitId": own.root, "postTypeId": stage.country.post_type,
            "rankId": stage.country.rank, "supervisorId": own.supervisor })),
    mutation("changeEmployeeNip",   [WHO,  GONE, NO,   GONE, NO,   NO,   GONE, GONE, OK,   GONE], "employee { id }",
        |_, own| json!({ "employeeId": own.employee, "nip": "199003122015011009", "validFrom": "2026-11-23" })),
    mutation("setWorkingHours",     [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE],  "schedule { id }",
        |_, own| json!({ "agencyId": own.agency, "unitId": own.unit, "name": "Jam loket", "citation": "SK 2/2026",
            "validFrom": "2026-11-24", "shifts": [{ "name": "Loket",
                "weekdays": ["MONDAY"], "startsAt": "08:00", "endsAt": "16:00" }] })),

    mutation("requestDutyArrangement", [WHO, CIV, OK,  OK,   OK,   OK,   OK,   OK,   OK,   CIV], "dutyArrangement { id }",
        |_, _| json!({ "idempotencyKey": KEY, "arrangement": travel() })),
    mutation("withdrawDutyArrangement", [WHO, GONE, OK, GONE, GONE, NO,  GONE, GONE, NO,   GONE], "dutyArrangement { id }",
        |_, own| json!({ "dutyArrangementId": own.leave })),
    mutation("decideDutyArrangement", [WHO, GONE, NO,  GONE, GONE, OK,   GONE, GONE, LATE, GONE], "dutyArrangement { id }",
        |_, own| json!({ "dutyArrangementId": own.leave, "decision": "APPROVE" })),
    mutation("revokeDutyArrangement", [WHO, GONE, NO,  GONE, GONE, OK,   GONE, GONE, LATE, GONE], "dutyArrangement { id }",
        |_, own| json!({ "dutyArrangementId": own.travel, "note": "Batal." })),
    mutation("recordDutyArrangement", [WHO, GONE, NO,  GONE, NO,   OK,   GONE, GONE, OK,   GONE], "dutyArrangement { id }",
        |_, own| json!({ "idempotencyKey": KEY, "employeeId": own.employee, "arrangement": travel() })),
    mutation("assignShifts",        [WHO,  GONE, NO,   GONE, NO,   OK,   GONE, GONE, OK,   GONE], "rosterEntries { id }",
        |_, own| json!({ "agencyId": own.agency, "assignments": [
            { "employeeId": own.employee, "workdayOn": "2026-11-24", "shiftIds": [own.shift] }] })),
    mutation("setRamadanPeriod",    [WHO,  NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   OK],  "ramadanPeriod { id }",
        |_, _| json!({ "startsOn": "2028-01-28", "endsOn": "2028-02-25", "citation": "Sidang isbat" })),
    mutation("setHoliday",          [WHO,  NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   OK],  "holiday { id }",
        |_, _| json!({ "date": "2028-01-01", "kind": "NATIONAL", "name": "Tahun Baru", "citation": "SKB 1/2027" })),
    mutation("withdrawRamadanPeriod", [WHO, NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   OK],  "ramadanPeriod { id }",
        |stage, _| json!({ "ramadanPeriodId": stage.country.ramadan, "citation": "Ralat" })),
    mutation("withdrawHoliday",     [WHO,  NO,   NO,   NO,   NO,   NO,   NO,   NO,   NO,   OK],  "holiday { id }",
        |stage, _| json!({ "holidayId": stage.country.holiday, "citation": "SKB 2/2027" })),
    mutation("setTimeZone",         [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE],
        "timeZoneSetting { version }",
        |_, own| json!({ "agencyId": own.agency, "unitId": own.unit, "timeZone": "Asia/Jakarta" })),
    mutation("setReviewThresholds", [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "reviewThreshold { id }",
        |_, own| thresholds(&own.agency)),
    mutation("setLatenessRule",     [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE],  "adoption { id }",
        |_, own| json!({ "agencyId": own.agency, "validFrom": "2026-11-24", "citation": "SK 3/2026",
            "rule": { "ruleId": own.rule } })),

    mutation("createCourse",        [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE],  "course { id }",
        |stage, own| json!({ "agencyId": own.agency, "title": "Etika", "courseNameId": stage.country.course_name,
            "trainingFormId": stage.country.training_form })),
    mutation("updateCourse",        [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "course { id }",
        |stage, own| json!({ "courseId": own.course, "title": "Etika", "courseNameId": stage.country.course_name,
            "trainingFormId": stage.country.training_form })),
    mutation("createCourseRun",     [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "courseRun { id }",
        |_, own| json!({ "courseId": own.course, "name": "Angkatan II", "startsOn": "2026-12-01", "endsOn": "2026-12-02" })),
    mutation("updateCourseRun",     [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "courseRun { id }",
        |_, own| json!({ "courseRunId": own.run, "name": "Angkatan III" })),
    mutation("inviteAgency",        [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "courseRun { id }",
        |_, own| json!({ "courseRunId": own.run, "agencyId": own.other_agency })),
    mutation("createCourseSession", [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "courseSession { id }",
        |_, own| json!({ "courseRunId": own.run, "title": "Studi kasus", "venueId": own.venue,
            "startsAt": "2026-11-24T02:00:00Z", "endsAt": "2026-11-24T03:00:00Z" })),
    mutation("updateCourseSession", [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "courseSession { id }",
        |_, own| json!({ "courseSessionId": own.session, "venueId": own.venue, "title": "Studi kasus" })),
    mutation("setTrainers",         [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "courseSession { id }",
        |_, own| json!({ "courseSessionId": own.session, "employeeIds": [own.colleague] })),
    mutation("enrolEmployees",      [WHO,  GONE, NO,   NO,   NO,   NO,   GONE, GONE, OK,   GONE], "enrolments { id }",
        |_, own| json!({ "courseRunId": own.run, "employeeIds": [own.colleague] })),
    mutation("withdrawEnrolment",   [WHO,  GONE, NO,   GONE, NO,   NO,   GONE, GONE, OK,   GONE], "enrolment { id }",
        |_, own| json!({ "enrolmentId": own.enrolment })),

    mutation("checkIn",             [WHO,  CIV,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   CIV], "checkIn { id }",
        |_, _| attempt(&json!({ "workday": { "direction": "OUT" } }))),
    mutation("checkIn",             [WHO,  CIV,  OK,   OK,   OK,   OK,   GONE, GONE, OK,   CIV], "checkIn { id }",
        |_, own| attempt(&json!({ "courseSessionId": own.session }))),
    mutation("syncCheckIns",        [WHO,  CIV,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   CIV], RESULTS,
        |_, _| sending(&json!({ "workday": { "direction": "OUT" } }))),
    mutation("syncCheckIns",        [WHO,  CIV,  OK,   OK,   OK,   OK,   GONE, GONE, OK,   CIV], RESULTS,
        |_, own| sending(&json!({ "courseSessionId": own.session }))),

    mutation("reviewCheckIn",       [WHO,  GONE, NO,   GONE, OK,   LATE, GONE, GONE, LATE, GONE], "checkInReview { id }",
        |_, own| json!({ "checkInId": own.class_check_in, "decision": "ACCEPT" })),
    mutation("reviewCheckIn",       [WHO,  GONE, NO,   GONE, GONE, OK,   GONE, GONE, LATE, GONE], "checkInReview { id }",
        |_, own| json!({ "checkInId": own.duty_check_in, "decision": "ACCEPT" })),
    mutation("disputeCheckIn",      [WHO,  CIV,  OK,   GONE, GONE, NO,   GONE, GONE, NO,   CIV],  "checkInReview { id }",
        |_, own| json!({ "checkInId": own.duty_check_in, "reason": "Ponsel mati." })),
    mutation("requestCorrection",   [WHO,  CIV,  OK,   OK,   OK,   OK,   OK,   OK,   OK,   CIV],  "correction { id }",
        |_, _| correction(KEY, "07:10")),
    mutation("withdrawCorrection",  [WHO,  GONE, OK,   GONE, GONE, NO,   GONE, GONE, NO,   GONE], "correction { id }",
        |_, own| json!({ "correctionId": own.correction })),
    mutation("decideCorrection",    [WHO,  GONE, NO,   GONE, GONE, OK,   GONE, GONE, LATE, GONE], "correction { id }",
        |_, own| json!({ "correctionId": own.correction, "decision": "APPROVE" })),
    mutation("revokeCorrection",    [WHO,  GONE, NO,   GONE, GONE, OK,   GONE, GONE, LATE, GONE], "correction { id }",
        |_, own| json!({ "correctionId": own.approved_correction, "note": "Keliru." })),
];

#[rustfmt::skip] // A table.
const SUBSCRIPTIONS: &[Case] = &[
    //                                anon  citz  empl  coll  train sup   empl* adm*  adm   nat      (*: of the other agency)
    subscription("courseSessionRollChanged", [WHO,  GONE, OK,   NIL,  OK,   OK,   GONE, GONE, OK,   GONE],
        "subscription($courseSessionId: ID!) { courseSessionRollChanged(courseSessionId: $courseSessionId) { id } }",
        |_, own| json!({ "courseSessionId": own.session })),
];

const RESULTS: &str = "results { checkIn { id } errors { code field } }";
const NOW: &str = "2026-11-23T00:20:00Z";
const KEY: &str = "0193a5e2-7a3c-7000-8000-000000000009";

fn travel() -> Value {
    json!({ "kind": "DUTY_TRAVEL", "startsOn": "2026-12-03", "endsOn": "2026-12-04", "reason": "Rapat di Banda Aceh" })
}

fn attempt(occasion: &Value) -> Value {
    json!({ "idempotencyKey": KEY, "occasion": occasion, "capturedAt": NOW, "sentAt": NOW })
}

fn sending(occasion: &Value) -> Value {
    json!({ "sentAt": NOW, "items": [{ "idempotencyKey": KEY, "occasion": occasion, "capturedAt": NOW }] })
}
