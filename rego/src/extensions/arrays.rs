//! array.flatten: the elements of arrays inside an array, one level deep.
use super::Answer;
use regorus::Value;

pub fn flatten(values: &[Value]) -> Answer {
    let Some(Value::Array(items)) = values.first() else { return Err("operand 1 must be array".into()) };
    let mut out = Vec::new();
    for item in items.iter() {
        match item {
            Value::Array(inner) => out.extend(inner.iter().cloned()),
            other => out.push(other.clone()),
        }
    }
    Ok(Value::from(out))
}
