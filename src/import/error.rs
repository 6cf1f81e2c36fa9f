//! Why an import did not take place, or stopped.

use std::io;

use sea_orm::DbErr;

/// Why a file was not imported at all, or not to its end. The words are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Employees without an agency.
    #[error("employees are imported into one agency: name it")]
    AgencyMissing,
    /// An agency with a list that is no agency's own.
    #[error("only employees are imported into an agency: this file names its agencies itself, or is national")]
    AgencyNotWanted,
    /// No such agency.
    #[error("there is no such agency: import the agencies first, and name it by its code, SIASN id or id")]
    AgencyUnknown,
    /// A code that several agencies carry.
    #[error("several agencies have this code: name the agency by its SIASN id or id")]
    AgencyAmbiguous,
    /// The header does not fit.
    #[error("{0}")]
    Header(String),
    /// The file does not hold what it should as a whole.
    #[error("the file is not a JSON list of entries")]
    NotAList,
    /// The file could not be read to its end.
    #[error("the file cannot be read: {0}. The rows before are imported; import the file again")]
    Read(#[from] io::Error),
    /// The reading of the file broke down: a fault of ours.
    #[error("the file was not read to its end: a fault of Bina")]
    Reader(#[source] tokio::task::JoinError),
    /// The database did not take the rows.
    #[error("the database did not take the rows ({0}). The rows before are imported; import the file again")]
    Database(#[from] DbErr),
}
