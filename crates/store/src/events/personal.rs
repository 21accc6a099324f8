//! Personal values beside the chain, each under a key of its person.

use aws_lc_rs::digest::{SHA256, digest};
use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

use super::LogError;
use crate::secrets::{KEY_LEN, Key, MasterKey, Rng, SecretError, random};
use crate::{ReadTx, StoreError, Tx, Value};

/// Personal values of one event, sealed. Of these the chain knows only a hash.
#[derive(Clone)]
pub struct Personal {
    person: String,
    key: Uuid,
    /// The key itself under the master key, if it is a new one.
    new_key: Option<Vec<u8>>,
    sealed: Vec<u8>,
}

impl Personal {
    /// Seals `values` of `person` (an id) under that person's key, which is
    /// made if there is none. Call it before the transaction begins.
    ///
    /// # Errors
    /// [`LogError`].
    pub async fn seal(
        read: &ReadTx,
        master: &MasterKey,
        rng: &Rng,
        person: &str,
        values: &serde_json::Value,
    ) -> Result<Personal, LogError> {
        let known = read.query_opt(FIND_KEY, [person.into()]).await?;
        let (id, key, new_key) = match known {
            Some(row) => {
                let id = row.get(0)?;
                (id, open_key(master, id, person, &row.get::<Vec<u8>>(1)?)?, None)
            }
            None => {
                let id = Builder::from_random_bytes(random(rng)?).into_uuid();
                let bytes: Zeroizing<[u8; KEY_LEN]> = Zeroizing::new(random(rng)?);
                let sealed = master.seal(&key_context(id, person), bytes.as_slice(), rng)?;
                (id, Key::new(&bytes)?, Some(sealed))
            }
        };
        let plain = Zeroizing::new(values.to_string().into_bytes());
        Ok(Personal {
            person: person.to_owned(),
            key: id,
            new_key,
            sealed: key.seal(&values_context(id), &plain, rng)?,
        })
    }

    /// What the chain covers: it says nothing about the values, and stays when
    /// they are erased.
    pub(super) fn commitment(&self) -> Vec<u8> {
        digest(&SHA256, &self.sealed).as_ref().to_vec()
    }

    pub(super) async fn insert(&self, tx: &Tx, event: &Value) -> Result<(), StoreError> {
        let (key, person) = (Value::from(self.key), Value::from(&self.person));
        if let Some(sealed) = &self.new_key {
            let args = [key.clone(), person.clone(), sealed.as_slice().into()];
            tx.execute(INSERT_KEY, args).await?;
        }
        let args = [event.clone(), person, key, self.sealed.as_slice().into()];
        tx.execute(INSERT_PERSONAL, args).await.map(drop)
    }
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Personal").finish_non_exhaustive()
    }
}

/// The personal values of `event`; none if it has none or they were erased.
///
/// # Errors
/// [`LogError`], also if they are not those that were written with the event.
pub async fn open_personal(
    read: &ReadTx,
    master: &MasterKey,
    event: Uuid,
) -> Result<Option<serde_json::Value>, LogError> {
    let Some(row) = read.query_opt(FIND_PERSONAL, [event.into()]).await? else {
        return Ok(None);
    };
    let (id, person): (Uuid, String) = (row.get(0)?, row.get(1)?);
    let key = open_key(master, id, &person, &row.get::<Vec<u8>>(2)?)?;
    let sealed: Vec<u8> = row.get(3)?;
    let committed: Option<Vec<u8>> = row.get(4)?;
    if committed.as_deref() != Some(digest(&SHA256, &sealed).as_ref()) {
        return Err(SecretError::Damaged.into());
    }
    let plain = key.open(&values_context(id), &sealed)?;
    let values = serde_json::from_slice(&plain).map_err(StoreError::backend)?;
    Ok(Some(values))
}

/// Forgets every personal value of `person` in the log, and the keys, so that
/// older copies of the values cannot be read either. The chain stays whole.
///
/// # Errors
/// [`StoreError`].
pub async fn erase(tx: &Tx, person: &str) -> Result<(), StoreError> {
    tx.execute(DELETE_PERSONAL, [person.into()]).await?;
    tx.execute(DELETE_KEYS, [person.into()]).await.map(drop)
}

fn open_key(master: &MasterKey, id: Uuid, person: &str, sealed: &[u8]) -> Result<Key, SecretError> {
    let bytes = master.open(&key_context(id, person), sealed)?;
    let bytes = bytes.as_slice().try_into();
    Key::new(bytes.map_err(|_| SecretError::Damaged)?)
}

fn key_context(id: Uuid, person: &str) -> String {
    format!("event-person-key:{id}:{person}")
}

fn values_context(id: Uuid) -> String {
    format!("event-personal:{id}")
}

crate::statements! {
    FIND_KEY = "select id, sealed from event_person_key where person = $1 order by id limit 1";
    INSERT_KEY = "insert into event_person_key (id, person, sealed) values ($1, $2, $3)";
    INSERT_PERSONAL = "insert into event_personal (event, person, key, sealed)
        values ($1, $2, $3, $4)";
    FIND_PERSONAL = "select k.id, k.person, k.sealed, p.sealed, e.personal
        from event_personal p
        join event_person_key k on k.id = p.key
        join event e on e.id = p.event
        where p.event = $1";
    DELETE_PERSONAL = "delete from event_personal where person = $1";
    DELETE_KEYS = "delete from event_person_key where person = $1";
}
