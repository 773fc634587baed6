//! What all pages have in common: language, navigation, the pulse, and how a template becomes an answer.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::access::Visitor;
use crate::assets;
use crate::live::part::Part;
use crate::live::screen::Screen;
use crate::live::snapshot::Snapshot;
use crate::privacy::Visibility;
use crate::problem::Problem;
use crate::words::{Labels, Language, Locale};

const COOKIE: &str = "lang";

/// Visibility and language of a page: `?lang=`, else the cookie that an earlier `?lang=` left, else French.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) language: Language,
    pub(crate) visibility: Visibility,
    keep: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Choice {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let pairs = parts.uri.query().unwrap_or_default().split('&');
        let named = pairs.filter_map(|pair| pair.strip_prefix("lang=")).find_map(Language::named);
        let language = named.or_else(|| kept(&parts.headers)).unwrap_or(Language::French);
        let visibility = parts.extensions.get::<Visitor>().map(|visitor| visitor.visibility);
        Ok(Self { language, visibility: visibility.unwrap_or_default(), keep: named.is_some() })
    }
}

fn kept(headers: &HeaderMap) -> Option<Language> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).find_map(|(_, code)| Language::named(code))
}

impl Choice {
    /// The template as a page in this language. A choice that was just made is remembered for a year.
    pub(crate) fn page(self, template: &impl Template) -> Response {
        let Ok(html) = template.render() else {
            return Problem::internal("this page could not be made").into_response();
        };
        let mut response = ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response();
        if self.keep {
            let cookie = format!(
                "{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax",
                self.language.code()
            );
            if let Ok(cookie) = cookie.parse() {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
        }
        response
    }

    /// The same with another status.
    pub(crate) fn page_with(self, status: StatusCode, template: &impl Template) -> Response {
        let mut response = self.page(template);
        *response.status_mut() = status;
        response
    }
}

/// An entry of the navigation.
pub(crate) struct Link {
    pub(crate) address: &'static str,
    pub(crate) name: &'static str,
    pub(crate) here: bool,
}

/// The frame around every page.
pub(crate) struct Shell {
    pub(crate) language: &'static str,
    pub(crate) other_language: &'static str,
    pub(crate) other_name: &'static str,
    pub(crate) t: &'static Labels,
    pub(crate) site: String,
    pub(crate) timezone: String,
    pub(crate) title: String,
    pub(crate) demonstration: bool,
    /// Why the site file cannot be followed.
    pub(crate) trouble: Option<String>,
    pub(crate) links: Vec<Link>,
    pub(crate) path: &'static str,
    pub(crate) screen: &'static str,
    /// Whether it shows live figures, and so renews itself also without JavaScript.
    pub(crate) renews: bool,
    pub(crate) version: &'static str,
    pub(crate) clock: String,
    /// What stands where the pulse will be: when this page was made.
    pub(crate) made: String,
    /// What to say at the top when the gateway is silent.
    pub(crate) quiet: Option<String>,
    parts: Vec<Part>,
}

impl Shell {
    /// The frame of the page at `path`.
    pub(crate) fn new(
        path: &'static str,
        title: &str,
        screen: Screen,
        language: Language,
        snapshot: &Snapshot,
    ) -> Self {
        let t = language.labels();
        let locale = snapshot.locale(language);
        Self {
            language: language.code(),
            other_language: language.other().code(),
            other_name: language.other().own_name(),
            t,
            site: snapshot.site.name.clone(),
            timezone: snapshot.site.timezone.iana_name().unwrap_or("UTC").to_owned(),
            title: format!("{title} · {}", snapshot.site.name),
            demonstration: snapshot.demonstration,
            trouble: snapshot.trouble.clone(),
            links: links(t, path),
            path,
            screen: screen.name(),
            renews: screen != Screen::Plain,
            version: assets::version(),
            clock: locale.day_and_clock(snapshot.now),
            made: t.pulse_of.replace("{}", &locale.clock_seconds(snapshot.now)),
            quiet: quiet(snapshot, &locale, t),
            parts: super::parts::of(screen, language, snapshot),
        }
    }

    /// Makes the answer itself the title.
    pub(crate) fn lead_with_the_answer(&mut self) {
        let title = self.part("title").to_owned();
        self.title = title;
    }

    /// The HTML of a part of this page's screen.
    pub(crate) fn part(&self, key: &str) -> &str {
        let part = self.parts.iter().find(|part| part.key == key);
        part.and_then(|part| part.content.text()).unwrap_or_default()
    }

    /// The HTML of all parts whose key begins so, in their order.
    pub(crate) fn parts(&self, prefix: &str) -> String {
        let parts = self.parts.iter().filter(|part| part.key.starts_with(prefix));
        parts.filter_map(|part| part.content.text()).collect()
    }

    /// The address of an asset.
    #[expect(clippy::unused_self, reason = "templates can only call what they are given")]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

fn links(t: &Labels, path: &str) -> Vec<Link> {
    let pages = [
        ("/", t.live),
        ("/zones", t.zones),
        ("/energy", t.energy),
        ("/history", t.history),
        ("/report", t.report),
        ("/sensors", t.sensors),
    ];
    let links = pages.into_iter();
    links.map(|(address, name)| Link { address, name, here: address == path }).collect()
}

fn quiet(snapshot: &Snapshot, locale: &Locale, t: &Labels) -> Option<String> {
    let pulse = snapshot.view.pulse(snapshot.now);
    if pulse.alive {
        return None;
    }
    Some(match pulse.heard_at {
        Some(at) => t.gateway_silent.replace("{}", &locale.clock_seconds(at)),
        None => t.never_heard.to_owned(),
    })
}
