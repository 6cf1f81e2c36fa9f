//! Access tokens that are forged, borrowed, bent or over.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bina::config::TokenConfig;
use bina::identity::keys::KeyRing;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rstest::rstest;
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::harness::{Engine, monday_morning};

/// What we sign, but for what a case changes.
struct Forge {
    kid: String,
    next_kid: String,
    public: String,
    claims: Value,
    ours: EncodingKey,
    /// The key of somebody else.
    theirs: EncodingKey,
}

impl Forge {
    fn new(cast: &Cast) -> Self {
        let (app, employee) = (&cast.world.app, &cast.sabang.employee);
        let (jwks, now) = (app.keys.jwks(), monday_morning().timestamp());
        let text = |key: usize, name: &str| jwks["keys"][key][name].as_str().expect("a text").to_owned();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = TokenConfig { key_file: folder.path().join("keys.json"), ..app.config.token.clone() };
        let theirs = KeyRing::open(&config, &app.clock, &app.ids).expect("keys");
        Self {
            kid: text(0, "kid"),
            next_kid: text(1, "kid"),
            public: text(0, "x"),
            claims: json!({
                "iss": "bina", "aud": "bina-api", "sub": employee.account.to_string(),
                "sid": employee.device.to_string(), "iat": now, "nbf": now, "exp": now + 600,
            }),
            ours: app.keys.loaded().current().signing.clone(),
            theirs: theirs.loaded().current().signing.clone(),
        }
    }

    fn header(&self) -> Header {
        Header { typ: Some("at+jwt".to_owned()), kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) }
    }

    fn signed(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.ours).expect("a token")
    }

    /// With other claims; `null` leaves one out.
    fn claiming(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        if value.is_null() {
            claims.as_object_mut().expect("an object").remove(name);
        } else {
            claims[name] = value;
        }
        self.signed(&self.header(), &claims)
    }

    fn of_kid(&self, kid: Option<&str>) -> String {
        self.signed(&Header { kid: kid.map(str::to_owned), ..self.header() }, &self.claims)
    }

    fn of_type(&self, typ: Option<&str>) -> String {
        self.signed(&Header { typ: typ.map(str::to_owned), ..self.header() }, &self.claims)
    }

    /// With a header of one's own making, and a signature.
    fn assembled(&self, header: &Value, signature: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{signature}", part(header), part(&self.claims))
    }

    /// By HMAC, with something that everybody knows for its secret.
    fn by_hmac(&self, secret: &[u8]) -> String {
        let header = Header { alg: Algorithm::HS256, ..self.header() };
        jsonwebtoken::encode(&header, &self.claims, &EncodingKey::from_secret(secret)).expect("a token")
    }
}

fn forgeries(cast: &Cast) -> Vec<(&'static str, String)> {
    let forge = Forge::new(cast);
    let good = forge.signed(&forge.header(), &forge.claims);
    let parts: Vec<&str> = good.split('.').collect();
    let head = |alg: &str| json!({ "alg": alg, "typ": "at+jwt", "kid": forge.kid });
    let public = URL_SAFE_NO_PAD.decode(&forge.public).expect("base64");
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", forge.public);
    let other = json!({ "sub": cast.sabang.admin.account.to_string(), "sid": cast.sabang.admin.device.to_string() });
    let mut bent = forge.claims.clone();
    bent.as_object_mut().expect("an object").extend(other.as_object().expect("an object").clone());
    let bent = URL_SAFE_NO_PAD.encode(bent.to_string());
    let their_url = Header { jku: Some("https://evil.example/jwks.json".to_owned()), ..forge.header() };
    let now = monday_morning().timestamp();
    let by_them = |header: &Header| jsonwebtoken::encode(header, &forge.claims, &forge.theirs).expect("a token");
    vec![
        ("no algorithm", forge.assembled(&head("none"), "")),
        ("no algorithm, in capitals", forge.assembled(&head("NONE"), "")),
        ("no algorithm, and a signature", forge.assembled(&head("none"), parts[2])),
        ("no algorithm named", forge.assembled(&json!({ "typ": "at+jwt", "kid": forge.kid }), parts[2])),
        ("HMAC by the public key", forge.by_hmac(&public)),
        ("HMAC by the public key as text", forge.by_hmac(forge.public.as_bytes())),
        ("HMAC by the public key as PEM", forge.by_hmac(pem.as_bytes())),
        ("HMAC by nothing", forge.by_hmac(b"")),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("five parts", format!("{good}.{}.{}", parts[1], parts[2])),
        ("another signature", format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([0; 64]))),
        ("somebody else's claims", format!("{}.{bent}.{}", parts[0], parts[2])),
        ("another key", by_them(&forge.header())),
        ("another key, and where to find it", by_them(&their_url)),
        ("another key of ours", forge.of_kid(Some(&forge.next_kid))),
        ("an unknown key", forge.of_kid(Some("unknown"))),
        ("a path for a key", forge.of_kid(Some("../../../../dev/null"))),
        ("a statement for a key", forge.of_kid(Some("x' UNION SELECT 'y"))),
        ("no key", forge.of_kid(None)),
        ("an empty key", forge.of_kid(Some(""))),
        ("another type", forge.of_type(Some("JWT"))),
        ("no type", forge.of_type(None)),
        ("another audience", forge.claiming("aud", json!("other-api"))),
        ("no audience", forge.claiming("aud", Value::Null)),
        ("another issuer", forge.claiming("iss", json!("other"))),
        ("no issuer", forge.claiming("iss", Value::Null)),
        ("over", forge.claiming("exp", json!(now))),
        ("without end", forge.claiming("exp", Value::Null)),
        ("an end that is a text", forge.claiming("exp", json!("never"))),
        ("not begun", forge.claiming("nbf", json!(now + 60))),
        ("without beginning", forge.claiming("nbf", Value::Null)),
        ("nobody", forge.claiming("sub", Value::Null)),
        ("an account's id in another form", forge.claiming("sub", json!("*"))),
        ("no device", forge.claiming("sid", Value::Null)),
        ("somebody else's device", forge.claiming("sid", json!(cast.sabang.admin.device.to_string()))),
        ("1 MB of nothing", "a".repeat(1_000_000)),
        ("points", ".".repeat(10_000)),
        ("nothing", String::new()),
    ]
}

#[rstest]
#[tokio::test]
async fn a_token_that_does_not_hold_is_401(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let cast = Cast::new(engine).await;
    let forge = Forge::new(&cast);
    let viewer = "{ viewer { name } }";
    let good = cast.stranger.with_token(&forge.signed(&forge.header(), &forge.claims));
    assert_eq!(good.data(viewer, json!({})).await["viewer"]["name"], "Cut Meutia", "the forge makes good ones as well");
    for (name, token) in forgeries(&cast) {
        let phone = cast.stranger.with_token(&token);
        for _ in 0..2 {
            let answer = phone.send(viewer, json!({})).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (401, "UNAUTHENTICATED"), "{name}");
            assert!(answer.body.get("data").is_none() && answer.headers["www-authenticate"] == "Bearer", "{name}");
        }
        let table = phone.get("/exports/attendance.csv?month=2026-11").await;
        assert_eq!(table.status().as_u16(), 401, "{name}");
    }
    assert_eq!(good.data(viewer, json!({})).await["viewer"]["name"], "Cut Meutia");
}
