//! An export is proven with no server, and whatever was done to it is found.

use super::*;

fn breach(result: Result<events::Proof, VerifyError>) -> Breach {
    match result.unwrap_err() {
        VerifyError::Broken { breach, .. } => breach,
        VerifyError::Io(error) => panic!("{error}"),
    }
}

fn lines(export: &[u8]) -> Vec<&[u8]> {
    export.split_inclusive(|byte| *byte == b'\n').collect()
}

#[tokio::test]
async fn an_export_is_proven_by_the_key_alone() {
    on_each_engine(async |store| {
        let (sealer, export) = sealed(&store).await;
        let key = sealer.public_key();
        assert_eq!(key.to_string().parse(), Ok(key));
        let proof = verify(export.as_slice(), &key, None).unwrap();
        assert_eq!(proof.service, "idp");
        assert_eq!((proof.events, proof.checkpoints), (7, 2));
        assert_eq!(proof.at, at(100));

        let other = Sealer::open(&store, "org", &master(), rng()).await;
        assert!(other.is_err(), "another master key does not open the key");
    })
    .await;
}

#[tokio::test]
async fn another_servers_key_proves_nothing() {
    on_each_engine(async |store| {
        let (_, export) = sealed(&store).await;
        let fresh = store::testing::TestDatabase::sqlite();
        let fresh = fresh.store(store::MIGRATIONS).await;
        let other = sealer(&fresh).await;
        assert_eq!(breach(verify(export.as_slice(), &other.public_key(), None)), Breach::Signature);
    })
    .await;
}

#[tokio::test]
async fn every_changed_byte_is_found() {
    on_each_engine(async |store| {
        let (sealer, export) = sealed(&store).await;
        let key = sealer.public_key();
        for index in 0..export.len() {
            for flip in [0x01, 0x20, 0x80] {
                let mut changed = export.clone();
                changed[index] ^= flip;
                assert!(
                    verify(changed.as_slice(), &key, None).is_err(),
                    "byte {index} of {:?}",
                    String::from_utf8_lossy(&export)
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn missing_added_and_moved_lines_are_found() {
    on_each_engine(async |store| {
        let (sealer, export) = sealed(&store).await;
        let key = sealer.public_key();
        let lines = lines(&export);
        assert_eq!(lines.len(), 1 + 7 + 2);
        for cut in 0..export.len() {
            assert!(verify(&export[..cut], &key, None).is_err(), "cut at {cut}");
        }
        for (index, line) in lines.iter().enumerate() {
            let mut twice = lines.clone();
            twice.insert(index, line);
            let twice = twice.concat();
            let mut without = lines.clone();
            without.remove(index);
            let without = without.concat();
            for changed in [twice, without] {
                let result = verify(changed.as_slice(), &key, None);
                assert!(result.is_err(), "line {index}");
            }
            for other in index + 1..lines.len() {
                let mut swapped = lines.clone();
                swapped.swap(index, other);
                let swapped = swapped.concat();
                assert!(verify(swapped.as_slice(), &key, None).is_err(), "{index} and {other}");
            }
        }
        let cut = lines[..8].concat();
        assert_eq!(breach(verify(cut.as_slice(), &key, None)), Breach::Cut { expected: 7, found: 6 });
    })
    .await;
}

/// The limit of what a file alone can prove, and what lifts it.
#[tokio::test]
async fn an_older_export_is_found_by_who_has_seen_more() {
    on_each_engine(async |store| {
        let (sealer, before) = sealed(&store).await;
        let key = sealer.public_key();
        append(&store, &event(8)).await;
        sealer.finish(at(200), rng()).await.unwrap();
        let after = export(&sealer, 200).await;
        let proof = verify(after.as_slice(), &key, None).unwrap();
        let seen = Seen { position: proof.events, chain: proof.chain };
        // Truly signed, only old: its date says so.
        let old = verify(before.as_slice(), &key, None).unwrap();
        assert_eq!(old.at, at(100));
        let known = verify(before.as_slice(), &key, Some(&seen));
        assert_eq!(breach(known), Breach::Seen);
        assert!(verify(after.as_slice(), &key, Some(&seen)).is_ok());
        let earlier = Seen { position: old.events, chain: old.chain };
        assert!(verify(after.as_slice(), &key, Some(&earlier)).is_ok());
        let other = Seen { chain: [0; 32], ..earlier };
        let known = verify(after.as_slice(), &key, Some(&other));
        assert_eq!(breach(known), Breach::Seen);
    })
    .await;
}

#[tokio::test]
async fn a_row_changed_in_the_database_is_found() {
    store::statements! {
        REWRITE = "update event set actor = $2 where id = $1";
        DELETE = "delete from event where id = $1";
        SWAP = "update event set at = at + $2 where id = $1";
    }
    on_each_engine(async |store| {
        let (sealer, _) = sealed(&store).await;
        for (sql, args) in [
            (REWRITE, vec![event(2).id.into(), "u-9".into()]),
            (SWAP, vec![event(4).id.into(), 1.into()]),
            (DELETE, vec![event(6).id.into()]),
            (DELETE, vec![event(5).id.into()]),
        ] {
            let tx = store.begin().await.unwrap();
            assert_eq!(tx.execute(sql, args).await.unwrap(), 1);
            tx.commit().await.unwrap();
            let export = export(&sealer, 100).await;
            assert!(verify(export.as_slice(), &sealer.public_key(), None).is_err());
        }
    })
    .await;
}

#[tokio::test]
async fn an_empty_log_is_proven_empty() {
    on_each_engine(async |store| {
        let sealer = sealer(&store).await;
        sealer.finish(at(0), rng()).await.unwrap();
        let export = export(&sealer, 1).await;
        let proof = verify(export.as_slice(), &sealer.public_key(), None).unwrap();
        assert_eq!((proof.events, proof.checkpoints), (0, 0));
        let nothing: &[u8] = b"";
        let empty = verify(nothing, &sealer.public_key(), None);
        assert_eq!(breach(empty), Breach::Statement);
    })
    .await;
}

/// Writes the fixture of the test below; run by hand when a version is added.
#[tokio::test]
#[ignore = "writes a fixture"]
async fn write_the_fixture() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/export-1");
    let database = store::testing::TestDatabase::sqlite();
    let (sealer, export) = sealed(&database.store(store::MIGRATIONS).await).await;
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("export.jsonl"), export).unwrap();
    std::fs::write(folder.join("public-key"), format!("{}\n", sealer.public_key())).unwrap();
}

/// What an export of the first version looks like must be provable for ever.
#[test]
fn an_export_of_the_first_version_is_proven() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/export-1");
    let export = std::fs::read(folder.join("export.jsonl")).unwrap();
    let key = std::fs::read_to_string(folder.join("public-key")).unwrap();
    let proof = verify(export.as_slice(), &key.trim().parse().unwrap(), None).unwrap();
    assert_eq!((proof.events, proof.checkpoints), (7, 2));
}
