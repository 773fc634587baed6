//! Messages that later ones need to be understood, such as the announcement of a device.

use std::future::Future;

use super::StoreError;

/// A message that later ones need to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// Its topic; the newest message of a topic is kept.
    pub topic: String,
    /// Its whole payload.
    pub payload: Vec<u8>,
}

/// Reader of the messages that later ones need.
pub trait MessageReader: Send + Sync + 'static {
    /// Every message that is kept, by topic.
    fn learned(&self) -> impl Future<Output = Result<Vec<Learned>, StoreError>> + Send;
}
