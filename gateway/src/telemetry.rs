//! Logs for people, metrics for Prometheus: the only file that names their libraries.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use domain::failure_chain;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::failure::Failure;

/// Libraries log every client that comes and goes; that is not what `info` is for here.
const DEFAULT_FILTER: &str = "info,mqtt5=error,mqtt5_protocol=error,rumqttc=error";
const COMMIT_SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Begins to log to standard error what `RUST_LOG` names; in colours on a terminal only.
pub fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_FILTER.into());
    let log = subscriber(filter, io::stderr, io::stderr().is_terminal());
    // A second program in the same process keeps the first one's log.
    drop(tracing::subscriber::set_global_default(log));
}

/// Log lines of `filter` to `writer`. Colour codes would make a file or the journal of systemd hard to search.
fn subscriber<W>(
    filter: EnvFilter,
    writer: W,
    is_terminal: bool,
) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(is_terminal)
        .finish()
}

/// Metrics of this process.
#[derive(Clone, Debug)]
pub(crate) struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins to count.
    pub(crate) fn install() -> Result<Self, Failure> {
        let fault = |error: metrics_exporter_prometheus::BuildError| Failure::Part {
            part: "metrics",
            why: failure_chain(&error),
        };
        let name = Matcher::Full("vigie_store_commit_seconds".to_owned());
        PrometheusBuilder::new()
            .set_buckets_for_metric(name, &COMMIT_SECONDS)
            .and_then(PrometheusBuilder::install_recorder)
            .map(Self)
            .map_err(fault)
    }

    /// Text that the dashboard serves at `/metrics`.
    pub(crate) fn renderer(&self) -> Arc<dyn Fn() -> String + Send + Sync> {
        let handle = self.0.clone();
        Arc::new(move || handle.render())
    }

    /// Drops samples that are too old to be rendered.
    pub(crate) fn run_upkeep(&self) {
        self.0.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Mutex, PoisonError};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(is_terminal: bool) -> String {
        let written = Written::default();
        let writer = written.clone();
        let log = subscriber("info".into(), move || writer.clone(), is_terminal);
        tracing::subscriber::with_default(log, || tracing::warn!(answer = 42, "not ready"));
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn colour_codes_go_to_a_terminal_and_never_into_a_file_or_a_pipe() {
        assert!(logged(true).contains('\u{1b}'));
        let plain = logged(false);
        assert!(!plain.contains('\u{1b}'), "{plain:?}");
        assert!(plain.contains("WARN") && plain.contains("not ready answer=42"), "{plain:?}");
    }
}
