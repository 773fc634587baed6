//! No circle of files within a package: whoever reads a file has read, or will read, what it stands on, and not the file
//! itself again.
//!
//! A name that a module passes on is an arrow to the file that defines it. Passing names on is no arrow, and neither is what
//! the file of a folder takes from the files in it: it puts them together.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Module, SourceFile, package, paths_in};

const PACKAGES: &[&str] = &[
    "gateway/domain",
    "gateway/store",
    "gateway/figures",
    "gateway/i18n",
    "gateway/ingest",
    "gateway",
    "dashboard",
    "sensors",
];

type Arrows = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn no_file_imports_a_file_that_stands_on_it() {
    let mut faults = Vec::new();
    for folder in PACKAGES {
        let files = package(folder);
        assert!(files.len() > 3, "{folder} has only {} files", files.len());
        let arrows = arrows(&files);
        for circle in circles(&arrows) {
            let places: Vec<&str> =
                circle.iter().map(|module| files[module].place.as_str()).collect();
            let within = |(from, to): (&Module, &Module)| {
                format!("  {} -> {}", from.join("::"), to.join("::"))
            };
            let ties = circle.iter().flat_map(|from| arrows[from].iter().map(move |to| (from, to)));
            let ties: Vec<String> =
                ties.filter(|(_, to)| circle.contains(*to)).map(within).collect();
            faults.push(format!("{} files of {}:\n{}", places.len(), folder, ties.join("\n")));
        }
    }
    assert!(faults.is_empty(), "circles of files:\n{}", faults.join("\n"));
}

/// Which file takes names from which.
fn arrows(files: &BTreeMap<Module, SourceFile>) -> Arrows {
    let mut arrows = Arrows::new();
    for (module, file) in files {
        let mut names = BTreeMap::new();
        let mut to = BTreeSet::new();
        for import in &file.imports {
            if let Some(found) = resolve(files, module, &import.segments, 0) {
                if let Found::Item(target) = &found {
                    to.insert(target.clone());
                }
                names.insert(import.name.as_str(), import.segments.clone());
            }
        }
        for path in paths_in(&file.code) {
            let path = match names.get(path[0].as_str()) {
                Some(stem) => [stem.as_slice(), &path[1..]].concat(),
                None => path,
            };
            if let Some(Found::Item(target)) = resolve(files, module, &path, 0) {
                to.insert(target);
            }
        }
        to.retain(|target| !target.starts_with(module));
        arrows.insert(module.clone(), to);
    }
    arrows
}

enum Found {
    /// A name defined in a file.
    Item(Module),
    /// A file as a whole.
    Module,
}

/// Where a path that is written in `within` leads, if it leads into the package.
fn resolve(
    files: &BTreeMap<Module, SourceFile>,
    within: &Module,
    path: &[String],
    depth: usize,
) -> Option<Found> {
    if depth > 8 {
        return None;
    }
    let mut at = within.clone();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => at = Module::new(),
        "self" => {}
        "super" => {
            at.pop()?;
        }
        name => {
            at.push(name.to_owned());
            if !files.contains_key(&at) {
                return None;
            }
        }
    }
    rest = &rest[1..];
    while let Some(name) = rest.first() {
        let mut inner = at.clone();
        if name == "super" {
            inner.pop()?;
        } else {
            inner.push(name.clone());
        }
        if !files.contains_key(&inner) {
            break;
        }
        (at, rest) = (inner, &rest[1..]);
    }
    let Some(name) = rest.first() else { return Some(Found::Module) };
    let file = files.get(&at)?;
    let passed_on = file.exports.iter().find(|export| export.name == *name);
    match passed_on {
        Some(export) => {
            let path = [export.segments.as_slice(), &rest[1..]].concat();
            // What comes from another package is a name of nobody here.
            resolve(files, &at, &path, depth + 1)
        }
        None => Some(Found::Item(at)),
    }
}

/// Sets of files each of which leads to every other.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<Module>> {
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        arrows.keys().map(|from| (from, reach(arrows, from))).collect();
    let mut circles: Vec<BTreeSet<Module>> = Vec::new();
    for from in arrows.keys() {
        let both = reached[from].iter().filter(|to| reached[**to].contains(from));
        let circle: BTreeSet<Module> = both.map(|module| (*module).clone()).collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn reach<'a>(arrows: &'a Arrows, from: &Module) -> BTreeSet<&'a Module> {
    let (mut reached, mut open) = (BTreeSet::new(), Vec::new());
    open.extend(&arrows[from]);
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(arrows.get(module).into_iter().flatten());
        }
    }
    reached
}

#[test]
fn a_circle_of_three_is_found_and_a_chain_is_none() {
    let module = |name: &str| vec![name.to_owned()];
    let to = |names: &[&str]| names.iter().map(|name| module(name)).collect::<BTreeSet<_>>();
    let arrows: Arrows = [
        (module("a"), to(&["b"])),
        (module("b"), to(&["c", "d"])),
        (module("c"), to(&["a"])),
        (module("d"), to(&[])),
    ]
    .into();
    assert_eq!(circles(&arrows), [to(&["a", "b", "c"])]);
}
