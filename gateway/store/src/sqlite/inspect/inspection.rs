//! An inspection from beginning to end.

use std::path::Path;

use super::findings::{Inspection, InspectionPlan};
use super::{contents, pages};
use crate::ports::StoreError;
use crate::sqlite::schema;
use crate::sqlite::settings::FILE;
use crate::sqlite::write_ahead_log;

/// Looks through the store in `folder`, beside a gateway that may be running.
///
/// # Errors
/// When there is no store, or not even its first page can be read.
pub fn inspect(folder: &Path, plan: &InspectionPlan<'_>) -> Result<Inspection, StoreError> {
    let connection = schema::open_to_read(&folder.join(FILE))?;
    let damaged_logs = write_ahead_log::kept(folder).filter(|path| path.exists()).collect();
    let mut found = Inspection { damaged_logs, ..Inspection::default() };
    pages::check(&connection, plan.go_on, &mut found.pages)?;
    if (plan.go_on)() {
        contents::check(&connection, plan, &mut found)?;
    }
    found.is_cut_short = !(plan.go_on)();
    Ok(found)
}
