//! Somebody follows every edge from everything that they are shown.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::sdl::Sdl;
use super::stage::{Side, Stage};
use crate::client::Client;

/// What they found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Everything with an id.
    ids: BTreeSet<String>,
    /// Every number of a civil servant that was shown in full.
    pub nips: BTreeSet<String>,
}

impl Found {
    /// What of it is the agency's own.
    pub fn of<'a>(&self, side: &'a Side) -> BTreeSet<&'a str> {
        side.private().into_iter().filter(|id| self.ids.contains(*id)).collect()
    }
}

/// Starts at every id of the stage, at the lists, and at oneself. No answer may hold an error.
pub async fn crawl(stage: &Stage, sdl: &Sdl, phone: &Client) -> Found {
    let mut found = Found::default();
    let mut open: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let lists = format!("{{ {} }}", sdl.selection("Query"));
    collect(&phone.data(&lists, json!({})).await, &mut found, &mut open);
    for side in [&stage.sabang, &stage.sibolga] {
        let query = "query($id: ID!, $ids: [ID!]!) {
            roleGrants(agencyId: $id) { nodes { __typename id } } nodes(ids: $ids) { __typename id } }";
        let start = phone.data(query, json!({ "id": side.agency, "ids": side.private() })).await;
        collect(&start, &mut found, &mut open);
    }
    while let Some((name, ids)) = open.pop_first() {
        if sdl.nodes().contains(&name) {
            let query = format!(
                "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {name} {{ {} }} }} }}",
                sdl.selection(&name)
            );
            collect(&phone.data(&query, json!({ "ids": ids })).await, &mut found, &mut open);
        }
    }
    found
}

/// Notes what an answer holds, and what of it has not been asked about yet.
fn collect(answer: &Value, found: &mut Found, open: &mut BTreeMap<String, BTreeSet<String>>) {
    match answer {
        Value::Object(fields) => {
            if let (Some(name), Some(id)) = (answer["__typename"].as_str(), answer["id"].as_str())
                && found.ids.insert(id.to_owned())
            {
                open.entry(name.to_owned()).or_default().insert(id.to_owned());
            }
            // A count tells no more than the list, which is shorter than a page here.
            if let (Some(nodes), Some(total)) = (answer["nodes"].as_array(), answer["totalCount"].as_u64()) {
                assert_eq!(u64::try_from(nodes.len()).ok(), Some(total), "{answer}");
            }
            fields.values().for_each(|value| collect(value, found, open));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found, open)),
        Value::String(text) if text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            found.nips.insert(text.clone());
        }
        _ => {}
    }
}
