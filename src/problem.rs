//! Everything that a caller can do wrong, each with its code for programs and its words for people.

/// `$d` stands for a dollar sign: the inner macro has variables of its own.
macro_rules! problems {
    ($d:tt $($(#[doc = $doc:literal])* $name:ident = $code:literal, $key:literal;)*) => {
        /// What a caller can mend. The words stand in `locales/*/problems.ftl` under the same key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Problem {
            $($(#[doc = $doc])* $name,)*
        }

        impl Problem {
            /// Every problem, for the test that each has its words.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code that programs read.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The key of its message.
            #[must_use]
            pub const fn message_key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }

        /// Declares an enum with a value for each named problem, described as the problem is: each mutation has its own
        /// codes, and the same words for the same problem.
        macro_rules! problem_enum {
            ($d name_:ident { $d($d problem:ident,)* }) => {
                $crate::problem::problem_enum!(@describe $d name_ [$d($d problem)*] [$d($d problem)*] []);
            };
            (@describe $d name_:ident [$d($d problem:ident)*] [] [$d($d described:tt)*]) => {
                /// The reasons that this mutation gives.
                #[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
                pub enum $d name_ {
                    $d($d described)*
                }

                impl $d name_ {
                    /// The code of a problem; nothing when this mutation does not declare it.
                    fn of(problem: $crate::problem::Problem) -> Option<Self> {
                        match problem {
                            $d($crate::problem::Problem::$d problem => Some(Self::$d problem),)*
                            _ => None,
                        }
                    }
                }
            };
            $((@describe $d name_:ident $d all:tt [$name $d($d rest:ident)*] [$d($d described:tt)*]) => {
                $crate::problem::problem_enum!(@describe $d name_ $d all [$d($d rest)*] [
                    $d($d described)* $(#[doc = $doc])* $name,
                ]);
            };)*
        }
        pub(crate) use problem_enum;
    };
}

problems! { $
    /// There is no such thing, or the caller may not see it.
    NotFound = "NOT_FOUND", "problem-not-found";
    /// The caller sees it and may not do this with it.
    Forbidden = "FORBIDDEN", "problem-forbidden";
    /// A value is missing or only blanks.
    Blank = "BLANK", "problem-blank";
    /// A text is longer than `max` characters.
    TooLong = "TOO_LONG", "problem-too-long";
    /// A value is not of its form.
    Malformed = "MALFORMED", "problem-malformed";
    /// A text holds control characters or invisible directions, or a name letters of several scripts.
    InvalidText = "INVALID_TEXT", "problem-invalid-text";
    /// A number is not between `min` and `max`.
    OutOfRange = "OUT_OF_RANGE", "problem-out-of-range";
    /// The end does not lie after the start.
    InvalidPeriod = "INVALID_PERIOD", "problem-invalid-period";
    /// It does not go together with what `other` says.
    Contradictory = "CONTRADICTORY", "problem-contradictory";
    /// No IANA zone of that name.
    InvalidTimeZone = "INVALID_TIME_ZONE", "problem-invalid-time-zone";
    /// No structurally valid NIP for the kind of employment.
    InvalidNip = "INVALID_NIP", "problem-invalid-nip";
    /// Another living thing has the name, number or key already.
    AlreadyExists = "ALREADY_EXISTS", "problem-already-exists";
    /// The change would close a circle.
    Cycle = "CYCLE", "problem-cycle";
    /// What is named is no longer in use.
    Inactive = "INACTIVE", "problem-inactive";
    /// Latitude and longitude are no place on Earth, or are 0,0.
    InvalidLocation = "INVALID_LOCATION", "problem-invalid-location";

    /// Identifier and password do not belong together.
    InvalidCredentials = "INVALID_CREDENTIALS", "problem-invalid-credentials";
    /// Too many failures: come back after `seconds`.
    TooManyAttempts = "TOO_MANY_ATTEMPTS", "problem-too-many-attempts";
    /// An admin has locked the account.
    AccountLocked = "ACCOUNT_LOCKED", "problem-account-locked";
    /// Shorter than 15 characters.
    PasswordTooShort = "PASSWORD_TOO_SHORT", "problem-password-too-short";
    /// Too easy to guess.
    PasswordTooWeak = "PASSWORD_TOO_WEAK", "problem-password-too-weak";
    /// The one-time code is wrong, used or too old.
    InvalidCode = "INVALID_CODE", "problem-invalid-code";
    /// No e-mail can be sent by this server now.
    MailUnavailable = "MAIL_UNAVAILABLE", "problem-mail-unavailable";
    /// The refresh token is unknown or too old.
    TokenInvalid = "TOKEN_INVALID", "problem-token-invalid";
    /// A later answer to the same refresh took this token's place.
    TokenSuperseded = "TOKEN_SUPERSEDED", "problem-token-superseded";
    /// A token was used after its successor: the device is logged out.
    TokenReused = "TOKEN_REUSED", "problem-token-reused";
    /// The device was logged out.
    DeviceRevoked = "DEVICE_REVOKED", "problem-device-revoked";

    /// The caller is no civil servant.
    NotAnEmployee = "NOT_AN_EMPLOYEE", "problem-not-an-employee";
    /// The key was used before for something else.
    IdempotencyConflict = "IDEMPOTENCY_CONFLICT", "problem-idempotency-conflict";
    /// Captured later than now.
    CapturedInFuture = "CAPTURED_IN_FUTURE", "problem-captured-in-future";
    /// Captured more than 7 days ago.
    TooOld = "TOO_OLD", "problem-too-old";
    /// As many attempts of the person as a day may have, `max`, were recorded within it.
    TooManyCheckIns = "TOO_MANY_CHECK_INS", "problem-too-many-check-ins";
    /// It could not be recorded now: keep it, and send it again with the same key.
    Unavailable = "UNAVAILABLE", "problem-unavailable";

    /// More happened than a subscriber took.
    TooSlow = "TOO_SLOW", "problem-too-slow";
    /// Somebody has decided already, or it was taken back.
    AlreadyDecided = "ALREADY_DECIDED", "problem-already-decided";
    /// Nobody approved it, so that there is nothing to revoke.
    NotApproved = "NOT_APPROVED", "problem-not-approved";
    /// The same has been asked for already, and nobody has decided yet.
    AlreadyRequested = "ALREADY_REQUESTED", "problem-already-requested";
    /// `max` requests of the person wait for a decision already.
    TooManyOpen = "TOO_MANY_OPEN", "problem-too-many-open";
    /// It lies before the day `min`: what is older stays.
    TooFarBack = "TOO_FAR_BACK", "problem-too-far-back";
    /// What holds from today on or longer is not taken back.
    AlreadyBegun = "ALREADY_BEGUN", "problem-already-begun";
    /// Everybody would work it together with another shift.
    ShiftsOverlap = "SHIFTS_OVERLAP", "problem-shifts-overlap";
    /// It lies over something else of the same person.
    Overlaps = "OVERLAPS", "problem-overlaps";
    /// The change reaches days that are past, and what it changes of them was not seen, or is no longer the same.
    DifferenceNotSeen = "DIFFERENCE_NOT_SEEN", "problem-difference-not-seen";
    /// The change reaches more days that are past than can be computed at once.
    TooMuchAtOnce = "TOO_MUCH_AT_ONCE", "problem-too-much-at-once";
    /// It has been disputed already, with other words.
    AlreadyDisputed = "ALREADY_DISPUTED", "problem-already-disputed";
    /// The check-in counts: there is nothing to dispute.
    NotDisputable = "NOT_DISPUTABLE", "problem-not-disputable";
    /// After a dispute somebody else decides than before.
    DecidedBySelf = "DECIDED_BY_SELF", "problem-decided-by-self";
    /// The time lies in no shift of that day.
    OutsideShift = "OUTSIDE_SHIFT", "problem-outside-shift";

    /// The run has no place left.
    RunFull = "RUN_FULL", "problem-run-full";
    /// A session of the run, `class`, collides with a class that the person attends or teaches, `other`.
    CollidesWithClass = "COLLIDES_WITH_CLASS", "problem-collides-with-class";
    /// A session of the run, `class`, collides with a shift that the roster gives the person, `other`.
    CollidesWithDuty = "COLLIDES_WITH_DUTY", "problem-collides-with-duty";
}
