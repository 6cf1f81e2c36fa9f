//! The national lists, region codes and holidays.

use std::fs::File;

use bina::import::{self, ImportError, Silent, Source};
use entity::{agency, holiday, jurisdiction, siasn_term, unit};
use rstest::rstest;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, Set};

use super::{AGENCIES, UNITS, counts, list, places, prepare};
use crate::harness::{Engine, World};
use crate::reference::reference;

/// Lines and columns.
type Places = &'static [(u64, &'static str)];

/// Every real file, with what it creates and the places that it refuses.
const REAL: [(Source, &str, u64, Places); 10] = [
    (Source::Agencies, "siasn/instansi.json", 643, &[(644, "id")]),
    (
        Source::Units,
        "siasn/satuanKerja.json",
        1_836,
        &[(386, "instansiId"), (387, "instansiId"), (935, "instansiId"), (1_012, "instansiId")],
    ),
    (Source::CourseNames, "siasn/jenisKursus.json", 1_287, &[]),
    (Source::TrainingForms, "siasn/jenisDiklat.json", 25, &[]),
    (Source::Competences, "siasn/kompetensi.json", 67, &[]),
    (Source::Ranks, "siasn/golonganPns.json", 17, &[]),
    (Source::PostTypes, "siasn/jenisJabatan.json", 4, &[]),
    (Source::EmployeeTypes, "siasn/jenisPegawai.json", 19, &[]),
    (Source::Regions, "wilayah/five_cities.csv", 448, &[]),
    (Source::Holidays, "holidays/id_2024_2027.csv", 108, &[]),
];

#[rstest]
#[tokio::test]
async fn all_real_files_import_twice_with_equal_counts(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    for (source, path, created, refused) in REAL {
        let Some(path) = reference(path) else { return };
        let open = || Box::new(File::open(&path).unwrap());
        let first = import::run(&world.app, source, None, open(), &Silent).await.unwrap();
        assert_eq!(counts(&first), [created, 0, 0, refused.len() as u64], "{source:?}: {first}");
        let second = import::run(&world.app, source, None, open(), &Silent).await.unwrap();
        assert_eq!(counts(&second), [0, 0, created, refused.len() as u64], "{source:?}: {second}");
        assert_eq!(second.refusals, first.refusals);
        assert_eq!(places(&first), refused);
    }
    let broadcaster =
        agency::Entity::find().filter(agency::Column::Code.eq("4057")).all(world.app.db.read()).await.unwrap();
    let names: Vec<_> = broadcaster.iter().map(|agency| agency.name.as_str()).collect();
    assert_eq!(names, ["TELEVISI REPUBLIK INDONESIA"]);
    let iboih =
        jurisdiction::Entity::find().filter(jurisdiction::Column::Code.eq("11.72.01.2001")).one(world.app.db.read());
    let parent = iboih.await.unwrap().unwrap().parent_id.unwrap();
    let parent = jurisdiction::Entity::find_by_id(parent).one(world.app.db.read()).await.unwrap().unwrap();
    assert_eq!((parent.code.as_str(), parent.level), ("11.72.01", jurisdiction::Level::District));
}

#[rstest]
#[tokio::test]
async fn an_agency_keeps_what_its_admin_set(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    list(&world, Source::Regions, "code,name\n35,JAWA TIMUR\n").await;
    let region = jurisdiction::Entity::find().one(world.app.db.read()).await.unwrap().unwrap();
    assert_eq!(counts(&list(&world, Source::Agencies, AGENCIES).await), [2, 0, 0, 0]);
    let surabaya = || agency::Entity::find().filter(agency::Column::Code.eq("6571")).one(world.app.db.read());
    let mut set = surabaya().await.unwrap().unwrap().into_active_model();
    set.time_zone = Set("Asia/Makassar".to_owned());
    set.jurisdiction_id = Set(Some(region.id));
    let set = set.update(world.app.db.read()).await.unwrap();

    assert_eq!(counts(&list(&world, Source::Agencies, AGENCIES).await), [0, 0, 2, 0]);
    let renamed = AGENCIES.replace("Pemerintah Kota Surabaya", "Kota  Surabaya").replace(r#""KOT""#, r#""""#);
    assert_eq!(counts(&list(&world, Source::Agencies, renamed).await), [0, 2, 0, 0]);
    let wanted = agency::Model { name: "Kota Surabaya".to_owned(), category: None, ..set };
    assert_eq!(surabaya().await.unwrap().unwrap(), wanted);
}

#[rstest]
#[tokio::test]
async fn a_broken_entry_of_a_list_stops_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let file = r#"[
        {"id":"1","nama":"Satu","jenis":"P","kodeCepat":"1010","jenisInstansiId":null},
        {"id":"2","nama":"Dua","jenis":"X","kodeCepat":"1010"},
        {"id":"3","nama":"Tiga","jenis":"D","kodeCepat":1010},
        {"id":"4","nama":" ","jenis":"D","kodeCepat":"1010"},
        {"id":"5","nama":"Lima","kodeCepat":"1010"},
        {"id":"6","nama":"En\u202eam","jenis":"D","kodeCepat":"1010"},
        {"id":"7","nama":"\ud800","jenis":"D","kodeCepat":"1010"},
        {"id":"8","nama":"Delapan","jenis":"D","kodeCepat":"1010",},
        {"id":"1","nama":"Satu lagi","jenis":"P","kodeCepat":"1010"},
        "sepuluh",
        {"id":"11","nama":"Sebelas","jenis":"D","kodeCepat":"1010"}
    ]"#;
    let report = list(&world, Source::Agencies, file).await;
    let refused = [
        (2, "jenis"),
        (3, "kodeCepat"),
        (4, "nama"),
        (5, "jenis"),
        (6, "nama"),
        (7, "-"),
        (8, "-"),
        (9, "id"),
        (10, "-"),
    ];
    assert_eq!(places(&report), refused);
    assert!(report.to_string().contains("\nline 9: id: same id as line 1\n"), "{report}");
    assert_eq!(report.created, 2);
    let again = list(&world, Source::Agencies, file).await;
    assert_eq!((again.unchanged, again.refusals), (2, report.refusals));
}

#[rstest]
#[tokio::test]
async fn a_unit_keeps_its_place_in_the_tree(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let named =
        |source: &'static str| unit::Entity::find().filter(unit::Column::SourceId.eq(source)).one(world.app.db.read());
    let parent = named("dinkes").await.unwrap().unwrap();
    let mut set = named("dispar").await.unwrap().unwrap().into_active_model();
    set.parent_id = Set(Some(parent.id));
    set.time_zone = Set(Some("Asia/Jayapura".to_owned()));
    set.is_active = Set(false);
    let set = set.update(world.app.db.read()).await.unwrap();
    let report = list(&world, Source::Units, UNITS.replace("Dinas Pariwisata", "Dinas Wisata")).await;
    assert_eq!(counts(&report), [0, 1, 2, 0]);
    assert_eq!(named("dispar").await.unwrap().unwrap(), unit::Model { name: "Dinas Wisata".to_owned(), ..set });
    let stray = list(&world, Source::Units, r#"[{"id":"x","nama":"BUMN","instansiId":"nowhere"}]"#).await;
    assert_eq!(
        stray.to_string(),
        "created 0, updated 0, unchanged 0, refused 1\nline 1: instansiId: no agency has this id"
    );
}

#[rstest]
#[tokio::test]
async fn regions_find_their_parents_wherever_they_stand(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let first =
        "code,name\n11.72.01,Sukakarya\n11.72,KOTA SABANG\n12.71,KOTA MEDAN\n12.71.08,Belawan\n11,ACEH\n1172,x\n";
    let report = list(&world, Source::Regions, first).await;
    assert_eq!(places(&report), [(4, "code"), (5, "code"), (7, "code")]);
    assert_eq!(counts(&report), [3, 0, 0, 3]);
    // The parents of these are in the database alone.
    let second = "code,name\n11.72.02,Sukajaya\n11.72.01,Suka Karya\n11.72.02,Sukajaya\n";
    let report = list(&world, Source::Regions, second).await;
    assert_eq!((counts(&report), places(&report)), ([1, 1, 0, 1], vec![(4, "code")]));
    let levels: Vec<_> = jurisdiction::Entity::find()
        .all(world.app.db.read())
        .await
        .unwrap()
        .into_iter()
        .map(|region| (region.level, region.parent_id.is_some()))
        .collect();
    assert_eq!(levels.iter().filter(|(_, has_parent)| !has_parent).count(), 1, "{levels:?}");
}

#[rstest]
#[tokio::test]
async fn a_holiday_is_a_day_and_a_name(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    let file = "\u{feff}date,kind,name\r\n2026-08-17,national,Hari Kemerdekaan\r\n2026-08-17,collective_leave,Cuti\r\n\
                2026-02-30,national,x\r\n2026-2-3,national,x\r\n2026-02-03,leave,x\r\n2026-08-17,national,Cuti\r\n";
    let report = list(&world, Source::Holidays, file).await;
    assert_eq!((report.created, places(&report)), (2, vec![(4, "date"), (5, "date"), (6, "kind"), (7, "date")]));
    let report = list(&world, Source::Holidays, "name,date,kind\nCuti,2026-08-17,national\n").await;
    assert_eq!(counts(&report), [0, 1, 0, 0]);
    // A decree is taken where the list names it, and stays where a list names none.
    let cited = "name,date,kind,citation\nCuti,2026-08-17,national,SKB 1/2026\n";
    assert_eq!(counts(&list(&world, Source::Holidays, cited).await), [0, 1, 0, 0]);
    assert_eq!(counts(&list(&world, Source::Holidays, cited).await), [0, 0, 1, 0]);
    let uncited = "name,date,kind\nCuti,2026-08-17,collective_leave\n";
    assert_eq!(counts(&list(&world, Source::Holidays, uncited).await), [0, 0, 1, 0]);
    let leave = holiday::Entity::find().filter(holiday::Column::Name.eq("Cuti"));
    let leave = leave.one(world.app.db.read()).await.unwrap().unwrap();
    assert_eq!((leave.kind, leave.citation.as_deref()), (holiday::Kind::National, Some("SKB 1/2026")));
    // What was withdrawn is not brought back.
    let transaction = world.app.db.begin().await.unwrap();
    let mut withdrawn = leave.into_active_model();
    withdrawn.withdrawn_at = Set(Some(world.app.clock.now()));
    withdrawn.withdrawal_citation = Set(Some("SKB 2/2026".to_owned()));
    withdrawn.update(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(counts(&list(&world, Source::Holidays, cited).await), [0, 0, 1, 0]);
    assert_eq!(holiday::Entity::find().all(world.app.db.read()).await.unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn the_parts_of_a_list_go_where_they_belong(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let world = World::new(engine).await;
    prepare(&world).await;
    list(&world, Source::TrainingForms, r#"[{"id":"31","jenis":"Diklat Teknis","jenisKursusSetifikat":"T"}]"#).await;
    list(&world, Source::CourseNames, r#"[{"id":"31","kodeCepat":"2001","nama":"KEUANGAN  DAERAH"}]"#).await;
    let mut terms: Vec<_> = siasn_term::Entity::find()
        .filter(siasn_term::Column::SiasnId.eq("31"))
        .all(world.app.db.read())
        .await
        .unwrap()
        .into_iter()
        .map(|term| (term.name, term.code.unwrap_or_default(), term.category.unwrap_or_default()))
        .collect();
    terms.sort();
    let terms: Vec<_> = terms.iter().map(|(name, code, category)| [&name[..], code, category]).collect();
    assert_eq!(terms, [["Diklat Teknis", "", "T"], ["KEUANGAN DAERAH", "2001", ""], ["Penata Muda", "III/a", ""]]);
}

#[tokio::test]
async fn an_agency_belongs_to_employees_alone() {
    let world = World::new(Engine::Sqlite).await;
    prepare(&world).await;
    let empty = || Box::new(std::io::empty());
    let agency = import::agency_named(&world.app, "A5EB03E23D01").await.unwrap();
    assert_eq!(import::agency_named(&world.app, &agency.to_string()).await.unwrap(), agency);
    assert!(matches!(import::agency_named(&world.app, "9999").await, Err(ImportError::AgencyUnknown)));
    let twin = AGENCIES.replace("A5EB03E23D01", "A5EB03E23D03");
    list(&world, Source::Agencies, twin).await;
    assert!(matches!(import::agency_named(&world.app, "5171").await, Err(ImportError::AgencyAmbiguous)));
    let run = |source, agency| import::run(&world.app, source, agency, empty(), &Silent);
    assert!(matches!(run(Source::Ranks, Some(agency)).await, Err(ImportError::AgencyNotWanted)));
    assert!(matches!(run(Source::Employees, None).await, Err(ImportError::AgencyMissing)));
    assert!(matches!(run(Source::Ranks, None).await, Err(ImportError::NotAList)));
}
