//! What a resolver finds in its context.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use async_graphql::dataloader::DataLoader;
use async_graphql::runtime::{TokioSpawner, TokioTimer};
use async_graphql::{Context, Request};
use uuid::Uuid;

use super::rows::Rows;
use crate::app::App;
use crate::error::{Error, Result};
use crate::identity::actor;
use crate::locale::Locale;
use crate::policy::Actor;

/// The request's id, as it stands in the log and in errors. A clone is the same text.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new one.
    #[must_use]
    pub fn new(app: &App) -> Self {
        let mut text = Uuid::encode_buffer();
        Self(Arc::from(&*app.ids.uuid(app.clock.now()).simple().encode_lower(&mut text)))
    }
}

impl Deref for RequestId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// What a request brings to its resolvers. One thing, for everything that a request carries is made for each.
struct Visit {
    app: Arc<App>,
    actor: Arc<RequestActor>,
    locale: Locale,
    id: RequestId,
    address: IpAddr,
    /// Made for who asks for it.
    rows: OnceLock<DataLoader<Rows>>,
}

/// Gives a request everything its resolvers find in their context; without an `address` it came from no socket.
#[must_use]
pub fn attach(
    request: Request,
    app: &Arc<App>,
    actor: Actor,
    address: Option<IpAddr>,
    locale: Locale,
    id: RequestId,
) -> Request {
    let actor = Arc::new(RequestActor { given: actor, later: OnceLock::new() });
    let address = address.unwrap_or(IpAddr::from([127, 0, 0, 1]));
    request.data(Visit { app: app.clone(), actor, locale, id, address, rows: OnceLock::new() })
}

/// Who asks: whom the token stands for, or who logged in within this request (a login stands alone in its request, so
/// there is no field that would see both); in a subscription, what became of them since.
#[derive(Debug)]
pub struct RequestActor {
    given: Actor,
    later: OnceLock<Box<RequestActor>>,
}

impl RequestActor {
    /// Who asks now.
    pub fn get(&self) -> &Actor {
        &self.latest().given
    }

    fn latest(&self) -> &Self {
        let mut latest = self;
        while let Some(later) = latest.later.get() {
            latest = later;
        }
        latest
    }

    fn set_later(&self, actor: Actor) -> Result<()> {
        let later = Box::new(Self { given: actor, later: OnceLock::new() });
        self.later.set(later).map_err(|_| Error::internal("two actors at once in one request"))
    }

    /// Who asks, with their present rights: for what outlives its first answer.
    ///
    /// # Errors
    /// UNAUTHENTICATED when they were logged out.
    pub async fn renew(&self, app: &App) -> Result<&Actor> {
        let latest = self.latest();
        if let Actor::Person(person) = &latest.given {
            let present = actor::load(app, person.account_id, person.device_id).await?;
            if present != *person {
                latest.set_later(Actor::Person(present))?;
            }
        }
        Ok(self.get())
    }
}

/// Short names for what [`attach`] put there.
pub trait ContextExt {
    /// The running server's parts.
    fn app(&self) -> &Arc<App>;
    /// Who asks.
    fn actor(&self) -> &Actor;
    /// The same, for what outlives its first answer.
    fn asker(&self) -> &Arc<RequestActor>;
    /// Makes the rest of the request that of who just logged in.
    ///
    /// # Errors
    /// When somebody else logged in within the same request.
    fn become_actor(&self, actor: Actor) -> Result<()>;
    /// The language of the answer.
    fn locale(&self) -> Locale;
    /// The request's id.
    fn request_id(&self) -> &str;
    /// Rows by id, in batches, as far as the actor may see them.
    fn rows(&self) -> &DataLoader<Rows>;
    /// Where the request came from; the loopback address where it came from no socket.
    fn address(&self) -> IpAddr;
}

fn visit<'a>(ctx: &Context<'a>) -> &'a Visit {
    ctx.data_unchecked()
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &Arc<App> {
        &visit(self).app
    }

    fn actor(&self) -> &Actor {
        self.asker().get()
    }

    fn asker(&self) -> &Arc<RequestActor> {
        &visit(self).actor
    }

    fn become_actor(&self, actor: Actor) -> Result<()> {
        self.asker().set_later(actor)
    }

    fn locale(&self) -> Locale {
        visit(self).locale
    }

    fn request_id(&self) -> &str {
        &visit(self).id
    }

    fn rows(&self) -> &DataLoader<Rows> {
        let Visit { app, actor, rows, .. } = visit(self);
        rows.get_or_init(|| {
            let rows = Rows { app: app.clone(), actor: actor.clone() };
            DataLoader::new(rows, TokioSpawner::current(), TokioTimer::default())
        })
    }

    fn address(&self) -> IpAddr {
        visit(self).address
    }
}
