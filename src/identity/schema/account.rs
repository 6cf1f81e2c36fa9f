//! Opening accounts, passwords and locks, in the schema.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};

use crate::agency::schema::Employee;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{HASH, Lists, MAIL, WRITE, Weighs};
use crate::graphql::payload::{payload, refused};
use crate::graphql::rows::parse_id;
use crate::graphql::scalars::{DateTime, Nip};
use crate::identity::account::{self, Named};
use crate::identity::registration::{self, Registration};
use crate::{mutation_errors, mutation_payload};

/// A civil servant (*ASN*), by id or by number.
#[derive(OneofObject)]
pub enum EmployeeRef {
    /// By id.
    EmployeeId(ID),
    /// By present NIP.
    Nip(Nip),
}

impl EmployeeRef {
    pub(super) fn named(self) -> Result<Named> {
        match self {
            Self::EmployeeId(id) => Ok(Named::Id(parse_id("employee.employeeId", &id)?)),
            Self::Nip(nip) => Ok(Named::Nip(nip.0)),
        }
    }
}

/// The address to send a code to.
#[derive(InputObject)]
pub struct RequestContactCodeInput {
    /// The e-mail address (*surel*).
    email: String,
}

/// A citizen who registers.
#[derive(InputObject)]
pub struct RegisterCitizenInput {
    /// The e-mail address (*surel*) that `requestContactCode` sent the code to.
    email: String,
    /// The code.
    code: String,
    /// The password: at least 15 characters, best several unrelated words.
    password: String,
    /// The name to be called by.
    name: String,
}

/// A code and the password it sets.
#[derive(InputObject)]
pub struct ActivateAccountInput {
    /// E-mail address or NIP.
    identifier: String,
    /// The one-time code from the agency's admin, or from `requestContactCode`.
    code: String,
    /// The password to be: at least 15 characters, best several unrelated words.
    new_password: String,
}

/// A password in exchange for another.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The present password.
    current_password: String,
    /// The password to be: at least 15 characters, best several unrelated words.
    new_password: String,
}

/// Whom the code is for.
#[derive(InputObject)]
pub struct IssueAccountCodeInput {
    /// The civil servant (*ASN*).
    employee: EmployeeRef,
}

/// Whose account to lock.
#[derive(InputObject)]
pub struct LockAccountInput {
    /// The civil servant (*ASN*).
    employee_id: ID,
}

/// Whose account to unlock.
#[derive(InputObject)]
pub struct UnlockAccountInput {
    /// The civil servant (*ASN*).
    employee_id: ID,
}

macro_rules! outcome_payload {
    ($payload:ident { $(#[$doc:meta])* $field:ident }, $error:ident, $code:ident { $($problem:ident),* $(,)? }) => {
        /// What became of the mutation.
        #[derive(SimpleObject)]
        pub struct $payload {
            $(#[$doc])*
            $field: bool,
            /// Why nothing was done; empty when it was.
            #[graphql(directive = $crate::graphql::cost::Lists::apply(2))]
            errors: Vec<$error>,
        }

        impl $payload {
            fn answer(ctx: &Context<'_>, result: Result<()>) -> Result<Option<Self>> {
                Ok(Some(match result {
                    Ok(()) => Self { $field: true, errors: Vec::new() },
                    Err(error) => Self { $field: false, errors: refused(ctx, error)? },
                }))
            }
        }

        mutation_errors!($error, $code { $($problem,)* });
    };
}

outcome_payload!(
    RequestContactCodePayload {
        /// Whether a code was sent; the same whether the address has an account or not.
        is_sent
    },
    RequestContactCodeError,
    RequestContactCodeErrorCode { Malformed, TooManyAttempts, MailUnavailable }
);

outcome_payload!(
    RegisterCitizenPayload {
        /// Whether the account is open; log in next.
        is_registered
    },
    RegisterCitizenError,
    RegisterCitizenErrorCode {
        Malformed,
        Blank,
        TooLong,
        InvalidText,
        PasswordTooShort,
        PasswordTooWeak,
        InvalidCode,
        TooManyAttempts,
    }
);

outcome_payload!(
    ActivateAccountPayload {
        /// Whether the password is set; log in next.
        is_activated
    },
    ActivateAccountError,
    ActivateAccountErrorCode { InvalidCode, PasswordTooShort, PasswordTooWeak, TooLong, TooManyAttempts }
);

outcome_payload!(
    ChangePasswordPayload {
        /// Whether the password is changed; other devices are logged out.
        is_changed
    },
    ChangePasswordError,
    ChangePasswordErrorCode { InvalidCredentials, PasswordTooShort, PasswordTooWeak, TooLong, TooManyAttempts }
);

/// The code, to be handed over in person.
#[derive(SimpleObject)]
pub struct IssueAccountCodePayload {
    /// The one-time code; shown this once.
    code: Option<String>,
    /// When it ends: 72 hours after it was made.
    expires_at: Option<DateTime>,
    /// Why there is none; empty when there is.
    #[graphql(directive = Lists::apply(2))]
    errors: Vec<IssueAccountCodeError>,
}
mutation_errors!(IssueAccountCodeError, IssueAccountCodeErrorCode { NotFound, Forbidden });

mutation_payload!(
    LockAccountPayload {
        /// The civil servant (*ASN*) whose account is locked.
        employee: Employee
    },
    LockAccountError,
    LockAccountErrorCode { NotFound, Forbidden }
);

mutation_payload!(
    UnlockAccountPayload {
        /// The civil servant (*ASN*) whose account is open again.
        employee: Employee
    },
    UnlockAccountError,
    UnlockAccountErrorCode { NotFound, Forbidden }
);

/// Opening accounts, passwords and locks.
#[derive(Default)]
pub struct AccountMutation;

/// Opening accounts, passwords and locks.
#[Object]
impl AccountMutation {
    /// Sends a one-time code to an e-mail address: for `registerCitizen`, or, where the address has an account, for
    /// `activateAccount` with a new password.
    #[graphql(directive = Weighs::apply(MAIL))]
    async fn request_contact_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: RequestContactCodeInput,
    ) -> Result<Option<RequestContactCodePayload>> {
        let sent = registration::request_code(ctx.app(), ctx.address(), ctx.locale(), &input.email).await;
        RequestContactCodePayload::answer(ctx, sent)
    }

    /// Opens a citizen's account (*akun warga*). Ignores the Authorization header.
    #[graphql(directive = Weighs::apply(HASH))]
    async fn register_citizen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The citizen.")] input: RegisterCitizenInput,
    ) -> Result<Option<RegisterCitizenPayload>> {
        let registration = Registration {
            email: input.email,
            code: input.code,
            password: input.password,
            name: input.name,
            address: ctx.address(),
        };
        let registered = registration::register(ctx.app(), registration).await;
        RegisterCitizenPayload::answer(ctx, registered.map(drop))
    }

    /// Sets the password of an account with a one-time code: activation (*aktivasi*) and reset.
    #[graphql(directive = Weighs::apply(HASH))]
    async fn activate_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code and the password.")] input: ActivateAccountInput,
    ) -> Result<Option<ActivateAccountPayload>> {
        let (identifier, code) = (&input.identifier, &input.code);
        let done = account::activate(ctx.app(), ctx.address(), identifier, code, &input.new_password).await;
        ActivateAccountPayload::answer(ctx, done)
    }

    /// Changes one's own password (*kata sandi*).
    #[graphql(directive = Weighs::apply(HASH))]
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passwords.")] input: ChangePasswordInput,
    ) -> Result<Option<ChangePasswordPayload>> {
        let (current, new) = (&input.current_password, &input.new_password);
        ChangePasswordPayload::answer(ctx, account::change_password(ctx.app(), ctx.actor(), current, new).await)
    }

    /// Makes a one-time code with which a civil servant opens their account or sets a new password.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn issue_account_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom it is for.")] input: IssueAccountCodeInput,
    ) -> Result<Option<IssueAccountCodePayload>> {
        ctx.actor().person()?;
        let made = account::issue_code(ctx.app(), ctx.actor(), &input.employee.named()?).await;
        Ok(Some(match made {
            Ok((code, expires_at)) => {
                IssueAccountCodePayload { code: Some(code), expires_at: Some(expires_at.into()), errors: Vec::new() }
            }
            Err(error) => IssueAccountCodePayload { code: None, expires_at: None, errors: refused(ctx, error)? },
        }))
    }

    /// Keeps a civil servant out of their account and logs all their devices out.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn lock_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose account.")] input: LockAccountInput,
    ) -> Result<Option<LockAccountPayload>> {
        ctx.actor().person()?;
        let employee = parse_id("employeeId", &input.employee_id)?;
        payload(ctx, account::set_lock(ctx.app(), ctx.actor(), employee, true).await.map(Employee::from))
    }

    /// Lets a civil servant into their account again.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn unlock_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose account.")] input: UnlockAccountInput,
    ) -> Result<Option<UnlockAccountPayload>> {
        ctx.actor().person()?;
        let employee = parse_id("employeeId", &input.employee_id)?;
        payload(ctx, account::set_lock(ctx.app(), ctx.actor(), employee, false).await.map(Employee::from))
    }
}
