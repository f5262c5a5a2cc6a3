//! What operators and `some … in` are guarded with where the text does not tell the kind of an operand (see
//! `check::rewrite`): the operand itself, or no answer. Without them one operand of a wrong kind would end the evaluation
//! of everything that is asked, where OPA has an undefined expression.
use super::{Answer, Refusal};
use regorus::Value;

fn only(values: &[Value], fits: fn(&Value) -> bool, wanted: &str) -> Answer {
    match values.first() {
        Some(value) if fits(value) => Ok(value.clone()),
        _ => Err(Refusal::NoAnswer(format!("operand must be {wanted}"))),
    }
}

pub fn number(values: &[Value]) -> Answer {
    only(values, |value| matches!(value, Value::Number(_)), "number")
}

pub fn integer(values: &[Value]) -> Answer {
    only(values, |value| matches!(value, Value::Number(n) if n.is_integer()), "integer number")
}

pub fn set(values: &[Value]) -> Answer {
    only(values, |value| matches!(value, Value::Set(_)), "set")
}

/// What `some … in` goes through. It is undefined in OPA and no error, in strict mode too.
pub fn items(values: &[Value]) -> Answer {
    match values.first() {
        Some(value @ (Value::Array(_) | Value::Object(_) | Value::Set(_))) => Ok(value.clone()),
        _ => Ok(Value::Undefined),
    }
}

pub fn minus(values: &[Value]) -> Answer {
    match values {
        [Value::Number(from), Value::Number(less)] => {
            from.sub(less).map(Value::from).map_err(|error| error.to_string().into())
        }
        [Value::Set(from), Value::Set(less)] => Ok(Value::from(from.difference(less))),
        _ => Err("operands must be two numbers or two sets".into()),
    }
}
