//! array.flatten: one array without arrays inside.
use super::Answer;
use regorus::Value;

fn flatten_into(out: &mut Vec<Value>, items: &regorus::value::Array) {
    for item in items.iter() {
        match item {
            Value::Array(inner) => flatten_into(out, inner),
            other => out.push(other.clone()),
        }
    }
}

pub fn flatten(values: &[Value]) -> Answer {
    let Some(Value::Array(items)) = values.first() else { return Err("operand 1 must be array".into()) };
    let mut out = Vec::new();
    flatten_into(&mut out, items);
    Ok(Value::from(out))
}
