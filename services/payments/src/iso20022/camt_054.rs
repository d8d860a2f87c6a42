//! `camt.054.001.08`: what happened on an account just now.

use super::{Unreadable, account::read_account, entry, xml::Element};
use crate::domain::Notice;

pub(super) const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08";

pub(super) fn read(root: &Element) -> Result<Vec<Notice>, Unreadable> {
    let message = root.need("BkToCstmrDbtCdtNtfctn")?;
    message.need("GrpHdr")?.text_of("MsgId", 35)?;
    message.need("Ntfctn")?;
    message.all("Ntfctn").map(read_notice).collect()
}

fn read_notice(notice: &Element) -> Result<Notice, Unreadable> {
    Ok(Notice {
        account: read_account(notice)?,
        id: notice.text_of("Id", 35)?,
        entries: entry::read_all(notice)?,
    })
}
