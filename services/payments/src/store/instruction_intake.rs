//! The `instruction` table while instructions come in.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use sea_orm::Value;
use uuid::Uuid;

use super::{envelope, payee, sealing};
use crate::domain::{Envelope, NewInstruction};

/// An instruction as it is kept: it says neither whose it is nor what the payee reads.
#[derive(Clone, Debug)]
pub struct Kept {
    pub id: Uuid,
    pub reference: String,
    pub minor: i64,
    pub digest: [u8; 32],
    person_key: [u8; 32],
    name_key: Option<[u8; 32]>,
    narration: Vec<u8>,
}

/// Hashes and seals instructions of an envelope.
pub async fn prepare(
    tx: &Tx,
    envelope: Id<Envelope>,
    new: &[NewInstruction],
) -> Result<Vec<Kept>, DbErr> {
    let key = envelope::narration_key(tx, envelope).await?.into();
    let keep = |new: &NewInstruction| {
        let person_key = payee::person_key(tx, &new.functional_id);
        let name_key = new.name.as_ref().map(|name| payee::name_key(tx, name));
        let narration = new.narration.reveal().as_bytes();
        let mut text = person_key.to_vec();
        text.extend(new.amount.minor().to_be_bytes());
        text.extend(name_key.unwrap_or_default());
        text.extend(narration);
        text.push(0);
        text.extend(new.reference.as_bytes());
        Ok(Kept {
            id: Uuid::now_v7(),
            reference: new.reference.clone(),
            minor: new.amount.minor(),
            digest: tx.vault().keyed_hash("payments.instruction", &text),
            person_key,
            name_key,
            narration: tx.vault().seal_with(&key, narration).map_err(sealing)?,
        })
    };
    new.iter().map(keep).collect()
}

/// Adds instructions, those left out whose reference is taken; answers how many were added.
pub async fn insert(tx: &Tx, envelope: Id<Envelope>, kept: &[Kept]) -> Result<u64, DbErr> {
    let columns = [
        "agency",
        "envelope_id",
        "instruction_id",
        "reference",
        "person_key",
        "name_key",
        "amount_minor",
        "narration",
        "digest",
    ];
    let row = |kept: &Kept| -> Vec<Value> {
        vec![
            tx.agency().as_str().into(),
            envelope.uuid().into(),
            kept.id.into(),
            kept.reference.as_str().into(),
            kept.person_key.to_vec().into(),
            kept.name_key.map(Vec::from).into(),
            kept.minor.into(),
            kept.narration.clone().into(),
            kept.digest.to_vec().into(),
        ]
    };
    let rows = kept.iter().map(row).collect();
    sql::insert_absent(tx, "instruction", &columns, rows).await
}

/// Those of `kept` that are in the envelope, by their references: each with its own id and digest.
pub async fn earlier(
    tx: &Tx,
    envelope: Id<Envelope>,
    kept: &[Kept],
) -> Result<Vec<(String, Uuid, Vec<u8>)>, DbErr> {
    let row = |kept: &Kept| -> Vec<Value> {
        vec![tx.agency().as_str().into(), envelope.uuid().into(), kept.reference.as_str().into()]
    };
    let find = "SELECT instruction.reference, instruction.instruction_id, instruction.digest \
                FROM many JOIN instruction ON instruction.agency = many.agency \
                AND instruction.envelope_id = many.envelope_id \
                AND instruction.reference = many.reference AND instruction.attempt = 1";
    let columns = ["agency", "envelope_id", "reference"];
    let rows = sql::query_many(tx, &columns, kept.iter().map(row).collect(), find).await?;
    rows.iter()
        .map(|row| {
            let id = row.try_get("", "instruction_id")?;
            Ok((row.try_get("", "reference")?, id, row.try_get("", "digest")?))
        })
        .collect()
}
