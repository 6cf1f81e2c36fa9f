//! E-mail through a real SMTP server: citizens register with a code, and whoever has an account gets a new password.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bina::config::{MailConfig, Secret};
use bina::locale::Locale;
use bina::mail::Mailer;
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::client::Client;
use crate::harness::{Engine, World, monday_morning};

const REQUEST: &str = "mutation($input: RequestContactCodeInput!) { requestContactCode(input: $input) {
    isSent errors { code field message } } }";
const REGISTER: &str = "mutation($input: RegisterCitizenInput!) { registerCitizen(input: $input) {
    isRegistered errors { code field } } }";
const ACTIVATE: &str = "mutation($input: ActivateAccountInput!) { activateAccount(input: $input) {
    isActivated errors { code field } } }";
const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) {
    viewer { name emails employee { id } roles { role agency { id } } } errors { code } } }";
const PASSWORD: &str = "perahu kertas tiga belimbing";
const ADDRESS: &str = "rosdiana@warga.example";
/// Tells a mail as the program shows it that its reader uses.
const READ: &str = "
import email, email.policy, json, sys
mail = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
print(json.dumps({
    'from': mail['from'], 'to': mail['to'], 'recipients': mail['x-rcptto'], 'subject': mail['subject'],
    'type': mail.get_content_type(), 'charset': mail.get_content_charset(), 'text': mail.get_content(),
    'hasDate': mail['date'] is not None,
}))";

/// An SMTP server that keeps what it takes in a folder.
struct MailServer {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl MailServer {
    fn start(options: &[&str]) -> Self {
        Self::start_on(free_port(), options)
    }

    fn start_on(port: u16, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let child = Command::new("aiosmtpd")
            .args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"])
            .args(options)
            .arg(folder.path().join("mail"))
            .stderr(Stdio::null())
            .spawn()
            .expect("aiosmtpd runs; scripts/test installs it");
        let server = Self { child, folder, port };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "the mail server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The mails that came since the last look.
    fn take(&self) -> Vec<Value> {
        let files = fs::read_dir(self.folder.path().join("mail/new")).expect("the folder");
        let mut mails = Vec::new();
        for file in files {
            let file = file.expect("a file").path();
            let read = Command::new("python3").args(["-c", READ]).arg(&file).output().expect("python3 runs");
            mails.push(serde_json::from_slice(&read.stdout).expect("a mail"));
            fs::remove_file(file).expect("it goes");
        }
        mails
    }

    /// The one mail that came since the last look.
    fn take_one(&self) -> Value {
        let mut mails = self.take();
        assert_eq!(mails.len(), 1, "{mails:?}");
        mails.remove(0)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn mailer(port: u16) -> Mailer {
    let smtp_url = Secret::new(format!("smtp://127.0.0.1:{port}"));
    Mailer::new(Some(&MailConfig { smtp_url, from: "Bina <bina@kota.example>".to_owned() })).expect("a mailer")
}

/// A world whose mail goes to a port of this machine.
async fn world(engine: Engine, port: u16) -> World {
    let mut world = World::new(engine).await;
    Arc::get_mut(&mut world.app).expect("nobody else holds it").mailer = mailer(port);
    world
}

async fn request(phone: &Client, email: &str) -> Value {
    phone.data(REQUEST, json!({ "input": { "email": email } })).await["requestContactCode"].take()
}

async fn register(phone: &Client, email: &str, code: &str) -> Value {
    let input = json!({ "email": email, "code": code, "password": PASSWORD, "name": "Rosdiana" });
    phone.data(REGISTER, json!({ "input": input })).await["registerCitizen"].take()
}

async fn activate(phone: &Client, code: &str, password: &str) -> Value {
    let input = json!({ "identifier": ADDRESS, "code": code, "newPassword": password });
    phone.data(ACTIVATE, json!({ "input": input })).await["activateAccount"].take()
}

async fn login(phone: &Client, password: &str) -> Value {
    let input = json!({
        "identifier": ADDRESS, "password": password, "deviceName": "Ponsel",
        "installationId": Uuid::from_u128(1).to_string(),
    });
    phone.data(LOGIN, json!({ "input": input })).await["login"].take()
}

fn sent() -> Value {
    json!({ "isSent": true, "errors": [] })
}

fn error(payload: &Value) -> &str {
    payload["errors"][0]["code"].as_str().unwrap_or("none")
}

/// The code in a mail: two groups of five.
fn code(mail: &Value) -> String {
    let text = mail["text"].as_str().expect("a text");
    let is_code = |word: &&str| word.len() == 11 && word.as_bytes()[5] == b'-';
    let found = text.split([' ', '.', '\n']).find(is_code);
    found.unwrap_or_else(|| panic!("no code: {text}")).to_owned()
}

#[rstest]
#[tokio::test]
async fn a_citizen_registers_and_later_sets_a_new_password(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = MailServer::start(&[]);
    let world = world(engine, server.port).await;
    let (english, indonesian) = (Client::of(&world), Client::of(&world).in_language("id"));

    assert_eq!(request(&indonesian, " Rosdiana@Warga.example ").await, sent());
    let mail = server.take_one();
    let first = code(&mail);
    assert_eq!((&mail["to"], &mail["recipients"]), (&json!(ADDRESS), &json!(ADDRESS)));
    assert_eq!((&mail["from"], &mail["subject"]), (&json!("Bina <bina@kota.example>"), &json!("Kode Anda untuk Bina")));
    assert_eq!((&mail["type"], &mail["charset"]), (&json!("text/plain"), &json!("utf-8")));
    assert_eq!(mail["hasDate"], true);
    assert!(mail["text"].as_str().unwrap().contains(&format!("Kode Anda adalah {first}.")), "{mail}");

    assert_eq!(error(&register(&english, ADDRESS, "00000-00000").await), "INVALID_CODE");
    assert_eq!(error(&register(&english, "orang.lain@warga.example", &first).await), "INVALID_CODE");
    assert_eq!(request(&english, ADDRESS).await, sent());
    let mail = server.take_one();
    assert!(mail["text"].as_str().unwrap().contains("It holds for 30 minutes."), "{mail}");
    assert_eq!(error(&register(&english, ADDRESS, &first).await), "INVALID_CODE", "a newer code ends the older");
    let typed = code(&mail).to_lowercase().replace('-', " ");
    assert_eq!(register(&english, ADDRESS, &typed).await, json!({ "isRegistered": true, "errors": [] }));
    assert_eq!(error(&register(&english, ADDRESS, &typed).await), "INVALID_CODE", "a code works once");
    let viewer = login(&english, PASSWORD).await["viewer"].take();
    let roles = json!([{ "role": "CITIZEN", "agency": null }]);
    assert_eq!(viewer, json!({ "name": "Rosdiana", "emails": [ADDRESS], "employee": null, "roles": roles }));

    assert_eq!(request(&indonesian, ADDRESS).await, sent());
    let mail = server.take_one();
    assert_eq!(mail["subject"], "Kata sandi baru untuk Bina");
    assert!(mail["text"].as_str().unwrap().contains("berlaku 72 jam"), "{mail}");
    assert_eq!(error(&register(&english, ADDRESS, &code(&mail)).await), "INVALID_CODE", "the account is there already");
    assert_eq!(activate(&english, &code(&mail), "gerobak sate dekat simpang").await["isActivated"], true);
    assert_eq!(error(&activate(&english, &code(&mail), PASSWORD).await), "INVALID_CODE", "a code works once");
    assert_eq!(error(&login(&english, PASSWORD).await), "INVALID_CREDENTIALS");
    assert_eq!(login(&english, "gerobak sate dekat simpang").await["viewer"]["name"], "Rosdiana");
}

#[rstest]
#[tokio::test]
async fn a_code_ends_after_half_an_hour(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = MailServer::start(&[]);
    let world = world(engine, server.port).await;
    let phone = Client::of(&world);
    request(&phone, ADDRESS).await;
    let late = code(&server.take_one());
    world.app.clock.set(monday_morning() + TimeDelta::minutes(30));
    assert_eq!(error(&register(&phone, ADDRESS, &late).await), "INVALID_CODE");
    request(&phone, ADDRESS).await;
    let in_time = code(&server.take_one());
    world.app.clock.set(monday_morning() + TimeDelta::minutes(60) - TimeDelta::seconds(1));
    assert_eq!(register(&phone, ADDRESS, &in_time).await["isRegistered"], true);
}

#[rstest]
#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = MailServer::start(&[]);
    let world = world(engine, server.port).await;
    let phone = Client::of(&world);
    request(&phone, ADDRESS).await;
    assert_eq!(register(&phone, ADDRESS, &code(&server.take_one())).await["isRegistered"], true);
    let answers = async |email: &str| {
        let mut answers = Vec::new();
        for _ in 0..4 {
            let answer = phone.send(REQUEST, json!({ "input": { "email": email } })).await;
            answers.push((answer.status, answer.body));
        }
        answers
    };
    // One was sent to the known address before.
    world.app.clock.set(monday_morning() + TimeDelta::hours(2));
    assert_eq!(answers(ADDRESS).await, answers("tak.dikenal@warga.example").await);
    let mut subjects: Vec<_> = server.take().iter().map(|mail| mail["subject"].to_string()).collect();
    subjects.sort();
    subjects.dedup_by_key(|subject| subject.clone());
    assert_eq!(subjects, ["\"A new password for Bina\"", "\"Your code for Bina\""], "the mails differ alone");
}

#[rstest]
#[tokio::test]
async fn an_address_that_is_none_is_refused(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = MailServer::start(&[]);
    let world = world(engine, server.port).await;
    let phone = Client::of(&world);
    let long = format!("{}@warga.example", "a".repeat(250));
    for address in [
        "x@warga.example\r\nBcc: y@warga.example",
        "x@warga.example\nSubject: z",
        "x@warga.example\r\n\r\nz",
        "x@warga.example, y@warga.example",
        "X <x@warga.example>",
        "x@warga.example>\r\nRCPT TO:<y@warga.example",
        "\"x\r\ny\"@warga.example",
        "x y@warga.example",
        "warga.example",
        "@",
        "",
        &long,
    ] {
        let payload = request(&phone, address).await;
        assert_eq!((error(&payload), &payload["isSent"]), ("MALFORMED", &json!(false)), "{address:?}");
        assert_eq!(payload["errors"][0]["field"], json!(["email"]));
    }
    assert_eq!(server.take(), Vec::<Value>::new());
}

#[rstest]
#[tokio::test]
async fn who_asks_for_many_mails_has_to_wait(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = MailServer::start(&[]);
    let world = world(engine, server.port).await;
    let phone = Client::of(&world);
    for _ in 0..3 {
        assert_eq!(request(&phone, ADDRESS).await, sent());
    }
    let mut waits = Vec::new();
    for _ in 0..4 {
        let payload = request(&phone, "  ROSDIANA@warga.example").await;
        assert_eq!(error(&payload), "TOO_MANY_ATTEMPTS");
        let message = payload["errors"][0]["message"].as_str().unwrap();
        let wait: i64 = message.split(' ').find_map(|word| word.parse().ok()).expect("how long to wait");
        world.app.clock.set(world.app.clock.now() + TimeDelta::seconds(wait));
        assert_eq!(request(&phone, ADDRESS).await, sent(), "after {wait} seconds");
        waits.push(wait);
    }
    assert!(waits.is_sorted_by(|before, after| before < after), "{waits:?}");
    assert_eq!(server.take().len(), 7);
    assert_eq!(request(&phone, "orang.lain@warga.example").await, sent(), "others do not wait");
}

#[rstest]
#[tokio::test]
async fn a_mail_server_that_is_down_or_refuses_is_told_in_words(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let unavailable = |message: &str| json!({ "isSent": false, "errors": [{ "code": "MAIL_UNAVAILABLE", "field": null, "message": message }] });
    let port = free_port();
    let world = world(engine, port).await;
    let (english, indonesian) = (Client::of(&world), Client::of(&world).in_language("id"));
    let in_english = "The e-mail could not be sent. Try again in a moment.";
    assert_eq!(request(&english, ADDRESS).await, unavailable(in_english));
    let refusing = MailServer::start_on(port, &["-s", "100"]);
    let in_indonesian = "Surel belum dapat dikirim. Coba lagi sebentar lagi.";
    assert_eq!(request(&indonesian, ADDRESS).await, unavailable(in_indonesian));
    drop(refusing);
    let server = MailServer::start_on(port, &[]);
    assert_eq!(request(&english, ADDRESS).await, sent());
    assert_eq!(register(&english, ADDRESS, &code(&server.take_one())).await["isRegistered"], true);
}

#[tokio::test]
async fn a_mail_server_that_says_nothing_is_not_waited_for() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mailer = mailer(mute.local_addr().unwrap().port());
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let error = mailer.send(ADDRESS, "Kode".to_owned(), "12345".to_owned()).await.unwrap_err();
    let bina::error::Kind::Refused(refusals) = error.kind() else { panic!("{error}") };
    assert_eq!(Locale::En.refusal(&refusals[0]), "The e-mail could not be sent. Try again in a moment.");
    assert!(started.elapsed() < Duration::from_secs(10), "before the operation itself ends");
}
