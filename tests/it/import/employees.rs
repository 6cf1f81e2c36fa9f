//! People: what a row makes of them, their numbers and their supervisors.

use std::collections::HashMap;
use std::fmt::Write as _;

use bina::audit::verify;
use bina::import::{self, Progress, Source};
use entity::employee::Employment;
use entity::{account, audit_entry, employee, employee_nip, former_placement, siasn_term, unit};
use rstest::rstest;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    Set,
};

use super::{HEADER, agency_of, counts, employees, nip, places, prepare};
use crate::harness::{Engine, World};

async fn person(world: &World, source_id: &str) -> employee::Model {
    let found = employee::Entity::find().filter(employee::Column::SourceId.eq(source_id)).one(world.app.db.read());
    found.await.expect("it is read").expect("the person is there")
}

/// number, first day, last day
async fn numbers(world: &World, source_id: &str) -> Vec<(String, String, Option<String>)> {
    let mut numbers: Vec<_> = employee_nip::Entity::find()
        .filter(employee_nip::Column::EmployeeId.eq(person(world, source_id).await.id))
        .all(world.app.db.read())
        .await
        .expect("they are read")
        .into_iter()
        .map(|nip| (nip.nip, nip.valid_from.to_string(), nip.valid_until.map(|day| day.to_string())))
        .collect();
    numbers.sort();
    numbers
}

/// Who supervises whom, by source id.
async fn supervisors(world: &World) -> HashMap<String, String> {
    let people = employee::Entity::find().all(world.app.db.read()).await.expect("they are read");
    let name: HashMap<_, _> =
        people.iter().map(|person| (person.id, person.source_id.clone().expect("imported"))).collect();
    people.iter().filter_map(|person| Some((person.source_id.clone()?, name[&person.supervisor_id?].clone()))).collect()
}

/// Who was where until when: the last day and the unit's source id.
async fn placements(world: &World, source_id: &str) -> Vec<(String, Option<String>)> {
    let units = unit::Entity::find().all(world.app.db.read()).await.expect("they are read");
    let name = |id| units.iter().find(|unit| unit.id == id).and_then(|unit| unit.source_id.clone());
    let id = person(world, source_id).await.id;
    let rows = former_placement::Entity::find().filter(former_placement::Column::EmployeeId.eq(id));
    let rows = rows.order_by_asc(former_placement::Column::LastOn).all(world.app.db.read()).await;
    let rows = rows.expect("they are read").into_iter();
    rows.map(|row| (row.last_on.to_string(), row.unit_id.and_then(name))).collect()
}

#[rstest]
#[tokio::test]
async fn who_is_moved_was_in_the_former_unit_until_the_day_before(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let file = |unit: &str| {
        format!("{HEADER}\na,Jose,PNS,198001152005011001,{unit},,,,,\nb,Ani,PNS,198001152005012002,,,,,,\n")
    };
    let import = async |now: &str, unit: &str| {
        world.app.clock.set(now.parse().expect("an instant"));
        counts(&employees(&world, "5171", file(unit)).await)
    };
    assert_eq!(import("2026-11-23T00:20:00Z", "dispar").await, [2, 0, 0, 0]);
    assert_eq!(placements(&world, "a").await, [], "who is new was nowhere");
    assert_eq!(import("2026-11-24T00:20:00Z", "dispar").await, [0, 0, 2, 0]);
    assert_eq!(placements(&world, "a").await, []);
    // Moved away and back on one day: the morning's unit was theirs.
    assert_eq!(import("2026-11-25T00:20:00Z", "dinkes").await, [0, 1, 1, 0]);
    assert_eq!(import("2026-11-25T01:20:00Z", "dispar").await, [0, 1, 1, 0]);
    let first = ("2026-11-24".to_owned(), Some("dispar".to_owned()));
    assert_eq!(placements(&world, "a").await, std::slice::from_ref(&first));
    // Ten to midnight in Jakarta into no unit at all, and ten past into another.
    assert_eq!(import("2026-11-25T16:50:00Z", "").await, [0, 1, 1, 0]);
    assert_eq!(import("2026-11-25T17:10:00Z", "dinkes").await, [0, 1, 1, 0]);
    assert_eq!(placements(&world, "a").await, [first, ("2026-11-25".to_owned(), None)]);
    assert_eq!(placements(&world, "b").await, []);
}

#[rstest]
#[tokio::test]
async fn a_row_becomes_a_person_in_full(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let file = format!(
        "{HEADER}\nb,Kepala,PNS,198001152005011001,,,,,,\n\
         a, Jose\u{301}  Rizal ,PPPK,199001012023211001,dispar,Analis  Wisata,2,III/b,b,false\n"
    );
    assert_eq!(counts(&employees(&world, "5171", file.clone()).await), [2, 0, 0, 0]);
    let read = world.app.db.read();
    let unit = unit::Entity::find().filter(unit::Column::SourceId.eq("dispar")).one(read).await.unwrap().unwrap();
    let terms = siasn_term::Entity::find().all(read).await.unwrap();
    let term = |siasn_id: &str| terms.iter().find(|term| term.siasn_id == siasn_id).map(|term| term.id);
    let jose = person(&world, "a").await;
    let wanted = employee::Model {
        id: jose.id,
        agency_id: agency_of(&world, "5171").await,
        account_id: None,
        source_id: Some("a".to_owned()),
        name: "José Rizal".to_owned(),
        employment: Employment::Pppk,
        unit_id: Some(unit.id),
        post: Some("Analis Wisata".to_owned()),
        post_type_id: term("2"),
        rank_id: term("32"),
        supervisor_id: Some(person(&world, "b").await.id),
        is_active: false,
        // Whoever came in as gone never served.
        serves_from: "2026-11-23".parse().unwrap(),
        served_until: Some("2026-11-22".parse().unwrap()),
        created_at: world.app.clock.now(),
        updated_at: world.app.clock.now(),
    };
    assert_eq!(jose, wanted);
    assert_eq!(numbers(&world, "a").await, [("199001012023211001".to_owned(), "2026-11-23".to_owned(), None)]);

    world.app.clock.set("2026-11-24T00:20:00Z".parse().unwrap());
    assert_eq!(counts(&employees(&world, "5171", file.clone()).await), [0, 0, 2, 0]);
    assert_eq!(person(&world, "a").await, wanted, "nothing is touched");
    assert_eq!(counts(&employees(&world, "5171", file.replace("Analis  Wisata", "Penata")).await), [0, 1, 1, 0]);
    let changed = employee::Model { post: Some("Penata".to_owned()), updated_at: world.app.clock.now(), ..wanted };
    assert_eq!(person(&world, "a").await, changed);
}

#[rstest]
#[tokio::test]
async fn an_absent_column_leaves_what_is_there_and_an_empty_cell_clears_it(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let full = format!(
        "{HEADER}\nb,Kepala,PNS,198001152005011001,,,,,,\na,Siti,PNS,198701152010012001,dispar,Analis,1,III/a,b,false\n"
    );
    employees(&world, "5171", full).await;
    let before = person(&world, "a").await;
    let short = "sourceId,name,employment,nip\na,Siti,PNS,198701152010012001\n";
    assert_eq!(counts(&employees(&world, "5171", short).await), [0, 0, 1, 0]);
    assert_eq!(person(&world, "a").await, before);
    let empty = format!("{HEADER}\na,Siti,PNS,198701152010012001,,,,,,\n");
    assert_eq!(counts(&employees(&world, "5171", empty).await), [0, 1, 0, 0]);
    let cleared = employee::Model {
        unit_id: None,
        post: None,
        post_type_id: None,
        rank_id: None,
        supervisor_id: None,
        is_active: true,
        served_until: None,
        ..before
    };
    assert_eq!(person(&world, "a").await, cleared);
}

#[rstest]
#[tokio::test]
async fn a_changed_number_ends_yesterday(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let import = async |agency: &str, source_id: &str, employment: &str, nip: &str| {
        let file = format!("sourceId,name,employment,nip\n{source_id},Siti,{employment},{nip}\n");
        employees(&world, agency, file).await
    };
    let [first, second, third] = ["199001012023212001", "199001012024212001", "199001012024212002"];
    assert_eq!(counts(&import("5171", "a", "PPPK", first).await), [1, 0, 0, 0]);
    // A number that began today is corrected.
    assert_eq!(counts(&import("5171", "a", "PPPK", second).await), [0, 1, 0, 0]);
    assert_eq!(numbers(&world, "a").await, [(second.to_owned(), "2026-11-23".to_owned(), None)]);
    // 30 November in UTC, 1 December in Jakarta.
    world.app.clock.set("2026-11-30T18:00:00Z".parse().unwrap());
    assert_eq!(counts(&import("5171", "a", "PPPK", third).await), [0, 1, 0, 0]);
    let history = [
        (second.to_owned(), "2026-11-23".to_owned(), Some("2026-11-30".to_owned())),
        (third.to_owned(), "2026-12-01".to_owned(), None),
    ];
    assert_eq!(numbers(&world, "a").await, history);
    assert_eq!(counts(&import("5171", "a", "PPPK", third).await), [0, 0, 1, 0]);
    assert_eq!(person(&world, "a").await.updated_at, world.app.clock.now());

    // The same source id in another agency is somebody else; the number is not free there either.
    let report = import("6571", "a", "PPPK", third).await;
    assert_eq!((counts(&report), places(&report)), ([0, 0, 0, 1], vec![(2, "nip")]));
    assert!(report.to_string().ends_with("nip: in use by another person"));
    // Nobody carries the old one any more.
    assert_eq!(counts(&import("6571", "a2", "PPPK", second).await), [1, 0, 0, 0]);
}

#[rstest]
#[tokio::test]
async fn a_number_given_up_is_free_for_the_rows_below(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let head = "sourceId,name,employment,nip\n";
    let [first, second, third] = ["198701152010011001", "198701152010011002", "198701152010011003"];
    employees(&world, "5171", format!("{head}a,Budi,PNS,{first}\nb,Siti,PNS,{second}\n")).await;
    for day in ["2026-11-23T00:20:00Z", "2026-11-24T00:20:00Z"] {
        world.app.clock.set(day.parse().unwrap());
        let handed_on = format!("{head}a,Budi,PNS,{third}\nb,Siti,PNS,{first}\nc,Ali,PNS,{first}\n");
        let report = employees(&world, "5171", handed_on).await;
        assert_eq!((counts(&report), places(&report)), ([0, 2, 0, 1], vec![(4, "nip")]), "{day}");
        let back = format!("{head}b,Siti,PNS,{second}\na,Budi,PNS,{first}\n");
        assert_eq!(counts(&employees(&world, "5171", back).await), [0, 2, 0, 0], "{day}");
    }
}

#[rstest]
#[tokio::test]
async fn supervisors_stand_anywhere(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let head = "sourceId,name,employment,nip,supervisorSourceId\n";
    employees(&world, "6571", format!("{head}other,Lain,PNS,{},\n", nip(9_999))).await;
    employees(&world, "5171", format!("{head}old,Lama,PNS,{},\n", nip(9_998))).await;
    // More than two chunks: the head of everybody is the last, every tenth supervises the nine below.
    let mut file = head.to_owned();
    for number in 0..2_500 {
        let supervisor = match number {
            2_499 => "old".to_owned(),
            7 => "other".to_owned(),
            8 => "p8".to_owned(),
            number if number % 10 == 0 => "p2499".to_owned(),
            number => format!("p{}", number / 10 * 10),
        };
        writeln!(file, "p{number},Budi,PNS,{},{supervisor}", nip(number)).unwrap();
    }
    let report = employees(&world, "5171", file.clone()).await;
    let refused = vec![(9, "supervisorSourceId"), (10, "supervisorSourceId")];
    assert_eq!((counts(&report), places(&report)), ([2_500, 0, 0, 2], refused.clone()));
    let found = supervisors(&world).await;
    assert_eq!(found.len(), 2_498);
    for (person, supervisor) in
        [("p0", "p2499"), ("p1", "p0"), ("p2498", "p2490"), ("p2499", "old"), ("p2490", "p2499")]
    {
        assert_eq!(found[person], supervisor, "{person}");
    }
    let report = employees(&world, "5171", file.clone()).await;
    assert_eq!((counts(&report), places(&report)), ([0, 0, 2_500, 2], refused));

    // An unchanged person whose supervisor arrives further down is counted as updated, once.
    let late = format!(
        "{head}old,Lama,PNS,{},new\np1,Budi,PNS,{},gone\np2,Siti,PNS,{},new\nnew,Baru,PNS,{},\n",
        nip(9_998),
        nip(1),
        nip(2),
        nip(9_997)
    );
    let report = employees(&world, "5171", late.clone()).await;
    assert_eq!((counts(&report), places(&report)), ([1, 2, 1, 1], vec![(3, "supervisorSourceId")]));
    let found = supervisors(&world).await;
    assert_eq!([&found["old"], &found["p1"], &found["p2"]], ["new", "p0", "new"]);
    assert_eq!(counts(&employees(&world, "5171", late).await), [0, 0, 4, 1]);
}

#[rstest]
#[tokio::test]
async fn an_import_leaves_accounts_and_other_agencies_alone(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let head = "sourceId,name,employment,nip\n";
    employees(&world, "5171", format!("{head}a,Budi,PNS,{}\n", nip(1))).await;
    let account = account::Model {
        id: world.app.ids.new_id(world.app.clock.now()),
        name: "Budi".to_owned(),
        password_hash: None,
        locked_at: None,
        created_at: world.app.clock.now(),
    };
    let account = account.into_active_model().insert(world.app.db.read()).await.unwrap().id;
    let mut budi = person(&world, "a").await.into_active_model();
    budi.account_id = Set(Some(account));
    budi.update(world.app.db.read()).await.unwrap();
    assert_eq!(counts(&employees(&world, "5171", format!("{head}a,Budi S,PNS,{}\n", nip(1))).await), [0, 1, 0, 0]);
    let budi = person(&world, "a").await;
    assert_eq!((budi.account_id, budi.name.as_str()), (Some(account), "Budi S"));
    assert_eq!(counts(&employees(&world, "6571", format!("{head}a,Ali,PNS,{}\n", nip(2))).await), [1, 0, 0, 0]);
}

#[tokio::test]
async fn whoever_waits_is_told_how_far_it_is() {
    struct Told(std::sync::Mutex<Vec<u64>>);
    impl Progress for Told {
        fn rows(&self, done: u64) {
            self.0.lock().unwrap().push(done);
        }
    }
    let world = World::new(Engine::Sqlite).await;
    prepare(&world).await;
    let mut file = "sourceId,name,employment,nip\n".to_owned();
    for number in 0..2_100 {
        writeln!(file, "p{number},Budi,PNS,{}", nip(number)).unwrap();
    }
    file.push_str("broken\n");
    let agency = agency_of(&world, "5171").await;
    let told = Told(std::sync::Mutex::default());
    let input = Box::new(std::io::Cursor::new(file));
    import::run(&world.app, Source::Employees, Some(agency), input, &told).await.unwrap();
    assert_eq!(*told.0.lock().unwrap(), [1_000, 2_000, 2_101]);
}

#[rstest]
#[tokio::test]
async fn what_a_file_decides_over_people_is_audited(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let told = async || {
        let entries = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Sequence);
        let entries = entries.all(world.app.db.read()).await.expect("they are read");
        entries.into_iter().map(|entry| (entry.action, entry.subject, entry.actor_id, entry.detail)).collect::<Vec<_>>()
    };
    // The first stands before whom they are supervised by, the others after.
    let before = "a,Jose,PNS,198001152005011001,dispar,,,,b,\nb,Ani,PNS,198001152005012002,dispar,,,,,\n\
                  c,Umar,PNS,198001152005011003,dispar,,,,b,\n";
    employees(&world, "5171", format!("{HEADER}\n{before}")).await;
    employees(&world, "5171", format!("{HEADER}\n{before}")).await;
    assert_eq!(told().await, [], "newcomers, and what changes nothing");

    world.app.clock.set("2026-11-24T00:20:00Z".parse().expect("an instant"));
    let after = "a,Jose,PNS,198001152005011009,dinkes,,,,c,\nb,Ani,PNS,198001152005012002,dispar,,,,,false\n\
                 c,Umar Johan,PNS,198001152005011003,dispar,,,,d,\n\
                 d,Daud,PNS,198001152005011004,dispar,,,,,\n";
    employees(&world, "5171", format!("{HEADER}\n{after}")).await;
    let [a, b] = [person(&world, "a").await, person(&world, "b").await];
    let [c, d] = [person(&world, "c").await, person(&world, "d").await];
    let told = told().await;
    let mut wanted = vec![
        ("EMPLOYEE_MOVED", a.id),
        ("NIP_CHANGED", a.id),
        ("SUPERVISOR_SET", a.id),
        ("EMPLOYEE_DEACTIVATED", b.id),
        ("SUPERVISOR_SET", c.id),
    ];
    let mut found: Vec<_> =
        told.iter().map(|(action, subject, ..)| (action.as_str(), subject.parse().unwrap())).collect();
    wanted.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, wanted);
    assert!(told.iter().all(|(_, _, by, _)| by.is_none()), "the terminal is nobody");
    let supervised = told.iter().find(|(_, subject, ..)| *subject == c.id.to_string()).expect("an entry");
    let detail: serde_json::Value = serde_json::from_str(&supervised.3).expect("JSON");
    assert_eq!(detail, serde_json::json!({ "from": b.id.to_string(), "to": d.id.to_string() }));
    verify::verify(world.app.db.read(), &mut |head| drop(head.expect("an unbroken chain"))).await.expect("it is read");
}
