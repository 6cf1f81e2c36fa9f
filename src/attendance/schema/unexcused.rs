//! Unexcused days of absence, and what they lead to.

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::{absence_sanction, employee};

use crate::agency::schema::Employment;
use crate::attendance::unexcused::{Unexcused, UnexcusedOf, message};
use crate::error::{Kind, Refusal, Result};
use crate::graphql::context::ContextExt as _;
use crate::graphql::rows;
use crate::policy;
use crate::problem::Problem;

/// What unexcused days lead to, the lightest first (*hukuman disiplin*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "absence_sanction::Kind")]
pub enum AbsenceSanctionKind {
    /// *Teguran lisan*.
    OralWarning,
    /// *Teguran tertulis*.
    WrittenWarning,
    /// *Pernyataan tidak puas secara tertulis*.
    StatementOfDissatisfaction,
    /// *Pemotongan tunjangan kinerja 25 % selama 6 bulan*.
    #[graphql(name = "ALLOWANCE_CUT_6_MONTHS")]
    AllowanceCut6Months,
    /// *Pemotongan tunjangan kinerja 25 % selama 9 bulan*.
    #[graphql(name = "ALLOWANCE_CUT_9_MONTHS")]
    AllowanceCut9Months,
    /// *Pemotongan tunjangan kinerja 25 % selama 12 bulan*.
    #[graphql(name = "ALLOWANCE_CUT_12_MONTHS")]
    AllowanceCut12Months,
    /// *Penurunan jabatan setingkat lebih rendah selama 12 bulan*.
    #[graphql(name = "DEMOTION_12_MONTHS")]
    Demotion12Months,
    /// *Pembebasan dari jabatan menjadi jabatan pelaksana selama 12 bulan*.
    RemovalFromPost,
    /// *Pemberhentian dengan hormat tidak atas permintaan sendiri*.
    Dismissal,
}

/// What so many unexcused days lead to (*hukuman disiplin*).
#[derive(Debug, SimpleObject)]
pub struct AbsenceSanction {
    /// What it is.
    kind: AbsenceSanctionKind,
    /// From how many days on.
    from_days: i32,
    /// Whether the days have to follow each other; else they add up over the calendar year.
    is_consecutive: bool,
    /// To whom it applies; absent for everybody. Nobody is told of one that does not apply to them.
    employment: Option<Employment>,
    /// The decree (*dasar hukum*).
    citation: String,
    /// Its version.
    version: i32,
}

impl From<&absence_sanction::Model> for AbsenceSanction {
    fn from(row: &absence_sanction::Model) -> Self {
        Self {
            kind: row.kind.into(),
            from_days: row.from_days,
            is_consecutive: row.is_consecutive,
            employment: row.employment.map(Employment::from),
            citation: row.citation.clone(),
            version: row.version,
        }
    }
}

/// Where somebody stands with the unexcused days of a year.
#[derive(Debug)]
pub struct UnexcusedDays(Unexcused);

impl From<Unexcused> for UnexcusedDays {
    fn from(unexcused: Unexcused) -> Self {
        Self(unexcused)
    }
}

impl UnexcusedDays {
    /// Those of an employee, for who may read their days.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a year that nobody can mean.
    pub async fn of(ctx: &Context<'_>, employee: &employee::Model, year: Option<i32>) -> Result<Option<Self>> {
        if year.is_some_and(|year| !YEARS.contains(&year)) {
            let refusal = Refusal::at("year", Problem::OutOfRange).with("min", YEARS.start()).with("max", YEARS.end());
            return Err(Kind::BadInput(refusal).into());
        }
        if !policy::reads_days_of(ctx.actor(), employee) {
            return Ok(None);
        }
        let key = UnexcusedOf { person: employee.into(), year };
        let found = rows::load(ctx, key).await?;
        Ok(found.map(Self))
    }
}

/// Years that somebody can mean.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2200;

/// Days of a calendar year, up to today, on which somebody was absent without an excuse (*tidak masuk kerja tanpa
/// keterangan*), and what they lead to. A day counts once the time is over in which one could still check in.
#[Object]
impl UnexcusedDays {
    /// The year.
    async fn year(&self) -> i32 {
        self.0.year
    }

    /// How many days.
    async fn days(&self) -> u32 {
        self.0.days
    }

    /// The longest row of them, workday after workday; leave and attendance interrupt it, free days do not.
    async fn in_a_row(&self) -> u32 {
        self.0.in_a_row
    }

    /// The gravest that they lead to so far; absent while they lead to nothing.
    async fn reached(&self) -> Option<AbsenceSanction> {
        self.0.reached.as_ref().map(AbsenceSanction::from)
    }

    /// What comes next; absent after the gravest.
    async fn next(&self) -> Option<AbsenceSanction> {
        self.0.next.as_ref().map(|(sanction, _)| sanction.into())
    }

    /// How many more days lead to it, at the least.
    async fn days_until_next(&self) -> Option<u32> {
        self.0.next.as_ref().map(|(_, days)| *days)
    }

    /// Where one stands and what comes next in words, in the language of the request; absent while there is no such day.
    async fn message(&self, ctx: &Context<'_>) -> Option<String> {
        message(ctx.locale(), &self.0)
    }
}
