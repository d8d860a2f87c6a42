//! The changes of many callers in one transaction.

use std::{collections::HashSet, sync::Arc};

use prost::Message;
use rangkai_primitives::{Agency, Caller};
use sea_orm::{DbErr, Value};
use uuid::Uuid;

use crate::{
    Call, Db, RequestIdReused, Tx, audit, once, sql,
    tx::Asker,
    work::{Kind, Unit},
};

const KEY: [&str; 4] = ["agency", "caller", "method", "request_id"];

/// What one of many callers asks for.
#[derive(Debug)]
pub struct Asked<I> {
    /// The common transaction as this caller's work sees it: caller, agency, trace and subjects are
    /// this caller's own.
    pub tx: Tx,
    /// What is asked for.
    pub item: I,
}

/// The answer to a call, encoded: calls of one group may be of several methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply(Vec<u8>);

impl Reply {
    /// The answer as it is kept and sent.
    #[must_use]
    pub fn of(answer: &impl Message) -> Self {
        Self(answer.encode_to_vec())
    }

    /// The answer as the message that it was.
    ///
    /// # Errors
    ///
    /// When it was another one.
    pub fn read<A: Message + Default>(&self) -> Result<A, DbErr> {
        A::decode(self.0.as_slice()).map_err(|error| DbErr::Type(error.to_string()))
    }
}

/// Who asks for what. It is shared with the task that does it, which may have to begin again.
pub(crate) type Calls<I> = Arc<Vec<(Call, I)>>;

impl Db {
    /// Changes asked for from outside by many callers, in one transaction: the exact promise of
    /// [`Db::once`] for each of them, and one commit for all.
    ///
    /// `work` gets what was not asked for before, with the transaction to run its statements in, and
    /// answers in the same order. Whoever it refuses keeps nothing and is in nobody's way, so `work`
    /// must not have changed anything for them. It runs again when another transaction was in the
    /// way.
    ///
    /// # Errors
    ///
    /// Whatever `work` returns as a whole, or a failure of the database: then nothing was done for
    /// anybody, or the outcome is unknown, and the same requests may be sent again.
    pub async fn once_many<I, E, F, Fut>(
        &self,
        calls: Vec<(Call, I)>,
        work: F,
    ) -> Result<Vec<Result<Reply, E>>, DbErr>
    where
        I: Clone + Send + Sync + 'static,
        E: From<DbErr> + From<RequestIdReused> + Send + 'static,
        F: Fn(Tx, Vec<Asked<I>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<Reply, E>>, DbErr>> + Send + 'static,
    {
        let all = (0..calls.len()).collect();
        self.once_of(&Arc::new(calls), all, &Arc::new(work)).await
    }

    /// The same for some of `calls`, by their places.
    pub(crate) async fn once_of<I, E, F, Fut>(
        &self,
        calls: &Calls<I>,
        places: Vec<usize>,
        work: &Arc<F>,
    ) -> Result<Vec<Result<Reply, E>>, DbErr>
    where
        I: Clone + Send + Sync + 'static,
        E: From<DbErr> + From<RequestIdReused> + Send + 'static,
        F: Fn(Tx, Vec<Asked<I>>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<Reply, E>>, DbErr>> + Send + 'static,
    {
        let mut answered = Vec::with_capacity(places.len());
        let mut left: Vec<_> = places.into_iter().enumerate().collect();
        while !left.is_empty() {
            // A second copy of a request comes after the first, and finds its answer.
            let mut seen = HashSet::new();
            let (first, copies) =
                left.into_iter().partition(|(_, place)| seen.insert(identity(&calls[*place].0)));
            left = copies;
            let (order, places): (Vec<usize>, Vec<usize>) = Vec::into_iter(first).unzip();
            let (calls, work) = (Arc::clone(calls), Arc::clone(work));
            let unit = Unit {
                caller: Caller::block("group", Agency::platform()),
                traceparent: None,
                kind: Kind::Timed,
            };
            let both = Arc::new((calls, places, work));
            let work = move |tx: Tx| {
                let both = Arc::clone(&both);
                Box::pin(async move {
                    let (calls, places, work) = &*both;
                    let calls: Vec<_> = places.iter().map(|place| &calls[*place]).collect();
                    together(&tx, &calls, &**work).await
                }) as _
            };
            let answers: Vec<Result<Reply, E>> = self.run::<_, DbErr>(unit, Box::new(work)).await?;
            answered.extend(order.into_iter().zip(answers));
        }
        answered.sort_by_key(|(order, _)| *order);
        Ok(answered.into_iter().map(|(_, answer)| answer).collect())
    }
}

/// Answers each of `calls`; no two of them are the same request.
async fn together<I, E, F, Fut>(
    tx: &Tx,
    calls: &[&(Call, I)],
    work: &F,
) -> Result<Vec<Result<Reply, E>>, DbErr>
where
    I: Clone + Sync,
    E: From<DbErr> + From<RequestIdReused> + Send,
    F: Fn(Tx, Vec<Asked<I>>) -> Fut + Sync,
    Fut: Future<Output = Result<Vec<Result<Reply, E>>, DbErr>> + Send,
{
    let mut answers = earlier(tx, calls).await?;
    let (mut askers, mut fresh) = (Vec::new(), Vec::new());
    for (place, (call, item)) in calls.iter().enumerate() {
        if answers[place].is_none() {
            let tx = tx.asked_by(call.caller.clone(), call.traceparent.clone());
            askers.push((place, tx.asker()));
            fresh.push(Asked { tx, item: item.clone() });
        }
    }
    if !fresh.is_empty() {
        let given = work(tx.clone(), fresh).await?;
        if given.len() != askers.len() {
            return Err(DbErr::Custom("a group was not answered one by one".into()));
        }
        let mut done = Vec::with_capacity(given.len());
        for ((place, asker), answer) in askers.into_iter().zip(given) {
            if let Ok(answer) = &answer {
                done.push((&calls[place].0, asker, once::seal(tx, &answer.0)?));
            }
            answers[place] = Some(answer);
        }
        keep(tx, done).await?;
        overtaken(tx, calls, &mut answers).await?;
    }
    let lost = || Err(DbErr::Custom("a call got no answer".into()).into());
    Ok(answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect())
}

/// Looks again for whoever was refused: another replica may have done the same request while this
/// one waited for its rows, and then the refusal only saw what the request itself had done.
async fn overtaken<I, E>(
    tx: &Tx,
    calls: &[&(Call, I)],
    answers: &mut [Option<Result<Reply, E>>],
) -> Result<(), DbErr>
where
    E: From<DbErr> + From<RequestIdReused>,
{
    let is_refused = |answer: &Option<Result<Reply, E>>| matches!(answer, Some(Err(_)));
    let places: Vec<_> =
        (0..calls.len()).filter(|place| answers.get(*place).is_some_and(is_refused)).collect();
    if places.is_empty() {
        return Ok(());
    }
    let refused: Vec<_> = places.iter().map(|place| calls[*place]).collect();
    for (place, answer) in places.into_iter().zip(earlier(tx, &refused).await?) {
        if answer.is_some() {
            answers[place] = answer;
        }
    }
    Ok(())
}

/// The answers that `calls` got before, each at its place. The one query also brings the time.
async fn earlier<I, E>(
    tx: &Tx,
    calls: &[&(Call, I)],
) -> Result<Vec<Option<Result<Reply, E>>>, DbErr>
where
    E: From<DbErr> + From<RequestIdReused>,
{
    // One row of the table for each of ours, by its key: a join that the planner may turn around
    // would one day read the whole table.
    let find = if tx.is_postgres() {
        "SELECT many.place, request.digest, request.answer, clock_timestamp() AS moment \
         FROM many LEFT JOIN LATERAL (SELECT digest, answer FROM request \
             WHERE request.agency = many.agency AND request.caller = many.caller \
             AND request.method = many.method AND request.request_id = many.request_id LIMIT 1) \
         AS request ON true"
    } else {
        "SELECT many.place, request.digest, request.answer FROM many JOIN request \
         USING (agency, caller, method, request_id)"
    };
    let row = |(place, (call, _)): (i64, &&(Call, I))| {
        let mut row = vec![place.into()];
        row.extend(once::key(call));
        row
    };
    let rows = (0..).zip(calls).map(row).collect();
    let columns = [&["place"], KEY.as_slice()].concat();
    let rows = sql::query_many(tx, &columns, rows, find).await?;
    if let Some(row) = rows.first().filter(|_| tx.is_postgres()) {
        once::set_clock(tx, row.try_get("", "moment")?);
    }
    let mut answers: Vec<_> = calls.iter().map(|_| None).collect();
    for row in &rows {
        if row.try_get::<Option<Vec<u8>>>("", "digest")?.is_some() {
            let place = usize::try_from(row.try_get::<i64>("", "place")?).unwrap_or(usize::MAX);
            let call = calls.get(place).ok_or_else(|| DbErr::Type("a place".into()))?;
            answers[place] = Some(once::open(tx, &call.0, row).map(Reply));
        }
    }
    Ok(answers)
}

/// Keeps the answers and their audit entries. Where another transaction was quicker with a copy of
/// one of the calls, all begins again, and that call will find its answer.
async fn keep(tx: &Tx, done: Vec<(&Call, Arc<Asker>, Vec<u8>)>) -> Result<(), DbErr> {
    let entries: Vec<_> =
        done.iter().map(|(call, asker, _)| (&**asker, once::entry(tx, call))).collect();
    audit::write_many(tx, entries).await?;
    let row = |(call, _, sealed): (&Call, _, Vec<u8>)| {
        let mut row: Vec<Value> = once::key(call).into();
        row.extend([once::kept_digest(tx, call).to_vec().into(), sealed.into()]);
        (call.request_id, row)
    };
    let mut rows: Vec<_> = done.into_iter().map(row).collect();
    // In one order everywhere, so that two groups with the same calls do not wait for each other.
    rows.sort_by_key(|(request_id, _)| *request_id);
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    let columns = [KEY.as_slice(), &["digest", "answer"]].concat();
    let expected = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    if sql::insert_absent(tx, "request", &columns, rows).await? < expected {
        tx.collide();
    }
    Ok(())
}

fn identity(call: &Call) -> (&str, &str, &str, Uuid) {
    (call.caller.agency.as_str(), &call.caller.id, call.method, call.request_id)
}
