//! units.parse and units.parse_bytes, with exact numbers and a bound on exponents.
use super::{text, Answer, Refusal};
use num_bigint::BigInt;
use regorus::Value;
use std::str::FromStr;

const EXPONENT_MAX: i32 = 400;

/// A number with its unit: where the number ends, an `e` belongs to it only when digits follow.
fn split(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let after = |n: usize| bytes.get(at + n).copied().unwrap_or(0);
        match bytes[at] {
            b'0'..=b'9' | b'.' | b'+' | b'-' => at += 1,
            b'e' | b'E' if after(1).is_ascii_digit() => at += 2,
            b'e' | b'E' if matches!(after(1), b'+' | b'-') => at += 2,
            _ => break,
        }
    }
    text.split_at(at)
}

/// A decimal number as (digits, power of ten).
fn decimal(text: &str) -> Result<(BigInt, i32), Refusal> {
    let wrong = || Refusal::from("could not parse amount to a number");
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| Refusal::from("exponent too large"))?;
    if exponent.abs() > EXPONENT_MAX {
        return Err("exponent too large".into());
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.trim_start_matches(['+', '-']).is_empty() && fraction.is_empty() || fraction.contains(['+', '-'])
    {
        return Err(wrong());
    }
    let digits = BigInt::from_str(&format!("{whole}{fraction}")).map_err(|_| wrong())?;
    Ok((digits, exponent - i32::try_from(fraction.len()).map_err(|_| wrong())?))
}

fn ten_to(power: i32) -> BigInt {
    BigInt::from(10).pow(power.unsigned_abs())
}

/// amount × multiplier ÷ 1000^milli as numerator and denominator.
fn scaled(amount: &str, multiplier: u64, milli: bool) -> Result<(BigInt, BigInt), Refusal> {
    let (digits, power) = decimal(amount)?;
    let mut numerator = digits * multiplier;
    let mut denominator = BigInt::from(if milli { 1000 } else { 1 });
    if power >= 0 {
        numerator *= ten_to(power)
    } else {
        denominator *= ten_to(power)
    }
    Ok((numerator, denominator))
}

fn number(text: &str) -> Answer {
    Value::from_numeric_string(text).map_err(|error| error.to_string().into())
}

/// The multiplier of the first letter of a unit; the rest says whether it is binary.
fn multiplier(prefix: u8, binary: bool) -> Option<u64> {
    let power = b"kmgtpe".iter().position(|p| *p == prefix)? as u32 + 1;
    Some(if binary { 1024u64.pow(power) } else { 1000u64.pow(power) })
}

fn unit_of(unit: &str, endings: [&[&str]; 2]) -> Option<u64> {
    let Some(first) = unit.bytes().next() else { return Some(1) };
    let rest = &unit[1..];
    let binary = endings[1].contains(&rest);
    if !binary && !endings[0].contains(&rest) {
        return None;
    }
    multiplier(first, binary)
}

fn read(values: &[Value]) -> Result<String, Refusal> {
    let plain = text(values, 0)?.replace('"', "");
    if plain.contains(' ') {
        return Err("spaces not allowed in resource strings".into());
    }
    Ok(plain)
}

pub fn parse(values: &[Value]) -> Answer {
    let plain = read(values)?;
    let (amount, unit) = split(&plain);
    if amount.is_empty() {
        return Err("no amount provided".into());
    }
    if !unit.is_ascii() {
        return Err(format!("unit {unit} not recognized").into());
    }
    let milli = unit == "m";
    let lower = unit.to_ascii_lowercase();
    let factor = if milli { Some(1) } else { unit_of(&lower, [&[""], &["i"]]) };
    let factor = factor.ok_or_else(|| Refusal::from(format!("unit {unit} not recognized")))?;
    let (numerator, denominator) = scaled(amount, factor, milli)?;
    if (&numerator % &denominator) == BigInt::from(0) {
        return number(&(numerator / denominator).to_string());
    }
    number(&rounded(&numerator, &denominator))
}

/// Ten decimals, as big.Rat's FloatString(10): half away from zero.
fn rounded(numerator: &BigInt, denominator: &BigInt) -> String {
    let negative = numerator.sign() == num_bigint::Sign::Minus;
    let magnitude = if negative { -numerator } else { numerator.clone() };
    let ten_decimals = (magnitude * ten_to(10) * 2 + denominator) / (denominator * 2);
    let digits = format!("{ten_decimals:0>11}");
    let (whole, fraction) = digits.split_at(digits.len() - 10);
    format!("{}{whole}.{fraction}", if negative { "-" } else { "" })
}

pub fn parse_bytes(values: &[Value]) -> Answer {
    let plain = read(values)?.to_lowercase();
    let (amount, unit) = split(&plain);
    if amount.is_empty() {
        return Err("no byte amount provided".into());
    }
    let known = if unit.is_ascii() { unit_of(unit, [&["", "b"], &["i", "ib"]]) } else { None };
    let factor = known.ok_or_else(|| Refusal::from(format!("byte unit {unit} not recognized")))?;
    let (numerator, denominator) = scaled(amount, factor, false)?;
    number(&(numerator / denominator).to_string())
}
