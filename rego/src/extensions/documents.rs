//! json.marshal, json.is_valid, and what `walk` is rewritten to where its result is used as a value.
use super::{within, Answer, Refusal, RESULT_BYTES_MAX, RESULT_ITEMS_MAX};
use crate::json;
use regorus::Value;

pub fn json_is_valid(values: &[Value]) -> Answer {
    Ok(Value::from(matches!(values.first(), Some(Value::String(text)) if Value::from_json_str(text).is_ok())))
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

/// JSON as Go writes it: what a page could take for markup is escaped.
struct Writer {
    out: String,
    /// Of a document that is laid out: what begins each line, and each level of it.
    layout: Option<(String, String)>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        let mut plain = String::new();
        json::append_string(&mut plain, text);
        for c in plain.chars() {
            match c {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    self.out.push_str(&format!("\\u{:04x}", c as u32))
                }
                c => self.out.push(c),
            }
        }
    }

    fn line(&mut self, depth: usize) {
        if let Some((prefix, indent)) = &self.layout {
            self.out.push('\n');
            self.out.push_str(prefix);
            self.out.push_str(&indent.repeat(depth));
        }
    }

    fn items<T>(
        &mut self,
        depth: usize,
        [open, close]: [char; 2],
        items: Vec<T>,
        write: impl Fn(&mut Self, T) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        self.out.push(open);
        let empty = items.is_empty();
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.line(depth + 1);
            write(self, item)?;
            within(self.out.len(), RESULT_BYTES_MAX)?;
        }
        if !empty {
            self.line(depth);
        }
        self.out.push(close);
        Ok(())
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Refusal> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                let items: Vec<&Value> = items.iter().collect();
                self.items(depth, ['[', ']'], items, |writer, item| writer.value(item, depth + 1))?;
            }
            Value::Set(items) => {
                let items = json::sorted(items.iter());
                self.items(depth, ['[', ']'], items, |writer, item| writer.value(item, depth + 1))?;
            }
            Value::Object(members) => {
                self.items(depth, ['{', '}'], json::keyed(members), |writer, (key, item)| {
                    writer.text(&key);
                    writer.out.push_str(if writer.layout.is_some() { ": " } else { ":" });
                    writer.value(item, depth + 1)
                })?;
            }
            other => json::append(&mut self.out, other),
        }
        Ok(())
    }
}

fn written(value: Option<&Value>, layout: Option<(String, String)>) -> Answer {
    let mut writer =
        Writer { out: layout.as_ref().map_or(String::new(), |(prefix, _)| prefix.clone()), layout };
    writer.value(value.unwrap_or(&Value::Undefined), 0)?;
    Ok(Value::from(writer.out))
}

pub fn json_marshal(values: &[Value]) -> Answer {
    written(values.first(), None)
}

/// Options: `pretty`, `indent`, `prefix`; either of the last two lays out, unless `pretty` is false.
pub fn json_marshal_with_options(values: &[Value]) -> Answer {
    let Some(Value::Object(options)) = values.get(1) else { return Err("operand 2 must be object".into()) };
    let (mut prefix, mut indent, mut implied, mut said) = (String::new(), "\t".to_string(), false, None);
    for (key, value) in options.iter() {
        let Value::String(key) = key else { return Err("operand 2 has a key that is no text".into()) };
        match (&**key, value) {
            ("prefix", Value::String(text)) => (prefix, implied) = (text.to_string(), true),
            ("indent", Value::String(text)) => (indent, implied) = (text.to_string(), true),
            ("pretty", Value::Bool(b)) => said = Some(*b),
            _ => return Err(format!("operand 2 has the unknown or wrong option {key}").into()),
        }
    }
    within(prefix.len() + indent.len(), 1024)?;
    written(values.first(), said.unwrap_or(implied).then_some((prefix, indent)))
}
