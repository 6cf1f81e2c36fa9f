//! `bina demo`: five cities with invented people, and always something to check in to.
//!
//! The data stands in `demo/` as files that a person can read and edit; the binary carries them. [`load`] brings them
//! into an empty database, and into one that it has filled before only what is missing: what was recorded survives.
//! The passwords of the demo are public, so a database that holds anybody else is refused.

mod accounts;
mod agencies;
mod duty;
mod files;
mod past;
mod programme;
mod reference;
mod rows;
mod sessions;

use std::sync::Arc;
use std::time::Duration;

use entity::{account, employee};
use sea_orm::{EntityTrait, PaginatorTrait};

pub use self::accounts::{DemoAccount, Role, accounts, print_json, print_welcome};
pub use self::sessions::refresh_today;
use crate::app::App;
use crate::error::{Error, Result};

/// How often [`keep_today`] looks.
const ROUND: Duration = Duration::from_mins(10);

/// Why a database is not filled with the demo's data.
#[derive(Debug, thiserror::Error)]
#[error(
    "this database holds accounts or people that are not the demo's, and the demo's passwords are public: \
     start the demo on an empty database, or on another BINA_DATA_DIR"
)]
pub struct ForeignDatabase;

/// Fills the database, or completes it.
///
/// # Errors
/// INTERNAL with [`ForeignDatabase`] as its cause when the database is somebody else's, and when it does not answer.
pub async fn load(app: &Arc<App>) -> Result<()> {
    claim(app).await?;
    reference::load(app).await?;
    let agencies = agencies::find(app).await?;
    agencies::load(app, &agencies).await?;
    agencies::load_people(app, &agencies).await?;
    accounts::load(app, &agencies).await?;
    duty::load(app, &agencies).await?;
    past::load(app, &agencies).await?;
    programme::load(app, &agencies).await?;
    refresh_today(app).await?;
    app.forget();
    Ok(())
}

/// Keeps something to check in to for as long as the demo runs.
pub async fn keep_today(app: Arc<App>) {
    loop {
        tokio::time::sleep(ROUND).await;
        if let Err(error) = refresh_today(&app).await {
            tracing::warn!(cause = ?error.cause(), "the demo's sessions of today were not refreshed");
        }
    }
}

/// Opens the demo's national admin first of all: that account marks the database as the demo's, so that a load that
/// was cut off goes on where it stopped, and an unmarked database in which somebody lives is never touched.
async fn claim(app: &App) -> Result<()> {
    let transaction = app.db.begin().await?;
    if !accounts::has_national_admin(&transaction).await? {
        let accounts = account::Entity::find().count(&transaction).await?;
        let people = employee::Entity::find().count(&transaction).await?;
        if accounts + people > 0 {
            return Err(Error::internal(ForeignDatabase));
        }
    }
    accounts::load_national(app, &transaction).await?;
    transaction.commit().await?;
    Ok(())
}
