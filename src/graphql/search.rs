//! The argument `search` of connections.

use async_graphql::Context;
use sea_orm::sea_query::LikeExpr;
use sea_orm::sea_query::extension::postgres::PgExpr as _;
use sea_orm::{ColumnTrait, Condition, DbBackend, ExprTrait as _};

use super::context::ContextExt as _;
use crate::error::{Kind, Result};
use crate::text;

/// Characters of a search at most.
const MAX_SEARCH: usize = 100;

/// Whether a column holds the text, letter by letter, in capitals or not. Without a text every row does.
///
/// # Errors
/// `BAD_USER_INPUT` for a text that nobody can have typed.
pub fn holds(ctx: &Context<'_>, column: impl ColumnTrait, search: Option<String>) -> Result<Condition> {
    let all = Condition::all();
    let Some(search) = search.filter(|search| !search.trim().is_empty()) else { return Ok(all) };
    let search = text::line("search", &search, MAX_SEARCH).map_err(Kind::BadInput)?;
    let pattern = LikeExpr::new(format!("%{}%", escape(&search)));
    Ok(all.add(match ctx.app().db.engine() {
        // Its own escape is the backslash.
        DbBackend::Postgres => column.into_expr().ilike(pattern),
        // Of letters beyond ASCII, SQLite tells capitals and small ones apart.
        _ => column.into_expr().like(pattern.escape('\\')),
    }))
}

/// Takes the meaning off the wildcards of LIKE.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
