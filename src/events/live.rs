//! The bus of the process: which rows changed, by topic.
//!
//! It carries ids alone. What a subscriber sees of a row is read when it is told, through their own scope, so nothing
//! private is kept here, and who lost a right is told nothing more. What is published without a listener is gone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::check_in;
use entity::ids::CourseSessionId;
use tokio::sync::broadcast::{Receiver, Sender, channel};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::problem::Problem;

/// Changes that a listener may be behind: five sendings of a whole day off line. Who is further behind is dropped.
const MAX_BEHIND: usize = 1_024;

/// What one can listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The check-ins to a session.
    Roll(CourseSessionId),
}

type Topics = Arc<Mutex<HashMap<Topic, Sender<Uuid>>>>;

/// The bus.
#[derive(Debug, Default)]
pub struct Live {
    topics: Topics,
}

impl Live {
    /// A check-in was recorded, or its verdict changed: to be called after the commit.
    pub fn check_in_recorded(&self, check_in: &check_in::Model) {
        if let Some(session) = check_in.course_session_id {
            self.publish(Topic::Roll(session), check_in.id.0);
        }
    }

    /// Tells a topic's listeners of a row that changed.
    fn publish(&self, topic: Topic, row: Uuid) {
        if let Some(sender) = locked(&self.topics).get(&topic) {
            // Without a listener there is no sender, so somebody receives it.
            drop(sender.send(row));
        }
    }

    /// Listens to a topic from now on.
    #[must_use]
    pub fn listen(&self, topic: Topic) -> Listener {
        let receiver = locked(&self.topics).entry(topic).or_insert_with(|| channel(MAX_BEHIND).0).subscribe();
        Listener { topics: self.topics.clone(), topic, receiver: Some(receiver) }
    }

    /// How many topics have listeners.
    #[must_use]
    pub fn topics(&self) -> usize {
        locked(&self.topics).len()
    }
}

fn locked(topics: &Topics) -> MutexGuard<'_, HashMap<Topic, Sender<Uuid>>> {
    topics.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Somebody who listens.
#[derive(Debug)]
pub struct Listener {
    topics: Topics,
    topic: Topic,
    /// Present until the end.
    receiver: Option<Receiver<Uuid>>,
}

impl Listener {
    /// Waits for a change; answers the rows of all changes that are there by then, each once, in their order.
    ///
    /// # Errors
    /// `TOO_SLOW` when more happened than a listener may be behind.
    pub async fn next(&mut self) -> Result<Vec<Uuid>> {
        let too_slow = |_| Error::refused(Problem::TooSlow);
        let receiver = self.receiver.as_mut().ok_or_else(|| Error::internal("a listener after its end"))?;
        let mut rows = vec![receiver.recv().await.map_err(too_slow)?];
        while !receiver.is_empty() {
            let row = receiver.recv().await.map_err(too_slow)?;
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        Ok(rows)
    }
}

/// The last listener takes the topic along.
impl Drop for Listener {
    fn drop(&mut self) {
        let mut topics = locked(&self.topics);
        self.receiver = None;
        if topics.get(&self.topic).is_some_and(|sender| sender.receiver_count() == 0) {
            topics.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn roll(number: u128) -> Topic {
        Topic::Roll(CourseSessionId(Uuid::from_u128(number)))
    }

    fn ids(numbers: impl IntoIterator<Item = u128>) -> Vec<Uuid> {
        numbers.into_iter().map(Uuid::from_u128).collect()
    }

    #[test]
    fn nothing_is_kept_without_a_listener() {
        let live = Live::default();
        live.publish(roll(1), Uuid::from_u128(1));
        assert_eq!(live.topics(), 0);
        let (mut one, mut two) = (live.listen(roll(1)), live.listen(roll(1)));
        assert!(one.next().now_or_never().is_none(), "what was before is gone");
        for row in [2, 3, 2] {
            live.publish(roll(1), Uuid::from_u128(row));
        }
        live.publish(roll(2), Uuid::from_u128(4));
        assert_eq!(one.next().now_or_never().unwrap().unwrap(), ids([2, 3]));
        assert_eq!(live.topics(), 1);
        drop(one);
        assert_eq!(two.next().now_or_never().unwrap().unwrap(), ids([2, 3]));
        drop(two);
        assert_eq!(live.topics(), 0);
    }

    #[test]
    fn who_does_not_listen_is_told_so() {
        let live = Live::default();
        let mut listener = live.listen(roll(1));
        let rows = || (0..).take(MAX_BEHIND);
        rows().for_each(|row| live.publish(roll(1), Uuid::from_u128(row)));
        assert_eq!(listener.next().now_or_never().unwrap().unwrap(), ids(rows()));
        (0..=MAX_BEHIND).for_each(|row| live.publish(roll(1), Uuid::from_u128(row as u128)));
        let error = listener.next().now_or_never().unwrap().unwrap_err();
        assert_eq!(error.kind(), Error::refused(Problem::TooSlow).kind());
    }
}
