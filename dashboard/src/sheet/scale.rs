//! Round upper ends of axes.

/// Steps within a power of ten: the finer they are, the less of a drawing stays empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Many steps, for drawings whose scale has decimals.
    Fine,
    /// 1, 2 and 5, for the bars of a month, in Wh and at least 1 kWh.
    Month,
    /// Steps that read without decimals in W and in kW.
    Power,
}

const FINE: [f64; 10] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
const COARSE: [f64; 4] = [1.0, 2.0, 5.0, 10.0];
const POWERS: [f64; 16] =
    [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 3e3, 4e3, 6e3, 8e3, 10e3, 15e3, 20e3, 30e3];

impl Scale {
    /// Lowest end of this scale that is not below `highest`.
    pub(crate) fn top(self, highest: f64) -> f64 {
        match self {
            Self::Fine if highest <= 0.0 => 1.0,
            Self::Fine => rounded_up(highest, &FINE),
            Self::Month => rounded_up(highest.max(1000.0), &COARSE),
            Self::Power => {
                let fits = POWERS.into_iter().find(|top| *top >= highest);
                fits.unwrap_or_else(|| (highest / 10e3).ceil() * 10e3)
            }
        }
    }
}

fn rounded_up(highest: f64, steps: &[f64]) -> f64 {
    let power = 10_f64.powf(highest.log10().floor());
    let mut tops = steps.iter().map(|step| step * power);
    tops.find(|top| *top >= highest).unwrap_or(highest)
}

/// Height of `value` in a drawing that is `height` high up to `top`.
pub(crate) fn height(value: f64, top: f64, height: f64) -> f64 {
    height * (value / top.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number() {
        let tops = [0.0, 9.0, 12.0, 49.0, 51.0, 100.0].map(|it| Scale::Fine.top(it)).to_vec();
        assert_eq!(tops, [1.0, 10.0, 15.0, 50.0, 60.0, 100.0]);
    }

    #[test]
    fn the_scale_of_power_ends_just_above_the_highest_value() {
        assert!((Scale::Power.top(3900.0) - 4000.0).abs() < 1.0);
        assert!((Scale::Power.top(41_000.0) - 50_000.0).abs() < 1.0);
    }

    #[test]
    fn the_bars_of_a_month_never_grow_out_of_a_few_watt_hours() {
        assert_eq!([3.0, 1500.0].map(|it| Scale::Month.top(it)).to_vec(), [1000.0, 2000.0]);
    }

    #[test]
    fn nothing_is_drawn_above_the_top_or_below_the_base_line() {
        let heights = [-5.0, 50.0, 500.0].map(|value| height(value, 100.0, 10.0)).to_vec();
        assert_eq!(heights, [0.0, 5.0, 10.0]);
    }
}
