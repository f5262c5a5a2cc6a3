//! replace, with a bound on what it makes: the product of two long texts is out of the timer's reach.
use super::{text, within, Answer, RESULT_BYTES_MAX};
use regorus::Value;

pub fn replace(values: &[Value]) -> Answer {
    let (subject, old, new) = (text(values, 0)?, text(values, 1)?, text(values, 2)?);
    let found = if old.is_empty() { subject.chars().count() + 1 } else { subject.matches(old).count() };
    within(subject.len() + found.saturating_mul(new.len()), RESULT_BYTES_MAX)?;
    Ok(Value::from(subject.replace(old, new)))
}

/// Go's strings.Split: an empty delimiter splits into characters.
fn split(text: &str, delimiter: &str) -> Vec<String> {
    if delimiter.is_empty() {
        return text.chars().map(String::from).collect();
    }
    text.split(delimiter).map(String::from).collect()
}

/// At most the first `n` parts, or with a negative `n` the last ones.
pub fn split_n(values: &[Value]) -> Answer {
    let (subject, delimiter) = (text(values, 0)?, text(values, 1)?);
    let n = match values.get(2) {
        Some(Value::Number(n)) => n.as_i64().ok_or("operand 3 must be integer number")?,
        _ => return Err("operand 3 must be number".into()),
    };
    let parts = split(subject, delimiter);
    let count = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
    let kept = if n >= 0 { &parts[..count] } else { &parts[parts.len() - count..] };
    Ok(Value::from(kept.iter().map(|part| Value::from(part.as_str())).collect::<Vec<_>>()))
}
