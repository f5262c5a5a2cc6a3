//! What a decision is asked under: its moment, and whether errors are strict. Evaluation is synchronous, so the facts
//! belong to the thread for the time of one call.
use super::{Answer, Refusal};
use regorus::Value;
use std::cell::Cell;

#[derive(Clone, Copy, Default)]
struct Facts {
    now: Option<i64>,
    strict: bool,
}

thread_local! {
    static FACTS: Cell<Facts> = const { Cell::new(Facts { now: None, strict: false }) };
}

struct Restored(Facts);

impl Drop for Restored {
    fn drop(&mut self) {
        FACTS.set(self.0);
    }
}

pub fn with_facts<T>(now: Option<i64>, strict: bool, work: impl FnOnce() -> T) -> T {
    let _restored = Restored(FACTS.replace(Facts { now, strict }));
    work()
}

pub fn strict() -> bool {
    FACTS.get().strict
}

/// Nanoseconds since 1970 of `input.now`, an RFC 3339 text.
pub fn now_of(input: &Value) -> Option<i64> {
    let Value::Object(members) = input else { return None };
    let Some(Value::String(text)) = members.get(&Value::from("now")) else { return None };
    let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    moment.timestamp_nanos_opt()
}

pub fn now_ns(_: &[Value]) -> Answer {
    match FACTS.get().now {
        Some(now) => Ok(Value::from(now)),
        None => Err(Refusal::NoAnswer("input.now is no RFC 3339 time: a decision has no other clock".into())),
    }
}
