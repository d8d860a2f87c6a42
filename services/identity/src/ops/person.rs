//! Questions about people. Each leaves an entry in the person's access log, whatever the answer.

use chrono::NaiveDate;
use rangkai_db::Tx;
use rangkai_primitives::{Id, Zone};
use tracing::instrument;

use crate::{
    domain::{
        Access, AccessKind, Attribute, Claim, Disclosed, Imported, Nik, Person, Purpose, Refusal,
        Registered, SubjectId,
    },
    error::Error,
    events::tell,
    store,
};

/// Brings people in, or up to date.
#[instrument(skip_all, fields(people = people.len()))]
pub async fn import(tx: &Tx, people: &[Registered]) -> Result<Imported, Error> {
    store::person::lock_imports(tx).await?;
    let (ids, created) = store::person::upsert(tx, people).await?;
    let looks: Vec<_> =
        ids.iter().map(|id| access(tx, (*id).into(), AccessKind::Imported, &[], None)).collect();
    store::access::insert(tx, &looks).await?;
    let imported = Imported { created, updated: people.len() - created };
    tell::people_imported(tx, imported).await?;
    Ok(imported)
}

/// Finds what the caller's agency calls the person who has a NIK.
#[instrument(skip_all)]
pub async fn resolve(tx: &Tx, nik: &Nik, purpose: Purpose) -> Result<SubjectId, Error> {
    let found = store::person::find_by_nik(tx, nik).await?.ok_or(Refusal::PersonNotFound)?;
    let subject = store::subject::insert(tx, &found).await?;
    look(tx, found.person.id, AccessKind::Resolved, &[Attribute::Nik], purpose).await?;
    Ok(subject)
}

/// Says for each claim whether it is true.
#[instrument(skip_all, fields(%subject))]
pub async fn match_attributes(
    tx: &Tx,
    subject: &SubjectId,
    claims: &[Claim],
    purpose: Purpose,
) -> Result<Vec<bool>, Error> {
    let person = find(tx, subject).await?;
    let attributes: Vec<_> = claims.iter().map(|claim| claim.attribute).collect();
    look(tx, person.id, AccessKind::Matched, &attributes, purpose).await?;
    Ok(claims.iter().map(|claim| claim.is_true_of(&person.registered)).collect())
}

/// Says whether the person has completed `years` on `day`, or today in Jakarta.
#[instrument(skip_all, fields(%subject))]
pub async fn prove_age(
    tx: &Tx,
    subject: &SubjectId,
    years: i32,
    day: Option<NaiveDate>,
    purpose: Purpose,
) -> Result<bool, Error> {
    let person = find(tx, subject).await?;
    look(tx, person.id, AccessKind::AgeProven, &[Attribute::BirthDate], purpose).await?;
    let day = day.unwrap_or_else(|| Zone::Wib.date(tx.now()));
    Ok(person.registered.has_reached(years, day))
}

/// Reads the `attributes`, and nothing else.
#[instrument(skip_all, fields(%subject))]
pub async fn read_attributes(
    tx: &Tx,
    subject: &SubjectId,
    attributes: &[Attribute],
    purpose: Purpose,
) -> Result<Disclosed, Error> {
    let person = find(tx, subject).await?;
    look(tx, person.id, AccessKind::Read, attributes, purpose).await?;
    Ok(person.registered.only(attributes))
}

async fn find(tx: &Tx, subject: &SubjectId) -> Result<Person, Error> {
    let found = store::subject::find(tx, subject).await?;
    Ok(found.ok_or(Refusal::PersonNotFound)?.person)
}

async fn look(
    tx: &Tx,
    person: Id<Person>,
    kind: AccessKind,
    attributes: &[Attribute],
    purpose: Purpose,
) -> Result<(), Error> {
    tx.changed("person", person.uuid());
    store::access::insert(tx, &[access(tx, person, kind, attributes, Some(purpose))]).await?;
    Ok(())
}

fn access(
    tx: &Tx,
    person: Id<Person>,
    kind: AccessKind,
    attributes: &[Attribute],
    purpose: Option<Purpose>,
) -> Access {
    Access {
        id: Id::generate(),
        agency: tx.agency().clone(),
        caller: tx.caller().id.clone(),
        person,
        kind,
        attributes: attributes.to_vec(),
        purpose,
        time: tx.now(),
    }
}
