//! The cost of documents that an executor takes is that of the document with every fragment written out, counted one by
//! one by somebody who knows neither fragments weighed once nor the schema's text.

use std::fmt::Write as _;

use async_graphql::parser::parse_query;
use async_graphql::{EmptySubscription, ID, InputObject, Object, Schema, SimpleObject};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::graphql::Published;
use crate::graphql::cost::{AnswersEach, Lists, ListsEach, Pages, STATEMENT, Weighs};

#[derive(SimpleObject)]
#[graphql(directive = Weighs::apply(STATEMENT))]
struct Things {
    edges: Vec<Edge>,
    nodes: Vec<Thing>,
    #[graphql(directive = Weighs::apply(7))]
    total_count: i32,
}

#[derive(SimpleObject)]
struct Edge {
    cursor: String,
    node: Thing,
}

struct Thing;

#[Object]
impl Thing {
    async fn id(&self) -> ID {
        "t".into()
    }

    #[graphql(directive = Lists::apply(3))]
    async fn tags(&self) -> Vec<String> {
        Vec::new()
    }

    async fn twin(&self) -> Option<Thing> {
        None
    }

    #[graphql(directive = Pages::apply())]
    async fn things(&self, first: Option<i32>) -> Things {
        page(first)
    }

    #[graphql(directive = ListsEach::apply("count"))]
    async fn few(&self, #[graphql(default = 4)] count: i32) -> Vec<Thing> {
        few(count)
    }
}

struct Query;

#[Object]
impl Query {
    async fn thing(&self) -> Thing {
        Thing
    }

    #[graphql(directive = Pages::apply())]
    async fn things(&self, first: Option<i32>) -> Things {
        page(first)
    }

    #[graphql(directive = ListsEach::apply("ids"))]
    async fn all(&self, ids: Vec<ID>) -> Vec<Thing> {
        few(i32::try_from(ids.len()).unwrap())
    }
}

fn page(_first: Option<i32>) -> Things {
    Things { edges: vec![Edge { cursor: String::new(), node: Thing }], nodes: vec![Thing], total_count: 1 }
}

fn few(count: i32) -> Vec<Thing> {
    (0..count.min(1)).map(|_| Thing).collect()
}

#[derive(InputObject)]
struct SendInput {
    #[graphql(directive = Weighs::apply(5))]
    items: Vec<i32>,
}

#[derive(SimpleObject)]
struct Sent {
    results: Vec<Thing>,
}

struct Mutation;

#[Object]
impl Mutation {
    #[graphql(directive = Weighs::apply(50), directive = AnswersEach::apply("input.items", "results"))]
    async fn send(&self, input: SendInput) -> Sent {
        Sent { results: few(i32::try_from(input.items.len()).unwrap()) }
    }
}

/// How many a field is asked for, as its argument is written, and what that comes to.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Nothing,
    Null,
    Number(usize),
    /// `$given`, which is sent as 6.
    Given,
    /// `$unset`, which is not.
    Unset,
    /// `$defaulted`, which is 2 where it is not sent.
    Defaulted,
}

impl Asked {
    fn argument(self, name: &str) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Null => format!("({name}: null)"),
            Self::Number(number) => format!("({name}: {number})"),
            Self::Given => format!("({name}: $given)"),
            Self::Unset => format!("({name}: $unset)"),
            Self::Defaulted => format!("({name}: $defaulted)"),
        }
    }

    fn items(self, where_unsaid: usize) -> usize {
        match self {
            Self::Nothing | Self::Null | Self::Unset => where_unsaid,
            Self::Number(number) => number,
            Self::Given => 6,
            Self::Defaulted => 2,
        }
    }
}

/// What a document asks for.
#[derive(Debug, Clone)]
enum Asks {
    /// A leaf of the type, or `__typename`.
    Leaf(u8),
    Twin(Vec<Asks>),
    Page(Asked, Vec<Asks>),
    Few(Asked, Vec<Asks>),
    Items(Vec<Asks>),
    Edges(Vec<Asks>),
    Inline(bool, Vec<Asks>),
    Spread(usize),
}

/// The types between which fragments lie: two fragments for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Thing,
    Things,
}

const FRAGMENTS: usize = 4;

/// The type of a fragment: things and pages by turns.
fn on(fragment: usize) -> On {
    if fragment.is_multiple_of(2) { On::Thing } else { On::Things }
}

/// Selections on a type, which spread fragments from `first` on.
fn asks(kind: On, first: usize, levels: u32) -> BoxedStrategy<Vec<Asks>> {
    let leaf = (0_u8..3).prop_map(Asks::Leaf);
    let spreads: Vec<_> = (first..FRAGMENTS).filter(|fragment| on(*fragment) == kind).map(Asks::Spread).collect();
    let leaf = if spreads.is_empty() { leaf.boxed() } else { prop_oneof![leaf, prop::sample::select(spreads)].boxed() };
    if levels == 0 {
        return prop::collection::vec(leaf, 1..3).boxed();
    }
    let below = |kind| asks(kind, first, levels - 1);
    let asked = prop_oneof![
        Just(Asked::Nothing),
        Just(Asked::Null),
        (0_usize..9).prop_map(Asked::Number),
        Just(Asked::Given),
        Just(Asked::Unset),
        Just(Asked::Defaulted),
    ];
    let count = prop_oneof![Just(Asked::Nothing), (0_usize..9).prop_map(Asked::Number), Just(Asked::Defaulted)];
    let inline = (any::<bool>(), below(kind)).prop_map(|(is_named, asks)| Asks::Inline(is_named, asks));
    let one = match kind {
        On::Thing => prop_oneof![
            2 => leaf,
            1 => inline,
            1 => below(On::Thing).prop_map(Asks::Twin),
            2 => (asked, below(On::Things)).prop_map(|(asked, asks)| Asks::Page(asked, asks)),
            1 => (count, below(On::Thing)).prop_map(|(count, asks)| Asks::Few(count, asks)),
        ]
        .boxed(),
        On::Things => prop_oneof![
            2 => leaf,
            1 => inline,
            2 => below(On::Thing).prop_map(Asks::Items),
            1 => below(On::Thing).prop_map(Asks::Edges),
        ]
        .boxed(),
    };
    prop::collection::vec(one, 1..4).boxed()
}

/// A document: what it asks of `thing`, and the fragments.
#[derive(Debug, Clone)]
struct Document {
    asks: Vec<Asks>,
    fragments: Vec<Vec<Asks>>,
}

fn documents() -> impl Strategy<Value = Document> {
    let fragments: Vec<_> = (0..FRAGMENTS).map(|at| asks(on(at), at + 1, 2)).collect();
    (asks(On::Thing, 0, 3), fragments).prop_map(|(asks, fragments)| Document { asks, fragments })
}

/// Writes selections down; each field with an argument has a name of its own, for two of one name must ask the same.
fn write(asks: &[Asks], kind: On, aliases: &mut usize, text: &mut String) {
    text.push('{');
    for one in asks {
        *aliases += 1;
        let name = *aliases;
        let mut below = |beginning: String, asks: &[Asks], kind| {
            text.push_str(&beginning);
            write(asks, kind, aliases, text);
        };
        match one {
            Asks::Leaf(which) => text.push_str(match (kind, which) {
                (_, 0) => " __typename ",
                (On::Thing, 1) => " id @include(if: true) ",
                (On::Thing, _) => " tags ",
                (On::Things, _) => " totalCount @skip(if: true) ",
            }),
            Asks::Twin(asks) => below(" twin ".to_owned(), asks, On::Thing),
            Asks::Page(asked, asks) => {
                below(format!(" p{name}: things{}", asked.argument("first")), asks, On::Things);
            }
            Asks::Few(asked, asks) => {
                let count = asked.argument("count").replace("$defaulted", "$counted");
                below(format!(" f{name}: few{count}"), asks, On::Thing);
            }
            Asks::Items(asks) => below(" nodes ".to_owned(), asks, On::Thing),
            Asks::Edges(asks) => {
                below(" edges { cursor node ".to_owned(), asks, On::Thing);
                text.push('}');
            }
            Asks::Inline(is_named, asks) => {
                let condition = if *is_named { format!("on {kind:?}") } else { "@include(if: true)".to_owned() };
                below(format!(" ... {condition} "), asks, kind);
            }
            Asks::Spread(at) => write!(text, " ...F{at} ").unwrap(),
        }
    }
    text.push('}');
}

impl Document {
    fn text(&self) -> String {
        let mut aliases = 0;
        let mut text = "query($given: Int, $unset: Int, $defaulted: Int = 2, $counted: Int! = 2) { thing ".to_owned();
        write(&self.asks, On::Thing, &mut aliases, &mut text);
        // Each variable has to be used, and each fragment.
        text.push_str(
            " u: things(first: $given) { __typename } v: things(first: $unset) { __typename }
              w: things(first: $defaulted) { __typename } x: thing { few(count: $counted) { __typename } }
              y: thing { ...F0 ...F2 } z: things { ...F1 ...F3 } }",
        );
        for (at, fragment) in self.fragments.iter().enumerate() {
            write!(text, " fragment F{at} on {:?} ", on(at)).unwrap();
            write(fragment, on(at), &mut aliases, &mut text);
        }
        text
    }

    fn cost(&self) -> usize {
        let used = |fragments: [usize; 2], kind, items| {
            let spreads = fragments.map(Asks::Spread);
            self.sum(&spreads, kind, items)
        };
        let variables = 3 * (10 + 1) + 1 + 2 * (1 + 1);
        let fragments = 1 + used([0, 2], On::Thing, 0) + 10 + used([1, 3], On::Things, 20);
        1 + self.sum(&self.asks, On::Thing, 0) + variables + fragments
    }

    /// Counts selections, fragments written out; `items` is how many the page around them has.
    fn sum(&self, asks: &[Asks], kind: On, items: usize) -> usize {
        asks.iter().map(|one| self.one(one, kind, items)).sum()
    }

    fn one(&self, one: &Asks, kind: On, items: usize) -> usize {
        match one {
            Asks::Leaf(0) => 1,
            Asks::Leaf(which) => match (kind, which) {
                (On::Thing, 1) => 1,
                (On::Thing, _) => 3,
                (On::Things, _) => 1 + 7,
            },
            Asks::Twin(asks) => 1 + self.sum(asks, On::Thing, 0),
            Asks::Page(asked, asks) => 10 + self.sum(asks, On::Things, asked.items(20)),
            Asks::Few(asked, asks) => asked.items(4) * (1 + self.sum(asks, On::Thing, 0)),
            Asks::Items(asks) => items * (1 + self.sum(asks, On::Thing, 0)),
            Asks::Edges(asks) => items * (1 + 1 + 1 + self.sum(asks, On::Thing, 0)),
            Asks::Inline(_, asks) => self.sum(asks, kind, items),
            Asks::Spread(at) => self.sum(&self.fragments[*at], kind, items),
        }
    }
}

/// As much as an operator can allow.
fn widest() -> Limits {
    Limits { cost: 1_000_000_000, aliases: 200, fields: 2_000, selections: 10_000, depth: 24, ..Limits::default() }
}

proptest! {
    #[test]
    fn costs_what_it_costs_written_out(document in documents()) {
        let text = document.text();
        let schema = Schema::new(Query, Mutation, EmptySubscription);
        let prices = Prices::read(&Published::sdl(&schema)).unwrap();
        let variables = Variables::from_json(json!({ "given": 6 }));
        let parsed = parse_query(&text).unwrap();
        let examined = examine(&parsed, None, &variables, &prices, &widest());
        prop_assume!(!matches!(examined, Err(Breach::Limit(..))));
        let request = async_graphql::Request::new(&text).variables(variables);
        let answer = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(schema.execute(request));
        prop_assert!(answer.errors.is_empty(), "{text}\n{:?}", answer.errors);
        prop_assert_eq!(examined.unwrap().cost, document.cost(), "{}", text);
    }

    #[test]
    fn what_is_sent_is_counted_too(is_written in any::<bool>(), count in 0_usize..50) {
        let schema = Schema::new(Query, Mutation, EmptySubscription);
        let prices = Prices::read(&Published::sdl(&schema)).unwrap();
        let items = vec![1; count];
        let text = if is_written {
            format!("mutation {{ send(input: {{ items: {items:?} }}) {{ results {{ id }} }} }}")
        } else {
            "mutation($items: [Int!]!) { send(input: { items: $items }) { results { id } } }".to_owned()
        };
        let variables = Variables::from_json(json!({ "items": items }));
        let examined = examine(&parse_query(&text).unwrap(), None, &variables, &prices, &widest()).unwrap();
        prop_assert_eq!(examined.cost, 50 + 1 + count * (5 + 2));
    }
}
