//! Says in words regorus knows what it would answer otherwise than OPA, as edits of a module's text. Lines stay where they
//! are, so that places in messages and in coverage do.
use super::model::{list, unfold, variant, Module, Modules, Step};
use crate::{builtins, extensions};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};

/// A piece of a text, from one byte to another, and what stands there instead. Where several begin at one byte, `order`
/// says which is first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Edit {
    from: usize,
    order: i64,
    to: usize,
    piece: String,
}

#[derive(Default)]
pub struct Edits(Vec<Edit>);

// At one byte: the ends of expressions from the inside out, then the beginnings from the outside in, then replacements.
const BEGINS: i64 = 1 << 40;
const REPLACES: i64 = 1 << 41;

impl Edits {
    pub fn append(&mut self, mut other: Edits) {
        self.0.append(&mut other.0);
    }

    /// `before` and `after` around what stands between two bytes.
    fn around(&mut self, from: usize, to: usize, before: String, after: &str) {
        let size = to.saturating_sub(from) as i64;
        self.0.push(Edit { from, order: BEGINS - size, to: from, piece: before });
        self.0.push(Edit { from: to, order: size, to, piece: after.to_string() });
    }

    fn replace(&mut self, from: usize, to: usize, piece: String) {
        self.0.push(Edit { from, order: REPLACES, to, piece });
    }

    /// `x` becomes `name(x)`.
    pub fn wrap(&mut self, name: &str, node: &Json) {
        self.around(byte(node, "start"), byte(node, "end"), format!("{name}("), ")");
    }

    /// `a - b` becomes `name(a, b)`. What stands between the operands is brackets, comments and the operator.
    pub fn call(&mut self, name: &str, contents: &str, inner: &Json) {
        let (end, next) = (byte(&inner["lhs"], "end"), byte(&inner["rhs"], "start"));
        let Some(between) = contents.get(end..next) else { return };
        let mut commented = false;
        for (at, c) in between.bytes().enumerate() {
            match c {
                b'\n' => commented = false,
                b'#' => commented = true,
                b'-' if !commented => {
                    self.around(span_byte(inner, "start"), span_byte(inner, "end"), format!("{name}("), ")");
                    return self.replace(end + at, end + at + 1, ",".to_string());
                }
                _ => {}
            }
        }
    }

    /// The text with all edits made; one within what another takes away is not.
    fn made(mut self, text: &str) -> String {
        self.0.sort();
        let (mut out, mut at) = (String::with_capacity(text.len() * 2), 0);
        for edit in &self.0 {
            if let (true, Some(before)) = (edit.from >= at, text.get(at..edit.from)) {
                out.push_str(before);
                out.push_str(&edit.piece);
                at = edit.to;
            }
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// Whether this is a number without a fraction.
pub fn is_whole(node: &Json) -> bool {
    let (kind, inner) = variant(node);
    kind == "Number" && inner["value"].to_string().bytes().all(|b| b.is_ascii_digit())
}

/// The text of each module, by its number, that says the same in words regorus knows: `walk(x)` as a value becomes
/// `weir.walk(x)[_]`, and a builtin of ours with its result as last operand, `f(x, y)`, becomes `y = f(x)`.
pub fn rewritten(modules: &Modules, mut edits: HashMap<usize, Edits>) -> BTreeMap<usize, String> {
    for rule in &modules.rules {
        let mut pending = vec![&rule.tree];
        while let Some(node) = pending.pop() {
            if let Some(call) = node.get("Call") {
                edit_call(edits.entry(rule.module).or_default(), call, &modules.modules[rule.module]);
            }
            match node {
                Json::Array(items) => pending.extend(items),
                Json::Object(members) => pending.extend(members.values()),
                _ => {}
            }
        }
    }
    let made = edits.into_iter().filter(|(_, edits)| !edits.0.is_empty());
    made.map(|(module, edits)| (module, edits.made(&modules.modules[module].contents))).collect()
}

fn span_byte(inner: &Json, end: &str) -> usize {
    inner["span"][end].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

fn byte(node: &Json, end: &str) -> usize {
    span_byte(variant(node).1, end)
}

fn edit_call(edits: &mut Edits, call: &Json, module: &Module) -> Option<()> {
    let (root, steps) = unfold(&call["fcn"]);
    let mut name = variant(root).1["value"].as_str()?.to_string();
    for step in steps {
        let Step::Name(part) = step else { return None };
        name = format!("{name}.{part}");
    }
    let (parameters, from, to) = (list(&call["params"]), byte(root, "start"), span_byte(call, "end"));
    if name == "walk" && parameters.len() == 1 {
        edits.around(from, to, "weir.".to_string(), "[_]");
        return Some(());
    }
    let operands = builtins::find(&name)?.arguments.len();
    if !extensions::only_here(&name) || parameters.len() != operands + 1 || operands == 0 {
        return None;
    }
    // A text's span leaves out its quotes, so the comma before the result is looked for, and the call's end taken.
    let before = byte(&parameters[operands - 1], "end");
    let end = to.checked_sub(1)?;
    let comma = before + module.contents.get(before..end)?.find(',')?;
    let result = module.contents.get(comma + 1..end)?.trim().trim_end_matches(',');
    edits.around(from, to, format!("{result} = "), "");
    edits.replace(comma, end, String::new());
    Some(())
}
