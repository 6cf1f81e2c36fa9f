use std::fmt::Write as _;

use async_graphql::Value;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::Selection;
use proptest::prelude::*;

use super::*;

fn limits(brackets: usize) -> Limits {
    Limits { brackets, ..Limits::default() }
}

/// The least limit on brackets that lets the text pass.
fn brackets(query: &str) -> usize {
    (0..=2_000).find(|limit| scan(query, &limits(*limit)).is_ok()).unwrap()
}

fn tokens(query: &str) -> usize {
    (0..=2_000).find(|limit| scan(query, &Limits { tokens: *limit, ..Limits::default() }).is_ok()).unwrap()
}

#[test]
fn counts_the_tokens_of_the_specification() {
    for (query, count) in [
        ("", 0),
        (" \t\r\n,\u{feff}# a { comment", 0),
        ("{a}", 3),
        ("query Q($a:[Int!]!=[1]@d){...F ...on T{b:c(d:$a)}}", 36),
        ("0 -1 1.5 -1.5e+10 1E5 00", 7),
        (r#""" "a" "\"" "\\" "\u00e9" """a "b" \""" c""""#, 6),
        (r#"{a(b:"]}{[",c:"""}}""")}"#, 11),
        ("$ ! & ( ) ... : = @ [ ] { | }", 14),
    ] {
        assert_eq!(tokens(query), count, "{query}");
    }
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    for (query, depth) in [
        ("{a}", 1),
        ("{a{b(c:[{d:1}])}}", 5),
        (r#"{a(b:"[[[[")}"#, 2),
        (r#"{a(b:"\"[[[[")}"#, 2),
        (r#"{a(b:"\\",c:[1])}"#, 3),
        (r#"{a(b:"""[[ " [[ \""" [[ "" [[""")}"#, 2),
        (r#"{a(b:"""\\""",c:[[[1]]])}"#, 2),
        (r#"{a(b:"" c:[1])}"#, 3),
        (r#"{a(b:"""""" c:[1])}"#, 3),
        ("{a #[[[[\n b(c:[1])}", 3),
        ("{a #[[[[\r b(c:[1])}", 3),
        ("{a(b:\"#\" c:[1])}", 3),
        ("{a(b:\"\"\"#\"\"\" c:[1])}", 3),
    ] {
        // The seventh has an escaped end and so no end at all: it is refused, whatever the limit.
        if query.contains(r#"\\""",c"#) {
            assert!(matches!(scan(query, &limits(32)), Err(Breach::Malformed(_))));
        } else {
            assert_eq!(brackets(query), depth, "{query}");
        }
    }
}

#[test]
fn refuses_what_hides_brackets_or_ends_a_text_early() {
    for (query, line, column) in [
        ("{a(b:\"x", 1, 6),
        ("{a(b:\"x\n\")}", 1, 6),
        ("{a(b:\"x\r\")}", 1, 6),
        ("{\n  é(b:\"\"\"x\"\")}", 2, 7),
        ("{a(b:\"\\", 1, 6),
        ("{a\0}", 1, 3),
        ("{a} # \0", 1, 7),
        ("{a(b:\"\0\")}", 1, 7),
        ("{a(b:\"\\u0000\")}", 1, 7),
        ("{a(b:\"\"\"\0\"\"\")}", 1, 9),
    ] {
        assert_eq!(scan(query, &limits(32)), Err(Breach::Malformed(Pos { line, column })), "{query:?}");
    }
}

#[test]
fn refuses_the_bombs() {
    let limits = Limits::default();
    let at_limit = |text: String| scan(&text, &limits);
    for deep in ["{a(b:".to_owned() + &"[".repeat(1_500), "{a:".repeat(1_500), "{a".repeat(33), "(".repeat(33)] {
        assert_eq!(at_limit(deep), Err(Breach::Limit(Measure::Brackets, 32)));
    }
    assert_eq!(at_limit("[".repeat(1_400_000)), Err(Breach::Limit(Measure::Bytes, 16 * 1024)));
    assert_eq!(at_limit("a ".repeat(2_001)), Err(Breach::Limit(Measure::Tokens, 2_000)));
    assert_eq!(at_limit("{a}".repeat(600)), Ok(()));
}

/// A value with the number of brackets within one another in it.
fn value() -> impl Strategy<Value = (String, usize)> {
    let leaf = prop_oneof![
        Just(("1".to_owned(), 0)),
        Just(("-0.5e3".to_owned(), 0)),
        Just(("$v".to_owned(), 0)),
        Just((r#""[{(""#.to_owned(), 0)),
        Just((r#""\"[{\\""#.to_owned(), 0)),
        Just(("\"\"\"[ \" {\\\"\"\"(\"\" \n#\"\"\"".to_owned(), 0)),
        Just(("\"\"".to_owned(), 0)),
        Just(("#[[\n E".to_owned(), 0)),
    ];
    leaf.prop_recursive(5, 20, 3, |inner| {
        let several = prop::collection::vec(inner, 1..3);
        (several, any::<bool>()).prop_map(|(values, is_list)| {
            let depth = values.iter().map(|(_, depth)| depth).max().unwrap() + 1;
            let mut text = String::from(if is_list { "[" } else { "{" });
            for (value, _) in &values {
                let name = if is_list { "" } else { "k:" };
                write!(text, "{name}{value} ").unwrap();
            }
            text.push(if is_list { ']' } else { '}' });
            (text, depth)
        })
    })
}

proptest! {
    #[test]
    fn counts_what_the_parser_nests(values in prop::collection::vec(value(), 1..4)) {
        let mut query = String::from("query($v:Int){a");
        for (at, (value, _)) in values.iter().enumerate() {
            write!(query, "(x{at}:{value})b").unwrap();
        }
        query.push('}');
        prop_assert!(parse_query(&query).is_ok(), "{}", query);
        let deepest = values.iter().map(|(_, depth)| depth).max().unwrap();
        prop_assert_eq!(brackets(&query), deepest + 2);
    }

    /// Of any text of the dangerous characters: what the parser takes is nested no deeper than was counted.
    #[test]
    fn never_counts_too_little(text in r#"[\[\]{}("\\#\na,:1.]{0,30}"#) {
        let query = format!("{{a(b:[{text}])}}");
        if let Ok(document) = parse_query(&query) {
            let (_, operation) = document.operations.iter().next().unwrap();
            let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!("no field") };
            if let Some(value) = field.node.get_argument("b") {
                let value = value.node.clone().into_const_with(|_| Ok::<_, ()>(Value::Null)).unwrap();
                prop_assert!(scan(&query, &limits(nested(&value) + 1)).is_err());
            }
        }
    }
}

fn nested(value: &Value) -> usize {
    match value {
        Value::List(values) => 1 + values.iter().map(nested).max().unwrap_or(0),
        Value::Object(values) => 1 + values.values().map(nested).max().unwrap_or(0),
        _ => 0,
    }
}

/// The most that an operator can set is far from what ends the process: a quarter of the stack that requests run on is
/// enough for it, in a build that is not optimised.
#[test]
fn the_parser_stands_the_most_brackets_that_can_be_set() {
    let most = Limits::SETTINGS.iter().find(|setting| setting.name == "limit_brackets").unwrap().most;
    let texts = [
        format!("{{a(b:{}1{})}}", "[".repeat(most - 2), "]".repeat(most - 2)),
        format!("{}a{}", "{a".repeat(most - 1) + "{", "}".repeat(most)),
        format!("query($v:{}Int{}){{a}}", "[".repeat(most - 1), "]".repeat(most - 1)),
    ];
    let parsing = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || {
        for text in texts {
            assert_eq!(brackets(&text), most);
            parse_query(&text).unwrap();
        }
    });
    parsing.unwrap().join().unwrap();
}
