//! What a change of rules, hours, zones, rosters or the calendar makes of days that are past.

use async_graphql::{Context, Object, SimpleObject};

use super::check_in::{PunctualityRule, percent};
use crate::agency::schema::Employee;
use crate::attendance::day::State;
use crate::attendance::difference::{ChangedDay, Cuts, Difference, Measured};
use crate::error::Result;
use crate::graphql::cost::Lists;
use crate::graphql::rows;
use crate::graphql::scalars::Date;

/// What a change makes of days that are past.
#[derive(Debug)]
pub struct RecordsDifference(pub Difference);

/// What a change makes of days that are past, up to yesterday. Sums are of the months from that of its first day on, as
/// a rule may cut by the month.
#[Object]
impl RecordsDifference {
    /// How many days, each of one employee, come to something else.
    async fn changed_days(&self) -> i32 {
        self.0.changed_days
    }

    /// How many employees have such days.
    async fn changed_employees(&self) -> i32 {
        self.0.changed_employees
    }

    /// The cuts of the allowance (*potongan tunjangan*) in percent, all employees together, as things stand.
    async fn deduction_percent_before(&self) -> f64 {
        summed(self.0.before)
    }

    /// The same under the change.
    async fn deduction_percent_after(&self) -> f64 {
        summed(self.0.after)
    }

    /// Cuts that a rule orders without saying how much, as things stand: they are in no sum.
    async fn unset_deductions_before(&self) -> i32 {
        self.0.before.unset
    }

    /// The same under the change.
    async fn unset_deductions_after(&self) -> i32 {
        self.0.after.unset
    }

    /// Stands for the whole of it: give it back as `seenDifference` to apply the change.
    async fn token(&self) -> &str {
        &self.0.token
    }

    /// The first 100 of the changed days, by employee and day.
    #[graphql(directive = Lists::apply(100))]
    async fn days(&self) -> Vec<ChangedRecord<'_>> {
        self.0.days.iter().map(ChangedRecord).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn summed(cuts: Cuts) -> f64 {
    cuts.hundredths as f64 / 100.0
}

/// A day of an employee that comes to something else.
#[derive(Debug)]
pub struct ChangedRecord<'a>(&'a ChangedDay);

/// A day of an employee that comes to something else.
#[Object]
impl ChangedRecord<'_> {
    /// Whose (*ASN*); absent for somebody whom the caller may not see, such as one who serves elsewhere by now.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<Employee>> {
        Ok(rows::load(ctx, self.0.employee_id).await?.map(Employee))
    }

    /// The local date.
    async fn on(&self) -> Date {
        self.0.on.into()
    }

    /// What it comes to as things stand.
    async fn before(&self) -> MeasuredDay {
        (&self.0.before).into()
    }

    /// What it would come to.
    async fn after(&self) -> MeasuredDay {
        (&self.0.after).into()
    }
}

/// What a day comes to.
#[derive(Debug, SimpleObject)]
pub struct MeasuredDay {
    /// What became of it.
    state: State,
    /// Minutes late, shifts together; absent where nobody came.
    minutes_late: Option<i32>,
    /// Minutes that somebody went early, shifts together; absent where nobody went.
    minutes_early: Option<i32>,
    /// The cut of the allowance (*potongan tunjangan*) in percent; absent where no rule gives one.
    deduction_percent: Option<f64>,
    /// The rule of lateness; absent where none holds, and on a free day.
    rule: Option<PunctualityRule>,
}

impl From<&Measured> for MeasuredDay {
    fn from(measured: &Measured) -> Self {
        let rule = measured.rule.as_ref().map(|rule| PunctualityRule {
            name: rule.name.clone(),
            citation: rule.citation.clone(),
            version: rule.version,
        });
        Self {
            state: measured.state,
            minutes_late: measured.minutes_late,
            minutes_early: measured.minutes_early,
            deduction_percent: measured.hundredths.map(percent),
            rule,
        }
    }
}

/// Declares the payload of a mutation that tells what it changes of days that are past: the node that was set, and the
/// difference.
#[macro_export]
macro_rules! difference_payload {
    ($payload:ident { $(#[$doc:meta])* $field:ident : $node:ty = $row:ty }, $error:ident, $code:ident { $($problem:ident),* $(,)? }) => {
        /// What became of the mutation.
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$doc])*
            pub $field: Option<$node>,
            /// What it changes of days that are past; absent where it changes none.
            pub difference: Option<$crate::attendance::schema::RecordsDifference>,
            /// Why nothing was changed; empty when it was done.
            #[graphql(directive = $crate::graphql::cost::Lists::apply(2))]
            pub errors: Vec<$error>,
        }

        $crate::mutation_errors!($error, $code { $($problem,)* DifferenceNotSeen, TooMuchAtOnce });

        impl $crate::graphql::payload::Payload for $payload {
            type Done = $crate::attendance::difference::Applied<$row>;
            type Error = $error;

            fn done(done: Self::Done) -> Self {
                Self {
                    $field: done.row.map(<$node>::from),
                    difference: done.difference.map($crate::attendance::schema::RecordsDifference),
                    errors: Vec::new(),
                }
            }

            fn refused(errors: Vec<$error>) -> Self {
                Self { $field: None, difference: None, errors }
            }
        }
    };
}
