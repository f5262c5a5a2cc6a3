//! The loaded modules as their syntax trees, and what they declare: packages, imports, rules by path.
use crate::engine::Failure;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A path without the leading `data`.
pub type Path = Vec<String>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Value, // complete rules and partial objects: their document is computed
    Set,   // `contains`
    Function(usize),
}

pub struct Rule {
    pub module: usize,
    pub path: Path,
    /// The head has nothing after its name.
    pub plain: bool,
    pub form: Form,
    pub default: bool,
    pub name: String,
    pub tree: Json,
}

pub struct Module {
    pub file: String,
    pub contents: String,
    pub package: Path,
    /// What an alias stands for; the first word is `data`, `input` or `rego`.
    pub imports: HashMap<String, Path>,
}

pub struct Modules {
    pub modules: Vec<Module>,
    pub rules: Vec<Rule>,
    pub by_path: BTreeMap<Path, Vec<usize>>,
}

/// The one variant of an enum's JSON form.
pub fn variant(node: &Json) -> (&str, &Json) {
    match node.as_object().and_then(|members| members.iter().next()) {
        Some((name, inner)) => (name, inner),
        None => ("", &Json::Null),
    }
}

pub fn list(node: &Json) -> &[Json] {
    node.as_array().map_or(&[], Vec::as_slice)
}

/// A path as a query spells it: `data.a["b-c"]`.
pub fn reference(path: &[String]) -> String {
    let word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
            && !part.starts_with(|c: char| c.is_ascii_digit())
    };
    path.iter().fold("data".to_string(), |text, part| match word(part) {
        true => format!("{text}.{part}"),
        false => format!("{text}[{}]", Json::from(part.as_str())),
    })
}

/// One step of a reference after its head.
pub enum Step<'a> {
    Name(String),
    Computed(&'a Json),
}

/// `a.b["c"][x]` as its root expression and its steps.
pub fn unfold(mut node: &Json) -> (&Json, Vec<Step<'_>>) {
    let mut steps = Vec::new();
    loop {
        let (kind, inner) = variant(node);
        match kind {
            "RefDot" => steps.push(Step::Name(inner["field"][1].as_str().unwrap_or_default().to_string())),
            "RefBrack" => steps.push(match variant(&inner["index"]) {
                ("String" | "RawString", text) => {
                    Step::Name(text["value"].as_str().unwrap_or_default().to_string())
                }
                // A constant that is no text: no package has it, and no name is spelled so.
                ("Number" | "Bool" | "Null", constant) => Step::Name(format!("\0{}", constant["value"])),
                _ => Step::Computed(&inner["index"]),
            }),
            _ => break,
        }
        node = &inner["refr"];
    }
    steps.reverse();
    (node, steps)
}

/// The names a reference begins with, and whether that is all of it.
fn ground(node: &Json) -> (Path, bool) {
    let (root, steps) = unfold(node);
    let (_, inner) = variant(root);
    let mut path = vec![inner["value"].as_str().unwrap_or_default().to_string()];
    for step in steps {
        match step {
            Step::Name(name) => path.push(name),
            Step::Computed(_) => return (path, false),
        }
    }
    (path, true)
}

impl Module {
    fn read(policy: &Json) -> Self {
        let text = |node: &Json| node.as_str().unwrap_or_default().to_string();
        let (mut module, ast) = (
            Module {
                file: text(&policy["source"]["file"]),
                contents: text(&policy["source"]["contents"]),
                package: ground(&policy["ast"]["package"]["refr"]).0,
                imports: HashMap::new(),
            },
            &policy["ast"],
        );
        for import in list(&ast["imports"]) {
            let (path, _) = ground(&import["refr"]);
            let alias = match import.get("as") {
                Some(span) if span.is_object() => module.text_of(span),
                _ => path.last().cloned().unwrap_or_default(),
            };
            if path.len() > 1 || matches!(path[0].as_str(), "input" | "data") {
                module.imports.insert(alias, path);
            }
        }
        module
    }

    /// The source under a span.
    pub fn text_of(&self, span: &Json) -> String {
        let at = |key: &str| span[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        self.contents.get(at("start")..at("end")).unwrap_or_default().to_string()
    }

    pub fn place(&self, span: &Json) -> String {
        format!("{}:{}:{}", self.file, span["line"].as_u64().unwrap_or(0), span["col"].as_u64().unwrap_or(0))
    }
}

impl Rule {
    fn read(module: usize, package: &Path, tree: &Json) -> Option<Self> {
        let (kind, inner) = variant(tree);
        let (head_kind, head) = if kind == "Spec" { variant(&inner["head"]) } else { ("Default", inner) };
        let (names, whole) = ground(&head["refr"]);
        let form = match head_kind {
            "Func" => Form::Function(list(&head["args"]).len()),
            "Default" if !list(&head["args"]).is_empty() => Form::Function(list(&head["args"]).len()),
            "Set" => Form::Set,
            _ => Form::Value,
        };
        Some(Rule {
            module,
            plain: names.len() == 1 && whole,
            form,
            default: kind == "Default",
            name: names.join("."),
            path: package.iter().cloned().chain(names).collect(),
            tree: tree.clone(),
        })
    }

    pub fn span(&self) -> &Json {
        &variant(&self.tree).1["span"]
    }
}

impl Modules {
    pub fn read(engine: &mut regorus::Engine) -> Result<Self, Failure> {
        let text = engine.get_ast_as_json().map_err(|error| Failure::invalid(error.to_string()))?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        reader.disable_recursion_limit();
        let policies = Json::deserialize(&mut reader).map_err(|error| Failure::invalid(error.to_string()))?;
        let mut all = Modules { modules: Vec::new(), rules: Vec::new(), by_path: BTreeMap::new() };
        for policy in list(&policies) {
            let module = Module::read(policy);
            for tree in list(&policy["ast"]["rules"]) {
                if let Some(rule) = Rule::read(all.modules.len(), &module.package, tree) {
                    all.by_path.entry(rule.path.clone()).or_default().push(all.rules.len());
                    all.rules.push(rule);
                }
            }
            all.modules.push(module);
        }
        Ok(all)
    }

    /// The number of operands of the function at a path.
    pub fn function(&self, path: &Path) -> Option<usize> {
        self.by_path.get(path)?.iter().find_map(|at| match self.rules[*at].form {
            Form::Function(operands) => Some(operands),
            _ => None,
        })
    }

    /// Rules of one path have one form, functions one number of operands, and at most one default.
    pub fn check_forms(&self) -> Result<(), String> {
        for (path, at) in &self.by_path {
            let first = &self.rules[at[0]];
            let mut defaults = 0;
            for rule in at.iter().map(|at| &self.rules[*at]) {
                defaults += usize::from(rule.default);
                let differs = match (first.form, rule.form) {
                    (a, b) if first.default || rule.default => {
                        matches!(a, Form::Function(_)) != matches!(b, Form::Function(_))
                    }
                    (a, b) => a != b,
                };
                if differs || defaults > 1 {
                    let wrong = if differs { "conflicting rules" } else { "multiple default rules" };
                    let place = self.modules[rule.module].place(rule.span());
                    return Err(format!("{place}: {wrong} data.{} found", path.join(".")));
                }
            }
        }
        Ok(())
    }

    /// Rules that are asked by their path, without parsing a query.
    pub fn plain_rules(&self) -> BTreeSet<String> {
        let alone = |path: &Path| {
            let below =
                self.by_path.range(path.clone()..).take_while(|(other, _)| other.starts_with(path)).count();
            let above = (1..path.len()).any(|n| self.by_path.contains_key(&path[..n]));
            below == 1 && !above
        };
        let word = |part: &String| {
            part.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
                && !part.starts_with(|c: char| c.is_ascii_digit())
        };
        self.by_path
            .iter()
            .filter(|(path, at)| {
                let plain = |rule: &Rule| rule.plain && !matches!(rule.form, Form::Function(_));
                path.iter().all(word) && at.iter().all(|at| plain(&self.rules[*at])) && alone(path)
            })
            .map(|(path, _)| format!("data.{}", path.join(".")))
            .collect()
    }

    /// Every rule as JSON; `reads_time` is of each.
    pub fn listing(&self, reads_time: &[bool]) -> String {
        let rows = self.rules.iter().zip(reads_time).map(|(rule, reads_time)| {
            let module = &self.modules[rule.module];
            serde_json::json!({
                "file": module.file,
                "line": rule.span()["line"],
                "package": reference(&module.package),
                "name": rule.name,
                "function": matches!(rule.form, Form::Function(_)),
                "reads_time": reads_time,
            })
        });
        Json::Array(rows.collect()).to_string()
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

/// Kinds as words: "number or set".
pub fn words(kinds: &str) -> String {
    kinds.chars().map(word_for).collect::<Vec<_>>().join(" or ")
}
