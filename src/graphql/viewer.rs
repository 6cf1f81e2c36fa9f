//! `viewer`: who is logged in, and what is theirs. Each domain adds its part.

use async_graphql::MergedObject;

use crate::attendance::schema::{ViewerAttendance, ViewerCorrections};
use crate::identity::schema::ViewerIdentity;
use crate::policy::Person;

/// Who is logged in, and what is theirs.
#[derive(Debug, MergedObject)]
pub struct Viewer(ViewerIdentity, ViewerAttendance, ViewerCorrections);

impl Viewer {
    /// The viewer of a person.
    #[must_use]
    pub fn of(person: Person) -> Self {
        Self(ViewerIdentity(person.clone()), ViewerAttendance(person.clone()), ViewerCorrections(person))
    }
}
