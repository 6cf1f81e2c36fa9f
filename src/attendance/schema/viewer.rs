//! The part of `viewer` that tells where one is to be, and was.

use std::sync::Arc;

use async_graphql::{Context, Object};
use chrono::TimeDelta;
use entity::course_session;
use entity::ids::{CheckInId, CourseSessionId, EmployeeId};
use sea_orm::{ColumnTrait, QueryFilter};

use super::arrangement::arrangements_of;
use super::check_in::Workday;
use super::month::{self, AttendanceMonth};
use super::today::{self, Today};
use super::{CheckInConnection, DutyArrangementConnection};
use crate::attendance::{lives, workday};
use crate::error::Result;
use crate::graphql::context::ContextExt as _;
use crate::graphql::cost::Pages;
use crate::graphql::page::{self, PageArgs};
use crate::graphql::rows;
use crate::graphql::scalars::{DateTime, YearMonth};
use crate::policy::{self, Person};
use crate::programme::schema::CourseSessionConnection;

/// Where one is to be, and was.
#[derive(Debug)]
pub struct ViewerAttendance(pub Arc<Person>);

/// Where one is to be, and was.
#[Object]
impl ViewerAttendance {
    /// Everything for the first screen (*beranda*), in one request; absent for citizens.
    async fn today(&self, ctx: &Context<'_>) -> Result<Option<Today>> {
        match self.0.employee {
            Some(me) => today::today(ctx, me).await.map(Some),
            None => Ok(None),
        }
    }

    /// A month of one's attendance (*rekap presensi bulanan*); absent for citizens.
    async fn attendance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The month, for example `2026-11`.")] month: YearMonth,
    ) -> Result<Option<AttendanceMonth>> {
        match self.0.employee {
            Some(me) => month::month(ctx, me.id, month).await,
            None => Ok(None),
        }
    }

    /// The workday (*hari kerja*) that a check-in now would belong to; absent for citizens.
    async fn workday(&self, ctx: &Context<'_>) -> Result<Option<Workday>> {
        let Some(me) = self.0.employee else { return Ok(None) };
        let now = ctx.app().clock.now();
        let days = now.date_naive() - TimeDelta::days(2)..=now.date_naive() + TimeDelta::days(2);
        let mut lives = lives::lives(ctx.app(), ctx.app().db.read(), &[me.into()], &days).await?;
        let Some(life) = lives.remove(&me.id) else { return Ok(None) };
        let shift = workday::shift_at(&life, now, None);
        let on = shift.map_or_else(|| workday::local_day(&life, now), |shift| shift.on);
        Ok(Some(Workday {
            employee_id: me.id,
            on,
            time_zone: life.zone(on).name().to_owned(),
            schedule_id: shift.map(|shift| shift.schedule.id),
            shift_id: shift.map(|shift| shift.shift.id),
        }))
    }

    /// One's own check-ins (*presensi*), newest first.
    #[graphql(directive = Pages::apply())]
    async fn check_ins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<CheckInConnection> {
        let args = PageArgs::new(ctx, first, after)?;
        let own = policy::own_check_ins(self.0.employee.map(|me| me.id));
        let keyset = rows::keyset::<CheckInId>().newest_first();
        Ok(page::page(&ctx.app().db, own, keyset, args).await?.into())
    }

    /// One's own leave, duty travel and work from home (*cuti*, *perjalanan dinas*, *bekerja dari rumah*), the latest
    /// first; none for citizens.
    #[graphql(directive = Pages::apply())]
    async fn duty_arrangements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<DutyArrangementConnection> {
        // Nobody has the nil id: a citizen's list is empty.
        let me = self.0.employee.map_or(EmployeeId(uuid::Uuid::nil()), |me| me.id);
        arrangements_of(ctx, me, first, after).await
    }

    /// The course sessions (*pertemuan kelas*) that one attends or teaches and that are not over, in the order in
    /// which they start.
    #[graphql(directive = Pages::apply())]
    async fn course_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Sessions that end after this; now where absent.")] from: Option<DateTime>,
        #[graphql(desc = "Sessions that start before this; without end where absent.")] until: Option<DateTime>,
        #[graphql(desc = "How many, 1 to 100; 20 where absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor behind which the page starts.")] after: Option<String>,
    ) -> Result<CourseSessionConnection> {
        let args = PageArgs::new(ctx, first, after)?;
        let from = from.map_or_else(|| ctx.app().clock.now(), |from| from.0);
        let mut due =
            policy::own_sessions(self.0.employee.map(|me| me.id)).filter(course_session::Column::EndsAt.gt(from));
        if let Some(until) = until {
            due = due.filter(course_session::Column::StartsAt.lt(until.0));
        }
        let keyset =
            rows::keyset::<CourseSessionId>().by_instant(course_session::Column::StartsAt, |row| row.starts_at);
        Ok(page::page(&ctx.app().db, due, keyset, args).await?.into())
    }
}
