//! weir.met: whether the newest of a kind of evidence is all that a requirement asks for, in one step where Rego would
//! take several for each item. What is asked for is a constant of the policy, written as JSON:
//! `{"name", "at_least", "all": [{"at": [member, ...], "is": [[operator, operand], ...]}]}`. Operators compare as those
//! of Rego; `like` takes globs that have one `*` at most, at one of their ends, and holds for texts alone.
use super::evidence::{last_named, newest_of};
use super::{text, Answer, Refusal};
use crate::document;
use crate::shape::WHOLE;
use regorus::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

enum Test {
    Equals(Value),
    In(Vec<Value>),
    Like(Vec<Glob>),
    Above(Value),
    AtLeast(Value),
    Below(Value),
    AtMost(Value),
}

enum Glob {
    Exactly(String),
    AnyText,
    Begins(String),
    Ends(String),
}

struct Condition {
    at: Vec<Value>,
    is: Vec<Test>,
}

struct Asked {
    name: Option<Value>, // none: of every name
    at_least: usize,
    all: Vec<Condition>,
}

impl Glob {
    fn of(value: &Value) -> Option<Self> {
        let Value::String(text) = value else { return None };
        Some(match text.as_ref() {
            "*" => Glob::AnyText,
            text => match (text.strip_suffix('*'), text.strip_prefix('*')) {
                (Some(begin), _) => Glob::Begins(begin.to_string()),
                (None, Some(end)) => Glob::Ends(end.to_string()),
                (None, None) => Glob::Exactly(text.to_string()),
            },
        })
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Glob::Exactly(whole) => text == whole,
            Glob::AnyText => true,
            Glob::Begins(begin) => text.starts_with(begin.as_str()),
            Glob::Ends(end) => text.ends_with(end.as_str()),
        }
    }
}

impl Test {
    fn of(value: &Value) -> Option<Self> {
        let [operator, operand] = value.as_array().ok()?.iter().collect::<Vec<_>>()[..] else { return None };
        let Value::String(operator) = operator else { return None };
        let list = || operand.as_array().ok().map(|items| items.iter().cloned().collect::<Vec<_>>());
        match operator.as_ref() {
            "==" => Some(Test::Equals(operand.clone())),
            "in" => list().map(Test::In),
            "like" => list()?.iter().map(Glob::of).collect::<Option<Vec<_>>>().map(Test::Like),
            ">" => Some(Test::Above(operand.clone())),
            ">=" => Some(Test::AtLeast(operand.clone())),
            "<" => Some(Test::Below(operand.clone())),
            "<=" => Some(Test::AtMost(operand.clone())),
            _ => None,
        }
    }

    fn holds(&self, value: &Value) -> bool {
        match self {
            Test::Equals(other) => value == other,
            Test::In(items) => items.contains(value),
            Test::Like(globs) => match value {
                Value::String(text) => globs.iter().any(|glob| glob.fits(text)),
                _ => false,
            },
            Test::Above(bound) => value > bound,
            Test::AtLeast(bound) => value >= bound,
            Test::Below(bound) => value < bound,
            Test::AtMost(bound) => value <= bound,
        }
    }
}

fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object().ok()?.get(&Value::from(name))
}

impl Condition {
    fn of(value: &Value) -> Option<Self> {
        let at = member(value, "at")?.as_array().ok()?.iter().cloned().collect();
        let is = member(value, "is")?.as_array().ok()?.iter().map(Test::of).collect::<Option<_>>()?;
        Some(Self { at, is })
    }

    fn holds(&self, item: &Value) -> bool {
        let mut value = item;
        for step in &self.at {
            value = match value {
                Value::Object(members) => match members.get(step) {
                    Some(found) => found,
                    None => return false,
                },
                _ => return false,
            };
        }
        self.is.iter().all(|test| test.holds(value))
    }
}

impl Asked {
    fn read(text: &str) -> Option<Self> {
        let value = document::read(text, &WHOLE).ok()?;
        let name = member(&value, "name")?;
        let all = member(&value, "all")?.as_array().ok()?.iter().map(Condition::of).collect::<Option<_>>()?;
        Some(Self {
            name: if *name == Value::from("*") { None } else { Some(name.clone()) },
            at_least: usize::try_from(member(&value, "at_least")?.as_u64().ok()?).ok()?,
            all,
        })
    }
}

const KEPT_MAX: usize = 4096;

thread_local! {
    static KEPT: RefCell<HashMap<String, Rc<Asked>>> = RefCell::new(HashMap::new());
}

/// Read once for each thread.
fn asked(text: &str) -> Result<Rc<Asked>, Refusal> {
    if let Some(known) = KEPT.with_borrow(|kept| kept.get(text).cloned()) {
        return Ok(known);
    }
    let made = Rc::new(Asked::read(text).ok_or("operand 2 does not say what is asked for")?);
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(text.to_string(), made.clone());
    });
    Ok(made)
}

/// weir.met(items, asked, since): the entries of the newest item of the name, or of those of each name and type, when
/// all of them were recorded after `since` (empty: ever) and are as asked; undefined otherwise.
pub fn met(values: &[Value]) -> Answer {
    let (asked, since) = (asked(text(values, 1)?)?, text(values, 2)?);
    let newest = match &asked.name {
        Some(name) => last_named(values, Some(name))?.into_iter().collect(),
        None => newest_of(values)?,
    };
    if newest.len() < asked.at_least.max(1) {
        return Ok(Value::Undefined);
    }
    let (recorded, since) = (Value::from("recorded_at"), Value::from(since));
    let ever = since == Value::from("");
    let mut entries = Vec::with_capacity(newest.len());
    for item in newest {
        let Value::Object(members) = item else { return Ok(Value::Undefined) };
        let in_time = ever || members.get(&recorded).is_some_and(|moment| *moment > since);
        if !in_time || !asked.all.iter().all(|condition| condition.holds(item)) {
            return Ok(Value::Undefined);
        }
        let Some(entry) = members.get(&Value::from("entry")) else { return Ok(Value::Undefined) };
        entries.push(entry.clone());
    }
    Ok(Value::from(entries))
}
