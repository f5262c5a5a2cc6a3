//! A walk over every rule that knows which names are local: it checks each call and gathers which rules depend on which.
use super::model::{list, unfold, variant, words, Module, Modules, Path, Rule, Step};
use super::rewrite::{self, Edits};
use crate::{builtins, extensions};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};

/// A reference without `data`; None is a step that is computed.
pub type Used = Vec<Option<String>>;

/// For each rule, the documents it refers to.
pub type Uses = Vec<Vec<Used>>;

/// What a walk over all rules finds.
#[derive(Default)]
pub struct Found {
    pub uses: Uses,
    /// Of each rule, whether its answer may hang on `input.now`.
    pub reads_time: Vec<bool>,
    /// For each module, by its number, what is to be written otherwise (see `rewrite`).
    pub edits: HashMap<usize, Edits>,
}

pub fn walked(modules: &Modules) -> Result<Found, String> {
    let mut found = Found::default();
    for rule in &modules.rules {
        let module = &modules.modules[rule.module];
        let mut walk = Walk {
            modules,
            module,
            ours: module.package == builtins::OUR_PACKAGE,
            scopes: Vec::new(),
            uses: Vec::new(),
            unified: HashSet::new(),
            mentioned: HashMap::new(),
            bindable: HashSet::new(),
            edits: Edits::default(),
            in_head: false,
            reads_time: false,
        };
        walk.rule(rule)?;
        walk.safe()?;
        found.uses.push(walk.uses);
        found.reads_time.push(walk.reads_time);
        found.edits.entry(rule.module).or_default().append(walk.edits);
    }
    Ok(found)
}

/// What a name called as a function means.
pub(super) enum Callee {
    Function(Path, usize),
    Builtin(String),
}

pub(super) struct Walk<'a> {
    modules: &'a Modules,
    pub(super) module: &'a Module,
    /// What a policy in YAML is compiled to looks at the kinds of values by itself.
    ours: bool,
    /// Local names and the kinds their values can have; the innermost scope last.
    scopes: Vec<HashMap<String, String>>,
    uses: Vec<Used>,
    /// Names that a body mentions without declaring them: unification gives them values.
    unified: HashSet<String>,
    /// Of those, where each is first, and which stand where unification can give them a value.
    mentioned: HashMap<String, String>,
    bindable: HashSet<String>,
    edits: Edits,
    in_head: bool,
    pub(super) reads_time: bool,
}

type Checked = Result<(), String>;
const ANY: &str = "*";

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
                self.collection(&inner["collection"], &inner["span"])?;
            }
            "Expr" | "NotExpr" => {
                self.expression(&inner["expr"])?;
                self.unequal(&inner["expr"])?;
            }
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
            "UnaryExpr" if variant(&inner["expr"]).0 != "Number" => {
                Err(self.wrong(&inner["span"], "a minus sign before what is no number is not supported"))
            }
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
        if inner["op"] == "Eq" {
            let both = self.binds(&inner["lhs"]) & self.binds(&inner["rhs"]);
            if both && ["lhs", "rhs"].iter().all(|side| variant(&inner[side]).0 == "Object") {
                let what = "`=` between two objects that both give values to variables is not supported";
                return Err(self.wrong(&inner["span"], what));
            }
        }
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

    pub(super) fn local(&self, name: &str) -> Option<&String> {
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
        self.input_of(kind, name, &steps);
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
            Step::Computed(index) => {
                self.binds(index);
                self.expression(index)
            }
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
        if name != "_" && !self.mentioned.contains_key(name) {
            let wrong = self.wrong(span, &format!("var {name} is unsafe"));
            self.mentioned.insert(name.to_string(), wrong);
        }
        Ok(())
    }

    /// What stands where unification gives values: both sides of `=`, an index, a call's result. Whether there is any.
    fn binds(&mut self, node: &Json) -> bool {
        let mut names = HashMap::new();
        self.pattern(node, &mut names);
        let any = names.keys().any(|name| self.local(name).is_none());
        self.bindable.extend(names.into_keys());
        any
    }

    /// A name that nothing can give a value. regorus would find it too, and print so on standard error.
    fn safe(&self) -> Checked {
        let unsafe_one =
            self.mentioned.iter().filter(|(name, _)| !self.bindable.contains(*name)).map(|(_, why)| why);
        unsafe_one.min().map_or(Ok(()), |why| Err(why.clone()))
    }

    /// `=` between kinds that never are equal, as a statement of its own.
    fn unequal(&self, node: &Json) -> Checked {
        let (kind, inner) = variant(node);
        if !matches!(kind, "BoolExpr" | "AssignExpr") || inner["op"] != "Eq" {
            return Ok(());
        }
        let (left, right) = (self.kinds(&inner["lhs"]), self.kinds(&inner["rhs"]));
        if (left.clone() + &right).contains('*') || left.chars().any(|kind| right.contains(kind)) {
            return Ok(());
        }
        Err(self.wrong(&inner["span"], &format!("match error: {} is never {}", words(&left), words(&right))))
    }

    /// The document a name stands for, by import or as a rule of this package.
    fn global(&self, name: &str) -> Option<Path> {
        if let Some(target) = self.module.imports.get(name) {
            return (target[0] == "data").then(|| target[1..].to_vec());
        }
        self.own(name).then(|| self.module.package.iter().cloned().chain([name.to_string()]).collect())
    }

    pub(super) fn callee(&self, node: &Json) -> Option<Callee> {
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
        let (read_before, member) = (self.reads_time, self.reads_member(&inner["fcn"], parameters));
        for (at, parameter) in parameters.iter().enumerate() {
            self.expression(parameter)?;
            if at == 0 && member {
                self.reads_time = read_before;
            }
        }
        if let Some(result) = parameters.last() {
            self.binds(result);
        }
        let span = &variant(unfold(&inner["fcn"]).0).1["span"];
        let head = variant(unfold(&inner["fcn"]).0).1["value"].as_str().unwrap_or_default().to_string();
        if self.local(&head).is_some() {
            return Err(self.wrong(span, &format!("called function {head} is shadowed by a local variable")));
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

    fn builtin_call(&mut self, name: &str, span: &Json, parameters: &[Json]) -> Checked {
        let builtin = self.known(name, span)?;
        self.reads_time |= name == "time.now_ns";
        if builtin.variadic {
            return Ok(());
        }
        self.count(name, span, parameters.len(), builtin.arguments.len())?;
        self.patterns(name, span, parameters)?;
        for (at, (parameter, wanted)) in parameters.iter().zip(builtin.arguments).enumerate() {
            self.fits(name, span, at, &self.kinds(parameter), wanted)?;
        }
        Ok(())
    }

    /// A pattern that stands in the text is read here, so that one that cannot be is told and does not just never match.
    fn patterns(&self, name: &str, span: &Json, parameters: &[Json]) -> Checked {
        for (at, parameter) in parameters.iter().enumerate() {
            if let ("String" | "RawString", literal) = variant(parameter) {
                let text = literal["value"].as_str().unwrap_or_default();
                if let Some(why) = extensions::wrong_pattern(name, at, text) {
                    return Err(self.wrong(span, &why));
                }
            }
        }
        Ok(())
    }

    fn fits(&self, name: &str, span: &Json, at: usize, given: &str, wanted: &str) -> Checked {
        if given.contains('*') || wanted.contains('*') || given.chars().any(|kind| wanted.contains(kind)) {
            return Ok(());
        }
        Err(self
            .wrong(span, &format!("operand {} of {name} is {}, not {}", at + 1, words(given), words(wanted))))
    }

    fn operator(&mut self, kind: &str, inner: &Json) -> Checked {
        let (name, wanted) = match (kind, inner["op"].as_str().unwrap_or_default()) {
            ("ArithExpr", "Sub") => ("-", "nt"),
            ("ArithExpr", "Add") => ("+", "n"),
            ("ArithExpr", "Mul") => ("*", "n"),
            ("ArithExpr", "Div") => ("/", "n"),
            ("ArithExpr", _) => ("%", "n"),
            (_, "Union") => ("|", "t"),
            _ => ("&", "t"),
        };
        let kinds = ["lhs", "rhs"].map(|side| self.kinds(&inner[side]));
        for (at, given) in kinds.iter().enumerate() {
            self.fits(name, &inner["span"], at, given, wanted)?;
        }
        if !self.ours {
            self.guard(name, inner, kinds);
        }
        Ok(())
    }

    /// An operand of a wrong kind makes the expression undefined; regorus would end the whole evaluation.
    fn guard(&mut self, name: &str, inner: &Json, [left, right]: [String; 2]) {
        let wanted = match (name, left.as_str(), right.as_str()) {
            ("-", "n", _) | ("-", _, "n") => "n",
            ("-", "t", _) | ("-", _, "t") => "t",
            ("-", _, _) => {
                return self.edits.call("weir.minus", &self.module.contents, inner);
            }
            ("|" | "&", _, _) => "t",
            _ => "n",
        };
        for (side, kinds) in [("lhs", left), ("rhs", right)] {
            let operand = &inner[side];
            match wanted {
                _ if name == "%" && rewrite::is_whole(operand) => {}
                "n" if name == "%" => self.edits.wrap("weir.integer", operand),
                "n" if kinds != "n" => self.edits.wrap("weir.number", operand),
                "t" if kinds != "t" => self.edits.wrap("weir.set", operand),
                _ => {}
            }
        }
    }

    /// What `some … in` goes through; of another kind it has no items.
    fn collection(&mut self, node: &Json, span: &Json) -> Checked {
        let kinds = self.kinds(node);
        self.fits("some … in", span, 0, &kinds, "aot")?;
        if !self.ours && !kinds.chars().all(|kind| "aot".contains(kind)) {
            self.edits.wrap("weir.items", node);
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
            "ArithExpr" => {
                return match (self.kinds(&inner["lhs"]).as_str(), self.kinds(&inner["rhs"]).as_str()) {
                    ("n", _) | (_, "n") => "n".to_string(),
                    ("t", _) | (_, "t") => "t".to_string(),
                    _ => "nt".to_string(),
                }
            }
            "UnaryExpr" => "n",
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
