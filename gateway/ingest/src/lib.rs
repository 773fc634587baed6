//! From an MQTT delivery to a durable reading and a live figure.
//!
//! ```text
//! broker ──consumer──▶ deliveries ──admission──▶ pending batch ──commit──▶ store
//! (or the embedded one,     │                         │                     │
//!  through the journal)     │                         └──▶ live driver ◀────┘ series that a late reading made stale
//!        ▲                  │                                 │
//!        └── receipts ◀─────┴── once stored                   ▼
//!                                         state board ──state publisher──▶ broker, retained
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `broker_link` | one connection to a broker; the only file that names the MQTT library |
//! | `consumer`, `state_publisher` | the two clients, each on a connection of its own |
//! | `inbox` | messages to the pipeline, and acknowledgements back, for a consumer |
//! | `old_session` | what waits under an earlier name is taken over, and that session left |
//! | `takeover` | signs that another client uses our name at the broker |
//! | `delivery` | a message with its pending acknowledgement, and the way back for it |
//! | `journal` | deliveries that were acknowledged to their sensor, until the store has them |
//! | `commit_window` | the rule when to commit; pure |
//! | `pending_batch`, `commit`, `pipeline` | the batch, how it becomes durable, and the loop that drives both |
//! | `ingest` | the pipeline put together |
//! | `alert_keeper` | the log of alerts, and the notices that follow from it |
//! | `live_driver`, `state_board` | the building as it stands now, and its states to be published |
//! | `weekly_review` | the last weeks, reviewed once a night, for alerts that no reading alone raises |
//! | `quarantine_replay` | refused messages get another chance |
//! | `readiness`, `counters` | obstacles to the work of the gateway, and counts of the work done |

mod alert_keeper;
mod broker_link;
mod commit;
mod commit_window;
mod consumer;
mod counters;
mod delivery;
mod inbox;
mod ingest;
mod journal;
mod live_driver;
mod old_session;
mod pending_batch;
mod pipeline;
mod quarantine_replay;
mod readiness;
mod state_board;
mod state_publisher;
mod takeover;
mod weekly_review;

pub use alert_keeper::{Acknowledge, Acknowledgements, AlertKeeper, acknowledgements};
pub use commit_window::{CommitWindow, Due};
pub use consumer::{Consumer, Subscriptions};
pub use delivery::{Delivery, LinkReceipt, Receipt, Receipts};
pub use ingest::{Ingest, redeliver};
pub use journal::{Damage, Journal, JournalError, JournalLook, Journaled, Leftover, Segment};
pub use old_session::OldSession;
pub use pipeline::{BATCH_DELIVERIES, QUEUE_DELIVERIES};
pub use quarantine_replay::{ReplayMark, Replayed, replay_quarantine};
pub use readiness::{Part, Readiness};
pub use state_board::StateBoard;
pub use state_publisher::StatePublisher;
