//! JSON text as a value of the engine. As regorus reads it, but quicker on documents whose objects are alike: a key is
//! looked up and not made anew, members are put in order once for each object, and a text is copied once. Of what
//! nobody asks for (see `shape`) no value is made.
use crate::shape::Shape;
use regorus::utils::limits::check_memory_limit_if_needed;
use regorus::Value;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

pub fn read(text: &str, shape: &Shape) -> anyhow::Result<Value> {
    let mut keys = KEYS.take();
    if keys.known.len() == KEYS_MAX {
        keys = Keys::default(); // of other documents than these
    }
    let value = read_with(&mut keys, text, shape);
    KEYS.set(keys);
    value
}

fn read_with(keys: &mut Keys, text: &str, shape: &Shape) -> anyhow::Result<Value> {
    let mut from = serde_json::Deserializer::from_str(text);
    let value = Node(keys, shape).deserialize(&mut from)?;
    from.end()?;
    Ok(value)
}

const KEYS_MAX: usize = 256;
const KEY_BYTES_MAX: usize = 64;

thread_local! {
    static KEYS: RefCell<Keys> = RefCell::new(Keys::default());
}

/// The names of members seen so far, in documents before this one too. Objects that are alike name theirs in one order,
/// so what came after a name once is tried first.
#[derive(Default)]
struct Keys {
    known: Vec<(Arc<str>, usize)>, // and where the one that followed it stands
    places: HashMap<Arc<str>, usize>,
    last: usize,
}

impl Keys {
    fn of(&mut self, text: &str) -> Value {
        let place = match self.known.get(self.last).map(|(_, next)| *next) {
            Some(next) if self.known[next].0.as_ref() == text => next,
            _ => match self.place_of(text) {
                Some(place) => place,
                None => return Value::String(text.into()),
            },
        };
        if let Some((_, next)) = self.known.get_mut(self.last) {
            *next = place;
        }
        self.last = place;
        Value::String(self.known[place].0.clone())
    }

    fn place_of(&mut self, text: &str) -> Option<usize> {
        if let Some(place) = self.places.get(text) {
            return Some(*place);
        }
        if self.known.len() == KEYS_MAX || text.len() > KEY_BYTES_MAX {
            return None;
        }
        let (place, name) = (self.known.len(), Arc::<str>::from(text));
        self.known.push((name.clone(), place));
        self.places.insert(name, place);
        Some(place)
    }
}

/// One value.
struct Node<'k, 's>(&'k mut Keys, &'s Shape);

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

/// The name of a member, and what is asked for of it; none when that is nothing.
struct Key<'k, 's>(&'k mut Keys, &'s Shape);

impl<'de, 's> DeserializeSeed<'de> for Key<'_, 's> {
    type Value = Option<(Value, &'s Shape)>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'s> Visitor<'_> for Key<'_, 's> {
    type Value = Option<(Value, &'s Shape)>;
    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("the name of a member")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.1.member(text).map(|shape| (self.0.of(text), shape)))
    }
}

fn within_memory<E: Error>() -> Result<(), E> {
    check_memory_limit_if_needed().map_err(E::custom)
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a value")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_u64<E: Error>(self, v: u64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_i64<E: Error>(self, v: i64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_f64<E: Error>(self, v: f64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Node(self.0, self.1))? {
            all.push(item);
            within_memory()?;
        }
        Ok(Value::from(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Vec::with_capacity(self.1.size());
        while let Some(key) = members.next_key_seed(Key(self.0, self.1))? {
            let Some((key, shape)) = key else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = members.next_value_seed(Node(self.0, shape))?;
            all.push((key, value));
            within_memory()?;
        }
        // Of two members of one name the later one counts.
        Ok(if all.is_empty() { Value::new_object() } else { Value::from(BTreeMap::from_iter(all)) })
    }
}
