//! What all pages of the staff begin with.

use crate::access::Identity;
use crate::words::Labels;

/// Who is logged in.
pub(crate) struct Me {
    pub(crate) sentence: String,
    /// What each form carries.
    pub(crate) token: String,
}

impl Me {
    pub(crate) fn of(account: &Identity, t: &Labels) -> Self {
        let sentence = t.logged_in_as.replace("{}", account.name.as_str());
        Self { sentence, token: account.token.clone().unwrap_or_default() }
    }
}
