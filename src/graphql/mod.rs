//! The merged roots, and what every domain's resolvers share.

pub mod context;
pub mod cost;
pub mod error;
pub mod guard;
pub mod known;
pub mod node;
pub mod page;
pub mod payload;
pub mod rows;
pub mod scalars;
pub mod search;
pub mod validation;
pub mod viewer;
pub mod wrapped;

use async_graphql::{
    Context, Executor, ID, MergedObject, MergedSubscription, Object, ObjectType, SDLExportOptions, SubscriptionType,
};

use self::context::ContextExt as _;
use self::cost::ListsEach;
use self::node::Node;
use self::viewer::Viewer;
use self::wrapped::{Alone, Seldom};
use crate::agency::schema::{AgencyMutation, AgencyQuery};
use crate::attendance::schema::{
    ArrangementMutation, ArrangementQuery, AttendanceMutation, AttendanceSubscription, CorrectionMutation,
    CorrectionQuery, HolidayMutation, LatenessMutation, LatenessQuery, RamadanMutation, RamadanQuery, ReviewMutation,
    ReviewQuery, RevocationMutation, RosterMutation, ThresholdMutation, ThresholdQuery,
};
use crate::error::{Kind, Refusal, Result};
use crate::identity::schema::{AccountMutation, RoleMutation, RoleQuery, SessionMutation};
use crate::policy::Actor;
use crate::problem::Problem;
use crate::programme::schema::ProgrammeMutation;

/// The executor.
pub type Schema = async_graphql::Schema<Alone<Query>, Alone<Mutation>, Subscription>;

/// Ids in one `nodes` at most.
const MAX_NODES: usize = 100;

/// Everything that can be read.
#[derive(Default, MergedObject)]
pub struct Query(
    RootQuery,
    RoleQuery,
    AgencyQuery,
    ArrangementQuery,
    RamadanQuery,
    LatenessQuery,
    ReviewQuery,
    ThresholdQuery,
    CorrectionQuery,
);

/// Everything that can be done.
// The executor asks the last part first: what is done all day stands there.
#[derive(Default, MergedObject)]
pub struct Mutation(Seldom<SeldomMutation>, AttendanceMutation);

/// What is done seldom.
#[derive(Default, MergedObject)]
pub struct SeldomMutation(
    SessionMutation,
    AccountMutation,
    RoleMutation,
    AgencyMutation,
    ProgrammeMutation,
    ArrangementMutation,
    LatenessMutation,
    RamadanMutation,
    HolidayMutation,
    CorrectionMutation,
    RevocationMutation,
    ReviewMutation,
    ThresholdMutation,
    RosterMutation,
);

/// Everything that can be followed as it happens.
#[derive(Default, MergedSubscription)]
pub struct Subscription(AttendanceSubscription);

/// What belongs to no domain.
#[derive(Default)]
pub struct RootQuery;

/// What belongs to no domain.
#[Object]
impl RootQuery {
    /// Anything by its id; `null` when there is none, or the caller may not see it.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The id.")] id: ID) -> Result<Option<Node>> {
        node::node(ctx, &id).await
    }

    /// Anything by its id, in the order of the ids; `null` in place of what there is not, or the caller may not see.
    #[graphql(directive = ListsEach::apply("ids"))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            let refusal = Refusal::at("ids", Problem::OutOfRange).with("min", 0).with("max", MAX_NODES);
            return Err(Kind::BadInput(refusal).into());
        }
        futures_util::future::try_join_all(ids.iter().map(|id| node::node(ctx, id))).await
    }

    /// Who is logged in, and what is theirs; `null` when nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        match ctx.actor() {
            Actor::Person(person) => Some(Viewer::of(person.clone())),
            Actor::Anonymous => None,
        }
    }
}

fn builder() -> async_graphql::SchemaBuilder<Alone<Query>, Alone<Mutation>, Subscription> {
    // Names that a schema does not tell a stranger are not to be guessed from its errors either.
    Schema::build(Alone::default(), Alone::default(), Subscription::default()).disable_suggestions()
}

/// The executor. What it works on comes with each request ([`context::attach`]).
#[must_use]
pub fn schema() -> Schema {
    builder().finish()
}

/// An executor whose schema can be read.
pub trait Published: Executor {
    /// The schema as text, with its costs.
    fn sdl(&self) -> String;
}

impl<Q, M, S> Published for async_graphql::Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    fn sdl(&self) -> String {
        self.sdl_with_options(SDLExportOptions::new().include_specified_by())
    }
}

/// The schema as text, as `schema.graphql` holds it.
#[must_use]
pub fn sdl() -> String {
    Published::sdl(&schema())
}
