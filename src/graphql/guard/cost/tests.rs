use std::sync::LazyLock;

use async_graphql::parser::parse_query;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Costs of the kinds that our schema has.
static PRICES: LazyLock<Prices> = LazyLock::new(|| Prices::read(include_str!("prices.graphql")).unwrap());

fn examined(query: &str, name: Option<&str>, variables: serde_json::Value) -> Result<Executed, Breach> {
    let variables = Variables::from_json(variables);
    examine(&parse_query(query).unwrap(), name, &variables, &PRICES, &Limits::default())
}

fn limit(query: &str) -> Result<Executed, Breach> {
    examined(query, None, json!({}))
}

fn cost(query: &str, variables: serde_json::Value) -> usize {
    examined(query, None, variables).unwrap().cost
}

fn past(measure: Measure, limit: usize) -> Result<Executed, Breach> {
    Err(Breach::Limit(measure, limit))
}

/// `count` fragments, each spreading the next `width` times.
fn bomb(count: usize, width: usize) -> String {
    let spread = |at: usize| format!("...F{at} ").repeat(width);
    let fragments: Vec<_> = (0..count).map(|at| format!("fragment F{at} on Query{{{}}}", spread(at + 1))).collect();
    format!("{{...F0}}{}fragment F{count} on Query{{__typename}}", fragments.concat())
}

#[test]
fn refuses_the_bombs() {
    assert_eq!(limit(&bomb(24, 2)), past(Measure::Selections, 2_000));
    assert_eq!(limit(&bomb(7, 8)), past(Measure::Selections, 2_000));
    assert_eq!(limit(&bomb(150, 2)), past(Measure::Selections, 2_000));
    assert_eq!(limit(&format!("{{{}}}", "a ".repeat(500))), past(Measure::RootFields, 10));
    assert_eq!(limit(&format!("{{a{{{}}}}}", "a ".repeat(500))), past(Measure::Fields, 400));
    assert_eq!(limit(&format!("{{a{{{}}}}}", "b:a ".repeat(101))), past(Measure::Aliases, 30));
    assert_eq!(limit(&format!("{{a{}}}", "@skip(if:true)".repeat(1_000))), past(Measure::Directives, 50));
    assert_eq!(limit(&format!("query{}{{a}}", "@a".repeat(51))), past(Measure::Directives, 50));
    assert_eq!(limit(&format!("query($v:Int{}){{a}}", "@a".repeat(51))), past(Measure::Directives, 50));
    assert_eq!(limit(&format!("{}{}", "{a".repeat(13), "}".repeat(13))), past(Measure::Depth, 12));
    assert_eq!(limit(&format!("{{{}a{}}}", "...{".repeat(40), "}".repeat(40))), past(Measure::Nesting, 32));
}

#[test]
fn refuses_bombs_that_are_not_executed() {
    let document = format!("query Small{{a}} {}", bomb(24, 2).replacen('{', "query Large{", 1));
    let refused = past(Measure::Selections, 2_000);
    assert_eq!(examined(&document, Some("Small"), json!({})), refused);
    let unused = bomb(24, 2).replacen("...F0", "a", 1);
    assert_eq!(limit(&unused), refused);
}

#[test]
fn refuses_cycles() {
    for query in [
        "{...A} fragment A on Q{...A}",
        "{...A} fragment A on Q{a{...{...B}}} fragment B on Q{...C} fragment C on Q{b{...A}}",
        "{a} fragment A on Q{...B} fragment B on Q{...A}",
    ] {
        assert!(matches!(limit(query), Err(Breach::Cycle(_))), "{query}");
    }
    assert!(limit("{...A ...B} fragment A on Q{...B ...B} fragment B on Q{...C} fragment C on Q{a}").is_ok());
    assert!(limit("{...Missing}").is_ok());
}

#[test]
fn one_attempt_a_request() {
    let login = "login(input:{}){errors{code}}";
    assert!(limit(&format!("mutation{{{login}}}")).is_ok());
    for query in [
        format!("mutation{{{}}}", (0..5).map(|at| format!("a{at}:{login}")).collect::<Vec<_>>().concat()),
        format!("mutation{{{login} checkIn{{id}}}}"),
        format!("mutation{{...A ...A}}fragment A on Mutation{{{login}}}"),
        format!("mutation{{...{{{login}}} ...on Mutation{{a:{login}}}}}"),
        "mutation{a:changePassword{id} b:changePassword{id}}".to_owned(),
    ] {
        assert_eq!(limit(&query), past(Measure::RootFields, 1), "{query}");
    }
    assert!(limit("mutation{a:checkIn{id} b:checkIn{id}}").is_ok());
    assert!(limit("{login a}").is_ok(), "no such field of Query checks a password");
}

#[test]
fn knows_what_needs_no_token() {
    for (query, is_without_token) in [
        ("mutation{login{a}}", true),
        ("mutation{refreshTokens{a}}", true),
        ("mutation{a:registerCitizen{a}}", true),
        ("mutation{...{...A}}fragment A on Mutation{requestContactCode{a}}", true),
        ("mutation{activateAccount{a}}", true),
        ("mutation{login:checkIn{a}}", false),
        ("mutation{changePassword{a}}", false),
        ("mutation{logout{a}}", false),
        ("{login}", false),
        ("{viewer{id}}", false),
    ] {
        assert_eq!(limit(query).unwrap().is_without_token, is_without_token, "{query}");
    }
}

#[test]
fn chooses_the_operation_as_the_executor_does() {
    let chosen = |query, name| examined(query, name, json!({}));
    let none = |name: Option<&str>| Err(Breach::NoOperation(name.map(ToOwned::to_owned)));
    assert_eq!(chosen("{a}", None).unwrap().name, None);
    assert_eq!(chosen("{a}", Some("A")), none(Some("A")));
    assert_eq!(chosen("query A{a}", None).unwrap().name.as_deref(), Some("A"));
    let both = "query A{a} mutation B{b}";
    assert_eq!(chosen(both, None), none(None));
    assert_eq!(chosen(both, Some("C")), none(Some("C")));
    assert_eq!(chosen(both, Some("A")).unwrap().kind, OperationType::Query);
    assert_eq!(chosen(both, Some("B")).unwrap().kind, OperationType::Mutation);
}

/// The introspection queries that clients send: `getIntrospectionQuery` of graphql-js, with everything on, is what
/// `GraphiQL`, the code generators and Apollo Sandbox send; Rover and the Kotlin and Swift generators send less.
#[test]
fn introspection_of_tools_passes_and_more_does_not() {
    let introspection = include_str!("introspection.graphql");
    assert!(limit(introspection).is_ok());
    super::super::scan::scan(introspection, &Limits::default()).unwrap();
    let deep = |levels: usize| format!("{{__schema{{{}name{}}}}}", "types{".repeat(levels), "}".repeat(levels));
    assert_eq!(limit(&deep(20)), past(Measure::Depth, 20));
    assert_eq!(limit(&deep(4)), past(Measure::Introspected, 1_500_000));
    let fields = "fields{type{".repeat(4);
    let fields = format!("{{__type(name:\"A\"){{{fields}fields{{type{{fields{{name}}}}}}{}}}}}", "}}".repeat(4));
    assert_eq!(limit(&fields), past(Measure::Introspected, 1_500_000));
}

const NAMES: [&str; 6] = ["a", "login", "__schema", "__type", "types", "fields"];

/// The text of a selection set that spreads fragments from `first` on.
fn selections(first: usize, count: usize) -> impl Strategy<Value = String> {
    let field = (any::<bool>(), prop::sample::select(&NAMES[..]))
        .prop_map(|(is_aliased, name)| format!("{}{name} ", if is_aliased { "b:" } else { "" }));
    let spread = (first..=count).prop_map(|at| format!("...F{at} "));
    let leaf = prop_oneof![3 => field, 2 => spread];
    let several = prop::collection::vec(leaf, 1..4).prop_map(|items| items.concat());
    several.prop_recursive(3, 12, 3, |inner| {
        let inner = prop::collection::vec((0..=NAMES.len(), inner), 1..3);
        inner.prop_map(|sets| {
            let set = |(at, set)| format!("{}{{{set}}}", NAMES.get(at).unwrap_or(&"...@skip(if:false)"));
            sets.into_iter().map(set).collect()
        })
    })
}

/// A document of one operation and five fragments without a cycle; the last spread names none.
fn document() -> impl Strategy<Value = String> {
    let fragments: Vec<_> = (0..5).map(|at| selections(at + 1, 5)).collect();
    (selections(0, 5), fragments).prop_map(|(operation, fragments)| {
        let fragment = |(at, set)| format!("fragment F{at} on Q @d{{{set}}}");
        let fragments: Vec<_> = fragments.into_iter().enumerate().map(fragment).collect();
        format!("query($v:Int @d){{{operation}}}{}", fragments.concat())
    })
}

/// Spreads everything out and counts one by one.
fn spread_out<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    path: &mut Vec<&'a str>,
    sets: usize,
    weight: &mut Weight,
) {
    weight.nesting = weight.nesting.max(sets + usize::from(!set.items.is_empty()));
    for selection in &set.items {
        weight.selections += 1;
        match &selection.node {
            Selection::Field(field) => {
                path.push(&field.node.name.node);
                count(path, weight);
                spread_out(document, &field.node.selection_set.node, path, sets + 1, weight);
                path.pop();
            }
            Selection::InlineFragment(inline) => {
                spread_out(document, &inline.node.selection_set.node, path, sets + 1, weight);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    spread_out(document, &fragment.node.selection_set.node, path, sets + 1, weight);
                }
            }
        }
    }
}

/// Counts the last field of a path.
fn count(path: &[&str], weight: &mut Weight) {
    let answered = |path: &[&str]| path[..path.len() - 1].iter().map(|name| entries(name)).product::<usize>();
    let introspects = path.iter().position(|name| matches!(*name, "__schema" | "__type"));
    if introspects.is_none_or(|at| at + 1 == path.len()) {
        weight.fields += 1;
        weight.depth = weight.depth.max(path.len());
    }
    if let Some(at) = introspects {
        weight.introspection_depth = weight.introspection_depth.max(path.len() - at);
        weight.introspected += answered(&path[at..]);
    }
    weight.full_depth = weight.full_depth.max(path.len());
    weight.priced += 1;
    weight.full_introspected += answered(path);
    if path.len() == 1 {
        weight.roots += 1;
        weight.roots_without_token += usize::from(path[0] == "login");
        weight.roots_for_everybody += usize::from(FOR_EVERYBODY.contains(&path[0]));
        weight.attempts += usize::from(path[0] == "login");
    }
}

proptest! {
    #[test]
    fn weighs_as_if_everything_were_spread_out(query in document()) {
        let document = parse_query(&query).unwrap();
        let variables = Variables::default();
        let prices = Prices::default();
        let mut scale = Scale::new(&prices, &variables, &[]);
        for name in in_order(&document).unwrap() {
            let weight = scale.weigh_fragment(&document.fragments[name].node);
            scale.fragments.insert(name, weight);
        }
        let (_, operation) = document.operations.iter().next().unwrap();
        let set = &operation.node.selection_set.node;
        let mut expected = Weight::default();
        spread_out(&document, set, &mut Vec::new(), 0, &mut expected);
        prop_assert_eq!(scale.weigh(set, None), expected);
        prop_assert_eq!(scale.aliases, query.matches("b:").count());
    }
}

#[test]
fn pages_within_pages_are_counted_as_long_as_they_are_asked_for() {
    let nested = "{ things(first: 50) { nodes { things(first: 50) { edges { node { things(first: 50) { nodes { id } } } } } } } }";
    assert_eq!(limit(nested), past(Measure::Cost, 20_000));
    assert_eq!(
        cost("{ things(first: 100) { nodes { id name things(first: 20) { nodes { id } } } } }", json!({})),
        5_310
    );
    // Where no size is said, a page has twenty.
    assert_eq!(cost("{ things { totalCount nodes { id } } }", json!({})), 10 + 11 + 20 * 2);
    assert_eq!(cost("{ things(first: null) { nodes { id } pageInfo { endCursor } } }", json!({})), 10 + 20 * 2 + 2);
    // A size in a fragment's own field is that of each field that spreads it.
    let spread = "{ a: things(first: 3) { ...F } b: things(first: 5) { ...F } } fragment F on Things { nodes { id } }";
    assert_eq!(cost(spread, json!({})), 20 + 3 * 2 + 5 * 2);
    // What is out of range is refused by the field itself.
    assert_eq!(cost("{ things(first: -1) { nodes { id } } }", json!({})), 10);
    assert_eq!(cost("{ things(first: 1000000) { nodes { id } } }", json!({})), 10 + 100 * 2);
}

#[test]
fn variables_say_how_many_as_much_as_numbers_do() {
    let page = "query($n: Int) { things(first: $n) { nodes { id } } }";
    for (variables, items) in [(json!({}), 20), (json!({ "n": null }), 20), (json!({ "n": 7 }), 7)] {
        assert_eq!(cost(page, variables), 10 + items * 2);
    }
    let with_default = "query($n: Int = 50) { things(first: $n) { nodes { id } } }";
    for (variables, items) in [(json!({}), 50), (json!({ "n": null }), 20), (json!({ "n": 7 }), 7)] {
        assert_eq!(cost(with_default, variables), 10 + items * 2);
    }
    let nodes = "query($ids: [ID!]!, $id: ID!) { all(ids: $ids) { id } b: all(ids: [$id, \"x\"]) { id } }";
    assert_eq!(cost(nodes, json!({ "ids": ["a", "b", "c"], "id": "a" })), 3 * 2 + 2 * 2);
    assert_eq!(cost("{ few { id } }", json!({})), 3 * 2, "the argument's own default");
    assert!(examined(page, None, json!({})).unwrap().is_by_variables);
    assert!(!limit("query($n: Int, $i: In!) { things(first: 3) { nodes { id } } }").unwrap().is_by_variables);
    // Of two operations it is the executed one whose defaults count.
    let two = "query A($n: Int = 2) { things(first: $n) { ...F } } query B($n: Int = 9) { things(first: $n) { ...F } }
               fragment F on Things { nodes { id } }";
    assert_eq!(examined(two, Some("A"), json!({})).unwrap().cost, 10 + 2 * 2);
    assert_eq!(examined(two, Some("B"), json!({})).unwrap().cost, 10 + 9 * 2);
}

#[test]
fn what_is_sent_weighs() {
    let send = "mutation($input: SendInput!) { send(input: $input) { results { id } errors } }";
    let items = |count: usize| json!({ "input": { "items": vec![json!({ "parts": [1, 2] }); count] } });
    assert_eq!(cost(send, items(0)), 50 + 1 + 2);
    // Each item weighs 10 and each part of one 3, and each has its result.
    assert_eq!(cost(send, items(4)), 50 + 4 * 10 + 8 * 3 + 1 + 4 * 2 + 2);
    assert_eq!(
        cost("mutation { send(input: { items: [{ parts: [1] }, {}] }) { errors } }", json!({})),
        50 + 23 + 1 + 2
    );
    assert_eq!(cost("mutation { send(input: { items: { parts: 1 } }) { errors } }", json!({})), 50 + 13 + 1 + 2);
    assert!(examined(send, None, items(900)).is_ok());
    assert_eq!(examined(send, None, items(1_500)), past(Measure::Cost, 20_000));
}

#[test]
fn introspection_has_a_cost_of_its_own() {
    let asked = cost(include_str!("introspection.graphql"), json!({}));
    assert!((300..3_000).contains(&asked), "{asked}");
}
