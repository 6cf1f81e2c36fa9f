//! Identity in the schema.

pub mod account;
pub mod roles;
pub mod session;
pub mod viewer;

use async_graphql::{Context, Enum, ID, Object};
use entity::{device, role_grant};

pub use account::AccountMutation;
pub use roles::{RoleMutation, RoleQuery};
pub use session::SessionMutation;
pub use viewer::{Role, ViewerIdentity};

use crate::agency::schema::{Agency, Employee, Unit};
use crate::connection;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::rows;
use crate::graphql::scalars::DateTime;

/// A phone or browser in which somebody is logged in.
#[derive(Debug, Clone)]
pub struct Device(pub device::Model);

impl From<device::Model> for Device {
    fn from(row: device::Model) -> Self {
        Self(row)
    }
}

connection!(DeviceConnection, DeviceEdge, Device);

/// A phone or browser in which one is logged in (*perangkat*).
#[Object]
impl Device {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it logged in.
    async fn logged_in_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last exchanged its refresh token.
    async fn last_seen_at(&self) -> DateTime {
        self.0.last_seen_at.into()
    }

    /// When it has to log in again at the latest.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Whether this request came from it.
    async fn is_current(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.actor().person()?.device_id == self.0.id)
    }
}

/// A role that can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "role_grant::Role")]
pub enum GrantedRole {
    /// Sees aggregates and names agency admins.
    NationalAdmin,
    /// Keeps an agency's data and settings (*admin instansi*).
    AgencyAdmin,
    /// Acts as head of a unit and the units below it (*atasan*).
    Supervisor,
}

/// A role that somebody holds.
#[derive(Debug, Clone)]
pub struct RoleGrant(pub role_grant::Model);

impl From<role_grant::Model> for RoleGrant {
    fn from(row: role_grant::Model) -> Self {
        Self(row)
    }
}

connection!(RoleGrantConnection, RoleGrantEdge, RoleGrant);

/// A role that somebody holds (*peran*).
#[Object]
impl RoleGrant {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The role.
    async fn role(&self) -> GrantedRole {
        self.0.role.into()
    }

    /// Who holds it, as far as the caller may see them.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        let holder = rows::load(ctx, self.0.account_id).await?;
        Ok(holder.map(Employee::from))
    }

    /// In which agency (*instansi*).
    async fn agency(&self, ctx: &Context<'_>) -> Result<Option<Agency>> {
        Ok(rows::load_some(ctx, self.0.agency_id).await?.map(Agency::from))
    }

    /// For which unit and the units below it (*unit kerja*).
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        Ok(rows::load_some(ctx, self.0.unit_id).await?.map(Unit::from))
    }

    /// Since when.
    async fn granted_at(&self) -> DateTime {
        self.0.granted_at.into()
    }

    /// Since when no longer.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }
}
