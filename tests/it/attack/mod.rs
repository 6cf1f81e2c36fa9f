//! The attack bench: what strangers and people with an account try, and what becomes of it.
//!
//! [`requests`] is the table of what is refused unexecuted. [`bench`] holds each line against the router: status, code, at
//! most 2 KB, at most 20 times as long as a trivial query of the same run, no statement of the database, and the next
//! query is served. [`server`] sends the table to the real server again and again, which keeps its memory and answers
//! others meanwhile. Everything else that is tried, with the test that shows what becomes of it:
//!
//! | Case | Test |
//! | --- | --- |
//! | mutation by GET, media types, batches, compressed, UTF-8, NUL, keys twice | [`requests`]; every form: `http.rs` `refuses_what_is_no_graphql_request` |
//! | 10 MB, endless bodies, long heads, in flat memory | [`server`]; `serve.rs` `a_large_body_gets_its_answer` |
//! | slow headers, slow body | `serve.rs` `slow_headers_close_the_connection`, `http.rs` `a_body_has_ten_seconds_and_a_cap` |
//! | socket of a foreign origin, without init, with a wrong token | `live/codes.rs` |
//! | socket with 1,000 subscriptions, with a bomb | `live/socket.rs` `at_most_twenty_at_once`, `the_guard_stands_before_it` |
//! | nested brackets, fragment bombs, cycles, aliases, duplicates, directives, tokens | [`requests`] |
//! | no object where one belongs, variables without a value where one must be, two members of a `@oneOf` | [`forms`] |
//! | answers refused in every coding | `transfer.rs` `long_answers_travel_in_fewer_bytes` |
//! | many logins in one request; `first` of 10^6, -1, 2^64; lists of 50 x 50 x 50; deep variables | [`requests`] |
//! | many unknown fields, suggestions, the switch of introspection, what tools send | [`switches`] |
//! | access tokens: no algorithm, HMAC, keys, types, audiences, times | [`tokens`] |
//! | refresh token replayed, ten refreshes at once, locked account | `identity.rs` `a_lost_answer_is_asked_for_again_and_a_replay_ends_the_family`, `ten_refreshes_at_once_leave_one_living_chain`, `an_admin_lets_people_in_and_keeps_them_out` |
//! | known and unknown user: words and time | [`logins`]; by e-mail: `mail.rs` `known_and_unknown_addresses_are_answered_alike` |
//! | guessing: one account, one address, invented addresses, behind a proxy | `identity.rs` `failures_slow_the_attacker_and_not_the_owner`, [`addresses`] |
//! | asking for too much, floods of what is refused | `allowance.rs`, [`addresses`] |
//! | foreign ids by query, node, edge, mutation, subscription; one agency's admin on another | `authz/foreign.rs`, `authz/nodes.rs`, `authz/edges.rs` |
//! | foreign id in the address of a table | [`hidden`], `reading/csv.rs` |
//! | role smuggled in, role asked for | [`inputs`]; `identity.rs` `the_national_admin_names_an_agency_admin_and_nobody_else_does` |
//! | cursors bent and made up; sort, filter, search, count by what is hidden | `agency/lists.rs` `pages_follow_each_other_to_the_end`, [`hidden`], [`requests`] |
//! | SQL, `%`, `_` | `agency/lists.rs` `a_search_is_literal`, [`inputs`] |
//! | CRLF in the log and in mails | [`server`], `process/log.rs`, `src/http/log.rs`, `mail.rs` `an_address_that_is_none_is_refused` |
//! | formulas in tables | `reading/csv.rs` `a_month_is_a_table_that_is_seen_as_its_days_are` |
//! | look-alikes, letters of several scripts, zero-width, overrides, NUL, half pairs | [`inputs`], [`logins`], [`requests`]; in files: `import/broken.rs` |
//! | places: 0,0, swapped, out of range, no number | [`inputs`], `agency/places.rs` |
//! | documents by id: bent, unknown, another's; floods of lessons; lessons that are refused; bombs | [`requests`], [`switches`], `documents/requests.rs`, `documents/teaching.rs` |
//! | the header that asks for the cost | [`switches`] |
//!
//! Webhooks, files of people and anonymous reports are no part of the server, and nothing is tried on them.

mod addresses;
mod bench;
mod forms;
mod hidden;
mod inputs;
mod logins;
mod requests;
mod server;
mod switches;
mod tokens;
mod wire;
