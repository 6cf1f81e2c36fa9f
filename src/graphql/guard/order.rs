//! The order in which fragments are weighed.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::Breach;

/// The fragments, each after those that it spreads.
pub fn in_order(document: &ExecutableDocument) -> Result<Vec<&str>, Breach> {
    let mut order = Vec::with_capacity(document.fragments.len());
    let mut is_placed: HashMap<&str, bool> = HashMap::new();
    for start in document.fragments.keys() {
        let mut open: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut next = Some(start.as_str());
        loop {
            if let Some(name) = next.take()
                && let Some(fragment) = document.fragments.get(name)
            {
                match is_placed.get(name) {
                    None => {
                        let mut spreads = Vec::new();
                        collect_spreads(&fragment.node.selection_set.node, &mut spreads);
                        is_placed.insert(name, false);
                        open.push((name, spreads));
                    }
                    Some(false) => return Err(Breach::Cycle(name.to_owned())),
                    Some(true) => {}
                }
            }
            let Some((name, spreads)) = open.last_mut() else { break };
            next = spreads.pop();
            if next.is_none() {
                is_placed.insert(name, true);
                order.push(*name);
                open.pop();
            }
        }
    }
    Ok(order)
}

fn collect_spreads<'a>(set: &'a SelectionSet, spreads: &mut Vec<&'a str>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => collect_spreads(&field.node.selection_set.node, spreads),
            Selection::InlineFragment(inline) => collect_spreads(&inline.node.selection_set.node, spreads),
            Selection::FragmentSpread(spread) => spreads.push(&spread.node.fragment_name.node),
        }
    }
}
