//! What compiled policies ask of a list of evidence in one step, where Rego would take one for each item. The lists are
//! ordered by entry. Only package `weir.policy` may call these (see `builtins`).
use super::{text, Answer, Refusal};
use chrono::{DateTime, Datelike, Timelike, Utc};
use regorus::value::Array;
use regorus::Value;
use std::collections::HashMap;

pub fn items(values: &[Value]) -> Result<&Array, Refusal> {
    match values.first() {
        Some(Value::Array(items)) => Ok(items),
        _ => Err("operand 1 must be array".into()),
    }
}

fn member<'a>(item: &'a Value, key: &Value) -> Option<&'a Value> {
    match item {
        Value::Object(members) => members.get(key),
        _ => None,
    }
}

/// Names of members that are looked for, made once for each thread.
pub struct Names {
    pub entry: Value,
    pub name: Value,
    pub recorded_at: Value,
    pub kind: Value,
}

thread_local! {
    pub static NAMES: Names = Names {
        entry: Value::from("entry"),
        name: Value::from("name"),
        recorded_at: Value::from("recorded_at"),
        kind: Value::from("type"),
    };
}

/// The last item of a name.
pub fn last_named<'a>(items: &'a Array, name: Option<&Value>) -> Option<&'a Value> {
    NAMES.with(|names| items.iter().rev().find(|item| member(item, &names.name) == name))
}

/// weir.last(items, name): the last item of that name; undefined when there is none.
pub fn last(values: &[Value]) -> Answer {
    Ok(last_named(items(values)?, values.get(1)).cloned().unwrap_or(Value::Undefined))
}

/// Of each name and type the last item.
pub fn newest_of(items: &Array) -> Vec<&Value> {
    one_of_each(items, true)
}

/// Of each name and type one item, where the last or the first one of them stands.
fn one_of_each(items: &Array, latest: bool) -> Vec<&Value> {
    NAMES.with(|names| one_of_each_named(items, latest, names))
}

const FEW: usize = 16;

fn one_of_each_named<'a>(items: &'a Array, latest: bool, names: &Names) -> Vec<&'a Value> {
    let all: Vec<&Value> = items.iter().collect();
    let key = |item: &'a Value| (text_of(member(item, &names.name)), text_of(member(item, &names.kind)));
    if all.len() <= FEW {
        let others = |at: usize| if latest { &all[at + 1..] } else { &all[..at] };
        let is_chosen = |at: &usize| others(*at).iter().all(|other| key(other) != key(all[*at]));
        return (0..all.len()).filter(is_chosen).map(|at| all[at]).collect();
    }
    let mut chosen = HashMap::new();
    for (at, item) in all.iter().enumerate() {
        if latest {
            chosen.insert(key(item), at);
        } else {
            chosen.entry(key(item)).or_insert(at);
        }
    }
    let mut places: Vec<usize> = chosen.into_values().collect();
    places.sort_unstable();
    places.into_iter().map(|at| all[at]).collect()
}

fn text_of(value: Option<&Value>) -> &str {
    match value {
        Some(Value::String(text)) => text,
        _ => "",
    }
}

/// weir.newest(items): the last item of each name and type.
pub fn newest(values: &[Value]) -> Answer {
    Ok(listed(newest_of(items(values)?)))
}

fn listed(items: Vec<&Value>) -> Value {
    Value::from(items.into_iter().cloned().collect::<Vec<_>>())
}

/// weir.oldest(items): the first item of each name and type.
pub fn oldest(values: &[Value]) -> Answer {
    Ok(listed(one_of_each(items(values)?, false)))
}

/// weir.ago(now, microseconds): a moment so long before one, as RFC 3339 in UTC with microseconds.
pub fn ago(values: &[Value]) -> Answer {
    let Some(Ok(length)) = values.get(1).map(Value::as_i64) else { return Err("operand 2 must be integer".into()) };
    moment_before(text(values, 0)?, length)
}

pub fn moment_before(now: &str, length: i64) -> Answer {
    let now = DateTime::parse_from_rfc3339(now).map_err(|error| error.to_string())?;
    let moment = now
        .with_timezone(&Utc)
        .checked_sub_signed(chrono::TimeDelta::microseconds(length))
        .ok_or("the moment is out of range")?;
    Ok(Value::from(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        moment.year(),
        moment.month(),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second(),
        moment.nanosecond() / 1000
    )))
}
