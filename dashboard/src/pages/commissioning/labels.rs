//! `/staff/labels`: a sheet of QR codes, to be printed, cut out and stuck beside the instruments. The only file that
//! names the QR library.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use qrcode::QrCode;
use qrcode::render::svg;

use crate::access::{Staff, is_secure};
use crate::app::App;
use crate::commissioning::roles;
use crate::live::screen::Screen;
use crate::pages::shell::{Choice, Shell};
use crate::words::Labels;

#[derive(Template)]
#[template(path = "labels.html")]
struct Sheet {
    shell: Shell,
    t: &'static Labels,
    base: String,
    /// Whether the codes lead to this machine only.
    only_here: bool,
    labels: Vec<Label>,
}

struct Label {
    name: String,
    code: String,
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    _staff: Staff,
    choice: Choice,
    headers: HeaderMap,
) -> Response {
    let (t, snapshot) = (choice.language.labels(), app.live.snapshot());
    let locale = snapshot.locale(choice.language);
    let base = base(&headers);
    let label = |role: crate::commissioning::Role<'_>| Label {
        name: locale.role(&role.name, &app.site),
        code: code(&format!("{base}/role/{}", role.name)),
    };
    let all = roles(&app.site).into_iter().filter(|role| !role.assignments.is_empty());
    let labels = all.map(label).collect();
    choice.page(&Sheet {
        shell: Shell::new("/staff/labels", t.qr_sheet, Screen::Plain, choice.language, &snapshot),
        t,
        only_here: ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| base.contains(host)),
        base,
        labels,
    })
}

/// The address by which the visitor reached us, so that a phone in the same network reaches us by it, too.
fn base(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("x-forwarded-host").or_else(|| text(header::HOST.as_str()));
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let host = host.filter(|host| host.chars().all(allowed)).unwrap_or("localhost");
    let scheme = if is_secure(headers) { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// The code as SVG; empty when the address is too long for one, which no id of ours makes it.
pub(crate) fn code(address: &str) -> String {
    let Ok(code) = QrCode::new(address) else { return String::new() };
    let image = code.render::<svg::Color<'_>>().min_dimensions(160, 160).build();
    // It stands within a page, so it has no declaration of its own.
    image.find("<svg").map_or_else(String::new, |at| image[at..].to_owned())
}
