//! The building now: from the gateway's state topics to live streams.
//!
//! ```text
//! broker ──link──▶ hub { view } ──snapshot──▶ audience ──▶ json, pages::parts ──frame──▶ events (SSE)
//!                     └──────────snapshot──▶ /api/v1/live, pages
//! ```
//!
//! | file | contents |
//! |---|---|
//! | `link` | MQTT subscription; hands state messages to the hub |
//! | `view` | newest state of everything; messages in, states out, pure |
//! | `power` | curve of today's power, and the meter that it shows |
//! | `snapshot` | all that may be shown at one moment to one kind of visitor |
//! | `screen`, `part` | screens of the pages, and the pieces that change one by one; what counts as a change |
//! | `audience` | kinds of readers: programs, and each screen in each language |
//! | `json` | a snapshot, or its changed parts, as JSON |
//! | `frame` | server-sent events as bytes |
//! | `hub` | renders each change once for each audience and broadcasts it |
//! | `events` | HTTP streams |

pub(crate) mod audience;
pub(crate) mod events;
pub(crate) mod frame;
pub(crate) mod hub;
pub(crate) mod json;
pub(crate) mod link;
pub(crate) mod part;
pub(crate) mod power;
pub(crate) mod screen;
pub(crate) mod snapshot;
pub(crate) mod view;
