//! Typed ids: a UUIDv7 in the database, a TypeID (`emp_01h4…`) everywhere a person or a client sees it.

use std::fmt;
use std::str::FromStr;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

/// An id that knows its TypeID prefix.
pub trait TypedId: Copy + Eq + fmt::Display + FromStr<Err = IdError> + From<Uuid> + Into<Uuid> {
    /// The TypeID prefix, for example `emp`.
    const PREFIX: &'static str;
}

/// Why a text is no id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdError {
    /// Not a TypeID at all.
    Malformed,
    /// A TypeID of another kind of thing.
    WrongPrefix,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a valid id",
            Self::WrongPrefix => "an id of another kind",
        })
    }
}

impl std::error::Error for IdError {}

/// Splits a TypeID into its prefix and UUID (TypeID specification 0.3).
pub fn parse(text: &str) -> Result<(String, Uuid), IdError> {
    let id: TypeSafeId<DynamicType> = text.parse().map_err(|_| IdError::Malformed)?;
    Ok((id.type_prefix().to_owned(), id.uuid()))
}

fn format(prefix: &str, uuid: Uuid, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let kind = DynamicType::new(prefix).map_err(|_| fmt::Error)?;
    write!(f, "{}", TypeSafeId::from_type_and_uuid(kind, uuid))
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
        }
        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        // A key is never a number; the ORM asks all the same.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                format($prefix, self.0, f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                match parse(text)? {
                    (prefix, uuid) if prefix == $prefix => Ok(Self(uuid)),
                    _ => Err(IdError::WrongPrefix),
                }
            }
        }
    )*};
}

typed_ids! {
    /// An unexcused-days sanction of a decree.
    AbsenceSanctionId = "san";
    /// An account that logs in.
    AccountId = "acc";
    /// An agency (*instansi*).
    AgencyId = "agc";
    /// One recorded presence.
    CheckInId = "chk";
    /// What people decide of a check-in.
    CheckInReviewId = "rev";
    /// A verified contact of an account.
    ContactId = "ctc";
    /// What an employee says that a day's record lacks.
    CorrectionId = "cor";
    /// A catalogue entry.
    CourseId = "crs";
    /// A dated offering of a course.
    CourseRunId = "run";
    /// One meeting of a course run.
    CourseSessionId = "ses";
    /// A phone or browser in which somebody is logged in.
    DeviceId = "dev";
    /// A registered document of GraphQL.
    DocumentId = "doc";
    /// Leave, duty travel or work from home.
    DutyArrangementId = "arr";
    /// A civil servant (*ASN*).
    EmployeeId = "emp";
    /// A period in which an employee carries a NIP.
    EmployeeNipId = "nip";
    /// A person in a course run.
    EnrolmentId = "enr";
    /// A national holiday or day of collective leave.
    HolidayId = "hol";
    /// A province, city, kecamatan or kelurahan.
    JurisdictionId = "jur";
    /// An agency's choice of a rule of lateness.
    LatenessAdoptionId = "lta";
    /// A rule set of lateness.
    LatenessRuleId = "ltr";
    /// A one-time code that was issued.
    OneTimeCodeId = "otc";
    /// A Ramadan that was announced.
    RamadanPeriodId = "rmd";
    /// A refresh token that was issued.
    RefreshTokenId = "rtk";
    /// Days that others changed after the fact.
    ReopeningId = "rop";
    /// What makes a pattern of check-ins remarkable.
    ReviewThresholdId = "thr";
    /// A role that somebody holds.
    RoleGrantId = "rol";
    /// A shift of a day for somebody.
    RosterEntryId = "rst";
    /// Working hours of a unit from a date on.
    ScheduleId = "sch";
    /// A shift of working hours.
    ShiftId = "shf";
    /// An entry of a national SIASN list.
    SiasnTermId = "trm";
    /// A zone of an agency or a unit from a date on.
    TimeZoneSettingId = "tzs";
    /// A work unit (*unit kerja*).
    UnitId = "uni";
    /// A place with a fence.
    VenueId = "ven";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_example_round_trips() {
        let id: CourseSessionId = "ses_01h455vb4pex5vsknk084sn02q".parse().expect("valid");
        assert_eq!(id.0.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!(id.to_string(), "ses_01h455vb4pex5vsknk084sn02q");
    }

    #[test]
    fn another_prefix_and_noise_are_told_apart() {
        assert_eq!("ses_01h455vb4pex5vsknk084sn02q".parse::<EmployeeId>(), Err(IdError::WrongPrefix));
        for noise in ["", "ses", "ses_", "ses_01H455VB4PEX5VSKNK084SN02Q", "ses_z1h455vb4pex5vsknk084sn02q", "../etc"] {
            assert_eq!(noise.parse::<CourseSessionId>(), Err(IdError::Malformed), "{noise}");
        }
    }
}
