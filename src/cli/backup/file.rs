//! A file that is there whole or not at all, for its owner's eyes alone.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::refused;
use crate::cli::{CliError, io_error};

/// A file that is being written beside its place.
pub(super) struct Draft {
    draft: PathBuf,
    place: PathBuf,
}

impl Draft {
    /// Begins an empty file of mode 0600.
    pub(super) fn begin(place: &Path) -> Result<Self, CliError> {
        if fs::symlink_metadata(place).is_ok() {
            return Err(refused(place, "it is there already, and nothing is overwritten"));
        }
        let mut name = place.as_os_str().to_owned();
        name.push(".part");
        let draft = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&draft) {
            Ok(_) => Ok(Self { draft, place: place.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(refused(&draft, "somebody is writing it, or was stopped while writing; then delete it"))
            }
            Err(error) => Err(io_error(draft.display().to_string())(error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.draft
    }

    /// Puts the file in its place once it is on the disk; answers its size.
    pub(super) fn publish(self) -> Result<u64, CliError> {
        let published = self.sync().and_then(|size| self.link().map(|()| size));
        published.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => refused(&self.place, "it came to be there meanwhile"),
            _ => io_error(self.place.display().to_string())(error),
        })
    }

    fn sync(&self) -> io::Result<u64> {
        let file = File::open(&self.draft)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }

    /// A second name and no renaming: that would overwrite what came to be there.
    fn link(&self) -> io::Result<()> {
        match fs::hard_link(&self.draft, &self.place) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !self.place.exists() => {
                // A file system without second names.
                fs::rename(&self.draft, &self.place)?;
            }
            linked => linked?,
        }
        let folder = self.place.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

/// What was not published is of no use, and what was has its own name.
impl Drop for Draft {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.draft.as_os_str().to_owned();
            name.push(suffix);
            // Most of them are not there.
            let _ = fs::remove_file(name);
        }
    }
}
