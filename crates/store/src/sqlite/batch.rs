//! The batch and the thread that commits it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::writer::Writer;
use crate::Topic;
use crate::topics::Topics;

/// The batch was not committed, or nobody knows.
#[derive(Debug)]
pub(super) struct BatchLost;

/// Who has released a savepoint and waits for the commit.
#[derive(Default)]
pub(super) struct Batch {
    waiting: Vec<oneshot::Sender<Result<(), BatchLost>>>,
    topics: Vec<Topic>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn join(&mut self, topics: Vec<Topic>) -> oneshot::Receiver<Result<(), BatchLost>> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.push(sender);
        self.topics.extend(topics);
        receiver
    }

    /// Tells everybody how it ended; those who do not wait any more do not need
    /// to know.
    pub(super) fn tell(self, committed: bool, topics: &Topics) {
        if committed {
            for topic in &self.topics {
                topics.wake(topic);
            }
        }
        for waiting in self.waiting {
            let _ = waiting.send(if committed { Ok(()) } else { Err(BatchLost) });
        }
    }

    pub(super) fn fail(&mut self) {
        self.topics.clear();
        for waiting in self.waiting.drain(..) {
            let _ = waiting.send(Err(BatchLost));
        }
    }
}

/// The committing thread; dropping it waits for its last batch.
pub(super) struct Committer {
    signal: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    pub(super) fn start(
        queue: Arc<tokio::sync::Mutex<Writer>>,
        topics: Arc<Topics>,
    ) -> std::io::Result<Committer> {
        // One signal is enough for everybody who joined before it is taken.
        let (signal, signalled) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-commit".to_owned())
            .spawn(move || commit_batches(&signalled, &queue, &topics))?;
        Ok(Committer { signal: Some(signal), thread: Some(thread) })
    }

    /// Says that somebody has joined the batch.
    pub(super) fn signal(&self) {
        if let Some(signal) = &self.signal {
            // Full: a signal is waiting already, and will be taken after this.
            let _ = signal.try_send(());
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.signal = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn commit_batches(signalled: &Receiver<()>, queue: &tokio::sync::Mutex<Writer>, topics: &Topics) {
    while signalled.recv().is_ok() {
        let mut writer = queue.blocking_lock();
        // A panic must neither end this thread nor leave anybody waiting.
        match catch_unwind(AssertUnwindSafe(|| writer.settle())) {
            Ok((batch, committed)) => {
                // The next turn begins while these are told.
                drop(writer);
                batch.tell(committed, topics);
            }
            Err(_) => {
                let _ = catch_unwind(AssertUnwindSafe(|| writer.abandon()));
                drop(writer);
                tracing::error!("committing a batch panicked");
            }
        }
    }
}
