//! What compiled policies ask of a list of evidence in one step, where Rego would take one for each item. The lists are
//! ordered by entry. Only package `weir.policy` may call these (see `builtins`).
use super::{text, Answer, Refusal};
use chrono::{DateTime, Datelike, Timelike, Utc};
use regorus::Value;
use std::collections::HashMap;

fn items(values: &[Value]) -> Result<impl DoubleEndedIterator<Item = &Value>, Refusal> {
    match values.first() {
        Some(Value::Array(items)) => Ok(items.iter()),
        _ => Err("operand 1 must be array".into()),
    }
}

fn member<'a>(item: &'a Value, key: &Value) -> Option<&'a Value> {
    match item {
        Value::Object(members) => members.get(key),
        _ => None,
    }
}

/// The last item of a name.
pub fn last_named<'a>(values: &'a [Value], name: Option<&Value>) -> Result<Option<&'a Value>, Refusal> {
    let key = Value::from("name");
    Ok(items(values)?.rev().find(|item| member(item, &key) == name))
}

/// weir.last(items, name): the last item of that name; undefined when there is none.
pub fn last(values: &[Value]) -> Answer {
    Ok(last_named(values, values.get(1))?.cloned().unwrap_or(Value::Undefined))
}

/// Of each name and type the last item.
pub fn newest_of(values: &[Value]) -> Result<Vec<&Value>, Refusal> {
    one_of_each(values, true)
}

/// Of each name and type one item, where the last or the first one of them stands.
fn one_of_each(values: &[Value], latest: bool) -> Result<Vec<&Value>, Refusal> {
    let (name, kind) = (Value::from("name"), Value::from("type"));
    let all: Vec<&Value> = items(values)?.collect();
    let mut chosen = HashMap::new();
    for (at, item) in all.iter().enumerate() {
        let key = (text_of(member(item, &name)), text_of(member(item, &kind)));
        if latest {
            chosen.insert(key, at);
        } else {
            chosen.entry(key).or_insert(at);
        }
    }
    let mut places: Vec<usize> = chosen.into_values().collect();
    places.sort_unstable();
    Ok(places.into_iter().map(|at| all[at]).collect())
}

fn text_of(value: Option<&Value>) -> &str {
    match value {
        Some(Value::String(text)) => text,
        _ => "",
    }
}

/// weir.newest(items): the last item of each name and type.
pub fn newest(values: &[Value]) -> Answer {
    newest_of(values).map(listed)
}

fn listed(items: Vec<&Value>) -> Value {
    Value::from(items.into_iter().cloned().collect::<Vec<_>>())
}

/// weir.oldest(items): the first item of each name and type.
pub fn oldest(values: &[Value]) -> Answer {
    one_of_each(values, false).map(listed)
}

/// weir.ago(now, microseconds): a moment so long before one, as RFC 3339 in UTC with microseconds.
pub fn ago(values: &[Value]) -> Answer {
    let now = DateTime::parse_from_rfc3339(text(values, 0)?).map_err(|error| error.to_string())?;
    let Some(Ok(length)) = values.get(1).map(Value::as_i64) else { return Err("operand 2 must be integer".into()) };
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
