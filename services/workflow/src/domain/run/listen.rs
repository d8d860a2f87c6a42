//! Waiting for events.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use super::{
    continuation::{Doing, Listening, Thread, Waiting},
    effects::Subscription,
    filter::looked_up_by,
    machine::{Machine, Next, lost},
    scope::Extra,
    work::set,
};
use crate::domain::{
    definition::{Consume, Foreach, Listen, Read, Task, Until, Work},
    event::{Event, Mail},
    instance::Kind,
    problem::Problem,
};

impl Machine<'_> {
    /// Begins to wait for what a task listens to.
    pub fn begin_listen(
        &mut self,
        thread: &mut Thread,
        task: &Task,
        listen: &Listen,
        input: &Value,
    ) -> Next {
        let waiting = self.subscribe(thread, task, &listen.to, input).and_then(|filters| {
            let until = match &listen.until {
                Some(Until::Happens(until)) => self.subscribe(thread, task, until, input)?,
                Some(Until::Holds(_)) | None => Vec::new(),
            };
            Ok((filters, until))
        });
        let (filters, until) = match waiting {
            Ok(waiting) => waiting,
            Err(problem) => return Next::Fail(problem),
        };
        let kinds = listen.to.filters().iter().filter_map(|filter| filter.event_type.as_deref());
        let detail = kinds.collect::<Vec<_>>().join(" ");
        self.note(Kind::TaskWaiting, &task.pointer, detail, None);
        set(thread, Doing::Listen(Listening { filters, until, ..Listening::default() }));
        Next::Wait
    }

    /// Waits for the events of a strategy.
    fn subscribe(
        &mut self,
        thread: &Thread,
        task: &Task,
        to: &Consume,
        input: &Value,
    ) -> Result<Vec<Waiting>, Problem> {
        let mut filters = Vec::new();
        for filter in to.filters() {
            let expected = self.expected(thread, filter, input)?;
            self.stand.serial += 1;
            let name = format!("subscription {}", self.stand.serial);
            let id = Uuid::new_v5(&self.setting.instance, name.as_bytes());
            self.subscriptions.push(Subscription {
                id,
                task: task.pointer.to_string(),
                kind: filter.event_type.clone(),
                key: looked_up_by(filter, &expected),
            });
            filters.push(Waiting { id, met: false, expected });
        }
        Ok(filters)
    }

    /// Takes an event, if a task of this thread waits for it: the innermost first.
    pub fn hear(&mut self, thread: &mut Thread, mail: &Mail) -> Next {
        for depth in (0..thread.frames.len()).rev() {
            if !matches!(thread.frames[depth].work, Doing::Listen(_)) {
                continue;
            }
            // Its filters know nothing of what is done about the event before.
            let within = thread.frames.split_off(depth + 1);
            let taken = self.take_event(thread, mail);
            let busy = !within.is_empty();
            thread.frames.extend(within);
            match taken {
                Some(listen) if !busy => return self.deal_with_next(thread, &listen),
                Some(_) => return Next::Wait,
                None => {}
            }
        }
        Next::Wait
    }

    /// Takes an event if the innermost task waits for it; answers what that listens to.
    fn take_event(&mut self, thread: &mut Thread, mail: &Mail) -> Option<Arc<Listen>> {
        let task = self.task(thread.frames.last()?)?;
        let Work::Listen(listen) = &task.work else { return None };
        let Doing::Listen(listening) = &thread.frames.last()?.work else { return None };
        if listening.closed {
            return None;
        }
        let event = &mail.event;
        let last = match &listen.until {
            Some(Until::Happens(until)) => {
                self.met(thread, until, &listening.until, listening, event).map(|met| (until, met))
            }
            Some(Until::Holds(_)) | None => None,
        };
        let next = match &last {
            Some(_) => None,
            None => self.met(thread, &listen.to, &listening.filters, listening, event),
        };
        if last.is_none() && next.is_none() {
            return None;
        }
        self.stand.taken.insert(event.id);
        self.note(Kind::EventTaken, &task.pointer, event.kind.clone(), None);
        let Doing::Listen(listening) = &mut thread.frames.last_mut()?.work else { return None };
        if let Some((until, (at, settled))) = last {
            listening.until[at].met = true;
            listening.settled.extend(settled);
            listening.closed = is_complete(until, &listening.until);
        } else if let Some((at, settled)) = next {
            listening.filters[at].met = listen.until.is_none();
            listening.settled.extend(settled);
            listening.closed =
                listen.until.is_none() && is_complete(&listen.to, &listening.filters);
            listening.queue.push_back((event.id, read(listen.read, event)));
        }
        Some(Arc::clone(listen))
    }

    /// Does something about the oldest event that nothing was done about.
    fn deal_with_next(&mut self, thread: &mut Thread, listen: &Listen) -> Next {
        loop {
            let Some(Doing::Listen(listening)) =
                thread.frames.last_mut().map(|frame| &mut frame.work)
            else {
                return Next::Fail(lost());
            };
            let Some((event, value)) = listening.queue.pop_front() else {
                if !listening.closed {
                    return Next::Wait;
                }
                let raw = Value::Array(std::mem::take(&mut listening.output));
                return Next::Done { raw, flow: None };
            };
            listening.current = Some((event, value.clone()));
            if listen.foreach.as_ref().is_some_and(|foreach| foreach.tasks.is_some()) {
                return Next::Start { position: 0, input: value };
            }
            if let Err(problem) = self.keep_item(thread, listen, value) {
                return Next::Fail(problem);
            }
        }
    }

    /// Goes on once something was done about an event.
    pub fn dealt(&mut self, thread: &mut Thread, value: Value) -> Next {
        let Some(task) = thread.frames.last().and_then(|frame| self.task(frame)) else {
            return Next::Fail(lost());
        };
        let Work::Listen(listen) = &task.work else { return Next::Fail(lost()) };
        match self.keep_item(thread, listen, value) {
            Ok(()) => self.deal_with_next(thread, listen),
            Err(problem) => Next::Fail(problem),
        }
    }

    /// Adds to the output what came out of what was done about an event.
    fn keep_item(
        &mut self,
        thread: &mut Thread,
        listen: &Listen,
        value: Value,
    ) -> Result<(), Problem> {
        let item = match &listen.foreach {
            Some(foreach) => self.leave_turn(thread, foreach, value)?,
            None => value,
        };
        let listening = listening_of(thread)?;
        listening.current = None;
        listening.output.push(item);
        let Some(Until::Holds(until)) = &listen.until else { return Ok(()) };
        let so_far = Value::Array(listening.output.clone());
        if self.holds(thread, until, &so_far, Extra::default())? {
            let listening = listening_of(thread)?;
            listening.closed = true;
            // Nobody took what came after the last one: a later task may.
            for (event, _) in listening.queue.drain(..) {
                self.stand.taken.remove(&event);
            }
        }
        Ok(())
    }

    /// Lets later tasks take the events that a task gives up before they were dealt with.
    pub fn release(&mut self, work: &Doing) {
        let Doing::Listen(listening) = work else { return };
        for (event, _) in listening.queue.iter().chain(&listening.current) {
            self.stand.taken.remove(event);
        }
    }

    /// Shapes what came out of a turn, and sets the context.
    fn leave_turn(
        &self,
        thread: &mut Thread,
        foreach: &Foreach,
        value: Value,
    ) -> Result<Value, Problem> {
        let item = self.shape(thread, &foreach.output, value, None)?;
        if foreach.export.shape.is_some() {
            thread.context = self.shape(thread, &foreach.export, item.clone(), Some(&item))?;
        }
        Ok(item)
    }
}

fn listening_of(thread: &mut Thread) -> Result<&mut Listening, Problem> {
    match thread.frames.last_mut().map(|frame| &mut frame.work) {
        Some(Doing::Listen(listening)) => Ok(listening),
        _ => Err(lost()),
    }
}

/// Whether enough of the events of a strategy came.
fn is_complete(to: &Consume, waiting: &[Waiting]) -> bool {
    match to {
        Consume::One(_) | Consume::Any(_) => waiting.iter().any(|filter| filter.met),
        Consume::All(_) => waiting.iter().all(|filter| filter.met),
    }
}

/// What of an event is kept.
fn read(how: Read, event: &Event) -> Value {
    match how {
        Read::Data => event.envelope["data"].clone(),
        Read::Envelope | Read::Raw => event.envelope.clone(),
    }
}
