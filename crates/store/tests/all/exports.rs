//! Long reading on a thread of its own.

use store::{StoreError, Value};

use crate::support::*;

#[tokio::test]
async fn an_export_is_one_snapshot_however_long_it_takes() {
    on_each_engine(async |store| {
        for id in 0..5 {
            insert(&store, id).await.unwrap();
        }
        let writer = store.clone();
        let (seen, counted) = store
            .long(move |export| {
                let mut seen = Vec::new();
                let read = export.each(LIST, [], |row| {
                    let id: i64 = row.get(0)?;
                    seen.push(id);
                    Ok::<(), StoreError>(())
                });
                read.unwrap();
                let runtime = tokio::runtime::Handle::current();
                runtime.block_on(insert(&writer, 99)).unwrap();
                let rows = export.query(COUNT, Vec::<Value>::new()).unwrap();
                (seen, rows[0].get::<i64>(0).unwrap())
            })
            .await;
        assert_eq!(seen, [0, 1, 2, 3, 4]);
        assert_eq!(counted, 5);
        assert_eq!(ids(&store).await.len(), 6);
    })
    .await;
}

#[tokio::test]
async fn an_export_stops_at_the_first_error() {
    on_each_engine(async |store| {
        for id in 0..5 {
            insert(&store, id).await.unwrap();
        }
        let (taken, stopped) = store
            .long(|export| {
                let mut taken = 0;
                let stopped = export.each(LIST, [], |_| {
                    taken += 1;
                    match taken {
                        3 => Err(StoreError::Busy),
                        _ => Ok(()),
                    }
                });
                (taken, stopped)
            })
            .await;
        assert_eq!(taken, 3);
        assert!(matches!(stopped, Err(StoreError::Busy)));
        insert(&store, 6).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_panic_in_an_export_reaches_the_caller() {
    on_each_engine(async |store| {
        let long = tokio::spawn({
            let store = store.clone();
            async move { store.long(|_| panic!("in the export")).await }
        });
        assert!(long.await.unwrap_err().is_panic());
        insert(&store, 1).await.unwrap();
    })
    .await;
}
