//! The days of a month as bars in SVG. A day of which not all was measured is a frame, one of which nothing is known has
//! no bar and a mark.

use domain::calendar::Bucket;
use domain::energy::EnergyFigure;
use domain::figure::is_complete;

use crate::words::Language;

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 120.0;
/// Room above the bars for the name of the upper line.
const TOP: f64 = 18.0;

/// What the template draws.
pub(crate) struct Bars {
    pub(crate) days: Vec<Bar>,
    /// The upper end of the scale.
    pub(crate) scale: String,
    /// The finding in words.
    pub(crate) description: String,
}

/// One day.
pub(crate) struct Bar {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) width: String,
    pub(crate) height: String,
    /// `full`, `part` or `none`.
    pub(crate) shape: &'static str,
    /// The day of the month, for every fifth.
    pub(crate) name: Option<String>,
    pub(crate) middle: String,
}

/// The bars of the days, described by `description`.
pub(crate) fn of(language: Language, days: &[Bucket<EnergyFigure>], description: String) -> Bars {
    let highest = days.iter().filter_map(|day| day.figure.energy_wh).fold(0.0, f64::max);
    let top = scale(highest);
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
    let scale = language.energy(top).text();
    Bars { days: (0..).zip(days).map(bar).collect(), scale, description }
}

/// A round number of Wh above the highest bar.
fn scale(highest: f64) -> f64 {
    let highest = highest.max(1000.0);
    let power = 10_f64.powf(highest.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|it| it * power)
        .find(|it| *it >= highest)
        .unwrap_or(highest)
}
