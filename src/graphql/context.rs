//! A stand-in for what a request carries.

use std::net::IpAddr;
use std::sync::Arc;

use async_graphql::Request;

use crate::app::App;
use crate::locale::Locale;
use crate::policy::Actor;

/// The request's id.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The address the request came from.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Gives the resolvers what they need.
#[must_use]
pub fn attach(request: Request, app: &Arc<App>, actor: Actor, locale: Locale, id: RequestId) -> Request {
    request.data(app.clone()).data(actor).data(locale).data(id)
}
