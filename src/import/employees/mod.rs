//! The employees of one agency: a CSV file, keyed by `sourceId`.

mod person;
mod supervisors;
mod write;

use std::collections::HashMap;
use std::io::Read;

use chrono::NaiveDate;
use chrono_tz::Tz;
use entity::agency;
use entity::ids::{AgencyId, SiasnTermId};
use entity::siasn_term::{self, List};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

pub(super) use self::supervisors::{Waiting, WaitingList};
use super::error::ImportError;
use super::progress::Progress;
use super::report::Report;
use super::writer;
use crate::agency::loader::unit_tree;
use crate::agency::rules::UnitTree;
use crate::app::App;
use crate::clock::Instant;

/// The agency that a file is imported into, with the lists that its rows name.
struct Employees {
    agency: AgencyId,
    time_zone: Tz,
    units: UnitTree,
    ranks: HashMap<String, SiasnTermId>,
    post_types: HashMap<String, SiasnTermId>,
}

pub(super) async fn import(
    app: &App,
    agency: AgencyId,
    input: Box<dyn Read + Send>,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let employees = Employees::load(app, agency).await?;
    let (mut report, waiting) = writer::import(app, &person::LAYOUT, &employees, input, progress).await?;
    supervisors::settle(app, agency, waiting, &mut report).await?;
    Ok(report)
}

impl Employees {
    async fn load(app: &App, agency: AgencyId) -> Result<Self, ImportError> {
        let found = agency::Entity::find_by_id(agency).one(app.db.read()).await?.ok_or(ImportError::AgencyUnknown)?;
        let terms = siasn_term::Entity::find()
            .filter(siasn_term::Column::List.is_in([List::Rank, List::PostType]))
            .all(app.db.read())
            .await?;
        let (ranks, post_types): (Vec<_>, Vec<_>) = terms.into_iter().partition(|term| term.list == List::Rank);
        Ok(Self {
            agency,
            units: unit_tree(app.db.read(), agency).await?,
            time_zone: found.time_zone.parse().unwrap_or(Tz::Asia__Jakarta),
            ranks: ranks.into_iter().filter_map(|rank| Some((rank.code?, rank.id))).collect(),
            post_types: post_types.into_iter().map(|term| (term.siasn_id, term.id)).collect(),
        })
    }

    /// The agency's day.
    fn today(&self, now: Instant) -> NaiveDate {
        now.with_timezone(&self.time_zone).date_naive()
    }
}
