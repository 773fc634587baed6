//! The architecture, held by tests: which package may use which, which file may name which library, no circle of files,
//! and no figure worked out outside the package of figures.
//!
//! | file | what it holds |
//! |---|---|
//! | `packages` | arrows between packages, read from their manifests |
//! | `libraries` | which file may name which library |
//! | `circles` | no file imports one that imports it, by however many steps |
//! | `figures` | the dashboard shows figures and works none out |
//! | `sums` | sums of figures are never −0.0 |
//! | `source` | Rust files as text: their modules, and the paths that they name |

mod circles;
mod figures;
mod libraries;
mod packages;
mod source;
mod sums;
