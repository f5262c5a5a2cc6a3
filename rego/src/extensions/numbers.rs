//! numbers.range and numbers.range_step, with a bound on their length.
use super::{within, Answer, Refusal, RESULT_ITEMS_MAX};
use regorus::Value;

fn integer(values: &[Value], at: usize) -> Result<i128, Refusal> {
    match values.get(at) {
        Some(Value::Number(n)) if n.is_integer() => n.as_i128().ok_or_else(|| "number out of range".into()),
        _ => Err(format!("operand {} must be integer number", at + 1).into()),
    }
}

fn stepped(from: i128, to: i128, step: i128) -> Answer {
    let count = usize::try_from((to - from).abs() / step).unwrap_or(usize::MAX).saturating_add(1);
    within(count, RESULT_ITEMS_MAX)?;
    let signed = if to < from { -step } else { step };
    let mut out = Vec::with_capacity(count);
    let mut next = from;
    for _ in 0..count {
        out.push(Value::from(next));
        next += signed;
    }
    Ok(Value::from(out))
}

pub fn range(values: &[Value]) -> Answer {
    stepped(integer(values, 0)?, integer(values, 1)?, 1)
}

pub fn range_step(values: &[Value]) -> Answer {
    let step = integer(values, 2)?;
    if step <= 0 {
        return Err("step must be a positive integer".into());
    }
    stepped(integer(values, 0)?, integer(values, 1)?, step)
}

const SHIFT_MAX: i128 = 65_536;

/// bits.lsh, with a bound: a number of a million digits takes longer to print than any timer waits.
pub fn lsh(values: &[Value]) -> Answer {
    let shift = integer(values, 1)?;
    let Some(Value::Number(n)) = values.first() else { return Err("operand 1 must be number".into()) };
    let Ok(number) = n.format_decimal().parse::<num_bigint::BigInt>() else {
        return Err("operand 1 must be integer number".into());
    };
    if shift < 0 {
        return Err("operand 2 must be an unsigned integer number".into());
    }
    within(usize::try_from(shift.min(SHIFT_MAX + 1)).unwrap_or(usize::MAX), SHIFT_MAX as usize)?;
    Value::from_numeric_string(&(number << shift).to_string()).map_err(|error| error.to_string().into())
}

/// to_number of a text: what is a number in JSON.
pub fn to_number(values: &[Value]) -> Answer {
    match values.first() {
        Some(Value::Null) => Ok(Value::from(0_i64)),
        Some(Value::Bool(b)) => Ok(Value::from(i64::from(*b))),
        Some(number @ Value::Number(_)) => Ok(number.clone()),
        Some(Value::String(text)) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            let plain = !text.ends_with(|c: char| c.is_whitespace());
            match Value::from_json_str(text) {
                Ok(number @ Value::Number(_)) if plain => Ok(number),
                _ => Err("invalid syntax".into()),
            }
        }
        _ => Err("operand 1 must be a number's text, null or boolean".into()),
    }
}
