//! Whoever carries messages out of the house.

use anyhow::Context as _;
use rangkai_primitives::{Agency, Id, Sensitive, Timestamp};

use super::{Outbox, smtp::Smtp};
use crate::{
    config::{Config, EmailProvider, SmsProvider},
    domain::{Answer, Channel, Message, Parcel, Reason},
};

/// What a provider is given: one attempt of one message.
#[derive(Debug)]
pub struct Letter<'a> {
    /// The agency whose message it is.
    pub agency: &'a Agency,
    /// What the provider can tell a second attempt by.
    pub reference: Id<Message>,
    /// Which attempt it is, counted from 1.
    pub attempt: i64,
    /// When the message was accepted.
    pub time: Timestamp,
    /// Where it goes.
    pub address: &'a Sensitive<String>,
    /// The line above the text.
    pub subject: &'a Sensitive<String>,
    /// The text.
    pub body: &'a Sensitive<String>,
}

/// A provider of one channel.
#[derive(Clone, Debug)]
pub enum Provider {
    /// Sends nothing.
    Sandbox(Outbox),
    /// A mail server.
    Smtp(Box<Smtp>),
}

/// The provider of each channel that leaves the house.
#[derive(Clone, Debug)]
pub struct Providers {
    sms: Provider,
    email: Provider,
}

impl Providers {
    /// The providers as configured.
    pub fn open(config: &Config, outbox: &Outbox) -> anyhow::Result<Self> {
        let sms = match config.sms.provider {
            SmsProvider::Sandbox => Provider::Sandbox(outbox.clone()),
        };
        let email = match config.email.provider {
            EmailProvider::Sandbox => Provider::Sandbox(outbox.clone()),
            EmailProvider::Smtp => {
                let server = config.email.smtp.as_ref().context("email.smtp is missing")?;
                Provider::Smtp(Box::new(Smtp::open(server)?))
            }
        };
        Ok(Self { sms, email })
    }

    /// Hands a parcel over. A provider may answer more than once; the first answer counts.
    pub async fn send(&self, parcel: &Parcel) -> Vec<Answer> {
        let message = &parcel.message;
        let provider = match message.channel {
            Channel::Sms => &self.sms,
            Channel::Email => &self.email,
            // What is in the inbox was delivered when it was accepted.
            Channel::Inbox => return vec![Answer::Delivered],
        };
        let Some(content) = &parcel.content else {
            return vec![Answer::Later(Reason::Unreadable)];
        };
        let Some(address) = content.address.text() else {
            return vec![Answer::Later(Reason::Unreadable)];
        };
        let letter = Letter {
            agency: &parcel.agency,
            reference: message.id,
            attempt: message.attempts,
            time: message.create_time,
            address,
            subject: &content.subject,
            body: &content.body,
        };
        match provider {
            Provider::Sandbox(outbox) => outbox.take(&letter),
            Provider::Smtp(server) => vec![server.send(&letter).await],
        }
    }
}
