use std::collections::BTreeSet;

use super::*;
use crate::graphql::sdl;

/// The fields of our schema, each with its type.
fn each_field(mut see: impl FnMut(&str, &FieldDefinition)) {
    let document = parse_schema(sdl()).unwrap();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(kind) = definition else { continue };
        for field in fields(&kind.node).into_iter().flatten() {
            see(&kind.node.name.node, &field.node);
        }
    }
}

fn is_list(kind: &Type) -> bool {
    matches!(kind.base, BaseType::List(_))
}

/// Whoever adds a list says how long it is, and whoever adds a mutation what it weighs.
#[test]
fn each_list_has_a_size_and_each_mutation_a_weight() {
    let mut sized: HashMap<String, BTreeSet<Vec<String>>> = HashMap::new();
    each_field(|_, field| {
        let below = texts(&field.directives, "listSize", "sizedFields");
        sized.entry(named(&field.ty.node).to_owned()).or_default().insert(below);
    });
    let (mut lists, mut mutations) = (0, 0);
    each_field(|kind, field| {
        let name = format!("{kind}.{}", field.name.node);
        let is_sized = argument(&field.directives, "listSize", "assumedSize").is_some()
            || !texts(&field.directives, "listSize", "slicingArguments").is_empty();
        let is_sized_above = sized.get(kind).is_some_and(|ways| {
            // One way that says nothing would leave the list without a size.
            ways.iter().all(|way| way.iter().any(|sized| field.name.node == sized.as_str()))
        });
        if is_list(&field.ty.node) {
            lists += 1;
            assert!(is_sized || is_sized_above, "{name}: how long is it? (@listSize)");
        }
        if named(&field.ty.node).ends_with("Connection") {
            let below = texts(&field.directives, "listSize", "sizedFields");
            assert!(is_sized && below == ["edges", "nodes"], "{name}: a page of how many? (@listSize)");
        }
        if matches!(kind, "Mutation" | "Subscription") {
            mutations += 1;
            assert!(weight(&field.directives).is_some(), "{name}: what does it weigh? (@cost)");
        }
    });
    assert!(lists > 100 && mutations > 40, "{lists} lists, {mutations} mutations");
}

#[test]
fn what_is_read_of_our_schema() {
    let prices = Prices::read(&sdl()).unwrap();
    let mutation = prices.root(OperationType::Mutation);
    let weight = |name| prices.of(mutation, name).unwrap().field;
    assert!(weight("checkIn") < weight("createUnit") && weight("createUnit") < weight("login"));
    let sync = prices.of(mutation, "syncCheckIns").unwrap();
    assert_eq!(sync.inputs, [(vec!["input".to_owned(), "items".to_owned()], 10)]);
    assert!(prices.of(sync.below, "results").unwrap().is_sized_above);
    let units = prices.of(prices.type_named("Agency"), "units").unwrap();
    assert_eq!((units.size.assumed, units.value, units.sizes_below), (Some(20), 10, true));
    assert!(prices.of(prices.root(OperationType::Subscription), "courseSessionRollChanged").is_some());
}

#[test]
fn a_mistake_is_told() {
    for (sdl, told) in [
        ("type Query {", "expected"),
        ("type Query { a: Int @cost(weight: \"much\") }", "weight of the field a"),
        ("type Query { a: [Int] @listSize(slicingArguments: [\"first\"]) }", "slicingArguments of the field a"),
        ("type Query { a: B @listSize(sizedFields: [\"c\"]) } type B { d: Int }", "sizedFields of the field a"),
        ("type Query { a(b: B): Int } input B { c: Int @cost(weight: 3) }", "weight of the field a"),
    ] {
        let error = Prices::read(sdl).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn an_input_that_holds_itself_has_an_end() {
    let sdl = "type Query { a(b: B): Int } input B { b: B c: [C!] } input C { d: Int @cost(weight: \"2\") b: B }";
    let prices = Prices::read(sdl).unwrap();
    assert_eq!(prices.of(prices.root(OperationType::Query), "a").unwrap().inputs.len(), 1);
}
