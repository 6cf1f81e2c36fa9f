//! The part of `viewer` that tells who one is.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::ids::{AgencyId, DeviceId};
use entity::{account, contact, course_session_trainer, employee};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::DeviceConnection;
use crate::agency::schema::{Agency, Employee};
use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{Lists, Pages};
use crate::graphql::rows;
use crate::policy::{self, Person};

/// What somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Role {
    /// A resident (*warga*).
    Citizen,
    /// A civil servant (*ASN*).
    Employee,
    /// Teaches a course session (*pengajar*).
    Trainer,
    /// Superior of people (*atasan*).
    Supervisor,
    /// Keeps an agency's data and settings (*admin instansi*).
    AgencyAdmin,
    /// Sees aggregates and names agency admins (*admin nasional*).
    NationalAdmin,
}

/// A role with where it holds.
#[derive(Debug, SimpleObject)]
pub struct ViewerRole {
    /// The role.
    role: Role,
    /// The agency in which it holds (*instansi*); absent where it is bound to none.
    agency: Option<Agency>,
}

/// Who is logged in.
#[derive(Debug)]
pub struct ViewerIdentity(pub Arc<Person>);

impl ViewerIdentity {
    async fn account(&self, ctx: &Context<'_>) -> Result<account::Model> {
        let account = policy::find::<account::Entity>(ctx.actor()).one(ctx.app().db.read()).await?;
        account.ok_or_else(Error::unauthenticated)
    }

    async fn held(&self, ctx: &Context<'_>) -> Result<Vec<(Role, Option<AgencyId>)>> {
        let (person, db) = (&self.0, ctx.app().db.read());
        let mut roles = Vec::new();
        if let Some(me) = person.employee {
            roles.push((Role::Employee, Some(me.agency_id)));
            let teaches =
                course_session_trainer::Entity::find().filter(course_session_trainer::Column::EmployeeId.eq(me.id));
            if teaches.one(db).await?.is_some() {
                roles.push((Role::Trainer, Some(me.agency_id)));
            }
            let leads = employee::Entity::find().filter(employee::Column::SupervisorId.eq(me.id));
            if !person.supervises.is_empty() || leads.one(db).await?.is_some() {
                roles.push((Role::Supervisor, Some(me.agency_id)));
            }
        }
        roles.extend(person.administers.iter().map(|agency| (Role::AgencyAdmin, Some(*agency))));
        if person.is_national_admin {
            roles.push((Role::NationalAdmin, None));
        }
        if roles.is_empty() {
            roles.push((Role::Citizen, None));
        }
        Ok(roles)
    }
}

/// Who is logged in.
#[Object]
impl ViewerIdentity {
    /// The account's id.
    pub async fn id(&self) -> ID {
        self.0.account_id.to_string().into()
    }

    /// The name one is shown by.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        match self.employee(ctx).await? {
            Some(employee) => Ok(employee.0.name),
            None => Ok(self.account(ctx).await?.name),
        }
    }

    /// Verified e-mail addresses.
    #[graphql(directive = Lists::apply(2))]
    async fn emails(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let contacts = contact::Entity::find()
            .filter(contact::Column::AccountId.eq(self.0.account_id))
            .filter(contact::Column::Kind.eq(contact::Kind::Email));
        Ok(contacts.all(ctx.app().db.read()).await?.into_iter().map(|contact| contact.value).collect())
    }

    /// Who one is as a civil servant (*ASN*); absent for citizens.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        Ok(rows::load_some(ctx, self.0.employee.map(|me| me.id)).await?.map(Employee::from))
    }

    /// One's roles (*peran*) and where they hold.
    #[graphql(directive = Lists::apply(3))]
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<ViewerRole>> {
        let mut roles = Vec::new();
        for (role, agency) in self.held(ctx).await? {
            roles.push(ViewerRole { role, agency: rows::load_some(ctx, agency).await?.map(Agency::from) });
        }
        Ok(roles)
    }

    /// The devices in which one is logged in (*perangkat*).
    #[graphql(directive = Pages::apply())]
    async fn devices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<DeviceConnection> {
        Ok(rows::page::<DeviceId>(ctx, first, after, policy::find(ctx.actor())).await?.into())
    }
}
