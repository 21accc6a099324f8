//! From the tracking id on a page to the full reason, and the export.

use console::events::{By, Entry, Lookup, Refused, export, note, page, refuse, refuse_stray};
use jiff::SignedDuration;
use serde_json::json;
use store::events::Sealer;
use store::secrets::MasterKey;

use crate::house::{House, at, on_each_engine, system_random};

fn refused<'a>() -> Refused<'a> {
    Refused {
        kind: "sso.refused",
        subject: None,
        code: "audience",
        reason: "the audience is another",
        expected: Some("https://sp.example"),
        received: Some("https://evil.example"),
    }
}

async fn found(house: &House, by: By, id: &str) -> Vec<store::events::Event> {
    let read = house.store.read().await.expect("a snapshot");
    let lookup = Lookup { id: id.to_owned(), by, before: None };
    page(&read, &lookup).await.expect("a page")
}

#[tokio::test]
async fn a_tracking_id_leads_to_the_full_reason() {
    on_each_engine(async |house| {
        let person = house.person();
        let (one, two) = (house.stranger(), house.stranger().known_as(person));
        let tx = house.store.begin().await.expect("a transaction");
        refuse(&tx, &one, refused(), at(0)).await.expect("written");
        note(&tx, &two, Entry::about("application.saved", "app-1", json!({})), at(1)).await.expect("written");
        tx.commit().await.expect("committed");
        let events = found(house, By::Tracking, one.trace().expect("a request")).await;
        assert_eq!(events.len(), 1);
        assert_eq!(
            events[0].data,
            json!({ "code": "audience", "reason": "the audience is another",
                "expected": "https://sp.example", "received": "https://evil.example" })
        );
        assert_eq!(found(house, By::Actor, &person.to_string()).await[0].kind, "application.saved");
        assert_eq!(found(house, By::Subject, "app-1").await[0].kind, "application.saved");
        assert_eq!(found(house, By::Subject, &person.to_string()).await, []);
        assert_eq!(found(house, By::Tracking, " ").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn strays_become_one_event_a_minute_and_the_log_is_exported_sealed() {
    on_each_engine(async |house| {
        for _ in 0..5 {
            let tx = house.store.begin().await.expect("a transaction");
            refuse_stray(&tx, &house.stranger(), refused(), at(0)).await.expect("counted");
            tx.commit().await.expect("committed");
        }
        assert_eq!(house.events().await.len(), 0);
        let folder = tempfile::tempdir().expect("a folder");
        let rng = system_random();
        let key = MasterKey::load_or_create(&folder.path().join("key"), &rng).expect("a key");
        let sealer = Sealer::open(&house.store, "idp", &key, &rng).await.expect("a sealer");
        sealer.seal(at(0) + SignedDuration::from_mins(2), &rng).await.expect("sealed");
        let events = house.events().await;
        assert_eq!((events.len(), events[0].kind.as_str()), (1, "audience"));
        assert_eq!(events[0].data["count"], 5);
        assert_eq!(events[0].data["example"]["received"], "https://evil.example");

        let answer = export(&sealer, at(200));
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        let text = String::from_utf8(body.to_vec()).expect("text");
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert!(lines[0]["statement"]["through"] == 1 && lines[1]["event"]["kind"] == "audience", "{text}");
    })
    .await;
}
