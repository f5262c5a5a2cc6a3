//! What is decided at load, before any rule runs: every function exists and is one we answer, with operands of a kind it
//! takes; no local variable hides a function that is called; no rule depends on itself; rules do not contradict each
//! other's form. OPA's compiler refuses the same things; regorus alone would find them only where evaluation passes.
mod cycles;
mod model;
mod rewrite;
mod text;
mod time;
mod walk;

use std::collections::BTreeMap;

pub use model::Modules;
pub use text::check as text;

/// What is known of modules that are well.
pub struct Checked {
    /// The text of each module, by its number, that says the same in words regorus knows.
    pub rewritten: BTreeMap<usize, String>,
    /// Every rule as JSON, for runners of tests and for the curious.
    pub listing: String,
}

/// Checks all modules together.
pub fn all(modules: &Modules) -> Result<Checked, String> {
    modules.check_forms()?;
    let found = walk::walked(modules)?;
    cycles::check(modules, &found.uses)?;
    let listing = modules.listing(&found.reads_time);
    Ok(Checked { rewritten: rewrite::rewritten(modules, found.edits), listing })
}
