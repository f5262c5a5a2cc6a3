//! json.is_valid, yaml.is_valid, and what `walk` is rewritten to where its result is used as a value.
use super::{within, Answer, Refusal, RESULT_ITEMS_MAX};
use regorus::Value;

pub fn json_is_valid(values: &[Value]) -> Answer {
    Ok(Value::from(matches!(values.first(), Some(Value::String(text)) if Value::from_json_str(text).is_ok())))
}

pub fn yaml_is_valid(values: &[Value]) -> Answer {
    Ok(Value::from(matches!(values.first(), Some(Value::String(text)) if Value::from_yaml_str(text).is_ok())))
}

fn walk_into(out: &mut Vec<Value>, path: &mut Vec<Value>, value: &Value) -> Result<(), Refusal> {
    within(out.len(), RESULT_ITEMS_MAX)?;
    out.push(Value::from(vec![Value::from(path.clone()), value.clone()]));
    let mut step = |key: Value, below: &Value| {
        path.push(key);
        let done = walk_into(out, path, below);
        path.pop();
        done
    };
    match value {
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(at, item)| step(Value::from(at as u64), item))
        }
        Value::Set(items) => items.iter_sorted().try_for_each(|item| step(item.clone(), item)),
        Value::Object(members) => members.iter_sorted().try_for_each(|(key, item)| step(key.clone(), item)),
        _ => Ok(()),
    }
}

/// Every [path, value] of a document.
pub fn walk_pairs(values: &[Value]) -> Answer {
    let Some(document) = values.first() else { return Err("an operand is needed".into()) };
    let mut out = Vec::new();
    walk_into(&mut out, &mut Vec::new(), document)?;
    Ok(Value::from(out))
}
