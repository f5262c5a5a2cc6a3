//! yaml.unmarshal and yaml.is_valid as OPA answers them: the first document of a text whose others can be read too; a
//! plain `yes` is a text, `017` is octal, `<<` merges, of two members of one name the last one counts. The events are those
//! of libyaml, as in Go's reader; what they mean is decided here.
use super::{text, within, Answer, Refusal, RESULT_ITEMS_MAX};
use crate::json;
use libyaml_rs as sys;
use regorus::Value;
use std::collections::{BTreeMap, HashMap};
use std::mem::MaybeUninit;

const DEPTH_MAX: usize = 500;

enum Event {
    Scalar { anchor: Option<String>, tag: Option<String>, text: String, plain: bool },
    Alias(String),
    Begin { anchor: Option<String>, mapping: bool },
    End,
    DocumentEnd,
    StreamEnd,
    Other,
}

/// Every event of a text.
struct Events<'a> {
    parser: Box<MaybeUninit<sys::yaml_parser_t>>,
    _text: &'a str,
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        // SAFETY: `over` has initialized it.
        unsafe { sys::yaml_parser_delete(self.parser.as_mut_ptr()) }
    }
}

/// # Safety
/// A text of libyaml that ends with a zero, or null.
unsafe fn name(from: *const u8) -> Option<String> {
    if from.is_null() {
        return None;
    }
    let bytes = unsafe { std::ffi::CStr::from_ptr(from.cast()) };
    Some(bytes.to_string_lossy().into_owned())
}

impl<'a> Events<'a> {
    fn over(text: &'a str) -> Result<Self, Refusal> {
        let mut parser = Box::new(MaybeUninit::<sys::yaml_parser_t>::uninit());
        // SAFETY: the parser is initialized here, stays where it is in its box, and the text outlives it.
        unsafe {
            if sys::yaml_parser_initialize(parser.as_mut_ptr()).fail {
                return Err(Refusal::Limit("no memory for a YAML reader: exceeds the limit".to_string()));
            }
            sys::yaml_parser_set_encoding(parser.as_mut_ptr(), sys::YAML_UTF8_ENCODING);
            sys::yaml_parser_set_input_string(parser.as_mut_ptr(), text.as_ptr(), text.len() as u64);
        }
        Ok(Self { parser, _text: text })
    }

    fn next(&mut self) -> Result<Event, Refusal> {
        let mut event = MaybeUninit::<sys::yaml_event_t>::uninit();
        // SAFETY: a parser that is initialized fills the event, whose members are read by its type and then freed.
        unsafe {
            if sys::yaml_parser_parse(self.parser.as_mut_ptr(), event.as_mut_ptr()).fail {
                return Err("the text is no YAML".into());
            }
            let read = read_event(&*event.as_ptr());
            sys::yaml_event_delete(event.as_mut_ptr());
            Ok(read)
        }
    }
}

/// # Safety
/// An event that libyaml has filled.
unsafe fn read_event(event: &sys::yaml_event_t) -> Event {
    unsafe {
        match event.type_ {
            sys::YAML_SCALAR_EVENT => {
                let scalar = &event.data.scalar;
                let bytes = std::slice::from_raw_parts(scalar.value, scalar.length as usize);
                Event::Scalar {
                    anchor: name(scalar.anchor),
                    tag: name(scalar.tag),
                    text: String::from_utf8_lossy(bytes).into_owned(),
                    plain: scalar.style == sys::YAML_PLAIN_SCALAR_STYLE,
                }
            }
            sys::YAML_ALIAS_EVENT => Event::Alias(name(event.data.alias.anchor).unwrap_or_default()),
            sys::YAML_SEQUENCE_START_EVENT => {
                Event::Begin { anchor: name(event.data.sequence_start.anchor), mapping: false }
            }
            sys::YAML_MAPPING_START_EVENT => {
                Event::Begin { anchor: name(event.data.mapping_start.anchor), mapping: true }
            }
            sys::YAML_SEQUENCE_END_EVENT | sys::YAML_MAPPING_END_EVENT => Event::End,
            sys::YAML_DOCUMENT_END_EVENT => Event::DocumentEnd,
            sys::YAML_STREAM_END_EVENT => Event::StreamEnd,
            _ => Event::Other,
        }
    }
}

enum Node {
    Scalar { tag: Option<String>, text: String, plain: bool },
    Many { items: Vec<usize>, mapping: bool },
}

/// The nodes of one document; an alias is the number of the node it stands for.
#[derive(Default)]
struct Document {
    nodes: Vec<Node>,
    anchors: HashMap<String, usize>,
    open: Vec<usize>,
    root: Option<usize>,
    visiting: Vec<bool>,
    made: usize,
}

impl Document {
    fn add(&mut self, anchor: Option<String>, node: Node) -> usize {
        let place = self.nodes.len();
        self.nodes.push(node);
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, place);
        }
        self.put(place);
        place
    }

    fn put(&mut self, place: usize) {
        match self.open.last().map(|open| &mut self.nodes[*open]) {
            Some(Node::Many { items, .. }) => items.push(place),
            _ => self.root = self.root.or(Some(place)),
        }
    }

    fn take(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Scalar { anchor, tag, text, plain } => {
                self.add(anchor, Node::Scalar { tag, text, plain });
            }
            Event::Alias(anchor) => {
                let place = *self.anchors.get(&anchor).ok_or("unknown anchor")?;
                self.put(place);
            }
            Event::Begin { anchor, mapping } => {
                let place = self.add(anchor, Node::Many { items: Vec::new(), mapping });
                self.open.push(place);
                if self.open.len() > DEPTH_MAX {
                    return Err("nested too deep".into());
                }
            }
            Event::End => drop(self.open.pop()),
            _ => {}
        }
        within(self.nodes.len(), RESULT_ITEMS_MAX)
    }

    fn value(&mut self, place: usize) -> Result<Value, Refusal> {
        self.made += 1;
        within(self.made, RESULT_ITEMS_MAX)?;
        let (items, mapping) = match &self.nodes[place] {
            Node::Scalar { tag, text, plain } => return scalar(tag.as_deref(), text, *plain),
            Node::Many { items, mapping } => (items.clone(), *mapping),
        };
        if std::mem::replace(&mut self.visiting[place], true) {
            return Err("an anchor's value contains itself".into());
        }
        let made = match mapping {
            true => self.mapping(&items).map(|members| match members.is_empty() {
                true => Value::new_object(),
                false => Value::from(members),
            }),
            false => {
                items.iter().map(|item| self.value(*item)).collect::<Result<Vec<_>, _>>().map(Value::from)
            }
        };
        self.visiting[place] = false;
        made
    }

    fn is_merge(&self, place: usize) -> bool {
        match &self.nodes[place] {
            Node::Scalar { tag, text, plain } => {
                let tagged = tag.as_deref().is_some_and(|tag| tag == "!" || tag.ends_with(":merge"));
                text == "<<" && ((*plain && tag.is_none()) || tagged)
            }
            Node::Many { .. } => false,
        }
    }

    fn mapping(&mut self, items: &[usize]) -> Result<BTreeMap<Value, Value>, Refusal> {
        let (mut members, mut merged) = (BTreeMap::new(), Vec::new());
        for pair in items.chunks_exact(2) {
            if self.is_merge(pair[0]) {
                match &self.nodes[pair[1]] {
                    Node::Many { items, mapping: false } => merged.extend(items.clone()),
                    _ => merged.push(pair[1]),
                }
                continue;
            }
            let key = match self.value(pair[0])? {
                Value::Array(_) | Value::Object(_) | Value::Null => return Err("invalid map key".into()),
                Value::String(key) => Value::String(key),
                other => Value::from(json::text(&other)),
            };
            let value = self.value(pair[1])?;
            members.insert(key, value);
        }
        for place in merged {
            let Node::Many { items, mapping: true } = &self.nodes[place] else {
                return Err("map merge requires map or sequence of maps as the value".into());
            };
            let items = items.clone();
            if std::mem::replace(&mut self.visiting[place], true) {
                return Err("an anchor's value contains itself".into());
            }
            let below = self.mapping(&items);
            self.visiting[place] = false;
            for (key, value) in below? {
                members.entry(key).or_insert(value);
            }
        }
        Ok(members)
    }
}

fn digits_of(text: &str, radix: u32) -> Option<i128> {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    i128::from_str_radix(text, radix).ok().filter(|_| plain)
}

/// A number as Go's strconv reads it with the base that its beginning tells, or as the decimal it looks like.
fn number(text: &str) -> Result<Option<Value>, Refusal> {
    let plain = text.replace('_', "");
    let (negative, size) = match plain.strip_prefix(['-', '+']) {
        Some(size) => (plain.starts_with('-'), size),
        None => (false, plain.as_str()),
    };
    let lower = size.to_ascii_lowercase();
    let whole = match lower.as_bytes() {
        [b'0', b'x', ..] => digits_of(&lower[2..], 16),
        [b'0', b'b', ..] => digits_of(&lower[2..], 2),
        [b'0', b'o', ..] => digits_of(&lower[2..], 8),
        [b'0', _, ..] => digits_of(&lower[1..], 8),
        _ => digits_of(&lower, 10),
    };
    let signed = whole.map(|n| if negative { -n } else { n });
    if let Some(n) = signed.filter(|n| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(n)) {
        return Ok(Some(Value::from(n)));
    }
    let decimal = size.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && size.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b))
        && size.bytes().any(|b| b.is_ascii_digit());
    match plain.parse::<f64>() {
        Ok(n) if decimal && n.is_finite() => Ok(Some(float(n))),
        _ => Ok(None),
    }
}

fn float(n: f64) -> Value {
    Value::from_json_str(&format!("{n}")).unwrap_or(Value::from(n))
}

/// What a plain scalar means.
fn resolved(text: &str) -> Result<Option<Value>, Refusal> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Some(Value::Null)),
        "true" | "True" | "TRUE" => return Ok(Some(Value::from(true))),
        "false" | "False" | "FALSE" => return Ok(Some(Value::from(false))),
        ".nan" | ".NaN" | ".NAN" => return Err("NaN is no JSON".into()),
        _ => {}
    }
    let infinite = text.strip_prefix(['-', '+']).unwrap_or(text);
    if [".inf", ".Inf", ".INF"].contains(&infinite) {
        return Err("infinity is no JSON".into());
    }
    match text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        true => number(text),
        false => Ok(None),
    }
}

fn scalar(tag: Option<&str>, text: &str, plain: bool) -> Result<Value, Refusal> {
    let wrong = || Refusal::from(format!("cannot decode {text:?} as its tag says"));
    let kind = match tag {
        None | Some("!") if !plain => return Ok(Value::from(text)),
        None | Some("!") => return Ok(resolved(text)?.unwrap_or_else(|| Value::from(text))),
        Some(tag) => tag.strip_prefix("tag:yaml.org,2002:").unwrap_or("str"),
    };
    let value = match kind {
        "null" | "bool" | "int" | "float" => resolved(text)?.ok_or_else(wrong)?,
        "binary" => {
            let compact: String = text.split_whitespace().collect();
            let bytes = data_encoding::BASE64.decode(compact.as_bytes()).map_err(|_| wrong())?;
            return Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned()));
        }
        "timestamp" => return Err(wrong()),
        _ => return Ok(Value::from(text)),
    };
    match (kind, &value) {
        ("null", Value::Null) | ("bool", Value::Bool(_)) | ("float", Value::Number(_)) => Ok(value),
        ("int", Value::Number(n)) if n.is_integer() && !text.contains(['.', 'e', 'E']) => Ok(value),
        _ => Err(wrong()),
    }
}

fn read(text: &str) -> Answer {
    let mut events = Events::over(text)?;
    let (mut first, mut document) = (None, Document::default());
    loop {
        match events.next()? {
            Event::StreamEnd => break,
            Event::DocumentEnd => {
                let read = std::mem::take(&mut document);
                first.get_or_insert(read);
            }
            event => document.take(event)?,
        }
    }
    let Some(mut document): Option<Document> = first else { return Ok(Value::Null) };
    document.visiting = vec![false; document.nodes.len()];
    match document.root {
        Some(root) => document.value(root),
        None => Ok(Value::Null),
    }
}

pub fn unmarshal(values: &[Value]) -> Answer {
    read(text(values, 0)?)
}

pub fn is_valid(values: &[Value]) -> Answer {
    match text(values, 0).and_then(read) {
        Ok(_) => Ok(Value::from(true)),
        Err(Refusal::NoAnswer(_)) => Ok(Value::from(false)),
        Err(limit) => Err(limit),
    }
}
