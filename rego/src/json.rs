//! Values as JSON text the way OPA writes them: sets as arrays in OPA's order, keys that are no strings as their text.
use regorus::Value;
use std::cmp::Ordering;

/// OPA's order of kinds; regorus puts sets before objects.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
        Value::Set(_) => 6,
        Value::Undefined => 7,
    }
}

fn in_order<'a>(a: impl Iterator<Item = &'a Value>, b: impl Iterator<Item = &'a Value>) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match compare(x, y) {
                Ordering::Equal => continue,
                different => return different,
            },
        }
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Array(x), Value::Array(y)) => in_order(x.iter(), y.iter()),
        (Value::Set(x), Value::Set(y)) => {
            in_order(sorted(x.iter()).into_iter(), sorted(y.iter()).into_iter())
        }
        (Value::Object(x), Value::Object(y)) => {
            let (x, y) = (entries(x), entries(y));
            for ((xk, xv), (yk, yv)) in x.iter().zip(y.iter()) {
                let order = compare(xk, yk).then_with(|| compare(xv, yv));
                if order != Ordering::Equal {
                    return order;
                }
            }
            x.len().cmp(&y.len())
        }
        _ => rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)),
    }
}

pub fn sorted<'a>(items: impl Iterator<Item = &'a Value>) -> Vec<&'a Value> {
    let mut items: Vec<&Value> = items.collect();
    items.sort_by(|a, b| compare(a, b));
    items
}

pub fn entries(object: &regorus::value::Object) -> Vec<(&Value, &Value)> {
    let mut entries: Vec<(&Value, &Value)> = object.iter().collect();
    entries.sort_by(|a, b| compare(a.0, b.0));
    entries
}

pub fn append_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn append_list<'a>(out: &mut String, items: impl Iterator<Item = &'a Value>) {
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        append(out, item);
    }
    out.push(']');
}

pub fn append(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(_) => out.push_str(&number(value)),
        Value::String(s) => append_string(out, s),
        Value::Array(a) => append_list(out, a.iter()),
        Value::Set(s) => append_list(out, sorted(s.iter()).into_iter()),
        Value::Object(o) => {
            out.push('{');
            for (at, (key, item)) in keyed(o).into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                append_string(out, &key);
                out.push(':');
                append(out, item);
            }
            out.push('}');
        }
        Value::Undefined => out.push_str("null"),
    }
}

/// Go's form: an exponent for what is very small or very large.
pub fn number(value: &Value) -> String {
    let Value::Number(n) = value else { return String::new() };
    if n.as_i64().is_some() || n.as_u64().is_some() {
        return n.format_decimal();
    }
    match n.as_f64() {
        Some(f) if !n.is_integer() && f != 0.0 && !(1e-6..1e21).contains(&f.abs()) => {
            exponent_form(&format!("{f:e}"))
        }
        _ => n.format_decimal(),
    }
}

/// Rust writes 1e-7 and 1e21, Go 1e-07 and 1e+21.
pub fn exponent_form(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text.to_string() };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// An object's members by the text of their keys.
pub fn keyed(object: &regorus::value::Object) -> Vec<(String, &Value)> {
    let mut members: Vec<(String, &Value)> = object
        .iter()
        .map(|(key, item)| match key {
            Value::String(s) => (s.to_string(), item),
            other => (text(other), item),
        })
        .collect();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members
}

pub fn text(value: &Value) -> String {
    let mut out = String::new();
    append(&mut out, value);
    out
}
