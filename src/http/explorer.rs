//! The page at `/`, where one types a query and reads the answer. It loads nothing from elsewhere, for government
//! networks are closed.
//!
//! It is `GraphiQL` where `scripts/explorer` had built it when the binary was built, and else a plain page of our own,
//! which is always at `/plain`. Both offer the operations of `examples.js`.

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, File, include_dir};

use super::RequestFault;

/// Scripts and styles of our own files alone; no other page may frame this one.
const PLAIN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// As [`PLAIN`], with workers and a font for the editor. Styles may stand in the page itself, because the editor writes
/// its theme and the place of every line there; scripts may not.
const GRAPHIQL: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
                        font-src 'self'; connect-src 'self'; img-src 'self' data:; \
                        base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What `explorer/build.js` made; nearly empty where it did not run.
static BUNDLE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/explorer/dist");

/// The paths of both pages.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    routes_with(&BUNDLE)
}

fn routes_with<S: Clone + Send + Sync + 'static>(bundle: &'static Dir<'static>) -> Router<S> {
    let home = match bundle.get_file("index.html") {
        Some(page) => get(async || own(GRAPHIQL, "html", page.contents())),
        None => get(plain),
    };
    Router::new()
        .route("/", home)
        .route("/plain", get(plain))
        .route("/explorer.css", get(async || own(PLAIN, "css", include_bytes!("explorer.css"))))
        .route("/explorer.js", get(async || own(PLAIN, "js", include_bytes!("explorer.js"))))
        .route("/examples.js", get(async || own(PLAIN, "js", include_bytes!("examples.js"))))
        .route("/assets/{name}", get(async move |Path(name): Path<String>| asset(bundle, &name)))
}

async fn plain() -> Response {
    own(PLAIN, "html", include_bytes!("explorer.html"))
}

/// A file that may be another one after an update.
fn own(policy: &'static str, extension: &str, content: &'static [u8]) -> Response {
    (headers(policy, extension), [(CACHE_CONTROL, "no-cache")], content).into_response()
}

/// A file whose name changes with its content. It is stored compressed, as every browser takes it.
fn asset(bundle: &'static Dir<'static>, name: &str) -> Response {
    let Some(file) = bundle.get_file(format!("assets/{name}")) else {
        return RequestFault::NotFound.into_response();
    };
    let stored = [(CACHE_CONTROL, "public, max-age=31536000, immutable"), (CONTENT_ENCODING, "gzip")];
    (headers(GRAPHIQL, extension(file)), stored, file.contents()).into_response()
}

fn extension<'a>(file: &'a File<'_>) -> &'a str {
    file.path().extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn headers(policy: &'static str, extension: &str) -> [(HeaderName, &'static str); 3] {
    let content_type = match extension {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "ttf" => "font/ttf",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, policy), (REFERRER_POLICY, "no-referrer")]
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use http_body_util::BodyExt as _;
    use include_dir::DirEntry;
    use tower::ServiceExt as _;

    use super::*;

    static ABSENT: Dir<'static> = Dir::new("", &[DirEntry::File(File::new(".gitignore", b"*"))]);
    static BUILT: Dir<'static> = Dir::new(
        "",
        &[
            DirEntry::File(File::new("index.html", b"GraphiQL")),
            DirEntry::Dir(Dir::new("assets", &[DirEntry::File(File::new("assets/a-1.js", b"packed"))])),
        ],
    );

    /// Whether there is something at the path; type, caching, coding, policy; content.
    async fn answer(bundle: &'static Dir<'static>, path: &str) -> (bool, [String; 4], String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = routes_with(bundle).oneshot(request).await.unwrap();
        let told = [CONTENT_TYPE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY];
        let told = told.map(|name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned());
        let is_found = response.status() == StatusCode::OK && response.extensions().get::<RequestFault>().is_none();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (is_found, told, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn graphiql_is_the_page_where_it_was_built() {
        let (_, [content_type, cache, encoding, policy], text) = answer(&BUILT, "/").await;
        assert_eq!(
            (content_type.as_str(), cache.as_str(), encoding.as_str()),
            ("text/html; charset=utf-8", "no-cache", "")
        );
        assert_eq!((policy.as_str(), text.as_str()), (GRAPHIQL, "GraphiQL"));
        let (is_found, [content_type, cache, encoding, policy], text) = answer(&BUILT, "/assets/a-1.js").await;
        assert!(is_found);
        assert_eq!((content_type.as_str(), encoding.as_str()), ("text/javascript; charset=utf-8", "gzip"));
        assert_eq!(cache, "public, max-age=31536000, immutable");
        assert_eq!((policy.as_str(), text.as_str()), (GRAPHIQL, "packed"));
        for path in
            ["/assets/b-1.js", "/assets/", "/assets/..%2Findex.html", "/assets/%2E%2E%2Findex.html", "/index.html"]
        {
            assert!(!answer(&BUILT, path).await.0, "{path}");
        }
    }

    #[tokio::test]
    async fn the_plain_page_stands_in_and_stays() {
        for (bundle, path) in [(&ABSENT, "/"), (&ABSENT, "/plain"), (&BUILT, "/plain")] {
            let (_, [content_type, cache, _, policy], text) = answer(bundle, path).await;
            assert_eq!((content_type.as_str(), cache.as_str()), ("text/html; charset=utf-8", "no-cache"));
            assert_eq!((policy.as_str(), text.as_str()), (PLAIN, include_str!("explorer.html")));
        }
        assert!(!answer(&ABSENT, "/assets/.gitignore").await.0);
    }
}
