//! The `payee` table.

use std::collections::HashSet;

use rangkai_db::{DbErr, SqlErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Sensitive};
use rangkai_vault::Hasher;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{sealing, word};
use crate::domain::{FinancialAddress, NewPayee, Payee, PayeeRef, PayeeState, plain_name};

const COLUMNS: &str = "payee_id, source, state, institution, create_time, update_time";
/// Between the account and the name within what is sealed; neither holds it.
const BETWEEN: char = '\n';

/// The keyed hashes by which an agency's directories know people, their names and addresses.
#[derive(Clone, Debug)]
pub struct Keys {
    agency: Agency,
    person: Hasher,
    name: Hasher,
    address: Hasher,
}

impl Keys {
    /// Those of the agency of `tx`.
    pub fn of(tx: &Tx) -> Self {
        Self {
            agency: tx.agency().clone(),
            person: tx.vault().hasher("payments.person"),
            name: tx.vault().hasher("payments.payee.name"),
            address: tx.vault().hasher("payments.payee.address"),
        }
    }

    /// The hash of a person, by which every directory of the agency knows them.
    pub fn person(&self, functional_id: &Sensitive<String>) -> [u8; 32] {
        self.person.hash(format!("{}\n{}", self.agency, functional_id.reveal()).as_bytes())
    }

    /// The hash of a name.
    pub fn name(&self, name: &Sensitive<String>) -> [u8; 32] {
        self.name.hash(plain_name(name.reveal()).as_bytes())
    }

    fn address(&self, address: &FinancialAddress) -> [u8; 32] {
        let account = address.account.reveal();
        let text = format!("{}\n{}\n{account}", self.agency, address.institution);
        self.address.hash(text.as_bytes())
    }
}

/// Adds a payee; answers whether neither the person nor the address was taken.
pub async fn insert(tx: &Tx, id: Id<Payee>, new: &NewPayee) -> Result<bool, DbErr> {
    Ok(insert_many(tx, &[(id, new.clone())]).await? == 1)
}

/// Adds payees, those left out whose person or address is taken; answers how many were added.
pub async fn insert_many(tx: &Tx, payees: &[(Id<Payee>, NewPayee)]) -> Result<u64, DbErr> {
    let keys = Keys::of(tx);
    let columns = [
        "payee_id",
        "agency",
        "source",
        "person_key",
        "address_key",
        "name_key",
        "institution",
        "details",
        "state",
        "create_time",
        "update_time",
    ];
    let row = |(id, new): &(Id<Payee>, NewPayee)| -> Result<Vec<Value>, DbErr> {
        Ok(vec![
            id.uuid().into(),
            tx.agency().as_str().into(),
            new.payee.source.clone().into(),
            keys.person(&new.payee.functional_id).to_vec().into(),
            keys.address(&new.address).to_vec().into(),
            keys.name(&new.name).to_vec().into(),
            new.address.institution.clone().into(),
            seal(tx, new)?.into(),
            PayeeState::Linked.as_str().into(),
            tx.now().into(),
            tx.now().into(),
        ])
    };
    let rows = payees.iter().map(row).collect::<Result<_, _>>()?;
    sql::insert_absent(tx, "payee", &columns, rows).await
}

/// Finds a payee.
pub async fn find(tx: &Tx, payee: &PayeeRef) -> Result<Option<Payee>, DbErr> {
    rows(tx, payee, "").await?.first().map(read).transpose()
}

/// Finds a payee and holds the row until the transaction ends.
pub async fn lock(tx: &Tx, payee: &PayeeRef) -> Result<Option<Payee>, DbErr> {
    let hold = if tx.is_postgres() { "FOR UPDATE" } else { "" };
    rows(tx, payee, hold).await?.first().map(read).transpose()
}

/// The name under which the directory knows a payee.
pub async fn name(tx: &Tx, id: Id<Payee>) -> Result<Option<Sensitive<String>>, DbErr> {
    let find = "SELECT details FROM payee WHERE agency = $1 AND payee_id = $2 AND state = 'linked'";
    let rows = sql::query(tx, find, [tx.agency().as_str().into(), id.uuid().into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(open(tx, &row.try_get::<Vec<u8>>("", "details")?)?.1))
}

/// The payees of `payees` that are linked to exactly these addresses and names.
pub async fn known(tx: &Tx, payees: &[(usize, &NewPayee)]) -> Result<Vec<i64>, DbErr> {
    let keys = Keys::of(tx);
    let columns = ["place", "agency", "source", "person_key", "address_key", "name_key"];
    let row = |(place, new): &(usize, &NewPayee)| -> Vec<Value> {
        vec![
            i64::try_from(*place).unwrap_or(i64::MAX).into(),
            tx.agency().as_str().into(),
            new.payee.source.clone().into(),
            keys.person(&new.payee.functional_id).to_vec().into(),
            keys.address(&new.address).to_vec().into(),
            keys.name(&new.name).to_vec().into(),
        ]
    };
    let find = "SELECT many.place FROM many JOIN payee ON payee.agency = many.agency \
                AND payee.source = many.source AND payee.person_key = many.person_key \
                AND payee.address_key = many.address_key AND payee.name_key = many.name_key";
    let rows = sql::query_many(tx, &columns, payees.iter().map(row).collect(), find).await?;
    rows.iter().map(|row| row.try_get("", "place")).collect()
}

/// Those of `ids` that are there.
pub async fn among(tx: &Tx, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let row = |id: &Uuid| vec![(*id).into(), tx.agency().as_str().into()];
    let find = "SELECT payee.payee_id FROM many JOIN payee ON payee.payee_id = many.id \
                AND payee.agency = many.agency";
    let rows = ids.iter().map(row).collect();
    let rows = sql::query_many(tx, &["id", "agency"], rows, find).await?;
    rows.iter().map(|row| row.try_get("", "payee_id")).collect()
}

/// Gives a payee an address and a name, and links it if it was not; answers whether the address was
/// no other's.
pub async fn relink(tx: &Tx, id: Id<Payee>, new: &NewPayee) -> Result<bool, DbErr> {
    let update = "UPDATE payee SET state = 'linked', address_key = $3, name_key = $4, \
                  institution = $5, details = $6, update_time = $7 \
                  WHERE agency = $1 AND payee_id = $2";
    let keys = Keys::of(tx);
    let values = [
        tx.agency().as_str().into(),
        id.uuid().into(),
        keys.address(&new.address).to_vec().into(),
        keys.name(&new.name).to_vec().into(),
        new.address.institution.clone().into(),
        seal(tx, new)?.into(),
        tx.now().into(),
    ];
    match sql::execute(tx, update, values).await {
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(false)
        }
        done => done.map(|_| true),
    }
}

/// Forgets the address and the name of a payee.
pub async fn unlink(tx: &Tx, id: Id<Payee>) -> Result<(), DbErr> {
    let update = "UPDATE payee SET state = 'unlinked', address_key = NULL, name_key = NULL, \
                  institution = NULL, details = NULL, update_time = $3 \
                  WHERE agency = $1 AND payee_id = $2";
    let values = [tx.agency().as_str().into(), id.uuid().into(), tx.now().into()];
    sql::execute(tx, update, values).await.map(drop)
}

/// Opens what was sealed about a payee: the account, and whose it is.
pub fn open(tx: &Tx, details: &[u8]) -> Result<(Sensitive<String>, Sensitive<String>), DbErr> {
    let text = tx.vault().open(details).map_err(sealing)?;
    let text = String::from_utf8(text).map_err(|_| DbErr::Type("details".to_owned()))?;
    let (account, name) = text.split_once(BETWEEN).unwrap_or((&text, ""));
    Ok((account.to_owned().into(), name.to_owned().into()))
}

fn seal(tx: &Tx, new: &NewPayee) -> Result<Vec<u8>, DbErr> {
    let text = format!("{}{BETWEEN}{}", new.address.account.reveal(), new.name.reveal());
    tx.vault().seal(text.as_bytes()).map_err(sealing)
}

async fn rows(tx: &Tx, payee: &PayeeRef, hold: &str) -> Result<Vec<QueryResult>, DbErr> {
    let find = format!(
        "SELECT {COLUMNS} FROM payee WHERE agency = $1 AND source = $2 AND person_key = $3 {hold}"
    );
    let values = [
        tx.agency().as_str().into(),
        payee.source.as_str().into(),
        Keys::of(tx).person(&payee.functional_id).to_vec().into(),
    ];
    sql::query(tx, &find, values).await
}

fn read(row: &QueryResult) -> Result<Payee, DbErr> {
    Ok(Payee {
        id: row.try_get::<Uuid>("", "payee_id")?.into(),
        source: row.try_get("", "source")?,
        state: word("state", &row.try_get::<String>("", "state")?)?,
        institution: row.try_get("", "institution")?,
        create_time: row.try_get("", "create_time")?,
        update_time: row.try_get("", "update_time")?,
    })
}
