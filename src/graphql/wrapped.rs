//! What stands around the roots: fields that fail alone, and actions that are asked for seldom.
//!
//! The executor lets an error of a resolver null the whole parent, also where the field itself may be null; for a root
//! that is everything: a mutation that failed would hide what its siblings have committed. Here such a field becomes
//! null by itself, as the specification has it (GraphQL, 6.4.4).

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
};

/// A root whose nullable fields fail alone.
#[derive(Debug, Default)]
pub struct Alone<T>(T);

/// Whether a field of the root may be null.
fn is_nullable<T: OutputType>(ctx: &Context<'_>) -> bool {
    let root = ctx.schema_env.registry.types.get(T::type_name().as_ref());
    let field = root.and_then(|root| root.field_by_name(ctx.item.node.name.node.as_str()));
    field.is_some_and(|field| !field.ty.ends_with('!'))
}

impl<T: ObjectType> ContainerType for Alone<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match self.0.resolve_field(ctx).await {
            Err(error) if is_nullable::<T>(ctx) => {
                ctx.add_error(error);
                Ok(Some(Value::Null))
            }
            result => result,
        }
    }
}

/// A part of a root that keeps what its actions need on their way apart. The future of a root is as large as that of
/// its largest action, and moved several times: without this a check-in carries the room for correcting a year.
#[derive(Debug, Default)]
pub struct Seldom<T>(T);

impl<T: ObjectType> ContainerType for Seldom<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        Box::pin(self.0.resolve_field(ctx)).await
    }
}

/// To the schema, a wrapper is what it wraps.
macro_rules! wraps {
    ($wrapper:ident) => {
        impl<T: ObjectType> OutputType for $wrapper<T> {
            fn type_name() -> Cow<'static, str> {
                T::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                T::create_type_info(registry)
            }

            async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
                self.0.resolve(ctx, field).await
            }
        }

        impl<T: ObjectType> ObjectType for $wrapper<T> {}
    };
}

wraps!(Alone);
wraps!(Seldom);
