//! The connection that listens for wake-ups from every node.

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::AsyncMessage;

use super::address::Address;
use crate::Topic;
use crate::topics::Topics;

/// The task that listens; it ends with the store.
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    pub(super) fn start(address: Address, topics: Arc<Topics>) -> Listener {
        Listener(tokio::spawn(listen(address, topics)))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn listen(address: Address, topics: Arc<Topics>) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        if let Err(error) = until_broken(&address, &topics, &mut pause).await {
            tracing::warn!(error = &*error as &dyn Error, "the connection for wake-ups was lost");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn until_broken(
    address: &Address,
    topics: &Topics,
    pause: &mut Duration,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let connected = address.config.connect(address.tls.clone());
    let (client, mut connection) = timeout(ANSWER, connected).await??;
    let receive = async {
        while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(wake) = message? {
                topics.wake(&Topic::received(wake.payload()));
            }
        }
        Ok(())
    };
    let ask = async {
        timeout(ANSWER, client.batch_execute(LISTEN)).await??;
        *pause = SHORTEST_PAUSE;
        // Whatever was said while nobody listened.
        topics.wake_all();
        loop {
            // A connection that died silently shows by this.
            tokio::time::sleep(HEARTBEAT).await;
            timeout(ANSWER, client.batch_execute("")).await??;
        }
    };
    let (receive, ask) = (pin!(receive), pin!(ask));
    tokio::select! {
        received = receive => received,
        asked = ask => asked,
    }
}

pub(super) const CHANNEL: &str = "countersign";
const LISTEN: &str = "listen countersign";
const ANSWER: Duration = Duration::from_secs(10);
const HEARTBEAT: Duration = Duration::from_secs(30);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
