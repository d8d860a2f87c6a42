//! Reading the fact inside an event.

use prost::{Message, Name};
use rangkai_proto::events::v1::Event;
use uuid::Uuid;

/// Why a fact cannot be read: the teller broke its contract.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is a type and nothing of that type.
    #[error("it carries no fact")]
    Missing,
    /// The bytes are not the message that they claim to be.
    #[error("its bytes do not decode")]
    Bytes(#[from] prost::DecodeError),
    /// An id is not a UUID.
    #[error("an id is not a UUID")]
    Id(#[from] uuid::Error),
}

/// The fact inside `event`, if it is an `F`.
///
/// # Errors
///
/// When it claims to be an `F` and does not decode.
pub fn read<F: Message + Name + Default>(event: &Event) -> Result<Option<F>, Unreadable> {
    if event.r#type != F::full_name() {
        return Ok(None);
    }
    let data = event.data.as_ref().ok_or(Unreadable::Missing)?;
    Ok(Some(F::decode(data.value.as_slice())?))
}

/// An id inside a fact.
///
/// # Errors
///
/// When it is not a UUID.
pub fn id<I: From<Uuid>>(text: &str) -> Result<I, Unreadable> {
    Ok(text.parse::<Uuid>()?.into())
}
