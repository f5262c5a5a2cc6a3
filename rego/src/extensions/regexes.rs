//! regex.* as OPA answers them: Go's syntax (see `re2`), Go's ways with empty matches. Patterns are compiled once a thread.
use super::re2::{self, Translated};
use super::{text, within, Answer, Refusal, RESULT_BYTES_MAX, RESULT_ITEMS_MAX};
use regex::{Captures, Regex, RegexBuilder};
use regorus::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

pub const PATTERN_BYTES_MAX: usize = 100 * 1024; // once compiled
const KEPT_MAX: usize = 256;

pub struct Pattern {
    regex: Regex,
    names: Vec<Option<String>>,
}

#[derive(Clone)]
pub enum Wrong {
    TooLarge,
    Invalid(String),
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::TooLarge => {
                Refusal::Limit("the pattern exceeds the limit of 100 KiB once compiled".into())
            }
            Wrong::Invalid(why) => Refusal::NoAnswer(format!("error parsing regexp: {why}")),
        }
    }
}

type Compiled = Result<Rc<Pattern>, Wrong>;

thread_local! {
    static KEPT: RefCell<HashMap<String, Compiled>> = RefCell::default();
}

/// What is made from one text, in the crate's own words.
pub fn built(pattern: &str) -> Result<Regex, Wrong> {
    RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => Wrong::TooLarge,
        other => Wrong::Invalid(other.to_string().split_whitespace().collect::<Vec<_>>().join(" ")),
    })
}

pub fn compiled(pattern: &str) -> Compiled {
    let Translated { pattern, names } = re2::translate(pattern).map_err(Wrong::Invalid)?;
    Ok(Rc::new(Pattern { regex: built(&pattern)?, names }))
}

fn kept(pattern: &str) -> Compiled {
    KEPT.with_borrow_mut(|kept| {
        if let Some(known) = kept.get(pattern) {
            return known.clone();
        }
        if kept.len() == KEPT_MAX {
            kept.clear();
        }
        let made = compiled(pattern);
        kept.insert(pattern.to_string(), made.clone());
        made
    })
}

pub fn is_valid(values: &[Value]) -> Answer {
    let Ok(pattern) = text(values, 0) else { return Ok(Value::from(false)) };
    match kept(pattern) {
        Ok(_) => Ok(Value::from(true)),
        Err(Wrong::Invalid(_)) => Ok(Value::from(false)),
        Err(large) => Err(large.into()),
    }
}

pub fn matches(values: &[Value]) -> Answer {
    let (pattern, subject) = (text(values, 0)?, text(values, 1)?);
    Ok(Value::from(kept(pattern)?.regex.is_match(subject)))
}

/// How many matches are wanted; of a negative number all.
fn wanted(values: &[Value]) -> Result<usize, Refusal> {
    match values.get(2) {
        Some(Value::Number(n)) if n.is_integer() => match n.as_i64() {
            Some(n) => Ok(usize::try_from(n).unwrap_or(usize::MAX)),
            None => Ok(usize::MAX),
        },
        _ => Err("operand 3 must be integer number".into()),
    }
}

fn gathered(items: impl Iterator<Item = Value>) -> Answer {
    let mut all = Vec::new();
    for item in items {
        all.push(item);
        within(all.len(), RESULT_ITEMS_MAX)?;
    }
    Ok(Value::from(all))
}

pub fn find_n(values: &[Value]) -> Answer {
    let (pattern, subject, n) = (text(values, 0)?, text(values, 1)?, wanted(values)?);
    gathered(kept(pattern)?.regex.find_iter(subject).take(n).map(|found| Value::from(found.as_str())))
}

pub fn find_all_string_submatch_n(values: &[Value]) -> Answer {
    let (pattern, subject, n) = (text(values, 0)?, text(values, 1)?, wanted(values)?);
    gathered(kept(pattern)?.regex.captures_iter(subject).take(n).map(|found| {
        Value::from(found.iter().map(|g| Value::from(g.map_or("", |g| g.as_str()))).collect::<Vec<_>>())
    }))
}

/// Nothing before a match that ends where the text begins.
pub fn split(values: &[Value]) -> Answer {
    let (pattern, subject) = (text(values, 0)?, text(values, 1)?);
    let compiled = kept(pattern)?;
    if !pattern.is_empty() && subject.is_empty() {
        return Ok(Value::from(vec![Value::from("")]));
    }
    let (mut parts, mut begin, mut end) = (Vec::new(), 0, 0);
    for found in compiled.regex.find_iter(subject) {
        end = found.start();
        if found.end() != 0 {
            parts.push(Value::from(&subject[begin..end]));
            within(parts.len(), RESULT_ITEMS_MAX)?;
        }
        begin = found.end();
    }
    if end != subject.len() {
        parts.push(Value::from(&subject[begin..]));
    }
    Ok(Value::from(parts))
}

/// The name after a dollar sign, in braces or without, and what follows it.
fn name_of(template: &str) -> Option<(&str, &str)> {
    let (braced, inner) = match template.strip_prefix('{') {
        Some(inner) => (true, inner),
        None => (false, template),
    };
    let length = inner.find(|c| !re2::is_name_letter(c)).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(length);
    match (name.is_empty(), braced) {
        (true, _) => None,
        (false, true) => Some((name, rest.strip_prefix('}')?)),
        (false, false) => Some((name, rest)),
    }
}

fn expand(out: &mut String, mut template: &str, found: &Captures, names: &[Option<String>]) {
    while let Some((before, after)) = template.split_once('$') {
        out.push_str(before);
        template = after;
        if let Some(rest) = template.strip_prefix('$') {
            out.push('$');
            template = rest;
            continue;
        }
        let Some((name, rest)) = name_of(template) else {
            out.push('$');
            continue;
        };
        template = rest;
        let numbered = name.bytes().all(|b| b.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
        let group = match numbered {
            true => name.parse().ok().and_then(|n: usize| found.get(n)),
            false => {
                (0..names.len()).filter(|n| names[*n].as_deref() == Some(name)).find_map(|n| found.get(n))
            }
        };
        out.push_str(group.map_or("", |group| group.as_str()));
    }
    out.push_str(template);
}

pub fn replace(values: &[Value]) -> Answer {
    let (subject, pattern, template) = (text(values, 0)?, text(values, 1)?, text(values, 2)?);
    let compiled = kept(pattern)?;
    let (mut out, mut at) = (String::new(), 0);
    for found in compiled.regex.captures_iter(subject) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&subject[at..whole.start()]);
        expand(&mut out, template, &found, &compiled.names);
        at = whole.end();
        within(out.len(), RESULT_BYTES_MAX)?;
    }
    out.push_str(&subject[at..]);
    Ok(Value::from(out))
}

/// The pattern a template stands for: what is between delimiters is a pattern, all else is text.
fn template_pattern(template: &str, start: u8, end: u8) -> Result<String, Refusal> {
    let (mut level, mut from, mut done, mut pattern) = (0_usize, 0, 0, String::from("^"));
    let unbalanced = || Refusal::from(format!("unbalanced braces in {template:?}"));
    for (at, byte) in template.bytes().enumerate() {
        if byte == start {
            level += 1;
            if level == 1 {
                from = at;
            }
        } else if byte == end {
            level = level.checked_sub(1).ok_or_else(unbalanced)?;
            if level == 0 {
                let inner = &template[from + 1..at];
                re2::translate(&format!("^{inner}$"))?;
                pattern.push_str(&format!("{}({inner})", re2::quoted(&template[done..from])));
                done = at + 1;
            }
        }
    }
    if level != 0 {
        return Err(unbalanced());
    }
    Ok(pattern + &re2::quoted(&template[done..]) + "$")
}

pub fn template_match(values: &[Value]) -> Answer {
    let (template, subject) = (text(values, 0)?, text(values, 1)?);
    let delimiter = |at: usize| match text(values, at)?.as_bytes() {
        [one] => Ok(*one),
        _ => Err(Refusal::from("a delimiter has to be exactly one character long")),
    };
    let pattern = template_pattern(template, delimiter(2)?, delimiter(3)?)?;
    Ok(Value::from(kept(&pattern)?.regex.is_match(subject)))
}
