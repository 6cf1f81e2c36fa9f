//! Connections (Relay cursor connections), by keyset: a page starts behind the last row of the one before,
//! however many rows came or went meanwhile.

use async_graphql::{Context, SimpleObject};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike as _, NaiveDate};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, Order, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Value,
};
use uuid::Uuid;

use crate::clock::Instant;
use crate::db::Db;
use crate::error::{Error, Refusal, Result};
use crate::problem::Problem;

/// Items of a page where the caller does not say.
pub const DEFAULT_FIRST: i32 = 20;
/// Items of a page at most.
pub const MAX_FIRST: i32 = 100;

/// Where a page of a connection stands.
#[derive(Debug, Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether there is a next page.
    pub has_next_page: bool,
    /// Whether this page came behind a cursor.
    pub has_previous_page: bool,
    /// The cursor of the first item.
    pub start_cursor: Option<String>,
    /// The cursor of the last item: `after` of the next page.
    pub end_cursor: Option<String>,
}

/// The id of a row.
type IdOf<E> = fn(&<E as EntityTrait>::Model) -> Uuid;

/// The rows in which a connection's pages follow each other.
pub struct Keyset<E: EntityTrait> {
    id: (E::Column, IdOf<E>),
    sort: Option<(E::Column, Sort<E::Model>)>,
    order: Order,
}

/// What stands before the id in the order.
enum Sort<M> {
    Instant(fn(&M) -> Instant),
    Day(fn(&M) -> NaiveDate),
}

impl<M> Sort<M> {
    /// What a cursor keeps of a row.
    fn place(&self, row: &M) -> i64 {
        match self {
            Self::Instant(of) => of(row).timestamp_micros(),
            Self::Day(of) => of(row).num_days_from_ce().into(),
        }
    }

    /// What the column is compared with.
    fn value(&self, place: i64) -> Option<Value> {
        match self {
            Self::Instant(_) => DateTime::from_timestamp_micros(place).map(Value::from),
            Self::Day(_) => NaiveDate::from_num_days_from_ce_opt(place.try_into().ok()?).map(Value::from),
        }
    }
}

impl<E: EntityTrait> Keyset<E> {
    /// By the id, that is by time of creation, oldest first.
    pub fn by_id(column: E::Column, id: IdOf<E>) -> Self {
        Self { id: (column, id), sort: None, order: Order::Asc }
    }

    /// By an instant, and by the id where two are equal.
    #[must_use]
    pub fn by_instant(mut self, column: E::Column, instant: fn(&E::Model) -> Instant) -> Self {
        self.sort = Some((column, Sort::Instant(instant)));
        self
    }

    /// By a day, and by the id where two are equal.
    #[must_use]
    pub fn by_day(mut self, column: E::Column, day: fn(&E::Model) -> NaiveDate) -> Self {
        self.sort = Some((column, Sort::Day(day)));
        self
    }

    /// Newest first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.order = Order::Desc;
        self
    }

    fn cursor(&self, row: &E::Model) -> String {
        let mut bytes = self.id.1(row).into_bytes().to_vec();
        if let Some((_, sort)) = &self.sort {
            bytes.extend(sort.place(row).to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn behind(&self, cursor: &str) -> Option<Condition> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (id, rest) = bytes.split_at_checked(16)?;
        let id = Uuid::from_slice(id).ok()?;
        let id_behind = match self.order {
            Order::Desc => self.id.0.lt(id),
            _ => self.id.0.gt(id),
        };
        let Some((column, sort)) = &self.sort else {
            return rest.is_empty().then(|| Condition::all().add(id_behind));
        };
        let at = sort.value(i64::from_be_bytes(rest.try_into().ok()?))?;
        let later = match self.order {
            Order::Desc => column.lt(at.clone()),
            _ => column.gt(at.clone()),
        };
        Some(Condition::any().add(later).add(Condition::all().add(column.eq(at)).add(id_behind)))
    }
}

/// What a caller asks of a connection.
#[derive(Debug, Clone)]
pub struct PageArgs {
    first: u64,
    after: Option<String>,
    counts: bool,
}

impl PageArgs {
    /// Checks the arguments `first` and `after`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when `first` is not between 1 and 100.
    pub fn new(ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Self> {
        let first = first.unwrap_or(DEFAULT_FIRST);
        if !(1..=MAX_FIRST).contains(&first) {
            let refusal = Refusal::at("first", Problem::OutOfRange).with("min", 1).with("max", MAX_FIRST);
            return Err(crate::error::Kind::BadInput(refusal).into());
        }
        let counts = ctx.look_ahead().field("totalCount").exists();
        Ok(Self { first: u64::from(first.unsigned_abs()), after, counts })
    }
}

/// A page of rows.
#[derive(Debug)]
pub struct Page<M> {
    /// The rows with their cursors.
    pub rows: Vec<(String, M)>,
    /// Where it stands.
    pub info: PageInfo,
    /// All rows, where they were asked for.
    pub total: Option<i32>,
}

impl<M> Page<M> {
    /// The page of what each row becomes.
    ///
    /// # Errors
    /// The first that a row gives.
    pub fn try_map<T>(self, mut of: impl FnMut(M) -> Result<T>) -> Result<Page<T>> {
        let rows = self.rows.into_iter().map(|(cursor, row)| Ok((cursor, of(row)?)));
        Ok(Page { rows: rows.collect::<Result<_>>()?, info: self.info, total: self.total })
    }
}

/// Reads a page of `rows`.
///
/// # Errors
/// `BAD_USER_INPUT` for a cursor that this connection did not give.
pub async fn page<E>(db: &Db, rows: Select<E>, keyset: Keyset<E>, args: PageArgs) -> Result<Page<E::Model>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Send + Sync,
{
    let total =
        if args.counts { Some(i32::try_from(rows.clone().count(db.read()).await?).unwrap_or(i32::MAX)) } else { None };
    let behind = match &args.after {
        Some(cursor) => keyset.behind(cursor).ok_or_else(|| Error::bad_input("after", Problem::Malformed))?,
        None => Condition::all(),
    };
    let mut query = rows.filter(behind);
    if let Some((column, _)) = &keyset.sort {
        query = query.order_by(*column, keyset.order.clone());
    }
    let mut found = query.order_by(keyset.id.0, keyset.order.clone()).limit(args.first + 1).all(db.read()).await?;
    let has_next_page = found.len() as u64 > args.first;
    found.truncate(usize::try_from(args.first).unwrap_or(usize::MAX));
    let rows: Vec<_> = found.into_iter().map(|row| (keyset.cursor(&row), row)).collect();
    let info = PageInfo {
        has_next_page,
        has_previous_page: args.after.is_some(),
        start_cursor: rows.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: rows.last().map(|(cursor, _)| cursor.clone()),
    };
    Ok(Page { rows, info, total })
}

/// Declares a connection type and its edge over a node type that is made from a row.
#[macro_export]
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ident) => {
        /// A page of a list.
        #[derive(async_graphql::SimpleObject)]
        #[graphql(directive = $crate::graphql::cost::Weighs::apply($crate::graphql::cost::STATEMENT))]
        pub struct $connection {
            /// The items with their cursors.
            pub edges: Vec<$edge>,
            /// The items.
            pub nodes: Vec<$node>,
            /// Where this page stands.
            pub page_info: $crate::graphql::page::PageInfo,
            /// How many items the whole list has; counted only when asked for.
            #[graphql(directive = $crate::graphql::cost::Weighs::apply($crate::graphql::cost::STATEMENT))]
            pub total_count: Option<i32>,
        }

        /// An item of a list.
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Where a page behind this item starts.
            pub cursor: String,
            /// The item.
            pub node: $node,
        }

        impl<M: Into<$node> + Clone> From<$crate::graphql::page::Page<M>> for $connection {
            fn from(page: $crate::graphql::page::Page<M>) -> Self {
                Self {
                    nodes: page.rows.iter().map(|(_, row)| row.clone().into()).collect(),
                    edges: page.rows.into_iter().map(|(cursor, row)| $edge { cursor, node: row.into() }).collect(),
                    page_info: page.info,
                    total_count: page.total,
                }
            }
        }
    };
}
