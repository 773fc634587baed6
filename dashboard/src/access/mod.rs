//! Who may read, and who may change something.
//!
//! ```text
//! request ──caller──▶ from which machine? through a proxy that is named?
//!             │  cookie ──▶ sessions ──────────────────────────────────┐
//!             │  Basic ──▶ verified ──▶ failures, device ──▶ hashing ──┴─▶ accounts (a file in the data folder)
//!             └──gate──▶ visitor, or a refusal that names the scheme (challenge)
//! a change ──staff──▶ an account, from our own page (Origin and token)
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `accounts`, `password` | names with hashed passwords, in a file that only its owner reads |
//! | `guard` | the state behind it all: who proves what, and who is turned away |
//! | `hashing` | the queue before the one place where a password is hashed |
//! | `verified` | names and passwords that were right a moment ago |
//! | `sessions` | who is logged in, until when |
//! | `failures`, `device` | how often a password may be guessed, and which browser others cannot lock out |
//! | `caller`, `proxies` | where a request comes from, and who is believed about it |
//! | `gate` | the identity of a visitor, and whether reading is open to them |
//! | `challenge` | who is asked for HTTP Basic |
//! | `staff` | what a change must carry |
//! | `cookies`, `secret`, `mac` | reading a cookie; random secrets; keyed hashes |

mod accounts;
mod caller;
mod challenge;
mod cookies;
mod device;
mod failures;
mod gate;
mod guard;
mod hashing;
mod mac;
mod password;
mod proxies;
mod secret;
mod sessions;
mod staff;
mod verified;

pub use accounts::{Account, AccountFault, AccountName, Accounts};
pub(crate) use caller::Peer;
pub(crate) use device::KNOWN_FOR;
pub(crate) use gate::{Visitor, admit, is_secure, percent_encoded};
pub use guard::Access;
pub(crate) use guard::{Attempt, Refusal};
pub use password::{InvalidPassword, Password};
pub use proxies::{InvalidNetwork, Network};
pub(crate) use sessions::{COOKIE, Identity};
pub(crate) use staff::{Staff, StaffForm, StaffJson, is_from_here};
