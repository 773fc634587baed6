//! The days of a month as bars in SVG. A day of which not all was measured is a frame, one of which nothing is known has
//! no bar and a mark.

use askama::Template;
use domain::calendar::Bucket;
use domain::energy::EnergyFigure;
use domain::figure::is_complete;

use super::scale::Scale;
use crate::sheet::drawing::Drawing;
use crate::words::Language;

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 120.0;
/// Room above the bars for the name of the upper line.
const TOP: f64 = 18.0;

#[derive(Template)]
#[template(path = "parts/days.html")]
struct MonthBars {
    title: &'static str,
    description: String,
    bars: Vec<Bar>,
    scale: String,
}

/// One day.
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
    /// `full`, `part` or `none`.
    shape: &'static str,
    /// The day of the month, for every fifth.
    name: Option<String>,
    middle: String,
}

/// Bars of the days, described by `description`.
pub(crate) fn of(
    language: Language,
    days: &[Bucket<EnergyFigure>],
    description: String,
) -> Drawing {
    let highest = days.iter().filter_map(|day| day.figure.energy_wh).fold(0.0, f64::max);
    let top = Scale::Month.top(highest);
    #[expect(clippy::cast_precision_loss, reason = "31 days at most")]
    let step = WIDTH / days.len().max(1) as f64;
    let bar = |(place, day): (u32, &Bucket<EnergyFigure>)| {
        let known = day.figure.energy_wh;
        let height = known.map_or(0.0, |wh| wh.max(0.0) / top * HEIGHT);
        let x = f64::from(place) * step;
        let number = place + 1;
        Bar {
            x: format!("{:.1}", x + step * 0.12),
            y: format!("{:.1}", TOP + HEIGHT - height),
            width: format!("{:.1}", step * 0.76),
            height: format!("{height:.1}"),
            shape: match known {
                None => "none",
                Some(_) if !is_complete(day.figure.coverage) => "part",
                Some(_) => "full",
            },
            name: (number == 1 || number % 5 == 0).then(|| number.to_string()),
            middle: format!("{:.1}", x + step / 2.0),
        }
    };
    let drawing = MonthBars {
        title: language.report().days_title,
        description: description.clone(),
        bars: (0..).zip(days).map(bar).collect(),
        scale: language.energy(top).text(),
    };
    // Our templates only write into strings, which does not fail.
    let svg = drawing.render().unwrap_or_default().trim_end().to_owned();
    Drawing { svg, kind: "days", description, ..Drawing::default() }
}
