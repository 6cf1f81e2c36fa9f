//! Roles in the schema.

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use entity::ids::{AgencyId, RoleGrantId};
use entity::role_grant;
use sea_orm::{ColumnTrait, QueryFilter};

use super::account::EmployeeRef;
use super::{RoleGrant, RoleGrantConnection};
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Pages, WRITE, Weighs};
use crate::graphql::payload::payload;
use crate::graphql::rows::{self, parse_id};
use crate::identity::roles::{self, Grant};
use crate::mutation_payload;
use crate::policy;

/// A role and where it holds.
#[derive(OneofObject)]
pub enum GrantedRoleInput {
    /// To keep this agency (*admin instansi*); given by the national admin.
    AdminOfAgencyId(ID),
    /// To act as head of this unit and the units below it (*atasan*); given by the agency's admin.
    SupervisorOfUnitId(ID),
}

/// Who is to hold which role.
#[derive(InputObject)]
pub struct GrantRoleInput {
    /// The civil servant (*ASN*), of the same agency.
    employee: EmployeeRef,
    /// The role.
    role: GrantedRoleInput,
}

/// Which role to take back.
#[derive(InputObject)]
pub struct RevokeRoleInput {
    /// The role that somebody holds.
    role_grant_id: ID,
}

mutation_payload!(
    GrantRolePayload {
        /// The role as it is held now.
        role_grant: RoleGrant
    },
    GrantRoleError,
    GrantRoleErrorCode { NotFound, Forbidden }
);

mutation_payload!(
    RevokeRolePayload {
        /// The role that was taken back.
        role_grant: RoleGrant
    },
    RevokeRoleError,
    RevokeRoleErrorCode { NotFound, Forbidden }
);

/// Who holds which role.
#[derive(Default)]
pub struct RoleQuery;

/// Who holds which role.
#[Object]
impl RoleQuery {
    /// The roles held in an agency (*instansi*), as far as the caller may see them.
    #[graphql(directive = Pages::apply())]
    async fn role_grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency.")] agency_id: ID,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<Option<RoleGrantConnection>> {
        let agency: AgencyId = parse_id("agencyId", &agency_id)?;
        let held = policy::find(ctx.actor()).filter(role_grant::Column::AgencyId.eq(agency));
        Ok(Some(rows::page::<RoleGrantId>(ctx, first, after, held).await?.into()))
    }
}

/// Giving and taking roles.
#[derive(Default)]
pub struct RoleMutation;

/// Giving and taking roles.
#[Object]
impl RoleMutation {
    /// Gives a role (*peran*).
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to hold which role.")] input: GrantRoleInput,
    ) -> Result<Option<GrantRolePayload>> {
        ctx.actor().person()?;
        let grant = match input.role {
            GrantedRoleInput::AdminOfAgencyId(id) => Grant::AgencyAdmin(parse_id("role.adminOfAgencyId", &id)?),
            GrantedRoleInput::SupervisorOfUnitId(id) => Grant::Supervisor(parse_id("role.supervisorOfUnitId", &id)?),
        };
        let granted = roles::grant(ctx.app(), ctx.actor(), &input.employee.named()?, grant).await;
        payload(ctx, granted.map(RoleGrant::from))
    }

    /// Takes a role back.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which role.")] input: RevokeRoleInput,
    ) -> Result<Option<RevokeRolePayload>> {
        ctx.actor().person()?;
        let id = parse_id("roleGrantId", &input.role_grant_id)?;
        payload(ctx, roles::revoke(ctx.app(), ctx.actor(), id).await.map(RoleGrant::from))
    }
}
