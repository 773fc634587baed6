//! Bars, steps, heat map, duration curve and scatter as SVG without text: names stand beside it in HTML, so that they keep their size.

use std::fmt::Write;

use domain::indicators::HeatMap;

use super::scale::height;

/// Drawing with the names around it.
#[derive(Default)]
pub(crate) struct Drawing {
    pub(crate) svg: String,
    /// `bars`, `steps`, `map`, `curve`, `scatter` or `days`, for the style.
    pub(crate) kind: &'static str,
    /// Finding in words, for screen readers.
    pub(crate) description: String,
    /// Upper end of the scale.
    pub(crate) top: Option<String>,
    /// Names of the rows of a map.
    pub(crate) rows: Vec<String>,
    /// Names below.
    pub(crate) below: Vec<String>,
    /// Key of a map: each class and its range.
    pub(crate) scale: Vec<(String, String)>,
}

/// Shades of a map.
pub(crate) const SHADES: usize = 5;

/// One bar for each value; an unknown one is hatched over the whole height, so that it is no 0.
pub(crate) fn bars(values: &[Option<f64>], top: f64) -> String {
    let mut svg = open(values.len() * 10, 100);
    for (at, value) in values.iter().enumerate() {
        let x = at * 10 + 1;
        match value {
            Some(value) => {
                let tall = height(*value, top, 100.0);
                let y = 100.0 - tall;
                let _ = write!(
                    svg,
                    "<rect class=\"bar\" x=\"{x}\" y=\"{y:.2}\" width=\"8\" height=\"{tall:.2}\"/>"
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
pub(crate) fn map(map: &HeatMap, top: f64) -> String {
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
    (height(watts, top, SHADES as f64) as usize).min(SHADES - 1)
}

/// Power over the share of the time that it is exceeded in.
pub(crate) fn curve(watts: &[f64], top: f64) -> String {
    let mut svg = open(100, 100);
    let (mut line, mut area) = (String::new(), String::new());
    for (at, watts) in watts.iter().enumerate() {
        let y = 100.0 - height(*watts, top, 100.0);
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
pub(crate) fn steps(values: &[Option<f64>], count: usize, top: f64) -> String {
    let mut svg = open(count.max(1), 100);
    let (mut line, mut is_drawn) = (String::new(), false);
    for (x, value) in values.iter().enumerate() {
        let Some(value) = value else {
            let _ =
                write!(svg, "<rect class=\"none\" x=\"{x}\" y=\"0\" width=\"1\" height=\"100\"/>");
            is_drawn = false;
            continue;
        };
        let y = 100.0 - height(*value, top, 100.0);
        let lead = if is_drawn { format!("V{y:.2}") } else { format!("M{x} {y:.2}") };
        let _ = write!(line, "{lead}H{}", x + 1);
        is_drawn = true;
    }
    let _ = write!(svg, "<path class=\"line\" d=\"{line}\"/></svg>");
    svg
}

/// A dot for each day, and the line that they scatter around; both in percent of width and height from the lower left.
pub(crate) fn scatter(dots: &[(f64, f64)], line: &[(f64, f64)]) -> String {
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
}
