//! weir.met: whether the newest of a kind of evidence is all that a requirement asks for, in one step where Rego would
//! take several for each item. What is asked for is a constant of the policy, written as JSON:
//! `{"name", "at_least", "all": [{"at": [member, ...], "is": [[operator, operand], ...]}]}`. Operators compare as those
//! of Rego; `like` takes globs that have one `*` at most, at one of their ends, and holds for texts alone.
use super::evidence::{items, last_named, moment_before, newest_of, Names, NAMES};
use super::{text, Answer, Refusal};
use crate::document;
use crate::shape::WHOLE;
use regorus::value::Array;
use regorus::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

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
    kind: Option<Value>,  // for met_each: the type of the items
    max_age: Option<i64>, // in microseconds
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
            kind: member(&value, "type").cloned(),
            max_age: match member(&value, "max_age") {
                Some(length) => Some(length.as_i64().ok()?),
                None => None,
            },
        })
    }

    /// The entries of what is asked for, when all of it was recorded after `since` (none: ever) and is as asked.
    fn held_by(&self, items: &Array, since: Option<&Value>, names: &Names) -> Option<Vec<Value>> {
        let newest = match &self.name {
            Some(name) => last_named(items, Some(name)).into_iter().collect(),
            None => newest_of(items),
        };
        if newest.len() < self.at_least.max(1) {
            return None;
        }
        let mut entries = Vec::with_capacity(newest.len());
        for item in newest {
            let Value::Object(members) = item else { return None };
            let in_time = since.is_none_or(|since| members.get(&names.recorded_at).is_some_and(|at| at > since));
            if !in_time || !self.all.iter().all(|condition| condition.holds(item)) {
                return None;
            }
            entries.push(members.get(&names.entry)?.clone());
        }
        Some(entries)
    }
}

const KEPT_MAX: usize = 4096;

/// What was asked for before, by where its text lies: a constant of a policy lies where it lay, and as it is held here,
/// nothing else can.
type Kept = HashMap<*const u8, (Arc<str>, Rc<Asked>)>;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::new(HashMap::new());
}

/// Read once for each thread.
fn asked(value: Option<&Value>) -> Result<Rc<Asked>, Refusal> {
    let Some(Value::String(text)) = value else { return Err("what is asked for must be string".into()) };
    if let Some(known) = KEPT.with_borrow(|kept| kept.get(&text.as_ptr()).map(|(_, asked)| asked.clone())) {
        return Ok(known);
    }
    let made = Rc::new(Asked::read(text).ok_or("it does not say what is asked for")?);
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(text.as_ptr(), (text.clone(), made.clone()));
    });
    Ok(made)
}

/// weir.met(items, asked, since): the entries of the newest item of the name, or of those of each name and type, when
/// all of them were recorded after `since` (empty: ever) and are as asked; undefined otherwise.
pub fn met(values: &[Value]) -> Answer {
    let (asked, since) = (asked(values.get(1))?, Value::from(text(values, 2)?));
    let since = if since == Value::from("") { None } else { Some(&since) };
    let held = NAMES.with(|names| Ok::<_, Refusal>(asked.held_by(items(values)?, since, names)))?;
    Ok(held.map_or(Value::Undefined, Value::from))
}

/// weir.met_each(attestations, now, asked): what weir.met says of each of a list, null where that is undefined. Each
/// names the `type` of its items, and how old they may be, `max_age` in microseconds. Of an empty text nothing is asked.
pub fn met_each(values: &[Value]) -> Answer {
    let Some(Value::Object(attestations)) = values.first() else { return Err("operand 1 must be object".into()) };
    let Some(Value::Array(list)) = values.get(2) else { return Err("operand 3 must be array".into()) };
    let mut moments = Moments { now: text(values, 1)?, known: Vec::new() };
    let held = |one: &Value, moments: &mut Moments| -> Option<Value> {
        let asked = asked(Some(one)).ok()?;
        let Some(Value::Array(items)) = attestations.get(asked.kind.as_ref()?) else { return None };
        let since = match asked.max_age {
            Some(length) => Some(moments.before(length)?),
            None => None,
        };
        NAMES.with(|names| asked.held_by(items, since.as_ref(), names)).map(Value::from)
    };
    let nothing = |one: &Value| matches!(one, Value::String(text) if text.is_empty());
    let each = |one: &Value| if nothing(one) { None } else { held(one, &mut moments) };
    Ok(Value::from(list.iter().map(each).map(|one| one.unwrap_or(Value::Null)).collect::<Vec<_>>()))
}

/// Moments so long before now; few are asked for, and mostly the same.
struct Moments<'a> {
    now: &'a str,
    known: Vec<(i64, Option<Value>)>,
}

impl Moments<'_> {
    fn before(&mut self, length: i64) -> Option<Value> {
        if let Some((_, moment)) = self.known.iter().find(|(known, _)| *known == length) {
            return moment.clone();
        }
        let moment = moment_before(self.now, length).ok();
        self.known.push((length, moment.clone()));
        moment
    }
}
