//! What PostgreSQL makes of the reads: every statement that a request sends is explained, with its own values.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use serde_json::{Value, json};

use super::today::SCREEN;
use crate::cast::Cast;
use crate::client::Client;
use crate::harness::Engine;

const HISTORY: &str = "{ viewer { checkIns(first: 100) { nodes { id verdict capturedAt direction } } } }";
const ROLL: &str = "query($id: ID!) { node(id: $id) { ... on CourseSession {
    roll(first: 100) { nodes { id verdict } } rollSummary { presentCount } missing(first: 100) { nodes { id } } } } }";
const UNIT_DAY: &str = "query($id: ID!) { node(id: $id) { ... on Unit {
    attendanceOn(on: \"2026-11-20\", first: 100) { nodes { employee { id name } attendance { state } } } } } }";
const UNIT_MONTH: &str = "query($id: ID!) { node(id: $id) { ... on Unit {
    attendanceMonth(month: \"2026-11\", first: 100) { nodes { employee { id } attendance { totals { workdays } } } } } } }";

/// A city with so many people, each with so many days.
struct City {
    cast: Cast,
    seen: Arc<Mutex<Vec<Statement>>>,
}

impl City {
    async fn new(people: u32, days: u32) -> Self {
        let cast = Cast::new(Engine::Postgres).await;
        let sabang = &cast.sabang;
        let uuid = |id: uuid::Uuid| format!("'{id}'::uuid");
        let mut sql = include_str!("fill.sql").to_owned();
        for (name, value) in [
            (":employee", uuid(sabang.employee.employee.0)),
            (":people", people.to_string()),
            (":days", days.to_string()),
            (":agency", uuid(sabang.agency.0)),
            (":unit", uuid(sabang.unit.0)),
            (":device", uuid(sabang.employee.device.0)),
            (":run", uuid(sabang.run.0)),
            (":session", uuid(sabang.session.0)),
            (":until", "'2026-11-22T20:00:00+07:00'".to_owned()),
        ] {
            sql = sql.replace(name, &value);
        }
        let transaction = cast.world.app.db.begin().await.unwrap();
        transaction.execute_unprepared(&sql).await.unwrap();
        transaction.commit().await.unwrap();
        cast.world.app.forget();
        let seen = Arc::<Mutex<Vec<Statement>>>::default();
        let told = seen.clone();
        cast.world.app.db.watch(move |statement| told.lock().unwrap().push(statement.clone()));
        Self { cast, seen }
    }

    /// The four reads, each by whoever makes it.
    fn reads(&self) -> [(&'static str, &Client, &'static str, Value); 8] {
        let sabang = &self.cast.sabang;
        let (session, unit) = (json!({ "id": sabang.session.to_string() }), json!({ "id": sabang.unit.to_string() }));
        [
            ("today", &sabang.employee.phone, SCREEN, json!({})),
            ("own history", &sabang.employee.phone, HISTORY, json!({})),
            ("roll, trainer", &sabang.trainer.phone, ROLL, session.clone()),
            ("roll, admin", &sabang.admin.phone, ROLL, session.clone()),
            ("roll, superior of all", &sabang.supervisor.phone, ROLL, session),
            ("unit day, superior", &sabang.supervisor.phone, UNIT_DAY, unit.clone()),
            ("unit day, admin", &sabang.admin.phone, UNIT_DAY, unit.clone()),
            ("unit month, superior", &sabang.supervisor.phone, UNIT_MONTH, unit),
        ]
    }

    /// The statements of a request.
    async fn statements(&self, phone: &Client, query: &str, variables: Value) -> Vec<Statement> {
        self.seen.lock().unwrap().clear();
        let data = phone.data(query, variables).await;
        assert!(data.as_object().unwrap().values().all(|value| !value.is_null()), "{data}");
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

/// The plan of a statement with its values.
async fn plan(db: &DatabaseConnection, statement: &Statement, options: &str) -> Value {
    let explained =
        Statement { sql: format!("EXPLAIN ({options} FORMAT JSON) {}", statement.sql), ..statement.clone() };
    let row = db.query_one_raw(explained).await.unwrap().unwrap();
    let text: String = row.try_get::<Value>("", "QUERY PLAN").map(|plan| plan.to_string()).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// How each table is read in a plan.
fn scans(plan: &Value, found: &mut Vec<(String, String)>) {
    if let (Some(table), Some(kind)) = (plan["Relation Name"].as_str(), plan["Node Type"].as_str()) {
        let index = plan["Index Name"].as_str().map(|name| format!(" {name}")).unwrap_or_default();
        found.push((table.to_owned(), format!("{kind}{index}")));
    }
    if let (None, Some(index)) = (plan["Relation Name"].as_str(), plan["Index Name"].as_str()) {
        found.push(("index".to_owned(), index.to_owned()));
    }
    match plan {
        Value::Array(parts) => parts.iter().for_each(|part| scans(part, found)),
        Value::Object(parts) => {
            parts.values().filter(|part| part.is_array() || part.is_object()).for_each(|part| scans(part, found));
        }
        _ => {}
    }
}

#[tokio::test]
async fn check_ins_are_read_by_their_indexes() {
    // Twenty thousand check-ins: what grows is found by an index, what does not may be read whole.
    let city = City::new(500, 20).await;
    let db = city.cast.world.app.db.read().clone();
    let mut read = 0;
    for (name, phone, query, variables) in city.reads() {
        for statement in city.statements(phone, query, variables).await {
            let mut found = Vec::new();
            scans(&plan(&db, &statement, "").await, &mut found);
            for (table, how) in found {
                if table == "check_in" {
                    assert!(!how.starts_with("Seq Scan"), "{name}: {how}\n{}", statement.sql);
                    read += 1;
                }
            }
        }
    }
    assert!(read >= 10, "{read} scans of check-ins were looked at");
}

async fn measured(phone: &Client, query: &str, variables: &Value) -> Duration {
    let mut times = Vec::new();
    for _ in 0..7 {
        let started = Instant::now();
        phone.data(query, variables.clone()).await;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times[3]
}

fn number(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

/// `scripts/explain` runs this with five million check-ins.
#[tokio::test]
#[ignore = "takes minutes and gigabytes: scripts/explain"]
#[expect(clippy::print_stdout, reason = "it is a report")]
async fn explain_everything() {
    let (people, days) = (number("BINA_EXPLAIN_PEOPLE", 12_000), number("BINA_EXPLAIN_DAYS", 209));
    let started = Instant::now();
    let city = City::new(people, days).await;
    println!("{} check-ins of {people} people in {:.0} s\n", people * days * 2, started.elapsed().as_secs_f64());
    let db = city.cast.world.app.db.read().clone();
    let mut table = String::from(
        "| Read | statements | request, median of 7 | longest statement | check_in is read by |\n| --- | --- | --- | --- | --- |\n",
    );
    for (name, phone, query, variables) in city.reads() {
        city.cast.world.app.actors.forget();
        let statements = city.statements(phone, query, variables.clone()).await;
        println!("== {name}: {} statements", statements.len());
        let (mut longest, mut by) = (0.0_f64, std::collections::BTreeSet::new());
        for statement in &statements {
            let plan = plan(&db, statement, "ANALYZE, BUFFERS,").await;
            let mut found = Vec::new();
            scans(&plan, &mut found);
            let time = plan[0]["Execution Time"].as_f64().unwrap();
            let planning = plan[0]["Planning Time"].as_f64().unwrap();
            longest = longest.max(time);
            by.extend(
                found
                    .iter()
                    .filter(|(table, how)| table == "check_in" || how.starts_with("check_in"))
                    .map(|(_, how)| how.clone()),
            );
            let start: String = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
            let from = start.find(" FROM ").map_or("", |at| &start[at..]);
            println!(
                "   {time:8.2} ms (planned in {planning:.2}) {}\n      {found:?}",
                from.chars().take(100).collect::<String>()
            );
        }
        let time = measured(phone, query, &variables).await;
        let by = by.into_iter().collect::<Vec<_>>().join(", ");
        writeln!(
            table,
            "| {name} | {} | {:.1} ms | {longest:.1} ms | {by} |",
            statements.len(),
            time.as_secs_f64() * 1e3
        )
        .unwrap();
    }
    println!("\n{table}");
    export(&city.cast).await;
}

/// The month of the unit with all below it, read piece by piece.
#[expect(clippy::print_stdout, reason = "it is a report")]
async fn export(cast: &Cast) {
    let memory = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
        };
        (of("VmRSS:"), of("VmHWM:"))
    };
    let units = [("a unit of everybody", cast.sabang.unit), ("the same again", cast.sabang.unit)];
    for (name, unit) in units {
        let before = memory();
        let path = format!("/exports/attendance.csv?unitId={unit}&month=2026-11");
        let started = Instant::now();
        let mut body = cast.sabang.supervisor.phone.get(&path).await.into_body();
        let (mut bytes, mut lines, mut pieces, mut most) = (0, 0, 0, 0);
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            (bytes, pieces) = (bytes + data.len(), pieces + 1);
            lines += data.split(|byte| *byte == b'\n').count() - 1;
            most = most.max(memory().0);
        }
        println!(
            "CSV of {name}: {lines} lines, {} MB in {pieces} pieces, {:.1} s; resident {} MB before, at most {most} MB meanwhile (peak of the process {} MB)",
            bytes / 1_000_000,
            started.elapsed().as_secs_f64(),
            before.0,
            memory().1,
        );
    }
}
