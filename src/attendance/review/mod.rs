//! Check-ins that a person has to look at.
//!
//! The write path decides by what it knows of one attempt. Behind it the [`pass`] looks at many: phones that several
//! people use, coordinates that never jitter, journeys that nobody makes, sends that were held back ([`rules`]). What
//! it finds turns an accepted check-in into one to be reviewed, with what was found beside it ([`finding`]). People
//! decide, the employee may dispute, and after a dispute somebody else decides once more ([`decide`]). Coordinates and
//! what was made of them go after a time ([`expiry`]); verdict, reasons and distance stay. What is remarkable an agency
//! may say itself ([`threshold`]).

pub mod decide;
pub mod expiry;
pub mod finding;
pub mod pass;
mod position;
pub mod rules;
pub mod threshold;
mod traces;

use std::sync::Arc;
use std::time::Duration;

use entity::check_in;

pub(crate) use self::pass::open;
use crate::app::App;

/// How long the pass rests when it has caught up.
const REST: Duration = Duration::from_secs(3);
/// How long it lets others go first between two steps.
const PAUSE: Duration = Duration::from_millis(50);
/// The same while check-ins are being written: nobody waits for a review as for the answer to a check-in. A step a
/// second is still several times what a town of 30,000 civil servants sends in its fullest minutes.
const PAUSE_IN_THE_RUSH: Duration = Duration::from_secs(1);

/// Looks at check-ins as they come, for as long as it is polled. Any number of processes may.
pub async fn run(app: Arc<App>) {
    loop {
        let rest = match pass::step(&app).await {
            Ok(true) if app.check_ins.is_writing() => PAUSE_IN_THE_RUSH,
            Ok(true) => PAUSE,
            Ok(false) => REST,
            Err(error) => {
                let cause = error.cause().map(ToString::to_string).unwrap_or_default();
                tracing::warn!(cause, "the review of check-ins has to wait");
                REST
            }
        };
        tokio::time::sleep(rest).await;
    }
}

/// Called behind the commit of everything that changes the verdict of check-ins: who follows them is told here.
fn verdict_changed(app: &App, check_ins: &[check_in::Model]) {
    for check_in in check_ins {
        app.live.check_in_recorded(check_in);
    }
}
