//! Citizens: an e-mail address is proved with a code, then the account is opened with it.

use std::net::IpAddr;

use entity::one_time_code::Purpose;
use entity::{account, contact};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::account::{add_email, open};
use super::rules::{self, Slowdown};
use super::throttle::{self, Counter};
use super::{code, password};
use crate::app::App;
use crate::error::{Error, Result};
use crate::locale::Locale;
use crate::problem::Problem;
use crate::text;

/// Sends a code to an e-mail address: to register with, or, where the address has an account already, to set a new
/// password with. The answer is the same.
///
/// # Errors
/// `MALFORMED` at `email`; `TOO_MANY_ATTEMPTS`; `MAIL_UNAVAILABLE`.
pub async fn request_code(app: &App, address: IpAddr, locale: Locale, email: &str) -> Result<()> {
    let email = rules::email(email).ok_or_else(|| Error::at("email", Problem::Malformed))?;
    let counters = [Counter::new(Slowdown::MAIL, &[b"mail", email.as_bytes()]), Counter::address("mail", address)];
    throttle::take(app, &counters).await?;
    let transaction = app.db.begin().await?;
    let known = contact::Entity::find()
        .filter(contact::Column::Kind.eq(contact::Kind::Email))
        .filter(contact::Column::Value.eq(&email))
        .one(&transaction)
        .await?;
    let (purpose, subject, message) = match known {
        Some(contact) => (Purpose::Account, contact.account_id.to_string(), "mail-reset"),
        None => (Purpose::Contact, email.clone(), "mail-register"),
    };
    let (code, _) = code::make(app, &transaction, purpose, &subject).await?;
    transaction.commit().await?;
    let body = locale.text(&format!("{message}-body"), &[("code", code)]);
    app.mailer.send(&email, locale.text(&format!("{message}-subject"), &[]), body).await
}

/// What a citizen sends to register.
#[derive(Debug)]
pub struct Registration {
    /// The address that the code was sent to.
    pub email: String,
    /// The code.
    pub code: String,
    /// The password to be.
    pub password: String,
    /// What the citizen wants to be called.
    pub name: String,
    /// Where the request came from.
    pub address: IpAddr,
}

/// Opens a citizen's account. The password comes with the proof of the address, so nobody can prepare an account for
/// somebody else's address and wait for its owner to confirm it.
///
/// # Errors
/// `INVALID_CODE`; the rules for names and new passwords; `TOO_MANY_ATTEMPTS`.
pub async fn register(app: &App, input: Registration) -> Result<account::Model> {
    let name = text::name("name", &input.name, 100)?;
    let email = rules::email(&input.email).ok_or_else(|| Error::at("email", Problem::Malformed))?;
    password::check_new("password", &input.password, &[&email, &name])?;
    let counters =
        [Counter::new(Slowdown::ACCOUNT, &[b"code", email.as_bytes()]), Counter::address("code", input.address)];
    let turn = app.hasher.turn().await?;
    throttle::check(app, &counters).await?;
    let hash = turn.hash(&input.password).await?;
    let transaction = app.db.begin().await?;
    if !code::take(app, &transaction, Purpose::Contact, &email, &input.code).await? {
        transaction.commit().await?;
        throttle::fail(app, &counters).await?;
        return Err(Error::at("code", Problem::InvalidCode));
    }
    let account = open(app, &transaction, &name, Some(hash)).await?;
    add_email(app, &transaction, account.id, email).await?;
    throttle::succeed(&transaction, &counters).await?;
    transaction.commit().await?;
    Ok(account)
}
