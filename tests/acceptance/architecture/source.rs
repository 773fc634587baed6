//! Rust files as text: which module each one is, and the paths that it names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A module path within its package, such as `["energy", "meter"]`; empty for `lib.rs`.
pub(super) type Module = Vec<String>;

/// A file of product code.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// Its path from the folder of the workspace.
    pub(super) place: String,
    /// Its code without comments, texts and inline tests.
    pub(super) code: String,
    /// Paths in `use` declarations that do not pass the name on.
    pub(super) imports: Vec<NamedPath>,
    /// Names that are passed on, with where they come from.
    pub(super) exports: Vec<NamedPath>,
}

/// A path as it is written, and the name it has in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedPath {
    pub(super) segments: Vec<String>,
    pub(super) name: String,
}

/// The product code of a package by module.
pub(super) fn package(folder: &str) -> BTreeMap<Module, SourceFile> {
    let src = root().join(folder).join("src");
    let mut found = BTreeMap::new();
    for path in rust_files(&src) {
        let relative = path.strip_prefix(&src).unwrap();
        let mut module: Module =
            relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let file = module.pop().unwrap();
        let stem = file.trim_end_matches(".rs");
        if !matches!(stem, "mod" | "lib") {
            module.push(stem.to_owned());
        }
        let is_test = |part: &String| matches!(part.as_str(), "tests" | "testing" | "conformance");
        if stem != "main" && !module.iter().any(is_test) {
            let place = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.insert(module, read(place, &fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// All Rust files below a folder, without what was built.
pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn read(place: String, text: &str) -> SourceFile {
    let code = without_comments_and_texts(text);
    let code = match code.find("#[cfg(test)]\nmod ") {
        // A module of tests stands last; one that is a file of its own ends with its line.
        Some(tests) if code[tests..].lines().nth(1).is_some_and(|line| line.ends_with('{')) => {
            code[..tests].to_owned()
        }
        _ => code,
    };
    let (mut imports, mut exports, mut rest) = (Vec::new(), Vec::new(), String::new());
    for statement in code.split_inclusive(';') {
        let Some(at) = use_of(statement) else {
            rest += statement;
            continue;
        };
        let (before, declaration) = statement.split_at(at);
        rest += before.trim_end_matches(|c: char| c != '\n');
        let is_passed_on = before.trim_end().ends_with("pub")
            || before.trim_end().ends_with(')')
                && before.lines().last().is_some_and(|line| line.contains("pub("));
        let tree = declaration.trim_start_matches("use ").trim_end_matches(';');
        let paths = expand(tree);
        if is_passed_on { exports.extend(paths) } else { imports.extend(paths) }
    }
    SourceFile { place, code: rest, imports, exports }
}

/// Where a `use` declaration begins that ends this statement.
fn use_of(statement: &str) -> Option<usize> {
    let at = statement.rfind("use ")?;
    let before = statement[..at].trim_end_matches(' ');
    let begins = before.is_empty() || before.ends_with(['\n', ')']) || before.ends_with("pub");
    begins.then_some(at)
}

/// The paths of a tree such as `a::{b, c::{self, d as e}}`.
fn expand(tree: &str) -> Vec<NamedPath> {
    let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut paths = Vec::new();
    grow(&tree, &[], &mut paths);
    paths
}

fn grow(tree: &str, stem: &[String], paths: &mut Vec<NamedPath>) {
    let tree = tree.trim();
    if let Some((head, inner)) = tree.split_once('{') {
        let mut stem = stem.to_vec();
        stem.extend(segments(head));
        let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    grow(&inner[start..at], &stem, paths);
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    if tree.is_empty() {
        return;
    }
    let (path, alias) =
        tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias)));
    let mut all = stem.to_vec();
    all.extend(segments(path));
    if all.len() > 1 && all.last().is_some_and(|last| last == "self") {
        all.pop();
    }
    let name = alias.map_or_else(|| all.last().cloned().unwrap_or_default(), str::to_owned);
    paths.push(NamedPath { segments: all, name });
}

fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned)
}

/// Every path of two names or more in some code, such as `crate::energy::sum_of`.
pub(super) fn paths_in(code: &str) -> Vec<Vec<String>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c| !is_part(c)).filter(|word| word.contains("::"));
    words.map(|word| segments(word).collect()).filter(|path: &Vec<_>| path.len() > 1).collect()
}

/// Code in which comments and the contents of texts are left out.
fn without_comments_and_texts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if c == '"' {
            text_length(rest)
        } else if let Some(length) = character_length(rest) {
            length
        } else {
            out.push(c);
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    out
}

fn text_length(text: &str) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        if c == '"' && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// The length of a character literal such as `'"'`; none for a lifetime.
fn character_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let end = if inner.starts_with('\\') {
        inner[2..].find('\'')? + 2
    } else {
        inner.chars().next()?.len_utf8()
    };
    inner[end..].starts_with('\'').then_some(end + 2)
}

#[test]
fn a_tree_of_imports_is_read_as_its_paths() {
    let paths = expand("crate::{a, b::{self, c as d,\n  E}, super_::f}");
    let shown: Vec<String> =
        paths.iter().map(|path| format!("{} = {}", path.name, path.segments.join("::"))).collect();
    assert_eq!(
        shown,
        [
            "a = crate::a",
            "b = crate::b",
            "d = crate::b::c",
            "E = crate::b::E",
            "f = crate::super_::f"
        ]
    );
}

#[test]
fn comments_texts_and_tests_name_nothing() {
    let text = "use a::b; // use c::d;\nconst X: &str = \"use e::f;\";\npub(crate) use g::H;\n\
                fn x<'a>() { '\"'; a::y(); }\n#[cfg(test)]\nmod tests {\n use i::j;\n}\n";
    let file = read("x.rs".to_owned(), text);
    assert_eq!(
        file.imports,
        [NamedPath { segments: vec!["a".into(), "b".into()], name: "b".into() }]
    );
    assert_eq!(
        file.exports,
        [NamedPath { segments: vec!["g".into(), "H".into()], name: "H".into() }]
    );
    assert_eq!(paths_in(&file.code), [["a", "y"]]);
}
