//! Lines on their way to standard error: gathered for a moment and written at once, so that no request waits for whoever
//! reads them, and a rush pays for one write in place of thousands.
//!
//! A warning or an error is written before its caller goes on, and whatever came before it. Of the others a process
//! that is killed takes those of its last [`MOMENT`] with it; one that ends writes them.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered.
const MOMENT: Duration = Duration::from_millis(20);
/// Bytes that are gathered at most: whoever brings more writes them. What nobody reads does not fill the memory.
const MOST: usize = 256 * 1024;

/// Where lines are gathered. A clone is the same.
#[derive(Debug)]
pub(super) struct Lines<W> {
    gathered: Arc<Gathered<W>>,
    /// Whether a thread writes what is gathered.
    is_gathering: bool,
}

impl<W> Clone for Lines<W> {
    fn clone(&self) -> Self {
        Self { gathered: self.gathered.clone(), is_gathering: self.is_gathering }
    }
}

#[derive(Debug)]
struct Gathered<W> {
    lines: Mutex<Vec<u8>>,
    come: Condvar,
    out: Mutex<Out<W>>,
}

#[derive(Debug)]
struct Out<W> {
    to: W,
    /// Empty: what was written last was in it. Lines need no memory of their own each time.
    spare: Vec<u8>,
}

impl<W: Write + Send + 'static> Lines<W> {
    /// Lines for `out`: gathered by a thread of their own, where that is wished for and the operating system has one to
    /// give; else each is written by who brings it.
    pub(super) fn new(out: W, is_gathering: bool) -> Self {
        let out = Mutex::new(Out { to: out, spare: Vec::new() });
        let gathered = Arc::new(Gathered { lines: Mutex::default(), come: Condvar::new(), out });
        let writing = gathered.clone();
        let start = || thread::Builder::new().name("log".to_owned()).spawn(move || writing.write_for_ever());
        Self { gathered, is_gathering: is_gathering && start().is_ok() }
    }

    /// Writes what is gathered.
    pub(super) fn flush(&self) {
        self.gathered.write();
    }
}

impl<W: Write> Gathered<W> {
    fn lines(&self) -> MutexGuard<'_, Vec<u8>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gather(&self, line: &[u8]) -> usize {
        let mut lines = self.lines();
        let is_first = lines.is_empty();
        lines.extend_from_slice(line);
        let gathered = lines.len();
        drop(lines);
        if is_first {
            self.come.notify_one();
        }
        gathered
    }

    fn write(&self) {
        // This first: who comes second writes what came second.
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let Out { to, spare } = &mut *out;
        std::mem::swap(spare, &mut *self.lines());
        // Nothing is left to do when nobody takes them.
        let _ = write_all(to, spare);
        spare.clear();
    }

    fn write_for_ever(&self) {
        loop {
            let waiting = self.come.wait_while(self.lines(), |lines| lines.is_empty());
            drop(waiting.unwrap_or_else(PoisonError::into_inner));
            thread::sleep(MOMENT);
            self.write();
        }
    }
}

/// As [`Write::write_all`], and waits for a pipe that does not wait by itself: a part of a line is none.
fn write_all(to: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(MOMENT),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    to.flush()
}

/// A line, or a part of one.
#[derive(Debug)]
pub(super) struct Line<'a, W> {
    gathered: &'a Gathered<W>,
    is_urgent: bool,
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gathered = self.gathered.gather(bytes);
        if self.is_urgent || gathered >= MOST {
            self.gathered.write();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a, W: Write + Send + 'static> MakeWriter<'a> for Lines<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { gathered: &self.gathered, is_urgent: true }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Self::Writer {
        Line { gathered: &self.gathered, is_urgent: !self.is_gathering || *about.level() <= Level::WARN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes three bytes at a time, and every other time none.
    #[derive(Default)]
    struct Narrow {
        taken: Vec<u8>,
        is_open: bool,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.is_open = !self.is_open;
            if !self.is_open {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let taken = bytes.len().min(3);
            self.taken.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_pipe_is_waited_for() {
        let mut pipe = Narrow::default();
        write_all(&mut pipe, b"one line\n").unwrap();
        assert_eq!(pipe.taken, b"one line\n");
    }
}
