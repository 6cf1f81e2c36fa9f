//! A document is validated once.
//!
//! Validation walks a document with some twenty rules, which costs a check-in as much as everything else that the
//! executor does for it. Of these rules one looks at the values of variables; the others say the same each time. So
//! whoever knows that a document has passed them, and that its variables fit ([`Guard::fit`]), marks the request with
//! [`Valid`], and it is executed without them.
//!
//! [`Guard::fit`]: super::guard::Guard::fit

use std::any::TypeId;
use std::sync::{Arc, OnceLock};

use async_graphql::futures_util::stream::BoxStream;
use async_graphql::{Data, Executor, Request, Response, ValidationMode};

use super::{Published, Schema, builder};

/// Marks a request whose document was validated before, and whose variables fit.
#[derive(Debug, Clone, Copy)]
pub struct Valid;

/// The executor, with and without validation.
#[derive(Clone)]
pub struct KnowingExecutor {
    validating: Schema,
    /// Made when the first document comes back.
    trusting: Arc<OnceLock<Schema>>,
}

impl Default for KnowingExecutor {
    fn default() -> Self {
        Self { validating: super::schema(), trusting: Arc::default() }
    }
}

impl KnowingExecutor {
    fn trusting(&self) -> &Schema {
        // Its check for cycles and its limits stay.
        self.trusting.get_or_init(|| builder().validation_mode(ValidationMode::Fast).finish())
    }
}

impl Executor for KnowingExecutor {
    async fn execute(&self, request: Request) -> Response {
        let is_valid = request.data.contains_key(&TypeId::of::<Valid>());
        let schema = if is_valid { self.trusting() } else { &self.validating };
        schema.execute(request).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        Executor::execute_stream(&self.validating, request, session)
    }
}

impl Published for KnowingExecutor {
    fn sdl(&self) -> String {
        self.validating.sdl()
    }
}
