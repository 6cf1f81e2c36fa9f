//! Every kind of broken file and line, named.

use std::fmt::Write as _;
use std::io::{self, Cursor, Read};

use bina::import::{self, ImportError, Silent, Source};
use rstest::rstest;

use super::{HEADER, agency_of, counts, employees, nip, places, prepare, try_employees};
use crate::harness::{Engine, World};

/// Lines in order of the file, each with the column that is to blame; nothing where the line is good.
fn lines() -> Vec<(Vec<u8>, Option<&'static str>)> {
    let long = "x".repeat(201);
    let endless = "x".repeat(70_000);
    let mut lines: Vec<(Vec<u8>, Option<&'static str>)> = Vec::new();
    let mut line = |text: &str, column| lines.push((text.as_bytes().to_vec(), column));
    line("1,Siti Aminah,PNS,198701152010012001,dispar,Analis,1,III/a,,true", None);
    line("2,Budi,PNS,198701152010011002,,,,,,", None);
    // the line itself
    line("3,Budi,PNS,198701152010011003,,,,,", Some("-"));
    line("3,Budi,PNS,198701152010011003,,,,,,,", Some("-"));
    line("3,\"Budi,PNS,198701152010011003,,,,,,", Some("-"));
    line("3,\"Budi\" x,PNS,198701152010011003,,,,,,", Some("-"));
    line(&endless, Some("-"));
    line("", None);
    line("3,\"Budi \"\"Boy\"\", S.E.\",PNS,198701152010011003,,,,,,", None);
    // sourceId
    line(",Budi,PNS,198701152010011004,,,,,,", Some("sourceId"));
    line("2,Budi,PNS,198701152010011004,,,,,,", Some("sourceId"));
    line(" 2 ,Budi,PNS,198701152010011004,,,,,,", Some("sourceId"));
    // name
    line("n1,\u{a0} ,PNS,198701152010011004,,,,,,", Some("name"));
    line("n2,Bu\0di,PNS,198701152010011004,,,,,,", Some("name"));
    line("n3,Bu\tdi,PNS,198701152010011004,,,,,,", Some("name"));
    line("n4,\u{202e}iduB,PNS,198701152010011004,,,,,,", Some("name"));
    line("n5,Bu\u{200b}di,PNS,198701152010011004,,,,,,", Some("name"));
    line(&format!("n6,{long},PNS,198701152010011004,,,,,,"), Some("name"));
    // employment
    line("e1,Budi,,198701152010011004,,,,,,", Some("employment"));
    line("e2,Budi,HONORER,198701152010011004,,,,,,", Some("employment"));
    // nip
    line("p1,Budi,PNS,,,,,,,", Some("nip"));
    line("p2,Budi,PNS,1.98701E+17,,,,,,", Some("nip"));
    line("p3,Budi,PNS,198702302010011004,,,,,,", Some("nip"));
    line("p4,Budi,PNS,202701152045011004,,,,,,", Some("nip"));
    line("p5,Budi,PNS,198701152010131004,,,,,,", Some("nip"));
    line("p6,Budi,PNS,198701152000011004,,,,,,", Some("nip"));
    line("p7,Budi,PNS,198701152010013004,,,,,,", Some("nip"));
    line("p8,Budi,PNS,199001012023211001,,,,,,", Some("nip"));
    line("p9,Budi,PPPK,199001012000211001,,,,,,", Some("nip"));
    line("p10,Budi,PNS,198701152010011002,,,,,,", Some("nip"));
    // the others
    line("u1,Budi,PNS,198701152010011004,nowhere,,,,,", Some("unitSourceId"));
    line("u2,Budi,PNS,198701152010011004,capil,,,,,", Some("unitSourceId"));
    line(&format!("o1,Budi,PNS,198701152010011004,,{long},,,,"), Some("post"));
    line("t1,Budi,PNS,198701152010011004,,,31,,,", Some("postTypeId"));
    line("r1,Budi,PNS,198701152010011004,,,,V/z,,", Some("rank"));
    line("a1,Budi,PNS,198701152010011004,,,,,,ya", Some("isActive"));
    // a supervisor alone is refused, its person is not
    line("s1,Budi,PNS,198701152010011005,,,,,tiada,", Some("supervisorSourceId"));
    line("s2,Budi,PNS,198701152010011006,,,,,s2,", Some("supervisorSourceId"));
    line("s3,Budi,PNS,198701152010011007,,,,,u1,", Some("supervisorSourceId"));
    lines.push((b"n7,Bu\xffdi,PNS,198701152010011004,,,,,,".to_vec(), Some("name")));
    lines.push((b"4,Budi,PPPK,19900101 202321 1 001,,,,,1,FALSE".to_vec(), None));
    lines
}

#[rstest]
#[tokio::test]
async fn each_broken_line_is_named_and_the_others_are_there(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values("\n", "\r\n")] end: &str,
) {
    let world = World::new(engine).await;
    prepare(&world).await;
    let lines = lines();
    let mut file = format!("\u{feff}{HEADER}{end}").into_bytes();
    for (line, _) in &lines {
        file.extend_from_slice(line);
        file.extend_from_slice(end.as_bytes());
    }
    let wanted: Vec<_> = (2..).zip(&lines).filter_map(|(number, (_, column))| Some((number, (*column)?))).collect();
    let report = employees(&world, "5171", file.clone()).await;
    assert_eq!(places(&report), wanted);
    assert_eq!(counts(&report), [7, 0, 0, wanted.len() as u64]);
    let text = report.to_string();
    assert!(text.contains("\nline 12: sourceId: same sourceId as line 3\n"), "{text}");
    for value in ["Budi", "198701", "Siti", "nowhere", "tiada", "HONORER"] {
        assert!(!text.contains(value), "{value} in {text}");
    }
    let again = employees(&world, "5171", file).await;
    assert_eq!((counts(&again), places(&again)), ([0, 0, 7, wanted.len() as u64], wanted));
}

#[tokio::test]
async fn a_last_line_needs_no_end_and_a_file_may_hold_its_header_alone() {
    let world = World::new(Engine::Sqlite).await;
    prepare(&world).await;
    let report = employees(&world, "5171", "nip,name,employment,sourceId\n198701152010012001,Siti,PNS,1").await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    assert_eq!(counts(&employees(&world, "5171", HEADER).await), [0, 0, 0, 0]);
    let open = employees(&world, "5171", format!("{HEADER}\n2,\"Siti,PNS,198701152010012001,,,,,,")).await;
    assert_eq!(places(&open), [(2, "-")]);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_told_and_repeated() {
    struct Torn;
    impl Read for Torn {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let world = World::new(Engine::Sqlite).await;
    prepare(&world).await;
    let agency = agency_of(&world, "5171").await;
    let mut file = "sourceId,name,employment,nip\n".to_owned();
    for number in 0..1_500 {
        writeln!(file, "p{number},Budi,PNS,{}", nip(number)).unwrap();
    }
    let torn = Box::new(Cursor::new(file.clone()).chain(Torn));
    let error = import::run(&world.app, Source::Employees, Some(agency), torn, &Silent).await.unwrap_err();
    assert!(matches!(error, ImportError::Read(_)) && error.to_string().contains("the disk is gone"), "{error}");
    assert_eq!(counts(&employees(&world, "5171", file).await), [500, 0, 1_000, 0]);
}

#[tokio::test]
async fn a_header_that_does_not_fit_refuses_the_file() {
    let world = World::new(Engine::Sqlite).await;
    prepare(&world).await;
    let row = "\n1,Siti,PNS,198701152010012001\n";
    for (header, said) in [
        ("", "no header"),
        ("sourceId,name,employment", "missing columns: nip;"),
        ("sourceId", "missing columns: name, employment, nip;"),
        ("sourceId,name,employment,nip,salary,\u{1b}[2Jx", "unknown columns: \"salary\", \"\\u{1b}[2Jx\";"),
        ("sourceId,name,Employment,nip", "unknown columns: \"Employment\"; missing columns: employment;"),
        ("sourceId,name,employment,nip,name", "repeated columns: name;"),
        ("sourceId;name;employment;nip", "separated by commas"),
        ("1,Siti,PNS,198701152010012001", "names no column"),
        ("sourceId,\"name,employment,nip", "not closed"),
    ] {
        let file = if header.is_empty() { String::new() } else { format!("{header}{row}") };
        match try_employees(&world, "5171", file).await {
            Err(ImportError::Header(message)) => {
                assert!(message.contains(said), "{header}: {message}");
                assert!(
                    message.ends_with("and may have unitSourceId,post,postTypeId,rank,supervisorSourceId,isActive")
                );
                assert!(!message.contains("Siti") && !message.contains('\u{1b}'), "{message}");
            }
            other => panic!("{header}: {other:?}"),
        }
    }
    let latin = b"sourceId,name,employment,nip,jabat\xe9n\n".to_vec();
    assert!(matches!(try_employees(&world, "5171", latin).await, Err(ImportError::Header(_))));
    assert_eq!(counts(&employees(&world, "5171", HEADER).await), [0, 0, 0, 0]);
}
