//! The `payee` table.

use std::collections::{HashMap, HashSet};

use rangkai_db::{DbErr, SqlErr, Tx, sql};
use rangkai_primitives::{Agency, Id, Sensitive};
use rangkai_vault::Hasher;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::{sealing, word};
use crate::domain::{FinancialAddress, NewPayee, Payee, PayeeRef, PayeeState, plain_name};

const COLUMNS: &str = "payee_id, source, state, institution, create_time, update_time";
/// How people are paid of whom nobody said an institution or a modality: they collect the money.
const COLLECTS: &str = "00";
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

    /// The hash of an address: where there is no institution, accounts are told apart by modality.
    fn address(&self, payee: &NewPayee) -> [u8; 32] {
        let (institution, account) = (&payee.address.institution, payee.address.account.reveal());
        let modality = payee.modality.as_deref().unwrap_or(COLLECTS);
        let place = if institution.is_empty() { modality } else { institution };
        self.address.hash(format!("{}\n{place}\n{account}", self.agency).as_bytes())
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
        "modality",
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
            keys.address(new).to_vec().into(),
            keys.name(&new.name).to_vec().into(),
            new.address.institution.clone().into(),
            new.modality.clone().into(),
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

/// What the directory holds of a payee that is linked.
pub async fn kept(tx: &Tx, payee: &PayeeRef) -> Result<Option<NewPayee>, DbErr> {
    let find = "SELECT institution, modality, details FROM payee \
                WHERE agency = $1 AND source = $2 AND person_key = $3 AND state = 'linked'";
    let rows = sql::query(tx, find, identity(tx, payee)).await?;
    rows.first().map(|row| read_kept(tx, payee, row)).transpose()
}

/// The places of those of `payees` that are linked already and of whom it says nothing else.
pub async fn known(tx: &Tx, payees: &[(usize, &NewPayee)]) -> Result<HashSet<usize>, DbErr> {
    let found = "place, institution, modality, details";
    let asked: HashMap<_, _> = payees.iter().copied().collect();
    let mut known = HashSet::new();
    for row in among_people(tx, payees, found, PayeeState::Linked).await? {
        let place = usize::try_from(row.try_get::<i64>("", "place")?).unwrap_or(usize::MAX);
        let Some(new) = asked.get(&place) else { continue };
        if new.agrees(&read_kept(tx, &new.payee, &row)?) {
            known.insert(place);
        }
    }
    Ok(known)
}

/// Those of `payees` that were unlinked, by their places.
pub async fn unlinked(
    tx: &Tx,
    payees: &[(usize, &NewPayee)],
) -> Result<HashMap<usize, Id<Payee>>, DbErr> {
    let rows = among_people(tx, payees, "place, payee_id", PayeeState::Unlinked).await?;
    let pair = |row: &QueryResult| {
        let place = usize::try_from(row.try_get::<i64>("", "place")?).unwrap_or(usize::MAX);
        Ok((place, row.try_get::<Uuid>("", "payee_id")?.into()))
    };
    rows.iter().map(pair).collect()
}

/// What `found` says of the rows of `payees` that are in `state`.
async fn among_people(
    tx: &Tx,
    payees: &[(usize, &NewPayee)],
    found: &str,
    state: PayeeState,
) -> Result<Vec<QueryResult>, DbErr> {
    let keys = Keys::of(tx);
    let row = |(place, new): &(usize, &NewPayee)| -> Vec<Value> {
        vec![
            i64::try_from(*place).unwrap_or(i64::MAX).into(),
            tx.agency().as_str().into(),
            new.payee.source.clone().into(),
            keys.person(&new.payee.functional_id).to_vec().into(),
        ]
    };
    let find = format!(
        "SELECT {found} FROM many JOIN payee ON payee.agency = many.agency \
         AND payee.source = many.source AND payee.person_key = many.person_key \
         AND payee.state = '{state}'"
    );
    let columns = ["place", "agency", "source", "person_key"];
    sql::query_many(tx, &columns, payees.iter().map(row).collect(), &find).await
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
    match write(tx, id, new, "").await {
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(false)
        }
        done => done.map(|_| true),
    }
}

/// Links a payee again that is unlinked, unless the address is another's; answers whether it did.
/// Whoever links many goes on where it did not, so the address is looked up and not run into.
pub async fn relink_free(tx: &Tx, id: Id<Payee>, new: &NewPayee) -> Result<bool, DbErr> {
    let free = "AND state = 'unlinked' AND NOT EXISTS (SELECT 1 FROM payee AS other \
                WHERE other.agency = payee.agency AND other.source = payee.source \
                AND other.address_key = $3 AND other.state = 'linked')";
    Ok(write(tx, id, new, free).await? == 1)
}

async fn write(tx: &Tx, id: Id<Payee>, new: &NewPayee, only: &str) -> Result<u64, DbErr> {
    let update = format!(
        "UPDATE payee SET state = 'linked', address_key = $3, name_key = $4, institution = $5, \
         details = $6, update_time = $7, modality = $8 \
         WHERE agency = $1 AND payee_id = $2 {only}"
    );
    let keys = Keys::of(tx);
    let values = [
        tx.agency().as_str().into(),
        id.uuid().into(),
        keys.address(new).to_vec().into(),
        keys.name(&new.name).to_vec().into(),
        new.address.institution.clone().into(),
        seal(tx, new)?.into(),
        tx.now().into(),
        new.modality.clone().into(),
    ];
    sql::execute(tx, &update, values).await
}

/// Forgets the address and the name of a payee.
pub async fn unlink(tx: &Tx, id: Id<Payee>) -> Result<(), DbErr> {
    let update = "UPDATE payee SET state = 'unlinked', address_key = NULL, name_key = NULL, \
                  institution = NULL, modality = NULL, details = NULL, update_time = $3 \
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
    sql::query(tx, &find, identity(tx, payee)).await
}

/// What the directories know a payee by.
fn identity(tx: &Tx, payee: &PayeeRef) -> [Value; 3] {
    let person = Keys::of(tx).person(&payee.functional_id);
    [tx.agency().as_str().into(), payee.source.as_str().into(), person.to_vec().into()]
}

fn read_kept(tx: &Tx, payee: &PayeeRef, row: &QueryResult) -> Result<NewPayee, DbErr> {
    let (account, name) = open(tx, &row.try_get::<Vec<u8>>("", "details")?)?;
    Ok(NewPayee {
        payee: payee.clone(),
        address: FinancialAddress { institution: row.try_get("", "institution")?, account },
        modality: row.try_get("", "modality")?,
        name,
    })
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
