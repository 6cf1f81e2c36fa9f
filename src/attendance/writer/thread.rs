//! The thread that the writer has to itself.
//!
//! In the rush a thousand tasks want the threads of the server, and a writer among them hears of its database only once
//! they had their turn, some milliseconds at each step, while everybody waits for it. The operating system lets a thread
//! that sleeps most of the time have its turn at once. The writer's connection is opened here, so that this thread
//! and no other waits for the network on its behalf.

use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A thread with a runtime, until it is dropped.
#[derive(Debug)]
pub(super) struct Thread {
    runtime: Handle,
    _ends_with: oneshot::Sender<()>,
}

impl Thread {
    /// # Errors
    /// When the operating system has no thread to give, or nothing to wait for the network with.
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (ends_with, dropped) = oneshot::channel::<()>();
        let handle = runtime.handle().clone();
        // It ends by the sender's end, which is no failure.
        thread::Builder::new().name("check-ins".to_owned()).spawn(move || drop(runtime.block_on(dropped)))?;
        Ok(Self { runtime: handle, _ends_with: ends_with })
    }

    /// Runs a task, also when nobody waits for its end.
    pub(super) fn run<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.runtime.spawn(task)
    }
}
