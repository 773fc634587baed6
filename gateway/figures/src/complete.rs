//! Whether a figure stands for its whole period: rates and comparisons are given of such figures alone.

use domain::energy::EnergyFigure;

/// Whether a total is known for its whole period so far, measured or bridged by a register.
pub fn is_complete(figure: &EnergyFigure) -> bool {
    figure.energy_wh.is_some() && domain::figure::is_complete(figure.coverage + figure.repaired)
}

/// Share of the period so far of which nothing is known, neither measured nor bridged by a register.
pub fn missing(figure: &EnergyFigure) -> f64 {
    (1.0 - figure.coverage - figure.repaired).max(0.0)
}

/// A total by floor area, in kWh/m²; `None` where the total is not [complete](is_complete), or there is no area.
pub fn per_area_kwh(figure: &EnergyFigure, area_m2: Option<f64>) -> Option<f64> {
    let area_m2 = area_m2.filter(|area| *area > 0.0)?;
    figure.energy_wh.filter(|_| is_complete(figure)).map(|wh| wh / 1000.0 / area_m2)
}

/// Share by which a total is above another one, negative when it is below; `None` where either is not
/// [complete](is_complete), or the other is nothing.
pub fn change(now: &EnergyFigure, other: &EnergyFigure) -> Option<f64> {
    let complete = |it: &EnergyFigure| it.energy_wh.filter(|_| is_complete(it));
    Some(complete(now)? / complete(other).filter(|wh| *wh > 0.0)? - 1.0)
}

#[cfg(test)]
mod tests {
    use domain::figure::Quality;

    use super::*;

    fn known(energy_wh: f64, coverage: f64, repaired: f64) -> EnergyFigure {
        EnergyFigure { energy_wh: Some(energy_wh), quality: Quality::Partial, coverage, repaired }
    }

    #[test]
    fn a_partly_measured_period_has_no_rate_and_is_not_compared() {
        let (part, whole) = (known(900.0, 0.9, 0.05), known(1000.0, 1.0, 0.0));
        assert_eq!(per_area_kwh(&part, Some(10.0)), None);
        assert_eq!((change(&part, &whole), change(&whole, &part)), (None, None));
    }

    #[test]
    fn a_period_that_a_register_bridges_is_known_as_a_whole() {
        let (bridged, whole) = (known(1500.0, 0.4, 0.6), known(1000.0, 1.0, 0.0));
        assert_eq!(per_area_kwh(&bridged, Some(10.0)), Some(0.15));
        assert_eq!(change(&bridged, &whole), Some(0.5));
    }

    #[test]
    fn nothing_is_compared_with_a_period_in_which_nothing_was_drawn() {
        assert_eq!(change(&known(1000.0, 1.0, 0.0), &known(0.0, 1.0, 0.0)), None);
        assert_eq!(change(&EnergyFigure::UNKNOWN, &known(1000.0, 1.0, 0.0)), None);
    }
}
