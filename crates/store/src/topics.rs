//! Wake-ups: who waits for a row to change learns of it at commit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::watch;

use crate::locked;

/// What a wake-up is about: a kind and, if need be, whose.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic(Arc<str>);

impl Topic {
    /// A topic such as (`qr`, the transaction's id). Together at most
    /// [`Topic::MAX`] bytes; what is beyond is cut, which may only wake
    /// somebody once too often.
    #[must_use]
    pub fn new(kind: &'static str, of: &str) -> Topic {
        let name = format!("{kind}:{of}");
        let mut end = name.len().min(Topic::MAX);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        Topic(name[..end].into())
    }

    /// The longest topic, in bytes.
    pub const MAX: usize = 200;

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    pub(crate) fn received(name: &str) -> Topic {
        Topic(name.into())
    }
}

/// The wake-ups of one topic from the moment it was asked for.
///
/// A wake-up says "look again", not what happened; several may arrive as one.
/// With many nodes one can be late or, while a connection is restored, only
/// follow once it is back: who waits also looks by itself now and then.
pub struct Wakes {
    seen: watch::Receiver<()>,
    // After `seen`, so that the last one to leave takes the entry away.
    _entry: Arc<Entry>,
}

impl Wakes {
    /// Returns at the next wake-up, or at once if one came since the last
    /// call. May be dropped at any time without losing one.
    pub async fn next(&mut self) {
        // An error would mean the sender is gone, but `_entry` holds it.
        let _ = self.seen.changed().await;
    }
}

#[derive(Default)]
pub(crate) struct Topics {
    entries: Mutex<HashMap<Topic, Weak<Entry>>>,
}

struct Entry {
    topic: Topic,
    sender: watch::Sender<()>,
    home: Weak<Topics>,
}

impl Topics {
    pub(crate) fn subscribe(self: &Arc<Topics>, topic: Topic) -> Wakes {
        let mut entries = locked(&self.entries);
        let entry = entries.get(&topic).and_then(Weak::upgrade);
        let entry = entry.unwrap_or_else(|| {
            let fresh = Arc::new(Entry {
                topic: topic.clone(),
                sender: watch::Sender::new(()),
                home: Arc::downgrade(self),
            });
            entries.insert(topic, Arc::downgrade(&fresh));
            fresh
        });
        // An entry that another thread is just leaving must drop (and take the
        // lock for that) only after ours is released.
        drop(entries);
        Wakes { seen: entry.sender.subscribe(), _entry: entry }
    }

    pub(crate) fn wake(&self, topic: &Topic) {
        let entry = locked(&self.entries).get(topic).and_then(Weak::upgrade);
        if let Some(entry) = entry {
            let _ = entry.sender.send(());
        }
    }

    /// After a time in which wake-ups may have been missed.
    pub(crate) fn wake_all(&self) {
        let entries: Vec<_> = locked(&self.entries).values().filter_map(Weak::upgrade).collect();
        for entry in entries {
            let _ = entry.sender.send(());
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Some(home) = self.home.upgrade() else {
            return;
        };
        let mut entries = locked(&home.entries);
        // A new entry may already stand in this one's place.
        if entries.get(&self.topic).is_some_and(|entry| entry.strong_count() == 0) {
            entries.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn only_the_own_topic_wakes_and_nothing_is_lost() {
        let topics = Arc::new(Topics::default());
        let mut mine = topics.subscribe(Topic::new("qr", "1"));
        assert!(mine.next().now_or_never().is_none());
        topics.wake(&Topic::new("qr", "2"));
        assert!(mine.next().now_or_never().is_none());
        topics.wake(&Topic::new("qr", "1"));
        topics.wake(&Topic::new("qr", "1"));
        assert!(mine.next().now_or_never().is_some());
        assert!(mine.next().now_or_never().is_none());
    }

    #[test]
    fn who_leaves_leaves_nothing_behind() {
        let topics = Arc::new(Topics::default());
        let first = topics.subscribe(Topic::new("qr", "1"));
        let second = topics.subscribe(Topic::new("qr", "1"));
        drop(first);
        assert_eq!(locked(&topics.entries).len(), 1);
        drop(second);
        assert_eq!(locked(&topics.entries).len(), 0);
    }

    #[test]
    fn a_long_topic_is_cut_at_a_character() {
        let topic = Topic::new("x", &"ü".repeat(200));
        assert!(topic.name().len() <= Topic::MAX);
    }
}
