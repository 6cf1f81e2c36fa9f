//! The table of what is refused unexecuted: each request, with the status and the code of its answer.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

/// What is sent, whichever way it travels.
#[derive(Debug, Clone)]
pub struct Sent {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Sent {
    /// A GET.
    pub fn get(target: &str) -> Self {
        Self { method: "GET", target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A body, as a client of GraphQL posts it.
    pub fn body(body: impl Into<Vec<u8>>) -> Self {
        let headers = [("content-type", "application/json"), ("accept", "application/graphql-response+json")];
        let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
        Self { method: "POST", target: "/graphql".to_owned(), headers, body: body.into() }
    }

    /// A body of JSON.
    pub fn json(body: &Value) -> Self {
        Self::body(body.to_string())
    }

    /// A document.
    pub fn query(text: &str) -> Self {
        Self::json(&json!({ "query": text }))
    }

    /// The same with a header, in place of one that it has.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// The same without a header.
    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    /// For the router.
    pub fn request(&self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(Body::from(self.body.clone())).expect("well-formed")
    }

    /// For a connection of its own.
    pub fn bytes(&self) -> Vec<u8> {
        let first = format!("{} {} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", self.method, self.target);
        let headers = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>();
        let is_announced = self.headers.iter().any(|(name, _)| *name == "content-length");
        let length = if is_announced { String::new() } else { format!("content-length: {}\r\n", self.body.len()) };
        [first.as_bytes(), headers.concat().as_bytes(), length.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// A line of the table.
#[derive(Debug)]
pub struct Attack {
    pub name: &'static str,
    pub sent: Sent,
    pub status: u16,
    pub code: &'static str,
}

fn attack(name: &'static str, sent: Sent, status: u16, code: &'static str) -> Attack {
    Attack { name, sent, status, code }
}

/// Every line.
pub fn attacks() -> Vec<Attack> {
    let tables = [ways(), bodies(), brackets(), fragments(), counts(), attempts(), values(), hidden(), known()];
    tables.into_iter().flatten().collect()
}

const TRIVIAL: &str = r#"{"query":"{__typename}"}"#;

/// What comes the wrong way.
fn ways() -> Vec<Attack> {
    let typed = |content_type: &str| Sent::body(TRIVIAL).with("content-type", content_type);
    let form =
        "--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"{__typename}\"}\r\n--x--\r\n";
    let multipart = Sent::body(form).with("content-type", "multipart/form-data; boundary=x");
    vec![
        attack("a mutation by GET", Sent::get("/graphql?query=mutation%7Blogout%7D"), 405, "METHOD_NOT_ALLOWED"),
        attack("text/plain", typed("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        attack("urlencoded", typed("application/x-www-form-urlencoded"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        attack("multipart operations", multipart, 415, "UNSUPPORTED_MEDIA_TYPE"),
        attack("no type", Sent::body(TRIVIAL).without("content-type"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        attack("compressed", Sent::body(TRIVIAL).with("content-encoding", "gzip"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        attack("10 MB announced", Sent::body(TRIVIAL).with("content-length", "10485760"), 413, "PAYLOAD_TOO_LARGE"),
        attack("1.4 MB of brackets", Sent::body("[".repeat(1_400_000)), 413, "PAYLOAD_TOO_LARGE"),
    ]
}

/// Bodies that are no request, or could be read in two ways.
fn bodies() -> Vec<Attack> {
    let nested = (0..200).fold(json!({}), |value, _| json!({ "a": value }));
    let batch = format!("[{}]", vec![TRIVIAL; 1_000].join(","));
    let bad = |name, body: Vec<u8>| attack(name, Sent::body(body), 400, "BAD_REQUEST");
    vec![
        bad("a batch", batch.into_bytes()),
        bad("not UTF-8", b"{\"query\":\"{__typename}\xff\"}".to_vec()),
        bad("an overlong NUL", b"{\"query\":\"{__typename}\xc0\x80\"}".to_vec()),
        bad("NUL", br#"{"query":"{__typename}\u0000"}"#.to_vec()),
        bad("half a pair", br#"{"query":"{__typename}","variables":{"a":"\ud800"}}"#.to_vec()),
        bad("a key twice", br#"{"query":"{__typename}","query":"mutation{logout}"}"#.to_vec()),
        bad("a variable twice", br#"{"query":"{__typename}","variables":{"a":1,"\u0061":2}}"#.to_vec()),
        bad("NaN", br#"{"query":"{__typename}","variables":{"a":NaN}}"#.to_vec()),
        bad("a number beyond all", br#"{"query":"{__typename}","variables":{"a":1e999}}"#.to_vec()),
        bad("variables 200 deep", json!({ "query": "{__typename}", "variables": nested }).to_string().into_bytes()),
        bad(
            "variables without end",
            format!("{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}", "[".repeat(200_000)).into(),
        ),
        bad("brackets", "[".repeat(200_000).into()),
        bad("objects", "{\"a\":".repeat(40_000).into()),
    ]
}

fn costly(name: &'static str, text: &str) -> Attack {
    attack(name, Sent::query(text), 400, "COST_LIMIT_EXCEEDED")
}

/// What the parser recurses on until the stack ends, and what hides it.
fn brackets() -> Vec<Attack> {
    let open = |count| "[".repeat(count);
    vec![
        costly("brackets", &format!("{{node(id:{}", open(1_500))),
        costly("closed brackets", &format!("{{node(id:{}{})}}", open(1_500), "]".repeat(1_500))),
        costly("selections", &"{viewer".repeat(1_500)),
        costly("aliased selections", &"{a:".repeat(1_500)),
        costly("parentheses", &"(".repeat(1_500)),
        costly("a type of lists", &format!("query($v:{}Int{}){{viewer{{id}}}}", open(1_500), "]".repeat(1_500))),
        costly("brackets behind a comment", &format!("{{node(id:#\r{}", open(1_500))),
        costly("brackets behind an escape", &format!("{{node(id:[\"\\\\\",{}", open(1_500))),
        costly("brackets in a fragment", &format!("{{...A}}fragment A on Query{{a(b:{}", open(1_500))),
        attack(
            "brackets behind a string",
            Sent::query(&format!("{{node(id:[\"\"\"\",{}", open(1_500))),
            400,
            "GRAPHQL_PARSE_FAILED",
        ),
        attack("a NUL in a string", Sent::query("{node(id:\"\\u0000\"){id}}"), 400, "GRAPHQL_PARSE_FAILED"),
        attack("half a pair in a string", Sent::query("{node(id:\"\\ud800\"){id}}"), 400, "GRAPHQL_PARSE_FAILED"),
    ]
}

/// `count` fragments, each spreading the next `width` times.
pub fn bomb(count: usize, width: usize) -> String {
    let spread = |at: usize| format!("...F{at} ").repeat(width);
    let fragments: Vec<_> = (0..count).map(|at| format!("fragment F{at} on Query{{{}}}", spread(at + 1))).collect();
    format!("{{...F0}}{}fragment F{count} on Query{{__typename}}", fragments.concat())
}

/// What grows when its fragments are spread out.
fn fragments() -> Vec<Attack> {
    let inline = format!("{{viewer{{...{{viewer{{id}}}} {}id{}}}}}", "...on Query{".repeat(31), "}".repeat(31));
    let cycle = "{...A} fragment A on Query{viewer{...B}} fragment B on Query{...A}";
    vec![
        costly("a bomb of 2^24", &bomb(24, 2)),
        costly("a bomb of 8^7", &bomb(7, 8)),
        costly("a long bomb", &bomb(150, 2)),
        costly("a bomb that is not used", &bomb(24, 2).replacen("...F0", "__typename", 1)),
        costly("inline fragments", &inline),
        attack("a cycle", Sent::query(cycle), 400, "GRAPHQL_VALIDATION_FAILED"),
        attack("a cycle of one", Sent::query("{...A} fragment A on Query{...A}"), 400, "GRAPHQL_VALIDATION_FAILED"),
    ]
}

/// Too much of something.
fn counts() -> Vec<Attack> {
    let many = |count, text: fn(usize) -> String| (0..count).map(text).collect::<String>();
    let introspection = format!("{{__schema{{types{}{{name}}{}}}}}", "{fields{type".repeat(5), "}}".repeat(5));
    vec![
        costly("a long query", &("{__typename}".to_owned() + &"#".repeat(20_000))),
        costly("many tokens", &format!("{{{}}}", "a ".repeat(2_000))),
        costly("20,000 unknown fields", &format!("{{viewer{{{}}}}}", "a ".repeat(20_000))),
        costly("101 aliases", &format!("{{viewer{{{}}}}}", many(101, |at| format!("a{at}:id ")))),
        costly("500 duplicate fields", &format!("{{viewer{{{}}}}}", "id ".repeat(500))),
        costly("1,000 directives", &format!("{{viewer{{id{}}}}}", "@a".repeat(1_000))),
        costly("a deep one", &format!("{}id{}", "{viewer".repeat(12) + "{", "}".repeat(13))),
        costly("types of types of types", &introspection),
    ]
}

/// As many tokens as the scan lets through, each a field: all of them are parsed before the guard counts them.
pub fn fullest() -> Attack {
    costly("1,990 unknown fields", &format!("{{viewer{{{}}}}}", "a ".repeat(1_990)))
}

/// Many guesses in one request.
fn attempts() -> Vec<Attack> {
    let login = |alias: usize| {
        format!(
            "a{alias}:login(input:{{identifier:\"a\",password:\"b{alias}\",deviceName:\"c\",\
             installationId:\"0193a5e2-7a3c-7000-8000-000000000001\"}}){{errors{{code}}}}"
        )
    };
    let logins = |count| (0..count).map(login).collect::<String>();
    vec![
        costly("50 logins", &format!("mutation{{{}}}", logins(50))),
        costly("2 logins", &format!("mutation{{{}}}", logins(2))),
        costly("a login in a fragment", &format!("mutation{{{}...F}}fragment F on Mutation{{{}}}", login(0), login(1))),
        costly("a login in an inline one", &format!("mutation{{{}...{{{}}}}}", login(0), login(1))),
        costly("a login beside another guess", &format!("mutation{{{} refreshTokens}}", login(0))),
    ]
}

/// Values that nobody can mean.
fn values() -> Vec<Attack> {
    let by_variable = |first: Value| {
        let query = "query($first:Int){agencies(first:$first){nodes{name}}}";
        Sent::json(&json!({ "query": query, "variables": { "first": first } }))
    };
    let literal = |first: &str| Sent::query(&format!("{{agencies(first:{first}){{nodes{{name}}}}}}"));
    let nested = |list: &str| {
        format!("{{agencies(first:50){{nodes{{units(first:50){{nodes{{{list}(first:50){{nodes{{id}}}}}}}}}}}}}}")
    };
    vec![
        attack("first: 10^6", literal("1000000"), 200, "BAD_USER_INPUT"),
        attack("first: 10^6 by variable", by_variable(json!(1_000_000)), 200, "BAD_USER_INPUT"),
        attack("first: -1", literal("-1"), 200, "BAD_USER_INPUT"),
        attack("first: -1 by variable", by_variable(json!(-1)), 200, "BAD_USER_INPUT"),
        attack("first: 2^64", literal("18446744073709551616"), 400, "BAD_USER_INPUT"),
        attack("first: 2^64 - 1 by variable", by_variable(json!(u64::MAX)), 400, "BAD_USER_INPUT"),
        costly("lists of 50 x 50 x 50", &nested("employees")),
        costly("lists of 50 x 50 x 50 venues", &nested("venues")),
        attack(
            "a name for a place in a page",
            Sent::query("{agencies(after:\"../../etc/passwd\"){nodes{name}}}"),
            200,
            "BAD_USER_INPUT",
        ),
    ]
}

/// What is hidden is no field, and nothing is sorted, filtered or counted by it.
fn hidden() -> Vec<Attack> {
    [
        ("sorted", "{agencies(orderBy:NIP){nodes{name}}}"),
        ("sorted below", "{agencies{nodes{employees(orderBy:{nip:ASC}){nodes{id}}}}}"),
        ("filtered", "{agencies{nodes{employees(filter:{nip:{startsWith:\"1987\"}}){nodes{id}}}}}"),
        ("filtered by the number", "{agencies{nodes{employees(nip:\"198703122010012101\"){nodes{id}}}}}"),
        ("counted", "{agencies{nodes{employees(groupBy:NIP){totalCount}}}}"),
        ("a password's hash", "{viewer{passwordHash account{passwordHash}}}"),
        ("the secret of the codes", "{node(id:\"a\"){...on CourseSession{codeSecret}}}"),
        ("an internal list", "{accounts{nodes{id}} auditEntries{nodes{id}}}"),
        ("Apollo's service", "{_service{sdl} _entities(representations:[]){__typename}}"),
    ]
    .map(|(name, text)| attack(name, Sent::query(text), 400, "GRAPHQL_VALIDATION_FAILED"))
    .into()
}

/// Documents by an id.
fn known() -> Vec<Attack> {
    let hash = "0".repeat(64);
    let persisted = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let taught = |text: &str, hash: &str| Sent::json(&json!({ "query": text, "extensions": persisted(hash) }));
    let by_id = |id: Value| Sent::json(&json!({ "documentId": id }));
    let bomb = bomb(24, 2);
    let bombs_own = bina::documents::Key::of(&bomb).to_string().split_off("sha256:".len());
    let other = format!("sha256:{hash}");
    vec![
        attack("a hash of another text", taught("{__typename}", &hash), 400, "BAD_REQUEST"),
        attack(
            "an id of another text",
            Sent::json(&json!({ "query": "{__typename}", "documentId": other })),
            400,
            "BAD_REQUEST",
        ),
        attack(
            "two ids",
            Sent::json(&json!({ "documentId": "a", "extensions": persisted(&hash) })),
            400,
            "BAD_REQUEST",
        ),
        attack("an id that is a path", by_id(json!("../../etc/passwd")), 400, "BAD_REQUEST"),
        attack("a long id", by_id(json!("a".repeat(100_000))), 400, "BAD_REQUEST"),
        attack("an id that is a number", by_id(json!(7)), 400, "BAD_REQUEST"),
        attack("an id of nothing", by_id(json!(other)), 200, "PERSISTED_QUERY_NOT_FOUND"),
        attack("a bomb that is taught", taught(&bomb, &bombs_own), 400, "COST_LIMIT_EXCEEDED"),
    ]
}
