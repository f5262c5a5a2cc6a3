//! Which rules look at the time: by name, or by a reference into the input that may come to `input.now`.
use super::model::{list, variant, Step};
use super::walk::{Callee, Walk};
use serde_json::Value as Json;

impl Walk<'_> {
    /// A reference into the input reads the time when it names `now`, or may: the whole of it, or a computed member.
    pub(super) fn input_of(&mut self, kind: &str, name: &str, steps: &[Step]) {
        if kind != "Var" || self.local(name).is_some() {
            return;
        }
        let member = match self.module.imports.get(name) {
            Some(target) if target[0] == "input" => target.get(1).cloned(),
            None if name == "input" => None,
            _ => return,
        };
        self.reads_time |= match (member, steps.first()) {
            (Some(member), _) => member == "now",
            (None, Some(Step::Name(member))) => member == "now",
            (None, _) => true,
        };
    }

    /// `object.get(input, ["change", "class"], …)` does not read the rest of the input.
    pub(super) fn reads_member(&self, function: &Json, parameters: &[Json]) -> bool {
        let (Some(Callee::Builtin(name)), [from, path, _]) = (self.callee(function), parameters) else {
            return false;
        };
        let ("Var", root) = variant(from) else { return false };
        let first = match variant(path) {
            ("Array", inner) => list(&inner["items"]).first().map(variant),
            text => Some(text),
        };
        let Some(("String" | "RawString", member)) = first else { return false };
        name == "object.get"
            && root["value"] == "input"
            && self.local("input").is_none()
            && member["value"] != "now"
    }
}
