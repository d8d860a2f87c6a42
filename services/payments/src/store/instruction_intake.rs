//! The `instruction` table while instructions come in.

use rangkai_db::{DbErr, Tx, sql};
use rangkai_primitives::Id;
use rangkai_vault::{Hasher, Sealer};
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

/// The keys under which the instructions of an envelope are kept.
#[derive(Debug)]
pub struct Keys {
    payees: payee::Keys,
    digest: Hasher,
    narration: Sealer,
}

impl Keys {
    /// Those of an envelope.
    pub async fn of(tx: &Tx, envelope: Id<Envelope>) -> Result<Self, DbErr> {
        Ok(Self {
            payees: payee::Keys::of(tx),
            digest: tx.vault().hasher("payments.instruction"),
            narration: envelope::narration_key(tx, envelope).await?,
        })
    }

    /// Hashes and seals instructions. That takes a while, and nothing of the database.
    pub fn keep(&self, new: Vec<NewInstruction>) -> Result<Vec<Kept>, DbErr> {
        let mut text = Vec::new();
        new.into_iter().map(|new| self.keep_one(new, &mut text)).collect()
    }

    /// `text` is room to write in.
    fn keep_one(&self, new: NewInstruction, text: &mut Vec<u8>) -> Result<Kept, DbErr> {
        let minor = new.amount.minor();
        let person_key = self.payees.person(&new.functional_id);
        let name_key = new.name.as_ref().map(|name| self.payees.name(name));
        let narration = new.narration.reveal().as_bytes();
        text.clear();
        text.extend(person_key);
        text.extend(minor.to_be_bytes());
        text.extend(name_key.unwrap_or_default());
        text.extend(narration);
        text.push(0);
        text.extend(new.reference.as_bytes());
        Ok(Kept {
            id: Uuid::now_v7(),
            reference: new.reference,
            minor,
            digest: self.digest.hash(text),
            person_key,
            name_key,
            narration: self.narration.seal(narration).map_err(sealing)?,
        })
    }
}

/// Adds instructions, those left out whose reference is taken; answers how many were added.
pub async fn insert(tx: &Tx, envelope: Id<Envelope>, kept: &[Kept]) -> Result<u64, DbErr> {
    let row = |kept: &Kept| -> Vec<Value> {
        vec![
            kept.id.into(),
            kept.reference.as_str().into(),
            kept.person_key.to_vec().into(),
            kept.name_key.map(Vec::from).into(),
            kept.minor.into(),
            kept.narration.clone().into(),
            kept.digest.to_vec().into(),
        ]
    };
    let columns = ["id", "reference", "person", "name", "minor", "narration", "digest"];
    let insert = "INSERT INTO instruction (agency, envelope_id, instruction_id, reference, \
                  person_key, name_key, amount_minor, narration, digest) \
                  SELECT $1, $2, id, reference, person, name, minor, narration, digest \
                  FROM many WHERE true ON CONFLICT DO NOTHING";
    let owner = [tx.agency().as_str().into(), envelope.uuid().into()];
    sql::execute_many_with(tx, &owner, &columns, kept.iter().map(row).collect(), insert).await
}

/// Those of `kept` that are in the envelope, by their references: each with its own id and digest.
pub async fn earlier(
    tx: &Tx,
    envelope: Id<Envelope>,
    kept: &[Kept],
) -> Result<Vec<(String, Uuid, Vec<u8>)>, DbErr> {
    let find = "SELECT instruction.reference, instruction.instruction_id, instruction.digest \
                FROM many JOIN instruction ON instruction.agency = $1 \
                AND instruction.envelope_id = $2 \
                AND instruction.reference = many.reference AND instruction.attempt = 1";
    let rows = kept.iter().map(|kept| vec![kept.reference.as_str().into()]).collect();
    let owner = [tx.agency().as_str().into(), envelope.uuid().into()];
    let rows = sql::query_many_with(tx, &owner, &["reference"], rows, find).await?;
    rows.iter()
        .map(|row| {
            let id = row.try_get("", "instruction_id")?;
            Ok((row.try_get("", "reference")?, id, row.try_get("", "digest")?))
        })
        .collect()
}
