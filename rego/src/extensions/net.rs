//! CIDR arithmetic on address ranges. An IPv4 address and an IPv6 one never meet.
use super::{text, within, Answer, Refusal, RESULT_ITEMS_MAX};
use regorus::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    v6: bool,
    last: u128,
    first: u128,
}

fn number_of(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(a) => (false, u128::from(u32::from(a))),
        IpAddr::V6(a) => match a.to_ipv4_mapped() {
            Some(mapped) => (false, u128::from(u32::from(mapped))),
            None => (true, u128::from(a)),
        },
    }
}

fn address_of(v6: bool, number: u128) -> IpAddr {
    match u32::try_from(number) {
        Ok(small) if !v6 => IpAddr::V4(Ipv4Addr::from(small)),
        _ => IpAddr::V6(Ipv6Addr::from(number)),
    }
}

impl Range {
    fn new(v6: bool, address: u128, prefix: u32) -> Option<Self> {
        let width = if v6 { 128 } else { 32 };
        let host_bits = width - (prefix <= width).then_some(prefix)?;
        let hosts = if host_bits == 128 { u128::MAX } else { (1u128 << host_bits) - 1 };
        Some(Self { v6, first: address & !hosts, last: address | hosts })
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        let wrong = || Refusal::from(format!("invalid CIDR address: {text}"));
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        if prefix.is_empty() || prefix.len() > 3 || !prefix.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let (v6, number) = number_of(address.parse().map_err(|_| wrong())?);
        Range::new(v6, number, prefix.parse().map_err(|_| wrong())?).ok_or_else(wrong)
    }

    /// A CIDR, or an address as the range of itself.
    fn parse_either(text: &str) -> Result<Self, Refusal> {
        match text.parse() {
            Ok(address) => {
                let (v6, number) = number_of(address);
                Ok(Self { v6, first: number, last: number })
            }
            Err(_) => Range::parse(text),
        }
    }

    fn contains(&self, other: &Self) -> bool {
        self.v6 == other.v6 && self.first <= other.first && other.last <= self.last
    }

    fn meets(&self, other: &Self) -> bool {
        self.v6 == other.v6 && self.first <= other.last && other.first <= self.last
    }

    /// The fewest CIDRs that cover exactly this range.
    fn cidrs(&self, out: &mut Vec<Value>) {
        let width: u32 = if self.v6 { 128 } else { 32 };
        let mut first = self.first;
        loop {
            let aligned = if first == 0 { width } else { first.trailing_zeros().min(width) };
            let room = self.last - first;
            let fits = if room == u128::MAX { 128 } else { 127 - (room + 1).leading_zeros() };
            let bits = aligned.min(fits);
            out.push(Value::from(format!("{}/{}", address_of(self.v6, first), width - bits)));
            let step = if bits == 128 { u128::MAX } else { (1u128 << bits) - 1 };
            match first.checked_add(step).filter(|end| *end < self.last) {
                Some(end) => first = end + 1,
                None => return,
            }
        }
    }
}

pub fn cidr_contains(values: &[Value]) -> Answer {
    Ok(Value::from(Range::parse(text(values, 0)?)?.contains(&Range::parse_either(text(values, 1)?)?)))
}

pub fn cidr_intersects(values: &[Value]) -> Answer {
    Ok(Value::from(Range::parse(text(values, 0)?)?.meets(&Range::parse(text(values, 1)?)?)))
}

pub fn cidr_expand(values: &[Value]) -> Answer {
    let range = Range::parse(text(values, 0)?)?;
    let count = usize::try_from(range.last - range.first).unwrap_or(usize::MAX).saturating_add(1);
    within(count, RESULT_ITEMS_MAX)?;
    Ok(set_of((range.first..=range.last).map(|n| Value::from(address_of(range.v6, n).to_string()))))
}

fn set_of(items: impl Iterator<Item = Value>) -> Value {
    let mut set = regorus::value::Set::default();
    for item in items {
        set.insert(item);
    }
    set.into_value()
}

/// The texts of an operand, each with what the answer calls it by: the index, the key, or the element itself.
fn labelled(operand: &Value) -> Result<Vec<(Value, Range)>, Refusal> {
    let wrong = || Refusal::from("element must be string or non-empty array");
    let range = |item: &Value| match item {
        Value::String(text) => Range::parse_either(text),
        Value::Array(inner) => match inner.first() {
            Some(Value::String(text)) => Range::parse_either(text),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    };
    match operand {
        Value::String(_) => Ok(vec![(operand.clone(), range(operand)?)]),
        Value::Array(items) => {
            items.iter().enumerate().map(|(at, x)| Ok((Value::from(at as u64), range(x)?))).collect()
        }
        Value::Set(items) => items.iter().map(|x| Ok((x.clone(), range(x)?))).collect(),
        Value::Object(members) => members.iter().map(|(key, x)| Ok((key.clone(), range(x)?))).collect(),
        _ => Ok(Vec::new()),
    }
}

pub fn cidr_contains_matches(values: &[Value]) -> Answer {
    let [outer, inner] = values else { return Err("two operands are needed".into()) };
    let (outer, inner) = (labelled(outer)?, labelled(inner)?);
    within(outer.len().saturating_mul(inner.len()), 16 * RESULT_ITEMS_MAX)?;
    let pairs = outer.iter().flat_map(|(a, x)| {
        inner
            .iter()
            .filter(move |(_, y)| x.contains(y))
            .map(move |(b, _)| Value::from(vec![a.clone(), b.clone()]))
    });
    Ok(set_of(pairs))
}

/// Go's mask of a bare IPv4 address: by its class.
fn class_prefix(address: Ipv4Addr) -> Option<u32> {
    match address.octets()[0] {
        0..=127 => Some(8),
        128..=191 => Some(16),
        192..=223 => Some(24),
        _ => None,
    }
}

fn merge_operand(item: &Value) -> Result<Range, Refusal> {
    let Value::String(text) = item else { return Err("element must be string".into()) };
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => class_prefix(address)
            .and_then(|prefix| Range::new(false, u128::from(u32::from(address)), prefix))
            .ok_or_else(|| Refusal::from("IPv4 address without a class")),
        Ok(IpAddr::V6(_)) => Err("IPv6 invalid: needs prefix length".into()),
        Err(_) => Range::parse(text),
    }
}

pub fn cidr_merge(values: &[Value]) -> Answer {
    let mut ranges: Vec<Range> = match values.first() {
        Some(Value::Array(items)) => items.iter().map(merge_operand).collect::<Result<_, _>>()?,
        Some(Value::Set(items)) => items.iter().map(merge_operand).collect::<Result<_, _>>()?,
        _ => return Err("operand must be an array".into()),
    };
    ranges.sort();
    let mut merged: Vec<Range> = Vec::new();
    for range in ranges {
        let mut range = range;
        while let Some(before) = merged.last() {
            if before.v6 != range.v6 || range.first.saturating_sub(1) > before.last {
                break;
            }
            range.first = range.first.min(before.first);
            merged.pop();
        }
        merged.push(range);
    }
    let mut out = Vec::new();
    merged.iter().for_each(|range| range.cidrs(&mut out));
    Ok(set_of(out.into_iter()))
}
