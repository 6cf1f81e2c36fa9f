//! Enums of error codes: each mutation has its own, with the same words for the same problem.

/// Declares an enum with a value for each named problem, described as the problem is.
#[macro_export]
macro_rules! problem_enum {
    ($name:ident { $($problem:ident,)* }) => {
        $crate::problem_enum!(@describe $name [$($problem)*] [$($problem)*] []);
    };
    (@describe $name:ident [$($problem:ident)*] [] [$($described:tt)*]) => {
        /// The reasons that this mutation gives.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
        pub enum $name {
            $($described)*
        }

        impl $name {
            /// The code of a problem; nothing when this mutation does not declare it.
            fn of(problem: $crate::problem::Problem) -> Option<Self> {
                match problem {
                    $($crate::problem::Problem::$problem => Some(Self::$problem),)*
                    _ => None,
                }
            }
        }
    };
    (@describe $name:ident $all:tt [NotFound $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// There is no such thing, or the caller may not see it.
            NotFound,
        ]);
    };
    (@describe $name:ident $all:tt [Forbidden $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The caller sees it and may not do this with it.
            Forbidden,
        ]);
    };
    (@describe $name:ident $all:tt [Blank $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// A value is missing or only blanks.
            Blank,
        ]);
    };
    (@describe $name:ident $all:tt [TooLong $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// A text is longer than `max` characters.
            TooLong,
        ]);
    };
    (@describe $name:ident $all:tt [Malformed $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// A value is not of its form.
            Malformed,
        ]);
    };
    (@describe $name:ident $all:tt [InvalidText $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// A text holds control characters or invisible directions.
            InvalidText,
        ]);
    };
    (@describe $name:ident $all:tt [OutOfRange $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// A number is not between `min` and `max`.
            OutOfRange,
        ]);
    };
    (@describe $name:ident $all:tt [InvalidPeriod $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The end does not lie after the start.
            InvalidPeriod,
        ]);
    };
    (@describe $name:ident $all:tt [InvalidTimeZone $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// No IANA zone of that name.
            InvalidTimeZone,
        ]);
    };
    (@describe $name:ident $all:tt [InvalidNip $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// No structurally valid NIP for the kind of employment.
            InvalidNip,
        ]);
    };
    (@describe $name:ident $all:tt [AlreadyExists $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Another living thing has the name, number or key already.
            AlreadyExists,
        ]);
    };
    (@describe $name:ident $all:tt [Cycle $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The change would close a circle.
            Cycle,
        ]);
    };
    (@describe $name:ident $all:tt [Inactive $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// What is named is no longer in use.
            Inactive,
        ]);
    };
    (@describe $name:ident $all:tt [InvalidLocation $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Latitude and longitude are no place on Earth, or are 0,0.
            InvalidLocation,
        ]);
    };
    (@describe $name:ident $all:tt [InvalidCredentials $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Identifier and password do not belong together.
            InvalidCredentials,
        ]);
    };
    (@describe $name:ident $all:tt [TooManyAttempts $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Too many failures: come back after `seconds`.
            TooManyAttempts,
        ]);
    };
    (@describe $name:ident $all:tt [AccountLocked $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// An admin has locked the account.
            AccountLocked,
        ]);
    };
    (@describe $name:ident $all:tt [PasswordTooShort $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Shorter than 15 characters.
            PasswordTooShort,
        ]);
    };
    (@describe $name:ident $all:tt [PasswordTooWeak $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Too easy to guess.
            PasswordTooWeak,
        ]);
    };
    (@describe $name:ident $all:tt [InvalidCode $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The one-time code is wrong, used or too old.
            InvalidCode,
        ]);
    };
    (@describe $name:ident $all:tt [MailUnavailable $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// No e-mail can be sent by this server now.
            MailUnavailable,
        ]);
    };
    (@describe $name:ident $all:tt [TokenInvalid $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The refresh token is unknown or too old.
            TokenInvalid,
        ]);
    };
    (@describe $name:ident $all:tt [TokenSuperseded $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// A later answer to the same refresh took this token's place.
            TokenSuperseded,
        ]);
    };
    (@describe $name:ident $all:tt [TokenReused $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// A token was used after its successor: the device is logged out.
            TokenReused,
        ]);
    };
    (@describe $name:ident $all:tt [DeviceRevoked $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The device was logged out.
            DeviceRevoked,
        ]);
    };
    (@describe $name:ident $all:tt [NotAnEmployee $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The caller is no civil servant.
            NotAnEmployee,
        ]);
    };
    (@describe $name:ident $all:tt [IdempotencyConflict $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The key was used before for something else.
            IdempotencyConflict,
        ]);
    };
    (@describe $name:ident $all:tt [CapturedInFuture $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Captured later than now.
            CapturedInFuture,
        ]);
    };
    (@describe $name:ident $all:tt [TooOld $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// Captured more than 7 days ago.
            TooOld,
        ]);
    };
    (@describe $name:ident $all:tt [RunFull $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The run has no place left.
            RunFull,
        ]);
    };
    (@describe $name:ident $all:tt [NotInvited $($rest:ident)*] [$($described:tt)*]) => {
        $crate::problem_enum!(@describe $name $all [$($rest)*] [$($described)*
            /// The agency of the person was not invited to the run.
            NotInvited,
        ]);
    };
}
