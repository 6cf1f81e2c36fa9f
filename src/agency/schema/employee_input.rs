//! What changes a civil servant.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::employee::{Employee, Employment};
use crate::graphql::scalars::{Date, Nip};

/// A civil servant (*ASN*) to add.
#[derive(Debug, InputObject)]
pub struct CreateEmployeeInput {
    /// The agency.
    pub agency_id: ID,
    /// The name, at most 200 characters.
    pub name: String,
    /// How they are employed.
    pub employment: Employment,
    /// The number that they carry from today on (*NIP*, *NI PPPK*).
    pub nip: Nip,
    /// The unit (*unit kerja*), of the same agency.
    pub unit_id: Option<ID>,
    /// The name of the post (*jabatan*), at most 200 characters.
    pub post: Option<String>,
    /// The kind of post (*jenis jabatan*): an entry of the list `POST_TYPE`.
    pub post_type_id: Option<ID>,
    /// The rank (*golongan*): an entry of the list `RANK`.
    pub rank_id: Option<ID>,
    /// The superior (*atasan langsung*): an active employee of the agency.
    pub supervisor_id: Option<ID>,
    /// The first day of service here (*mulai bertugas*): today where absent; at most 62 days back, at most 366 ahead. Days
    /// before it are no workdays.
    pub serves_from: Option<Date>,
}

/// Changes of a civil servant (*ASN*). An absent field stays as it is; `null` empties one that may be empty.
#[derive(Debug, InputObject)]
pub struct UpdateEmployeeInput {
    /// The employee.
    pub employee_id: ID,
    /// The name, at most 200 characters.
    pub name: MaybeUndefined<String>,
    /// How they are employed; the present number must be one of that kind.
    pub employment: MaybeUndefined<Employment>,
    /// The unit (*unit kerja*), of the same agency. Who is moved leaves the roster from today on.
    pub unit_id: MaybeUndefined<ID>,
    /// The name of the post (*jabatan*), at most 200 characters.
    pub post: MaybeUndefined<String>,
    /// The kind of post (*jenis jabatan*): an entry of the list `POST_TYPE`.
    pub post_type_id: MaybeUndefined<ID>,
    /// The rank (*golongan*): an entry of the list `RANK`.
    pub rank_id: MaybeUndefined<ID>,
    /// The superior (*atasan langsung*): another active employee of the agency.
    pub supervisor_id: MaybeUndefined<ID>,
    /// False when they no longer serve in this agency: they can no longer log in as its employee.
    pub is_active: MaybeUndefined<bool>,
    /// The first day of the present service (*mulai bertugas*). For who serves again it is today where absent, and after
    /// the last day of before; the day after it undoes that they left. Days that become workdays lie at most 62 days back.
    pub serves_from: MaybeUndefined<Date>,
    /// The last day of service (*terakhir bertugas*), with `isActive` false or to correct it later: today where absent, at
    /// most 366 days back. Days after it are no workdays, and the roster gives no shift there any more.
    pub served_until: MaybeUndefined<Date>,
}

/// A new number (*NIP*, *NI PPPK*) of a civil servant.
#[derive(Debug, InputObject)]
pub struct ChangeEmployeeNipInput {
    /// The employee.
    pub employee_id: ID,
    /// The new number.
    pub nip: Nip,
    /// How they are employed from then on, where that changes with the number.
    pub employment: Option<Employment>,
    /// The first day of the new number: not before that of the present one, not after today.
    pub valid_from: Date,
}

crate::mutation_payload!(
    CreateEmployeePayload {
        /// The employee who was added.
        employee: Employee
    },
    CreateEmployeeError,
    CreateEmployeeErrorCode {
        NotFound,
        Forbidden,
        Blank,
        TooLong,
        InvalidText,
        InvalidNip,
        AlreadyExists,
        Inactive,
        OutOfRange,
    }
);

crate::mutation_payload!(
    UpdateEmployeePayload {
        /// The employee as they are now.
        employee: Employee
    },
    UpdateEmployeeError,
    UpdateEmployeeErrorCode {
        NotFound,
        Forbidden,
        Blank,
        TooLong,
        InvalidText,
        InvalidNip,
        Inactive,
        Cycle,
        Contradictory,
        OutOfRange,
    }
);

crate::mutation_payload!(
    ChangeEmployeeNipPayload {
        /// The employee with the new number.
        employee: Employee
    },
    ChangeEmployeeNipError,
    ChangeEmployeeNipErrorCode { NotFound, Forbidden, InvalidNip, AlreadyExists, OutOfRange }
);
