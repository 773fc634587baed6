//! Bars, steps, heat map, duration curve and scatter as SVG without text: names stand beside it in HTML, so that they keep their size.

use std::fmt::Write;

use domain::indicators::HeatMap;

/// A drawing with the names around it.
pub(super) struct Drawing {
    pub(super) svg: String,
    /// `bars`, `steps`, `map`, `curve` or `scatter`, for the style.
    pub(super) kind: &'static str,
    /// What a screen reader says.
    pub(super) description: String,
    /// The top of the scale.
    pub(super) top: Option<String>,
    /// Names of the rows of a map.
    pub(super) rows: Vec<String>,
    /// Names below.
    pub(super) below: Vec<String>,
    /// The scale of a map: a class and what it means.
    pub(super) scale: Vec<(String, String)>,
}

/// How many shades a map has.
pub(super) const SHADES: usize = 5;

/// One bar for each value; an unknown one is hatched over the whole height, so that it is no 0.
pub(super) fn bars(values: &[Option<f64>], top: f64) -> String {
    let mut svg = open(values.len() * 10, 100);
    for (at, value) in values.iter().enumerate() {
        let x = at * 10 + 1;
        match value {
            Some(value) => {
                let height = 100.0 * (value / top.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
                let y = 100.0 - height;
                let _ = write!(
                    svg,
                    "<rect class=\"bar\" x=\"{x}\" y=\"{y:.2}\" width=\"8\" height=\"{height:.2}\"/>"
                );
            }
            None => {
                let _ = write!(
                    svg,
                    "<rect class=\"none\" x=\"{x}\" y=\"0\" width=\"8\" height=\"100\"/>"
                );
            }
        }
    }
    svg.push_str("</svg>");
    svg
}

/// 7 rows of 24 fields.
pub(super) fn map(map: &HeatMap, top: f64) -> String {
    let mut svg = open(24, 7);
    for (y, hours) in map.watts.iter().enumerate() {
        for (x, watts) in hours.iter().enumerate() {
            let class =
                watts.map_or("none".to_owned(), |watts| format!("shade-{}", shade(watts, top)));
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\"/>"
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a shade is a small number"
)]
fn shade(watts: f64, top: f64) -> usize {
    let share = (watts / top.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
    ((share * SHADES as f64) as usize).min(SHADES - 1)
}

/// Power over the share of the time that it is exceeded in.
pub(super) fn curve(watts: &[f64], top: f64) -> String {
    let mut svg = open(100, 100);
    let (mut line, mut area) = (String::new(), String::new());
    for (at, watts) in watts.iter().enumerate() {
        let y = 100.0 - 100.0 * (watts / top.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let _ = write!(line, "{}{at} {y:.2}", if at == 0 { 'M' } else { 'L' });
        let _ = write!(area, "L{at} {y:.2}");
    }
    let _ = write!(
        svg,
        "<path class=\"area\" d=\"M0 100{area}L100 100Z\"/><path class=\"line\" d=\"{line}\"/></svg>"
    );
    svg
}

/// Power over time as steps, since each value is the mean of its cell. What is unknown is grey over the whole height, and
/// no line is drawn across it; of `count` cells the ones without a value have not begun.
pub(super) fn steps(values: &[Option<f64>], count: usize, top: f64) -> String {
    let mut svg = open(count.max(1), 100);
    let (mut line, mut is_drawn) = (String::new(), false);
    for (x, value) in values.iter().enumerate() {
        let Some(value) = value else {
            let _ =
                write!(svg, "<rect class=\"none\" x=\"{x}\" y=\"0\" width=\"1\" height=\"100\"/>");
            is_drawn = false;
            continue;
        };
        let y = 100.0 - 100.0 * (value / top.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let lead = if is_drawn { format!("V{y:.2}") } else { format!("M{x} {y:.2}") };
        let _ = write!(line, "{lead}H{}", x + 1);
        is_drawn = true;
    }
    let _ = write!(svg, "<path class=\"line\" d=\"{line}\"/></svg>");
    svg
}

/// A dot for each day, and the line that they scatter around; both in percent of width and height from the lower left.
pub(super) fn scatter(dots: &[(f64, f64)], line: &[(f64, f64)]) -> String {
    let mut svg = open(100, 100);
    let mut drawn = String::new();
    for (x, y) in dots {
        let _ = write!(drawn, "M{x:.2} {:.2}h0", 100.0 - y);
    }
    let _ = write!(svg, "<path class=\"dots\" d=\"{drawn}\"/>");
    let mut drawn = String::new();
    for (at, (x, y)) in line.iter().enumerate() {
        let _ = write!(drawn, "{}{x:.2} {:.2}", if at == 0 { 'M' } else { 'L' }, 100.0 - y);
    }
    let _ = write!(svg, "<path class=\"line fitted\" d=\"{drawn}\"/></svg>");
    svg
}

fn open(width: usize, height: usize) -> String {
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
    )
}

/// The lowest round number that is not below.
pub(super) fn round_top(highest: f64) -> f64 {
    if highest <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(highest.log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|top| *top >= highest).unwrap_or(highest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_bar_is_hatched_and_not_empty() {
        let svg = bars(&[Some(50.0), None], 100.0);
        assert!(svg.contains("height=\"50.00\"") && svg.contains("class=\"none\""));
    }

    #[test]
    fn steps_are_not_drawn_across_what_is_unknown() {
        let svg = steps(&[Some(50.0), Some(100.0), None, Some(0.0)], 6, 100.0);
        assert!(svg.contains("viewBox=\"0 0 6 100\""), "two cells have not begun");
        assert!(svg.contains("d=\"M0 50.00H1V0.00H2M3 100.00H4\""), "{svg}");
        assert!(svg.contains("class=\"none\" x=\"2\""));
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        let tops = [0.0, 9.0, 12.0, 49.0, 51.0, 100.0].map(round_top).to_vec();
        assert_eq!(tops, [1.0, 10.0, 15.0, 50.0, 60.0, 100.0]);
    }
}
