//! From the bus to a subscription: each row as its subscriber may see it at that time.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use async_graphql::Context;
use futures_util::stream::{self, Stream};
use sea_orm::QueryFilter as _;
use uuid::Uuid;

use super::live::{Listener, Topic};
use crate::app::App;
use crate::db;
use crate::error::Result;
use crate::graphql::context::{ContextExt as _, RequestActor};
use crate::graphql::rows::{Row, RowKey};
use crate::metrics::Subscription;
use crate::policy;

/// The rows of a topic that change from now on. Who the subscriber is and what they may see is looked up anew each
/// time: what they may no longer see is passed over, and who is logged out gets UNAUTHENTICATED and the end.
pub fn follow<K: RowKey, N: From<Row<K>> + Send>(
    ctx: &Context<'_>,
    topic: Topic,
) -> impl Stream<Item = async_graphql::Result<N>> + Send + use<K, N> {
    let feed = Feed::<K> {
        app: ctx.app().clone(),
        subscriber: ctx.asker().clone(),
        listener: ctx.app().live.listen(topic),
        _open: ctx.app().metrics.subscription(),
        ready: VecDeque::new(),
    };
    stream::unfold(Some(feed), |feed| async move {
        let mut feed = feed?;
        Some(match feed.next().await {
            Ok(row) => (Ok(row.into()), Some(feed)),
            Err(error) => (Err(error.into()), None),
        })
    })
}

struct Feed<K: RowKey> {
    app: Arc<App>,
    subscriber: Arc<RequestActor>,
    listener: Listener,
    /// Counted while it is open.
    _open: Subscription,
    /// Read and not told yet.
    ready: VecDeque<Row<K>>,
}

impl<K: RowKey> Feed<K> {
    async fn next(&mut self) -> Result<Row<K>> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Ok(row);
            }
            let ids = self.listener.next().await?;
            self.ready = self.load(ids).await?;
        }
    }

    /// What may be seen of the rows, in one query, in the order in which they changed.
    async fn load(&self, ids: Vec<Uuid>) -> Result<VecDeque<Row<K>>> {
        let actor = self.subscriber.renew(&self.app).await?;
        let rows = policy::find::<K::Table>(actor)
            .filter(db::any_of(self.app.db.engine(), K::ID, ids.iter().copied()))
            .all(self.app.db.read())
            .await?;
        let mut rows: HashMap<Uuid, Row<K>> = rows.into_iter().map(|row| (K::of(&row).into(), row)).collect();
        Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
    }
}
