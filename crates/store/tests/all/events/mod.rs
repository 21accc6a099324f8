//! The event log: written with its act, sealed, exported, proven.

mod beside;
mod proof;
mod sealing;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;
use store::events::{
    self, Breach, Event, Filter, Junk, LogError, NewEvent, Personal, Sealer, Seen, VerifyError, verify,
};
use store::secrets::MasterKey;
use store::{Store, StoreError, row_id};

use crate::support::{at, rng, until_in_time};

async fn on_each_engine(test: impl AsyncFn(Store)) {
    store::testing::for_each_engine(store::MIGRATIONS, test).await;
}

fn master() -> MasterKey {
    let folder = tempfile::tempdir().unwrap();
    MasterKey::load_or_create(&folder.path().join("key"), rng()).unwrap()
}

fn event(number: u8) -> NewEvent {
    let id = row_id(at(number.into()), [number; 10]);
    NewEvent {
        actor: Some("u-1".to_owned()),
        subject: number.is_multiple_of(2).then(|| "app-1".to_owned()),
        trace: Some(format!("trace-{number}")),
        source: Some("192.0.2.0/24".to_owned()),
        data: json!({ "number": number, "text": "ü \"quoted\"", "list": [1.5, null] }),
        ..NewEvent::new(id, at(number.into()), "user.invited")
    }
}

async fn append(store: &Store, event: &NewEvent) {
    until_in_time(|| async {
        let tx = store.begin().await?;
        events::append(&tx, event).await?;
        tx.commit().await
    })
    .await;
}

async fn all(store: &Store) -> Vec<Event> {
    let read = store.read().await.unwrap();
    events::list(&read, Filter::All, None, 1000).await.unwrap()
}

async fn sealer(store: &Store) -> Sealer {
    Sealer::open(store, "idp", &master(), rng()).await.unwrap()
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn export(sealer: &Sealer, second: i64) -> Vec<u8> {
    let sink = Sink::default();
    sealer.export(at(second), sink.clone()).await.unwrap();
    sink.bytes()
}

/// Seven events, two checkpoints, and the export of it.
async fn sealed(store: &Store) -> (Sealer, Vec<u8>) {
    let sealer = sealer(store).await;
    for number in 0..7 {
        append(store, &event(number)).await;
        if number == 3 {
            sealer.seal(at(50), rng()).await.unwrap();
            sealer.checkpoint(at(50)).await.unwrap();
        }
    }
    sealer.finish(at(60), rng()).await.unwrap();
    let bytes = export(&sealer, 100).await;
    (sealer, bytes)
}

#[tokio::test]
async fn an_event_lives_and_dies_with_its_act() {
    on_each_engine(async |store| {
        append(&store, &event(1)).await;
        let tx = store.begin().await.unwrap();
        events::append(&tx, &event(2)).await.unwrap();
        drop(tx);
        let stored = all(&store).await;
        assert_eq!(stored.len(), 1);
        let written = event(1);
        assert_eq!(stored[0].id, written.id);
        assert_eq!(stored[0].at, written.at);
        assert_eq!(stored[0].kind, written.kind);
        assert_eq!(stored[0].actor, written.actor);
        assert_eq!(stored[0].subject, written.subject);
        assert_eq!(stored[0].source, written.source);
        assert_eq!(stored[0].data, written.data);
        assert_eq!(stored[0].position, None);
    })
    .await;
}

#[tokio::test]
async fn pages_go_back_in_time() {
    on_each_engine(async |store| {
        for number in 0..7 {
            append(&store, &event(number)).await;
        }
        let read = store.read().await.unwrap();
        let numbers = |page: &[Event]| -> Vec<u64> {
            let number = |event: &Event| event.data["number"].as_u64().unwrap();
            page.iter().map(number).collect()
        };
        let page = events::list(&read, Filter::All, None, 3).await.unwrap();
        assert_eq!(numbers(&page), [6, 5, 4]);
        let page = events::list(&read, Filter::All, Some(page[2].id), 3).await;
        assert_eq!(numbers(&page.unwrap()), [3, 2, 1]);
        let page = events::list(&read, Filter::Subject("app-1"), None, 3).await;
        assert_eq!(numbers(&page.unwrap()), [6, 4, 2]);
        let page = events::list(&read, Filter::Trace("trace-5"), None, 3).await;
        assert_eq!(numbers(&page.unwrap()), [5]);
        let page = events::list(&read, Filter::Actor("u-1"), None, 10).await;
        assert_eq!(page.unwrap().len(), 7);
        let page = events::list(&read, Filter::Actor("u-2"), None, 10).await;
        assert!(page.unwrap().is_empty());
        let found = events::find(&read, event(3).id).await.unwrap().unwrap();
        assert_eq!(numbers(&[found]), [3]);
    })
    .await;
}
