//! Working hours, and what sets them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use entity::{schedule, shift};

use super::agency::Agency;
use super::unit::Unit;
use crate::agency::loader::ShiftsOf;
use crate::agency::rules;
use crate::error::Result;
use crate::graphql::cost::Lists;
use crate::graphql::rows;
use crate::graphql::scalars::{Date, TimeOfDay};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "chrono::Weekday")]
pub enum Weekday {
    /// *Senin*.
    #[graphql(name = "MONDAY")]
    Mon,
    /// *Selasa*.
    #[graphql(name = "TUESDAY")]
    Tue,
    /// *Rabu*.
    #[graphql(name = "WEDNESDAY")]
    Wed,
    /// *Kamis*.
    #[graphql(name = "THURSDAY")]
    Thu,
    /// *Jumat*.
    #[graphql(name = "FRIDAY")]
    Fri,
    /// *Sabtu*.
    #[graphql(name = "SATURDAY")]
    Sat,
    /// *Minggu*.
    #[graphql(name = "SUNDAY")]
    Sun,
}

/// Working hours.
#[derive(Debug, Clone)]
pub struct Schedule(pub schedule::Model);

impl From<schedule::Model> for Schedule {
    fn from(row: schedule::Model) -> Self {
        Self(row)
    }
}

crate::connection!(ScheduleConnection, ScheduleEdge, Schedule);

/// Working hours (*jam kerja*) of a unit, of an agency, or of the country, from a day on.
#[Object]
impl Schedule {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The agency (*instansi*) that set them; absent for the country's.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Option<Agency>> {
        Ok(rows::load_some(ctx, self.0.agency_id).await?.map(Agency))
    }

    /// The unit (*unit kerja*) that they hold for, with those below it that have none of their own; absent for the
    /// whole agency.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<Unit>> {
        Ok(rows::load_some(ctx, self.0.unit_id).await?.map(Unit))
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The decree or decision that they rest on (*dasar hukum*).
    async fn citation(&self) -> &str {
        &self.0.citation
    }

    /// The version, counted up with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The first day.
    async fn valid_from(&self) -> Date {
        self.0.valid_from.into()
    }

    /// The last day; absent while no version is set for later days.
    async fn valid_until(&self) -> Option<Date> {
        self.0.valid_until.map(Date)
    }

    /// When in the year they hold.
    async fn season(&self) -> Season {
        self.0.season.into()
    }

    /// By how many minutes the start may shift, and the end with it (*jam kerja fleksibel*); absent where the agency's
    /// rule of lateness decides.
    async fn flexible_minutes(&self) -> Option<i32> {
        self.0.flexible_minutes
    }

    /// Whether national holidays and collective leave are free.
    async fn observes_holidays(&self) -> bool {
        self.0.observes_holidays
    }

    /// Whether the roster says who works which shift (*jadwal dinas*); else everybody works each.
    async fn is_rostered(&self) -> bool {
        self.0.is_rostered
    }

    /// Whether the place has none of its own any more from that day on: those above it hold (*mengikuti jam induk*).
    async fn inherits(&self) -> bool {
        self.0.inherits
    }

    /// The shifts (*giliran kerja*), in the order in which they were set; none where it inherits.
    #[graphql(directive = Lists::apply(2))]
    async fn shifts(&self, ctx: &Context<'_>) -> Result<Vec<Shift>> {
        let shifts = rows::load(ctx, ShiftsOf(self.0.id)).await?;
        Ok(shifts.unwrap_or_default().into_iter().map(Shift).collect())
    }
}

/// When in the year working hours hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "schedule::Season")]
pub enum Season {
    /// Outside Ramadan (*normal*).
    Normal,
    /// In Ramadan (*bulan Ramadan*).
    Ramadan,
    /// All year (*sepanjang tahun*): shifts of direct-service units.
    AllYear,
}

/// A shift of working hours.
#[derive(Debug, Clone)]
pub struct Shift(pub shift::Model);

impl From<shift::Model> for Shift {
    fn from(row: shift::Model) -> Self {
        Self(row)
    }
}

/// A shift (*giliran kerja*): when work starts and ends on some days of the week.
#[Object]
impl Shift {
    /// The id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The days on which it starts.
    #[graphql(directive = Lists::apply(5))]
    async fn weekdays(&self) -> Vec<Weekday> {
        rules::weekdays(self.0.weekdays).into_iter().map(Weekday::from).collect()
    }

    /// When work starts, in local time.
    async fn starts_at(&self) -> TimeOfDay {
        TimeOfDay(self.0.start_minute)
    }

    /// When work ends, in local time; on the next day where it is before the start.
    async fn ends_at(&self) -> TimeOfDay {
        TimeOfDay(self.0.end_minute)
    }

    /// The break in minutes, which lies between.
    async fn break_minutes(&self) -> i32 {
        self.0.break_minutes
    }

    /// How many minutes before the start a check-in (*presensi*) counts.
    async fn opens_before_minutes(&self) -> i32 {
        self.0.opens_before_minutes
    }

    /// How many minutes after the end a check-in (*presensi*) counts.
    async fn closes_after_minutes(&self) -> i32 {
        self.0.closes_after_minutes
    }
}

/// A shift to set.
#[derive(Debug, InputObject)]
pub struct ShiftInput {
    /// The name, at most 200 characters.
    pub name: String,
    /// The days on which it starts; at least one.
    pub weekdays: Vec<Weekday>,
    /// When work starts, in local time.
    pub starts_at: TimeOfDay,
    /// When work ends, in local time; on the next day where it is before the start, and never at the start.
    pub ends_at: TimeOfDay,
    /// The break in minutes, which lies between: 0 to 240.
    #[graphql(default = 0)]
    pub break_minutes: i32,
    /// How many minutes before the start a check-in counts: 0 to 720.
    #[graphql(default = 120)]
    pub opens_before_minutes: i32,
    /// How many minutes after the end a check-in counts: 0 to 720.
    #[graphql(default = 360)]
    pub closes_after_minutes: i32,
}

/// Working hours (*jam kerja*) to set. What held before stays as a version, up to the day before.
#[derive(Debug, InputObject)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own that an admin answers")]
pub struct SetWorkingHoursInput {
    /// The agency.
    pub agency_id: ID,
    /// The unit that they hold for, with those below it that have none of their own; absent for the whole agency.
    pub unit_id: Option<ID>,
    /// The name, at most 200 characters.
    pub name: String,
    /// The decree or decision that they rest on (*dasar hukum*), at most 200 characters.
    pub citation: String,
    /// The first day; not before that of the newest version that has begun, and not more than 62 days back where people
    /// served then. A version that begins later stays: this one ends the day before.
    pub valid_from: Date,
    /// When in the year they hold.
    #[graphql(default_with = "Season::Normal")]
    pub season: Season,
    /// By how many minutes the start may shift, and the end with it: 0 to 240; absent where the agency's rule of
    /// lateness is to decide.
    pub flexible_minutes: Option<i32>,
    /// Whether national holidays and collective leave are free.
    #[graphql(default = true)]
    pub observes_holidays: bool,
    /// Whether the roster says who works which shift; else everybody works each.
    #[graphql(default)]
    pub is_rostered: bool,
    /// That the place has no hours of its own in that season any more: from the first day on those above it hold. It has
    /// no shifts then. Days that were rostered keep their shifts until they are rostered anew.
    #[graphql(default)]
    pub inherits: bool,
    /// The shifts, 1 to 50; none with `inherits`. Where no roster says who works which, none overlaps another.
    pub shifts: Vec<ShiftInput>,
    /// Only to tell what they change of days that are past; nothing is written.
    #[graphql(default)]
    pub is_dry_run: bool,
    /// The token of the difference that was seen; asked for where the first day is past.
    pub seen_difference: Option<String>,
}

crate::difference_payload!(
    SetWorkingHoursPayload {
        /// The working hours from that day on; absent where they were only tried.
        schedule: Schedule = schedule::Model
    },
    SetWorkingHoursError,
    SetWorkingHoursErrorCode {
        NotFound,
        Forbidden,
        Blank,
        TooLong,
        InvalidText,
        OutOfRange,
        InvalidPeriod,
        ShiftsOverlap,
    }
);
