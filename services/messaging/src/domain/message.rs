//! Messages, and the way of each to one final state.

use std::{fmt, str::FromStr, time::Duration};

use rangkai_primitives::{Agency, Id, Timestamp};
use uuid::Uuid;

use super::{
    Address, Answer, Channel, Content, Ladder, Language, Reason, Template, Values, template::words,
};

/// One message to one person over one channel, without its text and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: Id<Message>,
    pub template: Id<Template>,
    pub template_name: String,
    pub channel: Channel,
    pub language: Language,
    pub recipient: String,
    pub case: Option<Uuid>,
    pub state: State,
    pub attempts: i64,
    pub failure: Option<Reason>,
    pub fence: i64,
    pub due_time: Option<Timestamp>,
    pub expire_time: Timestamp,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub read_time: Option<Timestamp>,
    pub traceparent: Option<String>,
}

/// What an agency says to send a message; holding one means that each field by itself is fit.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub template_name: String,
    pub channel: Channel,
    pub language: Language,
    pub recipient: String,
    pub address: Address,
    pub values: Values,
    pub case: Option<Uuid>,
    pub valid_for: Duration,
}

/// A message that a sender holds, for one attempt.
#[derive(Clone, Debug)]
pub struct Parcel {
    pub agency: Agency,
    pub message: Message,
    /// None when it does not open.
    pub content: Option<Content>,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Queued,
    Sending,
    Delivered,
    Failed,
    Expired,
}

words!(State:
    Queued = "queued",
    Sending = "sending",
    Delivered = "delivered",
    Failed = "failed",
    Expired = "expired"
);

impl Message {
    /// A message that was just accepted. One for the inbox has arrived with that.
    pub fn accept(
        new: &NewMessage,
        template: &Template,
        traceparent: Option<String>,
        now: Timestamp,
    ) -> Self {
        let arrived = new.channel == Channel::Inbox;
        Self {
            id: Id::generate(),
            template: template.id,
            template_name: new.template_name.clone(),
            channel: new.channel,
            language: new.language,
            recipient: new.recipient.clone(),
            case: new.case,
            state: if arrived { State::Delivered } else { State::Queued },
            attempts: i64::from(arrived),
            failure: None,
            fence: 0,
            due_time: (!arrived).then_some(now),
            expire_time: now + new.valid_for,
            create_time: now,
            update_time: now,
            read_time: None,
            traceparent,
        }
    }

    /// The message that is due, in the hands of a sender for `hold`; or expired, when its time is
    /// over. What became of an earlier sender that never reported is not known.
    pub fn claim(self, hold: Duration, now: Timestamp) -> Self {
        if now >= self.expire_time {
            return self.end(State::Expired, Some(Reason::Expired), now);
        }
        let lost = self.state == State::Sending;
        Self {
            state: State::Sending,
            attempts: self.attempts + 1,
            failure: if lost { Some(Reason::NoAnswer) } else { self.failure },
            fence: self.fence + 1,
            due_time: Some(now + hold),
            update_time: now,
            ..self
        }
    }

    /// The message after `answer` to the attempt marked `fence`; none when that attempt no longer
    /// counts, because another was begun or the message is at its end.
    pub fn settle(
        self,
        fence: i64,
        answer: Answer,
        ladder: &Ladder,
        now: Timestamp,
    ) -> Option<Self> {
        if self.state != State::Sending || self.fence != fence {
            return None;
        }
        Some(match answer {
            Answer::Delivered => self.end(State::Delivered, None, now),
            Answer::Refused(reason) => self.end(State::Failed, Some(reason), now),
            Answer::Later(reason) => {
                let next = ladder.next(self.attempts, now).min(self.expire_time);
                let failure = Some(reason);
                let due_time = Some(next);
                Self { state: State::Queued, failure, due_time, update_time: now, ..self }
            }
        })
    }

    /// The message after the person read it.
    pub fn read(self, now: Timestamp) -> Self {
        Self { read_time: Some(now), update_time: now, ..self }
    }

    fn end(self, state: State, failure: Option<Reason>, now: Timestamp) -> Self {
        Self { state, failure, due_time: None, update_time: now, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD: Duration = Duration::from_mins(5);

    fn queued(now: Timestamp) -> Message {
        Message {
            id: Id::generate(),
            template: Id::generate(),
            template_name: "sim.diterima".to_owned(),
            channel: Channel::Sms,
            language: Language::English,
            recipient: "x".repeat(26),
            case: None,
            state: State::Queued,
            attempts: 0,
            failure: None,
            fence: 0,
            due_time: Some(now),
            expire_time: now + Duration::from_hours(1),
            create_time: now,
            update_time: now,
            read_time: None,
            traceparent: None,
        }
    }

    #[test]
    fn only_the_attempt_under_way_has_a_say() {
        let now = Timestamp::UNIX_EPOCH;
        let ladder = Ladder::of(&[30]).unwrap();
        let first = queued(now).claim(HOLD, now);
        let second = first.clone().claim(HOLD, now + HOLD);
        let ended = second.clone().settle(2, Answer::Delivered, &ladder, now).unwrap();

        assert_eq!(second.failure, Some(Reason::NoAnswer));
        assert_eq!(second.clone().settle(1, Answer::Delivered, &ladder, now), None);
        assert_eq!(ended.state, State::Delivered);
        assert_eq!(ended.settle(2, Answer::Refused(Reason::AddressRefused), &ladder, now), None);
    }

    #[test]
    fn nothing_is_sent_once_the_time_is_over() {
        let now = Timestamp::UNIX_EPOCH;
        let ladder = Ladder::of(&[30, 86_400]).unwrap();
        let later = Answer::Later(Reason::ProviderUnavailable);
        let twice = queued(now).claim(HOLD, now).settle(1, later, &ladder, now).unwrap();
        let waiting = twice.claim(HOLD, now).settle(2, later, &ladder, now).unwrap();
        let ended = waiting.clone().claim(HOLD, waiting.expire_time);

        // The step of a day ends with the hour that is left.
        assert_eq!(waiting.due_time, Some(waiting.expire_time));
        assert_eq!((ended.state, ended.attempts), (State::Expired, 2));
        assert_eq!((ended.failure, ended.due_time), (Some(Reason::Expired), None));
    }
}
