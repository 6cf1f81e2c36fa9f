//! What happened, on its way to those who want to know of it.
//!
//! | File | What it is |
//! | --- | --- |
//! | [`live`] | the bus of the process: which rows changed, by topic |
//! | [`follow`](mod@follow) | from there to a subscription: each row as its subscriber may see it at that time |

pub mod follow;
pub mod live;

pub use self::follow::follow;
pub use self::live::{Live, Topic};
