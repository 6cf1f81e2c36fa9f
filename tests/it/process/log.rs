//! The log: JSON lines, one a request, and nothing of anybody in it.

use rstest::rstest;
use serde_json::{Value, json};

use super::Home;
use super::demo::{account, office};
use super::phone::{Answer, Phone, key, to_duty};
use crate::harness::Engine;

const LOGIN: &str = "mutation Masuk($input: LoginInput!) { login(input: $input) {
    accessToken refreshToken errors { code } } }";
const CHECK_IN: &str = "mutation Presensi($input: CheckInInput!) { checkIn(input: $input) {
    checkIn { id verdict employee { name nip } venue { name } } errors { code } } }";
const REFRESH: &str = "mutation($input: RefreshTokensInput!) { refreshTokens(input: $input) {
    accessToken refreshToken errors { code } } }";
const CODE: &str = "mutation($input: RequestContactCodeInput!) { requestContactCode(input: $input) {
    isSent errors { code } } }";

/// Everything that was sent and came back, and what of it nobody may read in the log.
#[derive(Default)]
struct Traffic {
    request_ids: Vec<String>,
    private: Vec<String>,
}

impl Traffic {
    fn send(&mut self, phone: &Phone, query: &str, variables: Value) -> Value {
        let Answer { request_id, mut body, .. } = phone.send(query, variables);
        self.request_ids.push(request_id);
        body["data"].take()
    }

    fn keep(&mut self, texts: &[&Value]) {
        self.private.extend(texts.iter().filter_map(|text| text.as_str()).map(str::to_owned));
    }

    fn log_in(&mut self, phone: &Phone, identifier: &Value, password: &Value) -> Value {
        let input = json!({
            "identifier": identifier, "password": password, "deviceName": "Ponsel Rahasia", "installationId": key(),
        });
        self.keep(&[identifier, password, &input["installationId"], &input["deviceName"]]);
        let payload = self.send(phone, LOGIN, json!({ "input": input }))["login"].take();
        self.keep(&[&payload["accessToken"], &payload["refreshToken"]]);
        payload
    }
}

#[rstest]
fn a_log_tells_of_requests_and_not_of_people(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let home = Home::new(engine);
    home.start(&["demo"]).kill();
    let accounts = home.accounts();
    let mut command = home.command(&["serve"]);
    command.env("BINA_LOG_LEVEL", "trace");
    let server = super::Server::start(command);
    let stranger = server.phone();
    let mut traffic = Traffic::default();
    for account in &accounts {
        traffic.keep(&[&account["identifier"], &account["password"], &account["name"]]);
    }

    let clerk = account(&accounts, "Pemerintah Kota Sabang", "employee");
    let tokens = traffic.log_in(&stranger, &clerk["identifier"], &clerk["password"]);
    let phone = stranger.with_token(tokens["accessToken"].as_str().expect("a token"));
    let place = office(&phone);
    let far = json!({ "latitude": -6.123_457, "longitude": 106.765_433 });
    for here in [&place, &far, &json!({ "latitude": 106.765_433, "longitude": -6.123_457 })] {
        let input = to_duty(here);
        for coordinate in ["latitude", "longitude"] {
            traffic.private.push(input["location"][coordinate].to_string());
        }
        for _ in 0..2 {
            traffic.send(&phone, CHECK_IN, json!({ "input": input }));
        }
    }
    let refresh = json!({ "input": { "refreshToken": tokens["refreshToken"] } });
    for _ in 0..2 {
        let fresh = traffic.send(&stranger, REFRESH, refresh.clone())["refreshTokens"].take();
        let next = json!({ "input": { "refreshToken": fresh["refreshToken"] } });
        traffic.send(&stranger, REFRESH, next);
        traffic.keep(&[&fresh["accessToken"], &fresh["refreshToken"]]);
    }
    let citizen = account(&accounts, "Pemerintah Kota Sabang", "citizen");
    for (identifier, password) in [
        (&citizen["identifier"], &citizen["password"]),
        (&clerk["identifier"], &json!("bukan kata sandinya")),
        (&json!("siapa.ini@warga.example"), &json!("kata sandi orang tak dikenal")),
    ] {
        traffic.log_in(&stranger, identifier, password);
    }
    for address in [&citizen["identifier"], &json!("baru@warga.example"), &json!("baru@warga.example\r\nBcc: x@y.id")] {
        traffic.keep(&[address]);
        let sent = traffic.send(&stranger, CODE, json!({ "input": { "email": address } }));
        assert_eq!(sent["requestContactCode"]["isSent"], false, "no mail server is configured");
    }
    let nip = clerk["identifier"].as_str().expect("a NIP");
    for nonsense in [format!("{{ viewer({nip}) }}"), format!("{{ node(id: \"{nip}\") {{ id }} }}"), nip.to_owned()] {
        traffic.send(&stranger.with_token(nip), &nonsense, json!({ "nip": nip }));
        traffic.send(&stranger, &nonsense, json!({ "nip": nip }));
    }
    let by_address = stranger.get(&format!("/graphql?query={{viewer{{name}}}}&variables={nip}")).expect("an answer");
    traffic.request_ids.push(by_address.request_id);

    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(ended.out, "", "a server prints nothing");
    for private in &traffic.private {
        assert!(!ended.err.contains(private.as_str()), "the log holds {private:?}:\n{}", ended.err);
    }
    let lines: Vec<Value> = ended.err.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    for line in &lines {
        assert!(["timestamp", "level", "message", "target"].iter().all(|field| line[field].is_string()), "{line}");
    }
    let requests: Vec<_> = lines.iter().filter(|line| line["message"] == "request").collect();
    for id in &traffic.request_ids {
        assert_eq!(requests.iter().filter(|line| line["request_id"] == id.as_str()).count(), 1, "{id}");
    }
    assert!(requests.iter().any(|line| line["operation"] == "Presensi" && line["status"] == 200));
}
