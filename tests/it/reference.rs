//! The shared reference data: real files that are not part of the project.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file or folder of the reference data, which stands beside the repository or where `BINA_TEST_SHARED_DATA` says.
/// Where it is not, this says so: the test that asked has not run, and its name is added to the file that
/// `BINA_TEST_NOT_RUN` names, for a test that passes is heard by nobody.
pub fn reference(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("BINA_TEST_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let found = folder.join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("not run: the shared reference data is not here ({})", found.display());
    if let Some(list) = std::env::var_os("BINA_TEST_NOT_RUN") {
        let thread = std::thread::current();
        let line = format!("{}\n", thread.name().expect("the thread of a test"));
        let mut list = OpenOptions::new().append(true).create(true).open(list).expect("a list");
        list.write_all(line.as_bytes()).expect("room for a line");
    }
    None
}
