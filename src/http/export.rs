//! `GET /exports/attendance.csv`: a month's attendance as a table, one's own or a unit's.
//!
//! A table that could not be written to its end is cut off: the last chunk is missing, and every HTTP client says so.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use axum::response::Response;
use entity::ids::{AccountId, UnitId};
use futures_util::stream;
use tokio::time::Instant;

use super::allowance::Payer;
use super::boundary::Caller;
use super::fault::{Malformed, RequestFault};
use super::graphql::{fault_of, token_in};
use super::places::{Holder, Place, Places};
use super::{Edge, log, params};
use crate::attendance::export::Export;
use crate::error::Error;
use crate::graphql::context::RequestId;
use crate::graphql::scalars::YearMonth;
use crate::identity::token::Session;
use crate::policy::Actor;

/// Tables that a process writes at once: each holds a piece in memory, and asks the database for the next.
const AT_ONCE: usize = 32;
/// Of these, one person's: nobody takes the places of all.
const OF_ONE: usize = 2;
/// When to come back where the places are taken.
const BUSY_SECONDS: u64 = 10;
/// What one costs of the reader's allowance: a table is a whole unit's month.
const COST: usize = 2_000;
/// How long one may take: who reads too slowly for it keeps others from theirs.
const LONGEST: Duration = Duration::from_mins(15);

pub async fn attendance<E: Clone + Send + Sync + 'static>(
    State(edge): State<Edge<E>>,
    Extension(caller): Extension<Arc<Caller>>,
    request: Request,
) -> Result<Response, RequestFault> {
    let fault = |error| fault_of(&error, &caller.id);
    let token = token_in(request.headers())?.ok_or(RequestFault::Unauthenticated)?;
    let session = Session::open(&edge.app, token).map_err(fault)?;
    let payer = Payer::Account(session.account);
    edge.allowances.charge(payer, COST, edge.app.clock.now())?;
    let actor = session.actor(&edge.app).await.map_err(fault)?;
    let (unit, month) = read(request.uri().query().unwrap_or_default())?;
    let Actor::Person(person) = &actor else { return Err(RequestFault::Unauthenticated) };
    let place = take(&edge.exports, person.account_id)?;
    let export = Export::begin(edge.app.clone(), actor, unit, month).await.map_err(fault)?;
    let export = export.ok_or(RequestFault::NotFound)?;
    let writing = Writing { export, _place: place, until: Instant::now() + LONGEST, request_id: caller.id.clone() };
    let mut response = Response::new(Body::from_stream(stream::try_unfold(writing, Writing::go_on)));
    let headers = response.headers_mut();
    let file = format!("attachment; filename=\"attendance-{month}.csv\"");
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(file).map_err(|_| RequestFault::Internal)?);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Authorization"));
    Ok(response)
}

/// A place for a table of somebody's.
fn take(places: &Places, account: AccountId) -> Result<Place, RequestFault> {
    let one = Holder::One(Payer::Account(account));
    places.take([(one, OF_ONE), (Holder::All, AT_ONCE)]).map_err(|full| match full.holder {
        Holder::All => RequestFault::Unavailable(BUSY_SECONDS),
        _ => RequestFault::TooManyExports { at_once: OF_ONE, retry_after: BUSY_SECONDS },
    })
}

struct Writing {
    export: Export,
    _place: Place,
    until: Instant,
    request_id: RequestId,
}

impl Writing {
    async fn go_on(mut self) -> Result<Option<(Vec<u8>, Self)>, Error> {
        let piece = match self.export.next().await {
            Ok(_) if self.until <= Instant::now() => Err(Error::internal("a table was read too slowly")),
            piece => piece,
        };
        match piece {
            Ok(piece) => Ok(piece.map(|piece| (piece, self))),
            Err(error) => {
                log::internal(&self.request_id, &error);
                Err(error)
            }
        }
    }
}

/// `month`, and `unitId` where it is not one's own.
fn read(query: &str) -> Result<(Option<UnitId>, YearMonth), Malformed> {
    let [mut unit, mut month] = [None, None];
    for (name, value) in params::pairs(query)? {
        let place = match name.as_str() {
            "unitId" => &mut unit,
            "month" => &mut month,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return Err(Malformed::QueryString);
        }
    }
    let unit = unit.map(|id| id.parse().map_err(|_| Malformed::QueryString)).transpose()?;
    let month = month.and_then(|month| YearMonth::read(&month)).ok_or(Malformed::QueryString)?;
    Ok((unit, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_two_places_and_all_together_thirty_two() {
        let (places, person) = (Places::default(), |number| AccountId(uuid::Uuid::from_u128(number)));
        let both = [take(&places, person(0)).unwrap(), take(&places, person(0)).unwrap()];
        let third = || take(&places, person(0)).map(drop);
        let refused = RequestFault::TooManyExports { at_once: 2, retry_after: 10 };
        assert_eq!(third(), Err(refused.clone()));
        let others: Vec<Place> = (1..=30).map(|number| take(&places, person(number)).unwrap()).collect();
        assert_eq!(take(&places, person(31)).map(drop), Err(RequestFault::Unavailable(10)));
        assert_eq!(third(), Err(refused), "one's own come first");
        drop((both, others));
        assert_eq!(third(), Ok(()));
    }

    #[test]
    fn a_query_reads_in_one_way() {
        let unit = "uni_01h455vb4pex5vsknk084sn02q";
        assert_eq!(read("month=2026-11").map(|(unit, month)| (unit, month.to_string())), Ok((None, "2026-11".into())));
        assert_eq!(read(&format!("unitId={unit}&month=2026%2D11&x=1")).unwrap().0, unit.parse().ok());
        for bad in
            ["", "unitId=uni_x&month=2026-11", "month=2026-13", "month=2026-11&month=2026-12", "unitId=&month=2026-11"]
        {
            assert_eq!(read(bad).err(), Some(Malformed::QueryString), "{bad}");
        }
    }
}
