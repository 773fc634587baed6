//! Tables and sentences of pages and of CSV files.

/// A table: for each line its name, and its cells by their columns.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) lines: Vec<(String, Vec<Cell>)>,
}

#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) figure: String,
    pub(super) unit: String,
    pub(super) text: String,
}

/// The rows of a CSV file for programs, without its header.
pub(super) fn csv(text: &str) -> Vec<Vec<String>> {
    let row = |line: &str| {
        let (mut fields, mut is_quoted) = (vec![String::new()], false);
        for character in line.chars() {
            match character {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => fields.push(String::new()),
                _ => fields.last_mut().unwrap().push(character),
            }
        }
        fields
    };
    text.lines().skip(1).map(row).collect()
}

/// The tables of the CSV of a report.
pub(super) fn csv_tables(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for row in csv(text) {
        let [_, caption, line, figure, text, unit] = row.try_into().unwrap();
        if tables.last().is_none_or(|table| table.caption != caption) {
            tables.push(Table { caption, lines: Vec::new() });
        }
        let lines = &mut tables.last_mut().unwrap().lines;
        let is_new = lines.last().is_none_or(|(name, cells)| {
            *name != line || cells.iter().any(|cell| cell.figure == figure)
        });
        if is_new {
            lines.push((line, Vec::new()));
        }
        lines.last_mut().unwrap().1.push(Cell { figure, unit, text });
    }
    tables
}

/// The tables of a page.
pub(super) fn tables(page: &str) -> Vec<Table> {
    let table = |part: &str| {
        let html = between(part, "", "</table>");
        let rows: Vec<Vec<String>> = html.split("<tr>").skip(1).map(cells).collect();
        let (head, lines) = rows.split_first().unwrap();
        let units: Vec<String> =
            head.iter().map(|it| words(between(it, "<small>", "</small>"))).collect();
        let names = head.iter().map(|it| words(it.split("<small>").next().unwrap()));
        let columns: Vec<(String, String)> = names.zip(units).skip(1).collect();
        let line = |row: &Vec<String>| {
            let (name, texts) = row.split_first().unwrap();
            let cells = columns.iter().zip(texts).map(|((figure, unit), text)| Cell {
                figure: figure.clone(),
                unit: unit.clone(),
                text: words(text),
            });
            (words(name), cells.collect())
        };
        let caption = words(between(html, "<caption>", "</caption>"));
        Table { caption, lines: lines.iter().map(line).collect() }
    };
    page.split("<table").skip(1).map(table).collect()
}

/// The inner texts of the cells of a row, with their tags.
fn cells(row: &str) -> Vec<String> {
    let row = row.split("</tr>").next().unwrap();
    let cells = row.split("<t").skip(1).map(|cell| {
        let inner = cell.split_once('>').unwrap().1;
        inner.rsplit_once("</t").map_or(inner, |(inner, _)| inner).to_owned()
    });
    cells.collect()
}

/// The sentences of the main part of a page outside of its tables, forms and drawings.
pub(super) fn sentences(page: &str) -> Vec<String> {
    let mut html = between(page, "<main", "</main>").to_owned();
    for (open, close) in
        [("<table", "</table>"), ("<form", "</form>"), ("<nav", "</nav>"), ("<svg", "</svg>")]
    {
        html = without(&html, open, close, |_| String::new());
    }
    // What a drawing says is its label; the rest of it are scales.
    let label = |drawing: &str| format!("<p>{}</p>", between(drawing, "aria-label=\"", "\""));
    html = without(&html, "<figure class=\"drawing", "</figure>", label);
    let mut text = String::new();
    for part in html.split('<') {
        let (tag, rest) = part.split_once('>').unwrap_or(("", part));
        let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap_or_default();
        if !matches!(name, "b" | "small" | "span" | "a" | "br") {
            text.push('\n');
        }
        text += rest;
    }
    let text = unescape(&text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn without(html: &str, open: &str, close: &str, instead: impl Fn(&str) -> String) -> String {
    let (mut kept, mut rest) = (String::new(), html);
    while let Some((before, inner)) = rest.split_once(open) {
        let (inner, after) = inner.split_once(close).unwrap_or((inner, ""));
        kept += before;
        kept += &instead(inner);
        rest = after;
    }
    kept + rest
}

/// The text between two marks; empty without the first one.
pub(super) fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let Some((_, rest)) = text.split_once(open) else { return "" };
    rest.split_once(close).map_or(rest, |(inner, _)| inner)
}

/// A piece of a page without its tags.
fn words(html: &str) -> String {
    let parts = html.split('<').enumerate();
    let text = parts.map(|(place, part)| {
        if place == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) }
    });
    unescape(text.collect::<String>().trim())
}

fn unescape(text: &str) -> String {
    text.replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
