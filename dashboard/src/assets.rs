//! Style sheets, scripts and fonts, embedded in the program. Their address holds a hash of them all, so that a
//! browser may keep them for ever and still never shows an old one.

use std::sync::OnceLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::path::Path;
use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Assets;

/// Changes whenever any asset or the program's version does. A page that hears of another one loads itself anew.
pub(crate) fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let mut names: Vec<_> = Assets::iter().collect();
        names.sort();
        let hashes = names.iter().filter_map(|name| Assets::get(name));
        // Folding the files' own SHA-256 keeps this free of a second hash function.
        let folded = hashes.fold(0u64, |folded, file| {
            let hash = file.metadata.sha256_hash();
            let head = hash.first_chunk::<8>().copied().unwrap_or_default();
            folded.rotate_left(5) ^ u64::from_le_bytes(head)
        });
        format!("{}-{folded:016x}", env!("CARGO_PKG_VERSION"))
    })
}

/// The address of an asset.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", version())
}

/// `GET /assets/{version}/{name}`
pub(crate) async fn serve(
    Path((asked, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let Some(file) = Assets::get(&name) else {
        return Err(Problem::unknown("asset", &name, "an address that a page of today names"));
    };
    // An address of another version gets what is there now, but must not be kept as if it were that version.
    let keep = if asked == version() { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [(header::CONTENT_TYPE, kind(&name)), (header::CACHE_CONTROL, keep)];
    Ok((headers, file.data.into_owned()).into_response())
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}
