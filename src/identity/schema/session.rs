//! Logging in, staying in, logging out, in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{HASH, Lists, WRITE, Weighs};
use crate::graphql::payload::refused;
use crate::graphql::rows::parse_some_id;
use crate::graphql::scalars::{DateTime, Uuid};
use crate::graphql::viewer::Viewer;
use crate::identity::session::{self, Login, Logout, Tokens};
use crate::mutation_errors;
use crate::policy::Actor;
use crate::problem::Problem;

/// Who logs in, and on what.
#[derive(InputObject)]
pub struct LoginInput {
    /// E-mail address or NIP.
    identifier: String,
    /// The password.
    password: String,
    /// What the person will recognise the device by, for example `Galaxy A15`.
    device_name: String,
    /// Made by the app once, when it was installed.
    installation_id: Uuid,
}

/// A refresh token to exchange.
#[derive(InputObject)]
pub struct RefreshTokensInput {
    /// The newest refresh token that the device holds.
    refresh_token: String,
}

/// Which devices to log out; this one where nothing is said.
#[derive(InputObject)]
pub struct LogoutInput {
    /// One of one's own devices (*perangkat*).
    device_id: Option<ID>,
    /// All of one's own devices.
    #[graphql(default)]
    all: bool,
}

macro_rules! token_payload {
    ($payload:ident, $error:ident) => {
        /// Tokens and who they stand for, or why there are none.
        #[derive(Default, SimpleObject)]
        pub struct $payload {
            /// For the `Authorization: Bearer` header; a JWT.
            access_token: Option<String>,
            /// When the access token ends: ten minutes after it was made.
            access_token_expires_at: Option<DateTime>,
            /// For the next `refreshTokens`. Keep it where the phone keeps secrets.
            refresh_token: Option<String>,
            /// Who is logged in.
            viewer: Option<Viewer>,
            /// Why there are no tokens; empty when there are.
            #[graphql(directive = $crate::graphql::cost::Lists::apply(2))]
            errors: Vec<$error>,
        }

        impl $payload {
            async fn answer(ctx: &Context<'_>, result: Result<Tokens>) -> Result<Option<Self>> {
                let tokens = match result {
                    Ok(tokens) => tokens,
                    Err(error) => return Ok(Some(Self { errors: refused(ctx, error)?, ..Self::default() })),
                };
                let person = session::person(ctx.app(), &tokens).await?;
                ctx.become_actor(Actor::Person(person.clone()))?;
                Ok(Some(Self {
                    access_token: Some(tokens.access_token),
                    access_token_expires_at: Some(tokens.access_token_expires_at.into()),
                    refresh_token: Some(tokens.refresh_token),
                    viewer: Some(Viewer::of(person)),
                    errors: Vec::new(),
                }))
            }
        }
    };
}

token_payload!(LoginPayload, LoginError);
mutation_errors!(
    LoginError,
    LoginErrorCode { InvalidCredentials, AccountLocked, TooManyAttempts, Blank, TooLong, InvalidText }
);
token_payload!(RefreshTokensPayload, RefreshTokensError);
mutation_errors!(
    RefreshTokensError,
    RefreshTokensErrorCode { TokenInvalid, TokenSuperseded, TokenReused, DeviceRevoked, AccountLocked }
);

/// What became of the logout.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// Whether the devices are logged out.
    is_logged_out: bool,
    /// Why they are not; empty when they are.
    #[graphql(directive = Lists::apply(2))]
    errors: Vec<LogoutError>,
}
mutation_errors!(LogoutError, LogoutErrorCode { NotFound });

/// Logging in, staying in, logging out.
#[derive(Default)]
pub struct SessionMutation;

/// Logging in, staying in, logging out.
#[Object]
impl SessionMutation {
    /// Logs in on a device (*masuk*). Ignores the Authorization header.
    #[graphql(directive = Weighs::apply(HASH))]
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who logs in, and on what.")] input: LoginInput,
    ) -> Result<Option<LoginPayload>> {
        let login = Login {
            identifier: input.identifier,
            password: input.password,
            device_name: input.device_name,
            installation_id: input.installation_id.0,
            address: ctx.address(),
        };
        LoginPayload::answer(ctx, session::login(ctx.app(), login).await).await
    }

    /// Exchanges a refresh token for new tokens. Ignores the Authorization header. When the answer was lost, send the
    /// same token again.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn refresh_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to exchange.")] input: RefreshTokensInput,
    ) -> Result<Option<RefreshTokensPayload>> {
        RefreshTokensPayload::answer(ctx, session::refresh(ctx.app(), &input.refresh_token).await).await
    }

    /// Logs out this device, another of one's own, or all of them (*keluar*).
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which devices.")] input: LogoutInput,
    ) -> Result<Option<LogoutPayload>> {
        ctx.actor().person()?;
        let which = match (parse_some_id("deviceId", input.device_id.as_ref())?, input.all) {
            (None, false) => Logout::ThisDevice,
            (Some(device), false) => Logout::Device(device),
            (None, true) => Logout::Everywhere,
            (Some(_), true) => return Err(Error::bad_input("deviceId", Problem::Malformed)),
        };
        Ok(Some(match session::logout(ctx.app(), ctx.actor(), which).await {
            Ok(()) => LogoutPayload { is_logged_out: true, errors: Vec::new() },
            Err(error) => LogoutPayload { is_logged_out: false, errors: refused(ctx, error)? },
        }))
    }
}
