//! A document held against the schema, and not executed.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response, Value};

use super::Schema;

/// Validates as the executor does.
pub struct Validator(Schema);

impl Default for Validator {
    fn default() -> Self {
        Self(super::builder().extension(Unexecuted).finish())
    }
}

impl Validator {
    /// What the schema refuses in a document whose operation is about to be chosen by name, in the executor's words.
    pub async fn refusals(&self, document: ExecutableDocument, operation: Option<&str>) -> Vec<String> {
        let mut request = Request::new(String::new());
        request.set_parsed_query(document);
        request.operation_name = operation.map(ToOwned::to_owned);
        self.0.execute(request).await.errors.into_iter().map(|error| error.message).collect()
    }
}

/// Stands where the execution would begin.
struct Unexecuted;

impl ExtensionFactory for Unexecuted {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Unexecuted {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::new(Value::Null)
    }
}
