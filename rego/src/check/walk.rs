//! A walk over every rule that knows which names are local: it checks each call and gathers which rules depend on which.
use super::model::{list, unfold, variant, Module, Modules, Path, Rule, Step};
use crate::{builtins, extensions};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A reference without `data`; None is a step that is computed.
pub type Used = Vec<Option<String>>;

/// For each rule, the documents it refers to.
pub type Uses = Vec<Vec<Used>>;

pub fn uses_of(modules: &Modules) -> Result<Uses, String> {
    modules
        .rules
        .iter()
        .map(|rule| {
            let mut walk = Walk {
                modules,
                module: &modules.modules[rule.module],
                scopes: Vec::new(),
                uses: Vec::new(),
                unified: HashSet::new(),
                in_head: false,
            };
            walk.rule(rule)?;
            Ok(walk.uses)
        })
        .collect()
}

/// What a name called as a function means.
enum Callee {
    Function(Path, usize),
    Builtin(String),
}

struct Walk<'a> {
    modules: &'a Modules,
    module: &'a Module,
    /// Local names and the kinds their values can have; the innermost scope last.
    scopes: Vec<HashMap<String, String>>,
    uses: Vec<Used>,
    /// Names that a body mentions without declaring them: unification gives them values.
    unified: HashSet<String>,
    in_head: bool,
}

type Checked = Result<(), String>;
const ANY: &str = "*";
const PATTERN_BYTES_MAX: usize = 100 * 1024; // regorus' own

impl Walk<'_> {
    fn rule(&mut self, rule: &Rule) -> Checked {
        let (kind, inner) = variant(&rule.tree);
        if kind == "Default" {
            return self.expression(&inner["value"]);
        }
        let (_, head) = variant(&inner["head"]);
        let mut scope = HashMap::new();
        for argument in list(&head["args"]) {
            self.pattern(argument, &mut scope);
        }
        self.scopes.push(scope);
        let bodies = list(&inner["bodies"]);
        let mut declared = HashMap::new();
        for body in bodies.iter().filter(|body| body["is_else"] != Json::Bool(true)) {
            self.declared(&body["query"], &mut declared);
        }
        for body in bodies {
            self.query(&body["query"], &[&body["assign"]["value"]])?;
        }
        self.scopes.push(declared);
        self.in_head = true;
        self.head(head)
    }

    fn head(&mut self, head: &Json) -> Checked {
        for step in unfold(&head["refr"]).1 {
            if let Step::Computed(index) = step {
                self.expression(index)?;
            }
        }
        self.optional(&head["key"])?;
        self.optional(&head["assign"]["value"])
    }

    fn optional(&mut self, node: &Json) -> Checked {
        if node.is_object() {
            self.expression(node)
        } else {
            Ok(())
        }
    }

    /// The statements of a query in a scope of their own, then what is computed from them.
    fn query(&mut self, query: &Json, results: &[&Json]) -> Checked {
        let in_head = std::mem::take(&mut self.in_head);
        let mut declared = HashMap::new();
        self.declared(query, &mut declared);
        self.scopes.push(declared);
        for statement in list(&query["stmts"]) {
            self.statement(statement)?;
        }
        for result in results {
            self.optional(result)?;
        }
        self.scopes.pop();
        self.in_head = in_head;
        Ok(())
    }

    /// The names that the statements of a query declare.
    fn declared(&self, query: &Json, scope: &mut HashMap<String, String>) {
        for statement in list(&query["stmts"]) {
            let (kind, inner) = variant(&statement["literal"]);
            match kind {
                "SomeVars" => list(&inner["vars"]).iter().for_each(|span| {
                    scope.insert(self.module.text_of(span), ANY.to_string());
                }),
                "SomeIn" => {
                    self.pattern(&inner["key"], scope);
                    self.pattern(&inner["value"], scope);
                }
                "Expr" => {
                    let (kind, assign) = variant(&inner["expr"]);
                    if kind == "AssignExpr" && assign["op"] == "ColEq" {
                        self.pattern(&assign["lhs"], scope);
                    }
                }
                _ => {}
            }
        }
    }

    /// The names in a pattern.
    fn pattern(&self, node: &Json, scope: &mut HashMap<String, String>) {
        let (kind, inner) = variant(node);
        match kind {
            "Var" => {
                scope.insert(inner["value"].as_str().unwrap_or_default().to_string(), ANY.to_string());
            }
            "Array" | "Set" => list(&inner["items"]).iter().for_each(|item| self.pattern(item, scope)),
            "Object" => list(&inner["fields"]).iter().for_each(|field| self.pattern(&field[2], scope)),
            _ => {}
        }
    }

    fn statement(&mut self, statement: &Json) -> Checked {
        let (kind, inner) = variant(&statement["literal"]);
        match kind {
            "SomeIn" => {
                self.optional(&inner["key"])?;
                self.optional(&inner["value"])?;
                self.expression(&inner["collection"])?;
            }
            "Expr" | "NotExpr" => self.expression(&inner["expr"])?,
            "Every" => {
                self.expression(&inner["domain"])?;
                let names =
                    [&inner["key"], &inner["value"]].map(|span| (self.module.text_of(span), ANY.to_string()));
                self.scopes.push(names.into());
                self.query(&inner["query"], &[])?;
                self.scopes.pop();
            }
            _ => {}
        }
        list(&statement["with_mods"]).iter().try_for_each(|with| self.with(with))
    }

    /// `with TARGET as VALUE`: documents, functions of modules and regorus' own builtins can be replaced.
    fn with(&mut self, with: &Json) -> Checked {
        let (root, steps) = unfold(&with["refr"]);
        let name = variant(root).1["value"].as_str().unwrap_or_default().to_string();
        let full = steps.iter().fold(name.clone(), |name, step| match step {
            Step::Name(part) => format!("{name}.{part}"),
            Step::Computed(_) => name,
        });
        if name == "data" || self.module.imports.contains_key(&name) || self.own(&name) {
            self.reference(&with["refr"])?;
        } else if name != "input" {
            self.known(&full, &with["span"])?;
            if extensions::only_here(&full) {
                return Err(self.wrong(&with["span"], &format!("{full} cannot be replaced by `with`")));
            }
        }
        match self.callee(&with["as"]) {
            Some(Callee::Builtin(name)) if builtins::find(&name).is_some() && self.local(&name).is_none() => {
                Err(self.wrong(
                    &with["span"],
                    &format!("{full} cannot be replaced by `with` and a builtin; write a function"),
                ))
            }
            _ => self.expression(&with["as"]),
        }
    }

    fn expressions(&mut self, nodes: &[&Json]) -> Checked {
        nodes.iter().try_for_each(|node| self.expression(node))
    }

    fn expression(&mut self, node: &Json) -> Checked {
        let (kind, inner) = variant(node);
        match kind {
            "Var" | "RefDot" | "RefBrack" => self.reference(node),
            "Array" | "Set" => list(&inner["items"]).iter().try_for_each(|item| self.expression(item)),
            "Object" => {
                list(&inner["fields"]).iter().try_for_each(|field| self.expressions(&[&field[1], &field[2]]))
            }
            "ArrayCompr" | "SetCompr" => self.query(&inner["query"], &[&inner["term"]]),
            "ObjectCompr" => self.query(&inner["query"], &[&inner["key"], &inner["value"]]),
            "Call" => self.call(inner),
            "UnaryExpr" => self.expression(&inner["expr"]),
            "ArithExpr" | "BinExpr" => {
                self.expressions(&[&inner["lhs"], &inner["rhs"]])?;
                self.operator(kind, inner)
            }
            "BoolExpr" => self.expressions(&[&inner["lhs"], &inner["rhs"]]),
            "AssignExpr" => self.assign(inner),
            "Membership" if inner["key"].is_object() && self.kinds(&inner["collection"]) == "t" => {
                Err(self.wrong(&inner["span"], "a key and a value `in` a set is not supported"))
            }
            "Membership" => {
                self.optional(&inner["key"])?;
                self.expressions(&[&inner["value"], &inner["collection"]])
            }
            _ => Ok(()),
        }
    }

    fn assign(&mut self, inner: &Json) -> Checked {
        self.expressions(&[&inner["lhs"], &inner["rhs"]])?;
        if inner["op"] == "ColEq" {
            if let ("Var", variable) = variant(&inner["lhs"]) {
                let kinds = self.kinds(&inner["rhs"]);
                let name = variable["value"].as_str().unwrap_or_default();
                if let Some(known) = self.scopes.last_mut().and_then(|scope| scope.get_mut(name)) {
                    *known = kinds;
                }
            }
        }
        Ok(())
    }

    fn local(&self, name: &str) -> Option<&String> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// Whether this package has a rule of this name.
    fn own(&self, name: &str) -> bool {
        let path: Path = self.module.package.iter().cloned().chain([name.to_string()]).collect();
        self.modules.by_path.range(path.clone()..).next().is_some_and(|(other, _)| other.starts_with(&path))
    }

    fn reference(&mut self, node: &Json) -> Checked {
        let (root, steps) = unfold(node);
        let (kind, inner) = variant(root);
        let name = inner["value"].as_str().unwrap_or_default();
        let base = match kind {
            "Var" if self.local(name).is_some() || name == "input" => None,
            "Var" if name == "data" => Some(Path::new()),
            "Var" => self.global(name),
            _ => {
                self.expression(root)?;
                None
            }
        };
        if let Some(path) = base {
            let after = steps.iter().map(|step| match step {
                Step::Name(name) => Some(name.clone()),
                Step::Computed(_) => None,
            });
            self.uses.push(path.into_iter().map(Some).chain(after).collect());
        } else if kind == "Var"
            && name != "input"
            && self.local(name).is_none()
            && !self.module.imports.contains_key(name)
        {
            self.unify(name, &inner["span"])?;
        }
        let in_head = std::mem::take(&mut self.in_head); // an index may iterate, even in a head
        steps.iter().try_for_each(|step| match step {
            Step::Computed(index) => self.expression(index),
            Step::Name(_) => Ok(()),
        })?;
        self.in_head = in_head;
        Ok(())
    }

    /// A name that nothing declares gets its value in a body; where there is no body, it has none.
    fn unify(&mut self, name: &str, span: &Json) -> Checked {
        if self.in_head && !self.unified.contains(name) {
            return Err(self.wrong(span, &format!("var {name} is unsafe")));
        }
        self.unified.insert(name.to_string());
        Ok(())
    }

    /// The document a name stands for, by import or as a rule of this package.
    fn global(&self, name: &str) -> Option<Path> {
        if let Some(target) = self.module.imports.get(name) {
            return (target[0] == "data").then(|| target[1..].to_vec());
        }
        self.own(name).then(|| self.module.package.iter().cloned().chain([name.to_string()]).collect())
    }

    fn callee(&self, node: &Json) -> Option<Callee> {
        let (root, steps) = unfold(node);
        let ("Var", inner) = variant(root) else { return None };
        let name = inner["value"].as_str()?;
        let mut names = vec![name.to_string()];
        for step in steps {
            let Step::Name(part) = step else { return None };
            names.push(part);
        }
        let path = match names[0].as_str() {
            "data" => names[1..].to_vec(),
            _ => match self.global(&names[0]) {
                Some(base) => base.into_iter().chain(names[1..].iter().cloned()).collect(),
                None => return Some(Callee::Builtin(names.join("."))),
            },
        };
        match self.modules.function(&path) {
            Some(operands) => Some(Callee::Function(path, operands)),
            None => Some(Callee::Builtin(names.join("."))),
        }
    }

    fn wrong(&self, span: &Json, what: &str) -> String {
        format!("{}: {what}", self.module.place(span))
    }

    /// The builtin of this name, or why there is none.
    fn known(&self, name: &str, span: &Json) -> Result<&'static builtins::Builtin, String> {
        let found = builtins::find(name)
            .filter(|_| !name.starts_with(builtins::OURS) || self.module.package == builtins::OUR_PACKAGE);
        found.ok_or_else(|| match builtins::refusal(name) {
            Some(why) => self.wrong(span, &format!("builtin {name} is refused: {why}")),
            None => self.wrong(span, &format!("undefined function {name}")),
        })
    }

    fn call(&mut self, inner: &Json) -> Checked {
        let parameters = list(&inner["params"]);
        parameters.iter().try_for_each(|parameter| self.expression(parameter))?;
        let span = &variant(unfold(&inner["fcn"]).0).1["span"];
        let head = variant(unfold(&inner["fcn"]).0).1["value"].as_str().unwrap_or_default().to_string();
        if self.local(&head).is_some() {
            return Err(
                self.wrong(span, &format!("called function {head} is shadowed by a local variable"))
            );
        }
        match self.callee(&inner["fcn"]) {
            Some(Callee::Function(path, operands)) => {
                self.uses.push(path.into_iter().map(Some).collect());
                self.count(&head, span, parameters.len(), operands)
            }
            Some(Callee::Builtin(name)) if name == "set" && parameters.is_empty() => Ok(()),
            Some(Callee::Builtin(name)) => self.builtin_call(&name, span, parameters),
            None => Err(self.wrong(span, "a function is called by its name only")),
        }
    }

    fn count(&self, name: &str, span: &Json, given: usize, wanted: usize) -> Checked {
        if given == wanted || given == wanted + 1 {
            return Ok(());
        }
        Err(self.wrong(span, &format!("{name} takes {wanted} operands, not {given}")))
    }

    fn builtin_call(&self, name: &str, span: &Json, parameters: &[Json]) -> Checked {
        let builtin = self.known(name, span)?;
        if builtin.variadic {
            return Ok(());
        }
        self.count(name, span, parameters.len(), builtin.arguments.len())?;
        self.pattern_size(name, span, parameters)?;
        for (at, (parameter, wanted)) in parameters.iter().zip(builtin.arguments).enumerate() {
            self.fits(name, span, at, &self.kinds(parameter), wanted)?;
        }
        Ok(())
    }

    /// A pattern that stands in the text is compiled here, within the evaluator's bound.
    fn pattern_size(&self, name: &str, span: &Json, parameters: &[Json]) -> Checked {
        let at = match name {
            "regex.match" | "regex.find_n" | "regex.split" | "regex.find_all_string_submatch_n" => 0,
            "regex.replace" => 1,
            _ => return Ok(()),
        };
        let ("String" | "RawString", literal) = variant(&parameters[at]) else { return Ok(()) };
        let pattern = literal["value"].as_str().unwrap_or_default();
        match regex::RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build() {
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(self.wrong(span, "the pattern is larger than 100 KiB once compiled"))
            }
            _ => Ok(()),
        }
    }

    fn fits(&self, name: &str, span: &Json, at: usize, given: &str, wanted: &str) -> Checked {
        if given.contains('*') || wanted.contains('*') || given.chars().any(|kind| wanted.contains(kind)) {
            return Ok(());
        }
        let words = |kinds: &str| kinds.chars().map(word_for).collect::<Vec<_>>().join(" or ");
        Err(self
            .wrong(span, &format!("operand {} of {name} is {}, not {}", at + 1, words(given), words(wanted))))
    }

    fn operator(&self, kind: &str, inner: &Json) -> Checked {
        let (name, wanted) = match (kind, inner["op"].as_str().unwrap_or_default()) {
            ("ArithExpr", "Sub") => ("-", "nt"),
            ("ArithExpr", "Add") => ("+", "n"),
            ("ArithExpr", "Mul") => ("*", "n"),
            ("ArithExpr", "Div") => ("/", "n"),
            ("ArithExpr", _) => ("%", "n"),
            (_, "Union") => ("|", "t"),
            _ => ("&", "t"),
        };
        for (at, side) in ["lhs", "rhs"].iter().enumerate() {
            self.fits(name, &inner["span"], at, &self.kinds(&inner[side]), wanted)?;
        }
        Ok(())
    }

    /// The kinds of values an expression can have, as far as its text tells.
    fn kinds(&self, node: &Json) -> String {
        let (kind, inner) = variant(node);
        let known = match kind {
            "String" | "RawString" => "s",
            "Number" => "n",
            "Bool" | "BoolExpr" | "Membership" => "b",
            "Null" => "0",
            "Array" | "ArrayCompr" => "a",
            "Object" | "ObjectCompr" => "o",
            "Set" | "SetCompr" | "BinExpr" => "t",
            "ArithExpr" if inner["op"] != "Sub" => "n",
            "ArithExpr" => "nt",
            "Var" => {
                return self.local(inner["value"].as_str().unwrap_or_default()).cloned().unwrap_or(ANY.into())
            }
            "Call" => match self.callee(&inner["fcn"]) {
                Some(Callee::Builtin(name)) => builtins::find(&name).map_or(ANY, |builtin| builtin.result),
                _ => ANY,
            },
            _ => ANY,
        };
        known.to_string()
    }
}

fn word_for(kind: char) -> &'static str {
    match kind {
        'n' => "number",
        's' => "string",
        'b' => "boolean",
        '0' => "null",
        'a' => "array",
        'o' => "object",
        _ => "set",
    }
}

/// A piece of a text, from one byte to another, and what stands there instead.
type Edit = (usize, usize, String);

/// The text of each module, by its number, that says the same in words regorus knows: `walk(x)` as a value becomes
/// `weir.walk(x)[_]`, and a builtin of ours with its result as last operand, `f(x, y)`, becomes `y = f(x)`.
pub fn rewritten(modules: &Modules) -> BTreeMap<usize, String> {
    let mut edits: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
    for rule in &modules.rules {
        let mut pending = vec![&rule.tree];
        while let Some(node) = pending.pop() {
            if let Some(call) = node.get("Call") {
                if let Some(made) = edits_of(call, &modules.modules[rule.module]) {
                    edits.entry(rule.module).or_default().extend(made);
                }
            }
            match node {
                Json::Array(items) => pending.extend(items),
                Json::Object(members) => pending.extend(members.values()),
                _ => {}
            }
        }
    }
    edits.into_iter().map(|(module, edits)| (module, edited(&modules.modules[module].contents, edits))).collect()
}

fn byte(node: &Json, end: &str) -> usize {
    let (_, inner) = variant(node);
    inner["span"][end].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

fn edits_of(call: &Json, module: &Module) -> Option<[Edit; 2]> {
    let (root, steps) = unfold(&call["fcn"]);
    let mut name = variant(root).1["value"].as_str()?.to_string();
    for step in steps {
        let Step::Name(part) = step else { return None };
        name = format!("{name}.{part}");
    }
    let (parameters, from) = (list(&call["params"]), byte(root, "start"));
    if name == "walk" && parameters.len() == 1 {
        let end = call["span"]["end"].as_u64().and_then(|n| usize::try_from(n).ok())?;
        return Some([(from, from, "weir.".to_string()), (end, end, "[_]".to_string())]);
    }
    let operands = builtins::find(&name)?.arguments.len();
    if !extensions::only_here(&name) || parameters.len() != operands + 1 || operands == 0 {
        return None;
    }
    // A text's span leaves out its quotes, so the comma before the result is looked for, and the call's end taken.
    let before = byte(&parameters[operands - 1], "end");
    let end = call["span"]["end"].as_u64().and_then(|n| usize::try_from(n).ok())?.checked_sub(1)?;
    let comma = before + module.contents.get(before..end)?.find(',')?;
    let result = module.contents.get(comma + 1..end)?.trim().trim_end_matches(',');
    Some([(from, from, format!("{result} = ")), (comma, end, String::new())])
}

/// A text after its edits, the last first.
fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort();
    edits.iter().rev().fold(text.to_string(), |mut text, (from, to, piece)| {
        if from <= to && text.is_char_boundary(*from) && text.is_char_boundary(*to) {
            text.replace_range(*from..*to, piece);
        }
        text
    })
}
