//! What is decided at load, before any rule runs: every function exists and is one we answer, with operands of a kind it
//! takes; no local variable hides a function that is called; no rule depends on itself; rules do not contradict each
//! other's form. OPA's compiler refuses the same things; regorus alone would find them only where evaluation passes.
mod cycles;
mod model;
mod text;
mod walk;

pub use model::Modules;
pub use text::check as text;
pub use walk::rewritten;

pub fn all(modules: &Modules) -> Result<(), String> {
    modules.check_forms()?;
    let uses = walk::uses_of(modules)?;
    cycles::check(modules, &uses)
}
