//! One operation, whichever way it came: what its document must pass, how long it may take, how its answer is put.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::{OperationDefinition, OperationType};
use async_graphql::{Executor, Request as GraphqlRequest, Response as GraphqlResponse, ServerError, Value, Variables};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use serde::Serialize;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::Edge;
use super::allowance::Bill;
use super::asked::Found;
use super::documents::{Known, Read};
use super::fault::RequestFault;
use super::params::Params;
use super::peer::Peer;
use crate::graphql::context::{self, RequestId};
use crate::graphql::error::{Finished, finish};
use crate::graphql::guard::Executed;
use crate::graphql::known::Valid;
use crate::locale::Locale;
use crate::policy::Actor;

/// An operation's name as the log takes it: longer ones are no names that somebody gave.
const MAX_NAME: usize = 64;

/// An operation that passed the guard.
#[derive(Debug)]
pub struct Operation {
    request: GraphqlRequest,
    executed: Executed,
    known: Arc<Known>,
    found: Found,
}

/// Who asks, from where, in which language, and our name for it.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Who asks.
    pub actor: Actor,
    /// From where.
    pub peer: Option<Peer>,
    /// The language of the answer.
    pub locale: Locale,
    /// Our name for the request.
    pub id: RequestId,
    /// What it costs them, where they want to know.
    pub bill: Option<Bill>,
}

impl Asker {
    fn finish<E>(&self, mut response: GraphqlResponse, edge: &Edge<E>) -> Finished {
        if let Some(bill) = &self.bill {
            response.extensions.insert("cost".to_owned(), bill.extension());
        }
        finish(response, &edge.guard.limits, self.locale, &self.id)
    }
}

/// A piece of what comes back.
pub type Said = Result<Finished, RequestFault>;

impl Operation {
    /// Reads a request: the guard stands before the parser and before the executor. Where `only` says so, no other kind
    /// of operation may come this way.
    pub async fn read<E>(
        params: Params,
        edge: &Edge<E>,
        request_id: &str,
        only: Option<OperationType>,
    ) -> Result<Self, RequestFault> {
        let Params { asked, operation_name, variables } = params;
        let found = asked.find(&edge.app).await.map_err(|refused| refused.into_fault(request_id))?;
        let look = || {
            let Read { known, executed } =
                edge.documents.read(&found.text, operation_name.as_deref(), &variables, &edge.guard)?;
            if only.is_some_and(|only| only != executed.kind) {
                return Err(RequestFault::MethodNotAllowed(Some("POST")));
            }
            let chosen = known.operation(executed.name.as_deref());
            if let Some(name) = chosen.and_then(|operation| missing_variable(operation, &variables)) {
                return Err(RequestFault::VariableMissing(name));
            }
            let is_valid = known.is_valid();
            if let Some(operation) = chosen.filter(|operation| !(is_valid && edge.guard.fit(operation, &variables))) {
                edge.guard.admit(&known.document, operation, &variables)?;
            }
            // The executor needs no text of what is parsed.
            let mut request = GraphqlRequest::new(String::new()).variables(variables);
            request.operation_name = operation_name;
            request.set_parsed_query(known.document.clone());
            Ok((if is_valid { request.data(Valid) } else { request }, executed, known))
        };
        let (request, executed, known) = edge.app.metrics.front(look)?;
        Ok(Self { request, executed, known, found })
    }

    /// Query, mutation or subscription.
    pub fn kind(&self) -> OperationType {
        self.executed.kind
    }

    /// Its name, for the log.
    pub fn name(&self) -> Option<&String> {
        self.executed.name.as_ref().filter(|name| name.len() <= MAX_NAME)
    }

    /// Whether it knows the caller without a token.
    pub fn is_without_token(&self) -> bool {
        self.executed.is_without_token
    }

    /// Whether its answer is the same for everybody without a token, and changes by decree.
    pub fn is_for_everybody(&self) -> bool {
        self.executed.is_for_everybody
    }

    /// What it costs.
    pub fn cost(&self) -> usize {
        self.executed.cost
    }

    /// What the executor is given, and what shall be remembered of the document once it has passed.
    fn attached<E>(self, edge: &Edge<E>, asker: &Asker) -> (GraphqlRequest, Lesson) {
        let Asker { actor, peer, locale, id, .. } = asker;
        let address = peer.map(|peer| peer.0);
        let request = context::attach(self.request, &edge.app, actor.clone(), address, *locale, id.clone());
        (request, Lesson { known: self.known, found: self.found })
    }

    /// Executes a query or mutation within the deadline. A query ends with it, and when its caller hangs up; a mutation,
    /// once begun, goes on to its end, for the phone that lost its connection or its patience will ask what became of it.
    pub async fn answer<E: Executor>(self, edge: &Edge<E>, asker: &Asker) -> Said {
        let executor = edge.executor.clone();
        let kind = self.kind();
        let (request, lesson) = self.attached(edge, asker);
        // Apart: it is large, and would be moved into the task and with whatever waits for that.
        let work = Box::pin(async move { executor.execute(request).await });
        let deadline = edge.guard.limits.deadline();
        let response = if kind == OperationType::Mutation {
            let done = timeout(deadline, tokio::spawn(work.in_current_span())).await;
            done.map_err(|_| RequestFault::Timeout)?.map_err(|lost| match lost.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => RequestFault::Unavailable(1),
            })?
        } else {
            timeout(deadline, work).await.map_err(|_| RequestFault::Timeout)?
        };
        lesson.heed(&response, edge).await;
        Ok(asker.finish(response, edge))
    }

    /// Executes anything: a subscription has many answers, anything else one. A panic is the last.
    pub fn answers<E: Executor>(self, edge: &Edge<E>, asker: Asker) -> BoxStream<'static, Said> {
        let answers = if self.kind() == OperationType::Subscription {
            let (request, lesson) = self.attached(edge, &asker);
            let responses = edge.executor.execute_stream(request, None);
            let following = Following { edge: edge.clone(), asker, responses, lesson: Some(lesson) };
            stream::unfold(following, |mut following| async move { Some((Ok(following.next().await?), following)) })
                .boxed()
        } else {
            let edge = edge.clone();
            stream::once(async move { self.answer(&edge, &asker).await }).boxed()
        };
        // The log has the panic from its hook.
        AssertUnwindSafe(answers).catch_unwind().map(|said| said.unwrap_or(Err(RequestFault::Internal))).boxed()
    }
}

/// What a document teaches, once the executor has found it valid.
#[derive(Debug)]
struct Lesson {
    known: Arc<Known>,
    found: Found,
}

impl Lesson {
    async fn heed<E>(&self, response: &GraphqlResponse, edge: &Edge<E>) {
        if !Answer::of(response).is_refused() {
            self.known.passed();
            self.found.learn(&edge.app).await;
        }
    }
}

/// A subscription.
struct Following<E> {
    edge: Edge<E>,
    asker: Asker,
    responses: BoxStream<'static, GraphqlResponse>,
    /// Until the first answer.
    lesson: Option<Lesson>,
}

impl<E> Following<E> {
    async fn next(&mut self) -> Option<Finished> {
        let response = self.responses.next().await?;
        let lesson = self.lesson.take();
        if let Some(lesson) = &lesson {
            lesson.heed(&response, &self.edge).await;
        }
        let mut finished = self.asker.finish(response, &self.edge);
        let GraphqlResponse { data, errors, .. } = &mut finished.body;
        // Where there is nothing to follow, the request as a whole is refused (GraphQL, 6.2.3.1).
        if lesson.is_some() && *data == Value::Null && errors.iter().all(|error| error.path.len() == 1) {
            for error in errors {
                error.path.clear();
            }
        }
        Some(finished)
    }
}

/// The first variable of the operation that must have a value and has none. The executor would find out in the middle
/// of the execution.
fn missing_variable(operation: &OperationDefinition, given: &Variables) -> Option<String> {
    let mut missing = operation.variable_definitions.iter().map(|variable| &variable.node).filter(|variable| {
        let is_null = given.get(&variable.name.node).is_none_or(|value| *value == Value::Null);
        let is_defaulted = variable.default_value.is_some() && !given.contains_key(&variable.name.node);
        !variable.var_type.node.nullable && is_null && !is_defaulted
    });
    missing.next().map(|variable| variable.name.node.to_string())
}

/// An answer as it is written.
#[derive(Debug, Serialize)]
pub struct Answer<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

impl<'a> Answer<'a> {
    /// The answer of the executor.
    pub fn of(response: &'a GraphqlResponse) -> Self {
        // An error of the request as a whole has no path: nothing was executed, so there is no data either.
        let is_refused = response.data == Value::Null && response.errors.iter().all(|error| error.path.is_empty());
        let data = (!is_refused).then_some(&response.data);
        Self { errors: &response.errors, data, extensions: &response.extensions }
    }

    /// Whether nothing was executed.
    pub fn is_refused(&self) -> bool {
        self.data.is_none()
    }
}
