//! glob.match and glob.quote_meta as OPA answers them: `*` stops at delimiters, `**` does not, `?` is one character that is
//! no delimiter, `[ab]`, `[!ab]`, `[a-b]` one of some, `{a,b}` alternatives, a backslash quotes.
use super::regexes::{built, Wrong};
use super::{text, Answer, Refusal};
use regex::Regex;
use regorus::Value;
use std::cell::RefCell;
use std::collections::HashMap;

const KEPT_MAX: usize = 256;

thread_local! {
    static KEPT: RefCell<HashMap<(String, String), Result<Regex, Wrong>>> = RefCell::default();
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    out: String,
    open: usize,
}

fn push_literal(out: &mut String, c: char) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

impl Reader<'_> {
    fn next(&mut self, what: &str) -> Result<char, String> {
        self.rest.next().ok_or_else(|| format!("unclosed {what}"))
    }

    /// After the opening bracket: `!`, then either a range or characters.
    fn class(&mut self) -> Result<(), String> {
        let mut c = self.next("[")?;
        self.out.push('[');
        if c == '!' {
            self.out.push('^');
            c = self.next("[")?;
        }
        if self.rest.peek() == Some(&'-') {
            self.rest.next();
            let high = self.next("[")?;
            if high < c || self.next("[")? != ']' {
                return Err("a range of characters that is none".to_string());
            }
            self.out.push_str(&format!("\\x{{{:X}}}-\\x{{{:X}}}]", c as u32, high as u32));
            return Ok(());
        }
        let mut count = 0;
        while c != ']' {
            if c == '\\' {
                c = self.next("[")?;
            }
            self.out.push_str(&format!("\\x{{{:X}}}", c as u32));
            count += 1;
            c = self.next("[")?;
        }
        self.out.push(']');
        if count == 0 {
            Err("an empty set of characters".to_string())
        } else {
            Ok(())
        }
    }
}

/// The pattern as a regular expression of the crate.
fn translated(pattern: &str, one: &str) -> Result<String, String> {
    let mut reader = Reader { rest: pattern.chars().peekable(), out: String::from("\\A(?:"), open: 0 };
    while let Some(c) = reader.rest.next() {
        match c {
            '*' if reader.rest.peek() == Some(&'*') => {
                reader.rest.next();
                reader.out.push_str("(?s:.)*");
            }
            '*' => reader.out.push_str(&format!("{one}*")),
            '?' => reader.out.push_str(one),
            '[' => reader.class()?,
            '{' => {
                reader.open += 1;
                reader.out.push_str("(?:");
            }
            '}' if reader.open > 0 => {
                reader.open -= 1;
                reader.out.push(')');
            }
            ',' if reader.open > 0 => reader.out.push('|'),
            '\\' => {
                let quoted = reader.rest.next().ok_or("trailing backslash")?;
                push_literal(&mut reader.out, quoted);
            }
            c => push_literal(&mut reader.out, c),
        }
    }
    match reader.open {
        0 => Ok(reader.out + ")\\z"),
        _ => Err("unclosed {".to_string()),
    }
}

/// One character that is none of the delimiters, as a class.
fn one_of(delimiters: &str) -> String {
    if delimiters.is_empty() {
        return "(?s:.)".to_string();
    }
    let hidden: String = delimiters.chars().map(|c| format!("\\x{{{:X}}}", c as u32)).collect();
    format!("[^{hidden}]")
}

pub fn compiled(pattern: &str, delimiters: &str) -> Result<Regex, Wrong> {
    built(&translated(pattern, &one_of(delimiters)).map_err(Wrong::Invalid)?)
}

fn delimiters(value: Option<&Value>) -> Result<String, Refusal> {
    let items = match value {
        Some(Value::Null) => return Ok(String::new()),
        Some(Value::Array(items)) => items,
        _ => return Err("operand 2 must be array or null".into()),
    };
    let mut all = String::new();
    for item in items.iter() {
        let single = match item {
            Value::String(text) => text.chars().next().filter(|c| c.len_utf8() == text.len()),
            _ => None,
        };
        all.push(single.ok_or("operand 2 must be an array of single characters")?);
    }
    Ok(if all.is_empty() { ".".to_string() } else { all })
}

pub fn matches(values: &[Value]) -> Answer {
    let (pattern, subject) = (text(values, 0)?, text(values, 2)?);
    let key = (pattern.to_string(), delimiters(values.get(1))?);
    let found = KEPT.with_borrow_mut(|kept| {
        if let Some(known) = kept.get(&key) {
            return known.clone();
        }
        if kept.len() == KEPT_MAX {
            kept.clear();
        }
        let made = compiled(&key.0, &key.1);
        kept.insert(key, made.clone());
        made
    });
    Ok(Value::from(found?.is_match(subject)))
}

pub fn quote_meta(values: &[Value]) -> Answer {
    let quoted = text(values, 0)?.chars().fold(String::new(), |mut out, c| {
        if "*?\\[]{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    });
    Ok(Value::from(quoted))
}
