//! What each caller may still ask for: a bucket for each, filled up by and by, from which every request takes its cost.
//!
//! A bucket is one number: when it will be full again. That is a token bucket (GCRA) that takes several at a time, of
//! which nothing is kept once it is full. Buckets are this process's own: of several processes each gives as much.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_graphql::{Value, value};
use chrono::{DateTime, SecondsFormat};
use entity::ids::AccountId;
use moka::sync::Cache;

use super::fault::RequestFault;
use super::peer::Peer;
use crate::clock::Instant;
use crate::config::Limits;
use crate::identity::token::Session;

/// What a request costs before anything is known of it, and also when it is refused.
const REQUEST: usize = 5;
/// Buckets that are not full, at most: an entry is some 200 bytes.
const BUCKETS: u64 = 100_000;

/// Who pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payer {
    /// Whoever is logged in.
    Account(AccountId),
    /// A stranger's address; of IPv6 the network of 64 bits, which is one line's.
    Address(IpAddr),
}

impl Payer {
    /// Who pays for somebody: they themselves, or, without a token, everybody like them at their address.
    pub fn of(session: Option<Session>, peer: Option<Peer>) -> Self {
        if let Some(session) = session {
            return Self::Account(session.account);
        }
        Self::Address(line(peer))
    }
}

/// The address that somebody is known by; of IPv6 the network of 64 bits.
pub fn line(peer: Option<Peer>) -> IpAddr {
    match peer.map(|peer| peer.0) {
        Some(IpAddr::V6(address)) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        Some(address) => address,
        None => IpAddr::from([127, 0, 0, 1]),
    }
}

/// How much there is at most, and how fast it comes back.
#[derive(Debug, Clone, Copy)]
struct Measure {
    most: usize,
    per_second: usize,
}

impl Measure {
    /// How long it takes until so much has come back, in microseconds.
    fn time(self, cost: usize) -> i64 {
        i64::try_from(cost.saturating_mul(1_000_000) / self.per_second).unwrap_or(i64::MAX)
    }

    /// How much has come back after so many microseconds, rounded up.
    fn cost(self, time: i64) -> usize {
        usize::try_from(time).unwrap_or_default().saturating_mul(self.per_second).div_ceil(1_000_000)
    }
}

/// The buckets of all callers. A clone is the same.
#[derive(Debug, Clone)]
pub struct Allowances {
    /// By payer, the microsecond (since 1970) at which the bucket is full again.
    buckets: Cache<Payer, Arc<AtomicI64>>,
    account: Measure,
    address: Measure,
}

/// Why nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// Whether that is somebody who is logged in; else it is everybody at an address.
    pub is_account: bool,
    /// Seconds until there is enough again.
    pub seconds: u64,
    /// What was asked for, and what is left.
    pub bill: Bill,
}

/// What was taken, and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    requested: usize,
    limit: usize,
    remaining: usize,
    reset_at: Instant,
}

impl Allowances {
    /// Full buckets for everybody.
    pub fn new(limits: &Limits) -> Self {
        let account = Measure { most: limits.account_cost, per_second: limits.account_cost_per_second };
        let address = Measure { most: limits.address_cost, per_second: limits.address_cost_per_second };
        // One that nobody has touched for so long is full; whoever was let in may still be sending the body.
        let longest = account.time(account.most).max(address.time(address.most));
        let idle = Duration::from_micros(longest.unsigned_abs()) + limits.body_time();
        Self { buckets: Cache::builder().max_capacity(BUCKETS).time_to_idle(idle).build(), account, address }
    }

    /// Takes what a request costs before it is read; what it asks for is paid out of the same bucket.
    ///
    /// # Errors
    /// [`RequestFault::RateLimited`] when there is not so much left; nothing is taken then.
    pub fn admit(&self, payer: Payer, now: Instant) -> Result<Bucket, RequestFault> {
        let bucket = self.of(payer, now);
        bucket.take(REQUEST, now).map_err(RequestFault::RateLimited)?;
        Ok(bucket)
    }

    /// Has an operation paid for by whom it turned out to be for: most often whoever was let in.
    ///
    /// # Errors
    /// As [`charge`](Self::charge).
    pub fn charge_admitted(
        &self,
        admitted: &Bucket,
        payer: Payer,
        cost: usize,
        now: Instant,
    ) -> Result<Bill, RequestFault> {
        if admitted.payer == payer { admitted.charge(cost, now) } else { self.charge(payer, cost, now) }
    }

    /// Takes what an operation costs. The bill has the whole of the request.
    ///
    /// # Errors
    /// [`RequestFault::RateLimited`] when there is not so much left; nothing is taken then.
    pub fn charge(&self, payer: Payer, cost: usize, now: Instant) -> Result<Bill, RequestFault> {
        self.of(payer, now).charge(cost, now)
    }

    fn of(&self, payer: Payer, now: Instant) -> Bucket {
        let measure = match payer {
            Payer::Account(_) => self.account,
            Payer::Address(_) => self.address,
        };
        let full_at = self.buckets.get_with(payer, || Arc::new(AtomicI64::new(now.timestamp_micros())));
        Bucket { payer, full_at, measure }
    }
}

/// What one caller may still ask for.
#[derive(Debug)]
pub struct Bucket {
    payer: Payer,
    full_at: Arc<AtomicI64>,
    measure: Measure,
}

impl Bucket {
    fn charge(&self, cost: usize, now: Instant) -> Result<Bill, RequestFault> {
        let whole = |bill: Bill| Bill { requested: cost + REQUEST, ..bill };
        let limited = |limited: Limited| Limited { bill: whole(limited.bill), ..limited };
        self.take(cost, now).map(whole).map_err(limited).map_err(RequestFault::RateLimited)
    }

    fn take(&self, cost: usize, now: Instant) -> Result<Bill, Limited> {
        let measure = self.measure;
        let (now, whole) = (now.timestamp_micros(), measure.time(measure.most));
        let mut wait = 0;
        let taken = self.full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full_at| {
            let empty = empty(full_at, now, whole) + measure.time(cost);
            wait = empty - whole;
            (wait <= 0).then_some(now + empty)
        });
        let bill = |full_at: i64| Bill {
            requested: cost,
            limit: measure.most,
            remaining: measure.most.saturating_sub(measure.cost(full_at - now)),
            reset_at: DateTime::from_timestamp_micros(full_at).unwrap_or_default(),
        };
        match taken {
            Ok(full_at) => Ok(bill(now + empty(full_at, now, whole) + measure.time(cost))),
            Err(full_at) => {
                let is_account = matches!(self.payer, Payer::Account(_));
                let seconds = wait.unsigned_abs().div_ceil(1_000_000);
                Err(Limited { is_account, seconds, bill: bill(now + empty(full_at, now, whole)) })
            }
        }
    }
}

/// How much of a bucket is empty, in time. One that would be full later than an empty one has seen the clock set back,
/// and counts as full: nobody shall wait until the clock is again where it was.
fn empty(full_at: i64, now: i64, whole: i64) -> i64 {
    let empty = full_at.saturating_sub(now).max(0);
    if empty > whole { 0 } else { empty }
}

impl Bill {
    /// As it stands in an answer's `extensions`.
    pub fn extension(&self) -> Value {
        let reset_at = self.reset_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        value!({
            "requested": self.requested, "limit": self.limit, "remaining": self.remaining, "resetAt": reset_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(milliseconds: i64) -> Instant {
        DateTime::from_timestamp_millis(1_800_000_000_000 + milliseconds).unwrap()
    }

    /// Buckets of 1,000 for accounts, which get back 100 a second.
    fn allowances() -> Allowances {
        let limits = Limits { account_cost: 1_000, account_cost_per_second: 100, ..Limits::default() };
        Allowances::new(&limits)
    }

    /// What was asked for, what is left, and after how many seconds there is enough.
    fn limited<T: std::fmt::Debug>(taken: Result<T, RequestFault>) -> (usize, usize, u64) {
        let Err(RequestFault::RateLimited(Limited { is_account: true, seconds, bill })) = taken else {
            panic!("{taken:?}")
        };
        (bill.requested, bill.remaining, seconds)
    }

    fn account() -> Payer {
        Payer::Account("acc_01h455vb4pex5vsknk084sn02q".parse().unwrap())
    }

    #[test]
    fn what_is_taken_comes_back() {
        let (all, payer) = (allowances(), account());
        let first = all.charge(payer, 600, at(0)).unwrap();
        assert_eq!((first.requested, first.limit, first.remaining, first.reset_at), (605, 1_000, 400, at(6_000)));
        assert_eq!(limited(all.charge(payer, 500, at(0))), (505, 400, 1));
        assert_eq!(limited(all.charge(payer, 600, at(0))), (605, 400, 2));
        // What was refused took nothing.
        assert_eq!(all.charge(payer, 400, at(0)).unwrap().remaining, 0);
        assert_eq!(limited(all.admit(payer, at(49))), (5, 4, 1));
        assert!(all.admit(payer, at(50)).is_ok());
        assert_eq!(all.charge(payer, 1_000, at(20_000)).unwrap().remaining, 0, "more than full it is never");
        assert_eq!(limited(all.charge(payer, 1_001, at(90_000))), (1_006, 1_000, 1));
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let (all, payer) = (allowances(), account());
        all.charge(payer, 1_000, at(0)).unwrap();
        assert!(all.charge(payer, 100, at(0)).is_err());
        assert_eq!(all.charge(payer, 100, at(0) - TimeDelta::days(1)).unwrap().remaining, 900);
    }

    #[test]
    fn strangers_pay_by_their_line() {
        let of = |address: &str| Payer::of(None, Some(Peer(address.parse().unwrap())));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
        let all = allowances();
        all.charge(of("203.0.113.7"), 200_000, at(0)).unwrap();
        assert!(all.admit(of("203.0.113.7"), at(0)).is_err());
        assert!(all.admit(of("203.0.113.8"), at(0)).is_ok() && all.admit(account(), at(0)).is_ok());
    }
}
