//! Texts as OPA has them, with a bound on what is made: the product of two long texts is out of the timer's reach.
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

/// How often a text occurs, without overlaps; an empty one before, between and after all characters.
pub fn count(values: &[Value]) -> Answer {
    let (subject, sought) = (text(values, 0)?, text(values, 1)?);
    let found = if sought.is_empty() { subject.chars().count() + 1 } else { subject.matches(sought).count() };
    Ok(Value::from(found as u64))
}

/// Pairs as Go's strings.NewReplacer: one pass, at each place the first pair that fits; what was put in is not read again.
pub fn replace_n(values: &[Value]) -> Answer {
    let Some(Value::Object(members)) = values.first() else { return Err("operand 1 must be object".into()) };
    let mut pairs = Vec::new();
    for (old, new) in crate::json::entries(members) {
        let (Value::String(old), Value::String(new)) = (old, new) else {
            return Err("operand 1 must be an object of strings".into());
        };
        pairs.push((old.clone(), new.clone()));
    }
    let subject = text(values, 1)?;
    let (mut out, mut at, mut empty_before) = (String::new(), 0, false);
    loop {
        let rest = &subject[at..];
        let fits =
            pairs.iter().find(|(old, _)| rest.starts_with(&**old) && !(old.is_empty() && empty_before));
        empty_before = fits.is_some_and(|(old, _)| old.is_empty());
        match (fits, rest.chars().next()) {
            (Some((old, new)), _) => {
                out.push_str(new);
                at += old.len();
            }
            (None, Some(c)) => {
                out.push(c);
                at += c.len_utf8();
            }
            (None, None) => return Ok(Value::from(out)),
        }
        if rest.is_empty() && !empty_before {
            return Ok(Value::from(out));
        }
        within(out.len(), RESULT_BYTES_MAX)?;
    }
}

pub fn concat(values: &[Value]) -> Answer {
    let delimiter = text(values, 0)?;
    let parts: Vec<&Value> = match values.get(1) {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(Value::Set(items)) => items.iter_sorted().collect(),
        _ => return Err("operand 2 must be array or set".into()),
    };
    let mut texts = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Value::String(text) => texts.push(&**text),
            _ => return Err("operand 2 must be a collection of strings".into()),
        }
    }
    within(texts.iter().map(|text| text.len() + delimiter.len()).sum(), RESULT_BYTES_MAX)?;
    Ok(Value::from(texts.join(delimiter)))
}

/// The place of a text, in characters; an empty one has none.
pub fn indexof(values: &[Value]) -> Answer {
    let (subject, sought) = (text(values, 0)?, text(values, 1)?);
    if sought.is_empty() {
        return Err("empty search character".into());
    }
    let place = subject.find(sought).map(|at| subject[..at].chars().count() as i64);
    Ok(Value::from(place.unwrap_or(-1)))
}

pub fn indexof_n(values: &[Value]) -> Answer {
    let (subject, sought) = (text(values, 0)?, text(values, 1)?);
    if sought.is_empty() {
        return Err("empty search character".into());
    }
    let (mut places, mut characters, mut at) = (Vec::new(), 0_u64, 0);
    for (found, _) in subject.char_indices().filter(|(at, _)| subject[*at..].starts_with(sought)) {
        characters += subject[at..found].chars().count() as u64;
        at = found;
        places.push(Value::from(characters));
    }
    Ok(Value::from(places))
}

/// Go maps one character to one: what would become several stays, unless Unicode has a single one for it too.
fn upper_of(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => match c as u32 {
            // Greek with iota below: its capital has the iota beside.
            code @ (0x1F80..=0x1F87 | 0x1F90..=0x1F97 | 0x1FA0..=0x1FA7) => {
                char::from_u32(code + 8).unwrap_or(c)
            }
            code @ (0x1FB3 | 0x1FC3 | 0x1FF3) => char::from_u32(code + 9).unwrap_or(c),
            _ => c,
        },
    }
}

pub fn upper(values: &[Value]) -> Answer {
    Ok(Value::from(text(values, 0)?.chars().map(upper_of).collect::<String>()))
}

pub fn lower(values: &[Value]) -> Answer {
    Ok(Value::from(text(values, 0)?.chars().filter_map(|c| c.to_lowercase().next()).collect::<String>()))
}

/// A note for whoever traces, which nobody does here.
pub fn trace(values: &[Value]) -> Answer {
    text(values, 0)?;
    Ok(Value::from(true))
}
