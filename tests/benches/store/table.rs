//! The figures beside each other, and the ratios that Vigie's store is held to.

use crate::keeper::Figures;

/// The figures of a peer.
pub(crate) struct Column {
    name: &'static str,
    figures: Figures,
}

/// What is printed: the name of a figure, what it is, and its decimals.
const ROWS: &[(&str, &str, usize)] = &[
    ("bulk", "readings/s, 20,000 a commit", 0),
    ("rate", "readings/s, 500 a commit (median of the rounds)", 0),
    ("few", "readings/s, 20 a commit", 0),
    ("commit_ms", "a commit of 20, ms", 2),
    ("cpu_us", "CPU a reading, us, 500 a commit", 2),
    ("wear_many", "bytes written a reading, 500 a commit", 1),
    ("wear_few", "bytes written a reading, 20 a commit", 1),
    ("disk", "bytes kept a reading", 2),
    ("disk_readings", "  of which not rollups", 2),
    ("peak_mib", "most memory while writing, MiB", 0),
    ("reopen_ms", "open, ms", 1),
    ("latest_ms", "latest of 100 series, ms", 2),
    ("q24h_ms", "24 h of a series by the minute, ms", 2),
    ("year_ms", "a year of daily kWh of 30 meters, ms", 2),
    ("month_ms", "summary of all that was stored in bulk, 100 series, ms", 2),
];

/// What is to hold: the figure, of whom in proportion to whom, and the limit.
const HELD: &[(&str, &str, f64)] = &[
    ("disk", "plain SQLite", 0.16),
    ("disk", "VictoriaMetrics", 1.5),
    ("disk_readings", "VictoriaMetrics", 1.05),
    ("disk", "InfluxDB 1", 0.75),
    ("wear_many", "plain SQLite", 0.07),
    ("wear_few", "plain SQLite", 0.10),
    ("wear_few", "InfluxDB 1", 2.0),
    ("wear_many", "InfluxDB 1", 5.0),
    ("cpu_us", "plain SQLite", 0.7),
    ("q24h_ms", "VictoriaMetrics", 1.0),
    ("q24h_ms", "plain SQLite", 1.0),
    ("year_ms", "VictoriaMetrics", 0.2),
    ("year_ms", "plain SQLite", 0.15),
    ("month_ms", "VictoriaMetrics", 0.01),
    ("month_ms", "plain SQLite", 0.01),
    ("peak_mib", "InfluxDB 1", 0.5),
    ("peak_mib", "VictoriaMetrics", 0.8),
];
/// How many times as fast as plain SQLite batches of 500 are to be stored, in the median of the rounds.
const FASTER_THAN_PLAIN: f64 = 1.2;

/// Answers are sums of floating point numbers, made in various orders.
const SAME_TO: f64 = 1e-9;

impl Column {
    /// A column of the figures of a peer.
    pub(crate) fn of(name: &'static str, raw: &Figures, rounds: usize) -> Self {
        let of = |name: &str| raw.get(name).copied().unwrap_or(f64::NAN);
        let between = |what: &str, from: &str, to: &str| {
            of(&format!("at_{to}_{what}")) - of(&format!("at_{from}_{what}"))
        };
        let rounds = |what: &str| -> Vec<f64> {
            (0..rounds).map(|round| of(&format!("many{round}_{what}"))).collect()
        };
        let many: f64 = rounds("readings").iter().sum();
        let rates: Vec<f64> =
            rounds("readings").iter().zip(rounds("seconds")).map(|(n, s)| n / s).collect();
        // Readings are made in the process of an embedded store, and beside a server.
        let making = of("at_many_is_embedded") * rounds("making_s").iter().sum::<f64>();
        let all = of("bulk_readings") + many + of("few_readings");
        let mut figures = raw.clone();
        let mut add = |name: &str, figure: f64| figures.insert(name.to_owned(), figure);
        add("bulk", of("bulk_readings") / of("bulk_seconds"));
        add("few", of("few_readings") / of("few_seconds"));
        add("commit_ms", of("few_commit_ms"));
        add("cpu_us", (between("cpu_s", "bulk", "many") - making) / many * 1e6);
        add("wear_many", between("written", "bulk", "many") / many);
        add("wear_few", between("written", "many", "few") / of("few_readings"));
        add("peak_mib", of("at_few_peak_mib"));
        add("disk", of("disk") / all);
        // The others keep no rollups.
        add(
            "disk_readings",
            of(if raw.contains_key("disk_readings") { "disk_readings" } else { "disk" }) / all,
        );
        for (round, rate) in rates.iter().enumerate() {
            add(&format!("rate{round}"), *rate);
        }
        add("rate", median(rates));
        Self { name, figures }
    }

    fn figure(&self, name: &str) -> f64 {
        self.figures.get(name).copied().unwrap_or(f64::NAN)
    }
}

/// Prints all of it. The first column is Vigie's.
///
/// # Panics
/// When peers gave other answers; after the figures.
pub(crate) fn print(columns: &[Column]) {
    let (vigie, peers) = columns.split_first().expect("Vigie is always there");
    line("", columns, |column| column.name.to_owned());
    for (name, what, decimals) in ROWS {
        line(what, columns, |column| shown(column.figure(name), *decimals));
    }
    println!();
    line("Vigie's, in proportion to", peers, |peer| peer.name.to_owned());
    for (name, what, _) in ROWS {
        line(what, peers, |peer| shown(vigie.figure(name) / peer.figure(name), 4));
    }
    println!();
    for peer in peers {
        held(vigie, peer);
    }
    for peer in peers {
        same_answers(vigie, peer);
    }
}

fn held(vigie: &Column, peer: &Column) {
    for (name, _, limit) in HELD.iter().filter(|(_, whose, _)| *whose == peer.name) {
        let ratio = vigie.figure(name) / peer.figure(name);
        let what = ROWS.iter().find(|row| row.0 == *name).map_or(*name, |row| row.1.trim());
        let what = format!("{what}: {ratio:.4} x {}, at most {limit}", peer.name);
        verdict(&what, ratio <= *limit);
    }
    if peer.name == "plain SQLite" {
        let ratios = (0..)
            .map(|round| format!("rate{round}"))
            .map_while(|name| Some(vigie.figures.get(&name)? / peer.figures.get(&name)?));
        let faster = median(ratios.collect());
        let what = format!(
            "readings/s, 500 a commit: {faster:.2} x plain SQLite, at least {FASTER_THAN_PLAIN}"
        );
        verdict(&what, faster >= FASTER_THAN_PLAIN);
    }
}

fn same_answers(vigie: &Column, peer: &Column) {
    for name in ["q24h", "latest", "year", "month"] {
        let sum = |column: &Column| column.figure(&format!("{name}_sum"));
        let (ours, theirs) = (sum(vigie), sum(peer));
        let is_same = (ours - theirs).abs() <= SAME_TO * ours.abs();
        assert!(is_same, "{name}: {ours} by Vigie, {theirs} by {}", peer.name);
    }
}

fn verdict(what: &str, holds: bool) {
    println!("{} {what}", if holds { "holds:         " } else { "does not hold: " });
}

fn line(what: &str, columns: &[Column], cell: impl Fn(&Column) -> String) {
    let cells: Vec<String> = columns.iter().map(|column| format!("{:>17}", cell(column))).collect();
    println!("{what:56}{}", cells.concat());
}

fn shown(figure: f64, decimals: usize) -> String {
    if figure.is_nan() { "-".to_owned() } else { format!("{figure:.decimals$}") }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
