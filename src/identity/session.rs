//! Logging in, staying in, logging out.

use std::net::IpAddr;
use std::sync::Arc;

use entity::ids::{AccountId, DeviceId};
use entity::{account, device, refresh_token};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::rules::{self, Exchange, Identifier, Slowdown};
use super::throttle::{self, Counter};
use super::{find, token};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::digest;
use crate::policy::{Actor, Person};
use crate::problem::Problem;
use crate::text;

/// What a person sends to log in.
#[derive(Debug)]
pub struct Login {
    /// E-mail address or NIP, as typed.
    pub identifier: String,
    /// The password.
    pub password: String,
    /// What the person calls the device.
    pub device_name: String,
    /// Made by the app when it was installed.
    pub installation_id: Uuid,
    /// Where the request came from.
    pub address: IpAddr,
}

/// What a device holds after a login or an exchange.
#[derive(Debug)]
pub struct Tokens {
    /// For requests, ten minutes long.
    pub access_token: String,
    /// When the access token ends.
    pub access_token_expires_at: Instant,
    /// For the next exchange, once.
    pub refresh_token: String,
    /// Who is logged in.
    pub account_id: AccountId,
    /// On which device.
    pub device_id: DeviceId,
}

/// Logs in: a new device with its first tokens. An earlier login of the same installation ends.
///
/// # Errors
/// `INVALID_CREDENTIALS` alike for an unknown user and a wrong password; `ACCOUNT_LOCKED` to who knows the password;
/// `TOO_MANY_ATTEMPTS`.
pub async fn login(app: &App, input: Login) -> Result<Tokens> {
    let device_name = text::line("deviceName", &input.device_name, 100)?;
    let identifier = Identifier::read(&input.identifier);
    let account = find::account(app.db.read(), &identifier).await?;
    let counters = counters(app, &input, &identifier, account.as_ref().map(|account| account.id)).await?;
    // Looked at again once it is this attempt's turn: guesses sent at the same moment do not slip past the counter.
    throttle::check(app, &counters).await?;
    let turn = app.hasher.turn().await?;
    throttle::check(app, &counters).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let (is_right, turn) = turn.verify(&input.password, hash).await?;
    let Some(account) = account.filter(|_| is_right) else {
        throttle::fail(app, &counters).await?;
        return Err(Error::refused(Problem::InvalidCredentials));
    };
    drop(turn);

    let now = app.clock.now();
    let transaction = app.db.begin().await?;
    throttle::succeed(&transaction, &counters).await?;
    // Read again under the lock: while the password was hashed, an admin may have locked the account, or its owner
    // may have changed the password.
    let present = account::Entity::find_by_id(account.id).lock(LockType::NoKeyUpdate).one(&transaction).await?;
    let Some(account) = present.filter(|present| present.password_hash == account.password_hash) else {
        return Err(Error::refused(Problem::InvalidCredentials));
    };
    if account.locked_at.is_some() {
        transaction.commit().await?;
        return Err(Error::refused(Problem::AccountLocked));
    }
    let same_installation = Condition::all().add(device::Column::InstallationId.eq(input.installation_id));
    let ended = revoke_devices(&transaction, account.id, same_installation, now).await?;
    let device = device::ActiveModel {
        id: Set(app.ids.new_id(now)),
        account_id: Set(account.id),
        installation_id: Set(input.installation_id),
        name: Set(device_name),
        created_at: Set(now),
        last_seen_at: Set(now),
        expires_at: Set(now + rules::DEVICE_LIFE),
        revoked_at: Set(None),
    };
    let device = device.insert(&transaction).await?;
    let tokens = hand_out(app, &transaction, &device, None, now).await?;
    transaction.commit().await?;
    app.actors.forget_devices(&ended).await;
    Ok(tokens)
}

/// A device that has logged in to the account before has a counter of its own, which no stranger can fill: an attack
/// slows the attacker, not the owner.
async fn counters(
    app: &App,
    input: &Login,
    identifier: &Identifier,
    account: Option<AccountId>,
) -> Result<Vec<Counter>> {
    let known = match account {
        Some(account) => {
            let same = device::Entity::find()
                .filter(device::Column::AccountId.eq(account))
                .filter(device::Column::InstallationId.eq(input.installation_id));
            same.one(app.db.read()).await?.is_some()
        }
        None => false,
    };
    let key = identifier.key().as_bytes();
    Ok(if known {
        vec![Counter::new(Slowdown::ACCOUNT, &[b"installation", key, input.installation_id.as_bytes()])]
    } else {
        vec![Counter::new(Slowdown::ACCOUNT, &[b"login", key]), Counter::address("login", input.address)]
    })
}

/// Exchanges a refresh token.
///
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_SUPERSEDED`, `DEVICE_REVOKED`, `ACCOUNT_LOCKED`; `TOKEN_REUSED`, which also logs the
/// device out.
pub async fn refresh(app: &App, refresh_token: &str) -> Result<Tokens> {
    let invalid = || Error::refused(Problem::TokenInvalid);
    let now = app.clock.now();
    let hash = digest(&[b"refresh", refresh_token.as_bytes()]);
    let transaction = app.db.begin().await?;
    let by_hash = || refresh_token::Entity::find().filter(refresh_token::Column::TokenHash.eq(hash.clone()));
    let token = by_hash().one(&transaction).await?.ok_or_else(invalid)?;
    // One exchange of a family at a time: what is read below stays true until the commit.
    let device = device::Entity::find_by_id(token.device_id).lock(LockType::NoKeyUpdate).one(&transaction).await?;
    let device = device.ok_or_else(invalid)?;
    let token = by_hash().one(&transaction).await?.ok_or_else(invalid)?;
    if device.revoked_at.is_some() || device.expires_at <= now {
        return Err(Error::refused(Problem::DeviceRevoked));
    }
    let account = account::Entity::find_by_id(device.account_id).one(&transaction).await?;
    if account.is_none_or(|account| account.locked_at.is_some()) {
        return Err(Error::refused(Problem::AccountLocked));
    }
    let children =
        refresh_token::Entity::find().filter(refresh_token::Column::ParentId.eq(token.id)).all(&transaction).await?;
    match rules::exchange(&token, &children, now) {
        Exchange::Superseded => Err(Error::refused(Problem::TokenSuperseded)),
        Exchange::Expired => Err(invalid()),
        Exchange::Reused => {
            let ended = revoke_devices(&transaction, device.account_id, device::Column::Id.eq(device.id), now).await?;
            transaction.commit().await?;
            app.actors.forget_devices(&ended).await;
            tracing::warn!(device = %device.id, "a refresh token was used after its successor; the device is logged out");
            Err(Error::refused(Problem::TokenReused))
        }
        Exchange::Renew => {
            let tokens = renew(app, &transaction, &device, &token, now).await?;
            transaction.commit().await?;
            Ok(tokens)
        }
    }
}

async fn renew(
    app: &App,
    transaction: &DatabaseTransaction,
    device: &device::Model,
    token: &refresh_token::Model,
    now: Instant,
) -> Result<Tokens> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::SupersededAt, Expr::value(now))
        .filter(refresh_token::Column::ParentId.eq(token.id))
        .filter(refresh_token::Column::SupersededAt.is_null())
        .exec(transaction)
        .await?;
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(now))
        .filter(refresh_token::Column::Id.eq(token.id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(transaction)
        .await?;
    let seen = device::ActiveModel { id: Set(device.id), last_seen_at: Set(now), ..Default::default() };
    seen.update(transaction).await?;
    hand_out(app, transaction, device, Some(token), now).await
}

async fn hand_out(
    app: &App,
    transaction: &DatabaseTransaction,
    device: &device::Model,
    parent: Option<&refresh_token::Model>,
    now: Instant,
) -> Result<Tokens> {
    let secret = app.ids.secret();
    let row = refresh_token::ActiveModel {
        id: Set(app.ids.new_id(now)),
        device_id: Set(device.id),
        parent_id: Set(parent.map(|parent| parent.id)),
        token_hash: Set(digest(&[b"refresh", secret.as_bytes()])),
        created_at: Set(now),
        expires_at: Set(std::cmp::min(now + rules::IDLE_LIFE, device.expires_at)),
        used_at: Set(None),
        superseded_at: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(transaction).await?;
    let (access_token, access_token_expires_at) = token::issue(app, device.account_id, device.id, now)?;
    Ok(Tokens {
        access_token,
        access_token_expires_at,
        refresh_token: secret,
        account_id: device.account_id,
        device_id: device.id,
    })
}

/// Which devices a logout ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logout {
    /// The one that asks.
    ThisDevice,
    /// One of one's own.
    Device(DeviceId),
    /// All of one's own.
    Everywhere,
}

/// Logs devices out: their refresh tokens at once, their access tokens within a minute.
///
/// # Errors
/// `NOT_FOUND` for a device that is not one's own.
pub async fn logout(app: &App, actor: &Actor, which: Logout) -> Result<()> {
    let person = actor.person()?;
    let devices = match which {
        Logout::ThisDevice => Condition::all().add(device::Column::Id.eq(person.device_id)),
        Logout::Device(id) => Condition::all().add(device::Column::Id.eq(id)),
        Logout::Everywhere => Condition::all(),
    };
    let transaction = app.db.begin().await?;
    let ended = revoke_devices(&transaction, person.account_id, devices, app.clock.now()).await?;
    if ended.is_empty() {
        return Err(Error::at("deviceId", Problem::NotFound));
    }
    transaction.commit().await?;
    app.actors.forget_devices(&ended).await;
    Ok(())
}

/// Ends the devices of an account that `which` selects; says which they were, to be forgotten after the commit.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke_devices(
    transaction: &DatabaseTransaction,
    account: AccountId,
    which: impl sea_orm::sea_query::IntoCondition,
    now: Instant,
) -> Result<Vec<DeviceId>> {
    let ended = device::Entity::update_many()
        .col_expr(device::Column::RevokedAt, Expr::value(now))
        .filter(device::Column::AccountId.eq(account))
        .filter(device::Column::RevokedAt.is_null())
        .filter(which.into_condition())
        .exec_with_returning(transaction)
        .await?;
    Ok(ended.into_iter().map(|device| device.id).collect())
}

/// The person of fresh tokens.
///
/// # Errors
/// As [`super::actor::load`].
pub async fn person(app: &App, tokens: &Tokens) -> Result<Arc<Person>> {
    super::actor::load(app, tokens.account_id, tokens.device_id).await
}
