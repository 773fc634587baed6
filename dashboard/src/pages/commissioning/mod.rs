//! The pages with which staff put sensors into service, standing in the room with a phone.
//!
//! | file | what it shows |
//! |---|---|
//! | `waiting` | which devices wait for a role, and since when |
//! | `assigning` | one source: its live value, and the role that it gets |
//! | `role` | one role: its live value for everybody; test and swap for the staff |
//! | `labels` | a sheet of QR codes that lead to the roles |
//! | `changing` | how a page changes the site file, and how that is undone |

pub(crate) mod assigning;
mod changing;
pub(crate) mod labels;
pub(crate) mod role;
pub(crate) mod waiting;

pub(crate) use changing::undo;

use domain::ids::Channel;
use domain::{Quantity, Source};
use serde::Deserialize;

/// A source in an address or a form.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Named {
    pub(crate) device: String,
    pub(crate) quantity: String,
    #[serde(default)]
    pub(crate) channel: String,
}

impl Named {
    pub(crate) fn source(&self) -> Option<Source> {
        let channel: Option<Channel> = match self.channel.as_str() {
            "" => None,
            channel => Some(channel.parse().ok()?),
        };
        let quantity: Quantity = self.quantity.parse().ok()?;
        Some(Source { device: self.device.parse().ok()?, quantity, channel })
    }
}

/// A source as one text, for a choice in a form: device, quantity and channel, by a sign that no name holds.
pub(crate) fn written(source: &Source) -> String {
    let channel = source.channel.as_ref().map_or("", Channel::as_str);
    format!("{}\t{}\t{channel}", source.device, source.quantity.name())
}

/// Reads what [`written`] wrote.
pub(crate) fn read(text: &str) -> Option<Source> {
    let mut parts = text.split('\t').map(str::to_owned);
    let named = Named { device: parts.next()?, quantity: parts.next()?, channel: parts.next()? };
    named.source()
}
