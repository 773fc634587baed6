//! Ordinary least squares with a few variables, by the normal equations.

use crate::total::Total;

/// A fit y = b0 + b1 x1 + b2 x2 ...
pub(super) struct Fit {
    /// b0 first.
    pub(super) coefficients: Vec<f64>,
    /// Sum of the squares of what is left.
    pub(super) squares: f64,
}

/// Fits `rows` of (x1.., y); `None` when they do not determine the coefficients.
pub(super) fn fit(rows: &[(Vec<f64>, f64)]) -> Option<Fit> {
    let unknowns = rows.first()?.0.len() + 1;
    if rows.len() < unknowns {
        return None;
    }
    // A row of the normal equations: unknowns coefficients and the right side.
    let mut equations = vec![vec![0.0; unknowns + 1]; unknowns];
    for (xs, y) in rows {
        let row: Vec<f64> = std::iter::once(1.0).chain(xs.iter().copied()).collect();
        for (equation, a) in equations.iter_mut().zip(&row) {
            for (sum, b) in equation.iter_mut().zip(row.iter().chain([y])) {
                *sum += a * b;
            }
        }
    }
    let coefficients = solve(equations)?;
    let left = |(xs, y): &(Vec<f64>, f64)| y - predict(&coefficients, xs);
    let squares = rows.iter().map(|row| left(row).powi(2)).total();
    Some(Fit { coefficients, squares })
}

/// Value of a fit for these variables.
pub(super) fn predict(coefficients: &[f64], xs: &[f64]) -> f64 {
    coefficients[0] + coefficients[1..].iter().zip(xs).map(|(b, x)| b * x).total()
}

/// Gauss-Jordan with the largest pivot; `None` when the equations depend on each other.
fn solve(mut equations: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let count = equations.len();
    for column in 0..count {
        let size = |row: &usize| equations[*row][column].abs();
        let pivot = (column..count).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let largest = equations[pivot].iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        if equations[pivot][column].abs() <= largest * 1e-12 {
            return None;
        }
        equations.swap(column, pivot);
        let head = equations[column].clone();
        for (row, equation) in equations.iter_mut().enumerate() {
            if row != column {
                let factor = equation[column] / head[column];
                equation.iter_mut().zip(&head).for_each(|(a, b)| *a -= factor * b);
            }
        }
    }
    Some((0..count).map(|row| equations[row][count] / equations[row][row]).collect())
}
