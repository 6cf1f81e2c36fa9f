//! What an agency's admin changes.

use async_graphql::{Context, Object};

use super::employee::Employee;
use super::employee_input::{
    ChangeEmployeeNipInput, ChangeEmployeeNipPayload, CreateEmployeeInput, CreateEmployeePayload, UpdateEmployeeInput,
    UpdateEmployeePayload,
};
use super::schedule::{SetWorkingHoursInput, SetWorkingHoursPayload};
use super::time_zone::{SetTimeZoneInput, SetTimeZonePayload};
use super::unit::{CreateUnitInput, CreateUnitPayload, Unit, UpdateUnitInput, UpdateUnitPayload};
use super::venue::{CreateVenueInput, CreateVenuePayload, UpdateVenueInput, UpdateVenuePayload, Venue};
use crate::agency::service;
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::{RECKONING, WRITE, Weighs};
use crate::graphql::payload::payload;

/// The mutations of agencies.
#[derive(Debug, Default)]
pub struct AgencyMutation;

/// What an agency's admin changes of its units, places, people and hours.
#[Object]
impl AgencyMutation {
    /// Adds a work unit (*unit kerja*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn create_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit.")] input: CreateUnitInput,
    ) -> Result<Option<CreateUnitPayload>> {
        payload(ctx, service::unit::create(ctx.app(), ctx.actor(), input).await.map(Unit))
    }

    /// Changes a work unit (*unit kerja*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn update_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateUnitInput,
    ) -> Result<Option<UpdateUnitPayload>> {
        payload(ctx, service::unit::update(ctx.app(), ctx.actor(), input).await.map(Unit))
    }

    /// Adds a place with a fence (*lokasi*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn create_venue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The place.")] input: CreateVenueInput,
    ) -> Result<Option<CreateVenuePayload>> {
        payload(ctx, service::venue::create(ctx.app(), ctx.actor(), input).await.map(Venue))
    }

    /// Changes a place with a fence (*lokasi*), or closes it. For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn update_venue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateVenueInput,
    ) -> Result<Option<UpdateVenuePayload>> {
        payload(ctx, service::venue::update(ctx.app(), ctx.actor(), input).await.map(Venue))
    }

    /// Adds a civil servant (*ASN*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn create_employee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The employee.")] input: CreateEmployeeInput,
    ) -> Result<Option<CreateEmployeePayload>> {
        payload(ctx, service::employee::create(ctx.app(), ctx.actor(), input).await.map(Employee))
    }

    /// Changes a civil servant (*ASN*). For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn update_employee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdateEmployeeInput,
    ) -> Result<Option<UpdateEmployeePayload>> {
        payload(ctx, service::employee::update(ctx.app(), ctx.actor(), input).await.map(Employee))
    }

    /// Gives a civil servant a new number (*NIP*, *NI PPPK*); the old one stays as history. For the agency's admins.
    #[graphql(directive = Weighs::apply(WRITE))]
    async fn change_employee_nip(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number.")] input: ChangeEmployeeNipInput,
    ) -> Result<Option<ChangeEmployeeNipPayload>> {
        payload(ctx, service::nip::change(ctx.app(), ctx.actor(), input).await.map(Employee))
    }

    /// Sets the working hours (*jam kerja*) of an agency or a unit from a day on, or tells with `isDryRun` what that would
    /// change of days that are past. For the agency's admins.
    #[graphql(directive = Weighs::apply(RECKONING))]
    async fn set_working_hours(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The hours.")] input: SetWorkingHoursInput,
    ) -> Result<Option<SetWorkingHoursPayload>> {
        payload(ctx, service::schedule::set(ctx.app(), ctx.actor(), input).await)
    }

    /// Sets the clock (*zona waktu*) of an agency or a unit from a day on, or tells with `isDryRun` what that would change
    /// of days that are past. For the agency's admins.
    #[graphql(directive = Weighs::apply(RECKONING))]
    async fn set_time_zone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The zone.")] input: SetTimeZoneInput,
    ) -> Result<Option<SetTimeZonePayload>> {
        payload(ctx, service::time_zone::set(ctx.app(), ctx.actor(), input).await)
    }
}
