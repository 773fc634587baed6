//! InfluxDB 2 beside the store of the data folder.

mod line_protocol;
mod target;

pub use line_protocol::{Line, Unencodable, decode_tag};
pub use target::{Target, TargetError};
