//! urlquery.* as OPA answers them: Go's escapes, which leave letters, digits and `-_.~` as they are.
use super::{text, within, Answer, Refusal, RESULT_ITEMS_MAX};
use crate::json;
use regorus::Value;
use std::collections::BTreeMap;

fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => out.push(b as char),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
}

fn unescape(text: &str) -> Result<String, Refusal> {
    let digit = |byte: Option<&u8>| byte.and_then(|b| (*b as char).to_digit(16)).map(|d| d as u8);
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                let (high, low) = (digit(bytes.get(at + 1)), digit(bytes.get(at + 2)));
                let (Some(high), Some(low)) = (high, low) else { return Err("invalid URL escape".into()) };
                out.push(high * 16 + low);
                at += 2;
            }
            b'+' => out.push(b' '),
            b => out.push(b),
        }
        at += 1;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

pub fn encode(values: &[Value]) -> Answer {
    let mut out = String::new();
    escape(&mut out, text(values, 0)?);
    Ok(Value::from(out))
}

pub fn decode(values: &[Value]) -> Answer {
    Ok(Value::from(unescape(text(values, 0)?)?))
}

pub fn encode_object(values: &[Value]) -> Answer {
    const WANTED: &str = "values must be string, array[string], or set[string]";
    let Some(Value::Object(members)) = values.first() else { return Err("operand 1 must be object".into()) };
    let mut pairs: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for (key, item) in members.iter() {
        let key = match key {
            Value::String(key) => key.to_string(),
            other => json::text(other),
        };
        let items = match item {
            Value::String(_) => vec![item],
            Value::Array(items) => items.iter().collect(),
            Value::Set(items) => json::sorted(items.iter()),
            _ => return Err(WANTED.into()),
        };
        pairs.insert(key, items);
    }
    let mut out = String::new();
    for (key, items) in pairs {
        for item in items {
            let Value::String(item) = item else { return Err(WANTED.into()) };
            if !out.is_empty() {
                out.push('&');
            }
            escape(&mut out, &key);
            out.push('=');
            escape(&mut out, item);
        }
    }
    Ok(Value::from(out))
}

pub fn decode_object(values: &[Value]) -> Answer {
    let mut members: BTreeMap<Value, Vec<Value>> = BTreeMap::new();
    for (at, pair) in text(values, 0)?.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        within(at, RESULT_ITEMS_MAX)?;
        if pair.contains(';') {
            return Err("invalid semicolon separator in query".into());
        }
        let (key, item) = pair.split_once('=').unwrap_or((pair, ""));
        members.entry(Value::from(unescape(key)?)).or_default().push(Value::from(unescape(item)?));
    }
    if members.is_empty() {
        return Ok(Value::new_object());
    }
    Ok(Value::from(
        members.into_iter().map(|(key, items)| (key, Value::from(items))).collect::<BTreeMap<_, _>>(),
    ))
}
