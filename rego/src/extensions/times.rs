//! time.* as OPA answers them, that is as Go's package time does: a month has its overflowing days, a zone its name, a
//! fraction no zeros that say nothing. The zone "Local" is the machine's and has no answer.
use super::{text, Answer, Refusal};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::{OffsetName, Tz};
use regorus::Value;

/// A moment and the zone it is looked at in.
struct Moment {
    at: NaiveDateTime, // in UTC
    zone: Tz,
}

type Read<T> = Result<T, Refusal>;

impl Moment {
    fn offset_seconds(&self) -> i64 {
        i64::from(self.zone.offset_from_utc_datetime(&self.at).fix().local_minus_utc())
    }

    fn local(&self) -> NaiveDateTime {
        self.at + TimeDelta::seconds(self.offset_seconds())
    }

    fn zone_name(&self) -> String {
        let offset = self.zone.offset_from_utc_datetime(&self.at);
        match offset.abbreviation() {
            Some(name) => name.to_string(),
            None => match zone_text(self.offset_seconds(), "-0700") {
                text if text.ends_with("00") => text[..3].to_string(), // as the zone's own data has it
                text => text,
            },
        }
    }
}

/// The moment, and the layout if there is one: nanoseconds, or an array of them, a zone and a layout.
fn moment(value: Option<&Value>) -> Read<(Moment, String)> {
    const WANTED: &str = "operand 1 must be either number (ns) or [number (ns), string (tz)]";
    let (ns, rest) = match value {
        Some(ns @ Value::Number(_)) => (ns, &[][..]),
        Some(Value::Array(items)) => match items.as_slice() {
            [ns @ Value::Number(_), rest @ ..] => (ns, rest),
            _ => return Err(WANTED.into()),
        },
        _ => return Err(WANTED.into()),
    };
    let Value::Number(ns) = ns else { return Err(WANTED.into()) };
    let ns = ns.as_i64().ok_or("timestamp too big")?;
    let words = rest.iter().take(2).map(|item| match item {
        Value::String(word) => Ok(word.to_string()),
        _ => Err(Refusal::from(WANTED)),
    });
    let words = words.collect::<Read<Vec<String>>>()?;
    let zone = match words.first().map(String::as_str) {
        None | Some("" | "UTC") => Tz::UTC,
        Some("Local") => return Err("the zone of the machine is not known here".into()),
        Some(name) => name.parse().map_err(|_| format!("unknown time zone {name}"))?,
    };
    let at = DateTime::<Utc>::from_timestamp_nanos(ns).naive_utc();
    Ok((Moment { at, zone }, words.get(1).cloned().unwrap_or_default()))
}

fn numbers<const N: usize>(all: [i64; N]) -> Answer {
    Ok(Value::from(all.map(Value::from).to_vec()))
}

fn nanoseconds(at: NaiveDateTime) -> Answer {
    match at.and_utc().timestamp_nanos_opt() {
        Some(ns) => Ok(Value::from(ns)),
        None => Err("time outside of valid range".into()),
    }
}

fn date_of(at: &NaiveDateTime) -> [i64; 3] {
    [i64::from(at.year()), i64::from(at.month()), i64::from(at.day())]
}

fn clock_of(at: &NaiveDateTime) -> [i64; 3] {
    [i64::from(at.hour()), i64::from(at.minute()), i64::from(at.second())]
}

pub fn date(values: &[Value]) -> Answer {
    numbers(date_of(&moment(values.first())?.0.local()))
}

pub fn clock(values: &[Value]) -> Answer {
    numbers(clock_of(&moment(values.first())?.0.local()))
}

pub fn weekday(values: &[Value]) -> Answer {
    Ok(Value::from(weekday_name(&moment(values.first())?.0.local())))
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn weekday_name(at: &NaiveDateTime) -> &'static str {
    DAYS[at.weekday().num_days_from_sunday() as usize]
}

fn month_name(at: &NaiveDateTime) -> &'static str {
    MONTHS[at.month0() as usize]
}

fn integer(values: &[Value], at: usize) -> Read<i64> {
    match values.get(at) {
        Some(Value::Number(n)) if n.is_integer() => n.as_i64().ok_or_else(|| "number out of range".into()),
        _ => Err(format!("operand {} must be integer number", at + 1).into()),
    }
}

/// Days that a month does not have are those of the next one.
fn day_of(year: i64, month: i64, day: i64) -> Option<NaiveDate> {
    let months = year.checked_mul(12)?.checked_add(month)?.checked_sub(1)?;
    let year = i32::try_from(months.div_euclid(12)).ok()?;
    let month = u32::try_from(months.rem_euclid(12)).ok()? + 1;
    NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_signed(TimeDelta::try_days(day.checked_sub(1)?)?)
}

pub fn add_date(values: &[Value]) -> Answer {
    const BEYOND: &str = "time outside of valid range";
    let (from, _) = moment(values.first())?;
    let local = from.local();
    let [year, month, day] = date_of(&local);
    let sum =
        |at: usize, n: i64| -> Read<i64> { integer(values, at)?.checked_add(n).ok_or_else(|| BEYOND.into()) };
    let moved = day_of(sum(1, year)?, sum(2, month)?, sum(3, day)?).ok_or(BEYOND)?.and_time(local.time());
    // The offset there is taken as if the clock showed UTC, then looked up again at that moment.
    let offset = |at| Moment { at, zone: from.zone }.offset_seconds();
    let back = |seconds: i64| moved.checked_sub_signed(TimeDelta::seconds(seconds)).ok_or(BEYOND);
    nanoseconds(back(offset(back(offset(moved))?))?)
}

pub fn diff(values: &[Value]) -> Answer {
    let (first, second) = (moment(values.first())?.0, moment(values.get(1))?.0);
    let (one, other) = (&first.local(), &Moment { at: second.at, zone: first.zone }.local());
    let (from, to) = if first.at > second.at { (other, one) } else { (one, other) };
    let ([y1, m1, d1], [y2, m2, d2]) = (date_of(from), date_of(to));
    let ([h1, n1, s1], [h2, n2, s2]) = (clock_of(from), clock_of(to));
    let days =
        day_of(y1, m1 + 1, 1).zip(day_of(y1, m1, 1)).map_or(30, |(next, this)| (next - this).num_days());
    let mut parts = [y2 - y1, m2 - m1, d2 - d1, h2 - h1, n2 - n1, s2 - s1];
    for (at, size) in [(5, 60), (4, 60), (3, 24), (2, days), (1, 12)] {
        if parts[at] < 0 {
            parts[at] += size;
            parts[at - 1] -= 1;
        }
    }
    numbers(parts)
}

fn digits(text: &mut &str, least: usize, most: usize) -> Option<i64> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(length);
    *text = rest;
    if length < least {
        None
    } else {
        number.parse().ok()
    }
}

fn skip(text: &mut &str, wanted: &[char]) -> Option<char> {
    let c = text.chars().next().filter(|c| wanted.contains(c))?;
    *text = &text[1..];
    Some(c)
}

/// Up to nine digits count.
fn fraction(text: &mut &str) -> i64 {
    let starts = text.starts_with(['.', ',']) && text[1..].starts_with(|c: char| c.is_ascii_digit());
    if !starts {
        return 0;
    }
    let length = text[1..].bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text[1..].split_at(length);
    *text = rest;
    format!("{number:0<9}")[..9].parse().unwrap_or(0)
}

fn rfc3339(mut text: &str) -> Option<NaiveDateTime> {
    let text = &mut text;
    let part = |text: &mut &str, least, most, after: &[char]| {
        let number = digits(text, least, most)?;
        if !after.is_empty() {
            skip(text, after)?;
        }
        u32::try_from(number).ok()
    };
    let (year, month) = (part(text, 4, 4, &['-'])?, part(text, 2, 2, &['-'])?);
    let day = part(text, 2, 2, &['T'])?;
    let (hour, minute) = (part(text, 1, 2, &[':'])?, part(text, 2, 2, &[':'])?);
    let second = part(text, 2, 2, &[])?;
    let nanosecond = fraction(text);
    let offset = match skip(text, &['Z', '+', '-'])? {
        'Z' => 0,
        sign => {
            let (hours, minutes) = (part(text, 2, 2, &[':'])?, part(text, 2, 2, &[])?);
            if hours > 24 || minutes > 60 {
                return None;
            }
            i64::from(hours * 60 + minutes) * if sign == '-' { -60 } else { 60 }
        }
    };
    if !text.is_empty() || second > 59 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let local = date.and_hms_nano_opt(hour, minute, second, u32::try_from(nanosecond).ok()?)?;
    local.checked_sub_signed(TimeDelta::seconds(offset))
}

pub fn parse_rfc3339_ns(values: &[Value]) -> Answer {
    nanoseconds(rfc3339(text(values, 0)?).ok_or("no RFC 3339 time")?)
}

/// Layouts that have a name.
const LAYOUTS: [(&str, &str); 10] = [
    ("ANSIC", "Mon Jan _2 15:04:05 2006"),
    ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
    ("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
    ("RFC822", "02 Jan 06 15:04 MST"),
    ("RFC822Z", "02 Jan 06 15:04 -0700"),
    ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
    ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
    ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
    ("RFC3339", "2006-01-02T15:04:05Z07:00"),
    ("RFC3339Nano", NANO),
];
const NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// The parts of a layout; where several begin alike, the longer is first. What ends with `~` may not have a small letter
/// after it.
const PARTS: [&str; 38] = [
    "January",
    "Jan~",
    "Monday",
    "Mon~",
    "MST",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "1",
    "2006",
    "2",
    "_2006",
    "_2",
    "__2",
    "3",
    "4",
    "5",
    "PM",
    "pm",
    "-070000",
    "-07:00:00",
    "-0700",
    "-07:00",
    "-07",
    "Z070000",
    "Z07:00:00",
    "Z0700",
    "Z07:00",
    "Z07",
    ".0",
    ",0",
    ".9",
    ",9",
];

/// The part a layout begins with, and its length there.
fn part_at(layout: &str) -> Option<(&'static str, usize)> {
    PARTS.iter().find_map(|part| {
        let (plain, word) = match part.strip_suffix('~') {
            Some(plain) => (plain, true),
            None => (*part, false),
        };
        let rest = layout.strip_prefix(plain)?;
        if word && rest.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        if !plain.starts_with(['.', ',']) {
            return Some((plain, plain.len()));
        }
        let same = plain.as_bytes()[1];
        let count = 1 + rest.bytes().take_while(|b| *b == same).count();
        let ends = !layout[1 + count..].starts_with(|c: char| c.is_ascii_digit());
        ends.then_some((plain, 1 + count))
    })
}

/// An offset by its part: "Z07:00" says Z where there is none.
fn zone_text(offset: i64, part: &str) -> String {
    if offset == 0 && part.starts_with('Z') {
        return "Z".to_string();
    }
    let (sign, minutes) = if offset / 60 < 0 { ('-', -offset / 60) } else { ('+', offset / 60) };
    let (colon, size) = (if part.contains(':') { ":" } else { "" }, part.replace(':', "").len());
    let mut out = format!("{sign}{:02}", minutes / 60);
    if size > 3 {
        out.push_str(&format!("{colon}{:02}", minutes % 60));
    }
    if size > 5 {
        out.push_str(&format!("{colon}{:02}", offset.abs() % 60));
    }
    out
}

fn fraction_text(nanosecond: u32, part: &str, count: usize) -> String {
    let digits = &format!("{nanosecond:09}")[..count.min(9)];
    let kept = if part.ends_with('9') { digits.trim_end_matches('0') } else { digits };
    if kept.is_empty() {
        String::new()
    } else {
        format!("{}{kept}", &part[..1])
    }
}

fn part_text(moment: &Moment, at: &NaiveDateTime, part: &str, length: usize) -> String {
    let twelve = if at.hour() % 12 == 0 { 12 } else { at.hour() % 12 };
    match part {
        "January" => month_name(at).to_string(),
        "Jan" => month_name(at)[..3].to_string(),
        "Monday" => weekday_name(at).to_string(),
        "Mon" => weekday_name(at)[..3].to_string(),
        "MST" => moment.zone_name(),
        "002" => format!("{:03}", at.ordinal()),
        "__2" => format!("{:3}", at.ordinal()),
        "01" => format!("{:02}", at.month()),
        "1" => at.month().to_string(),
        "02" => format!("{:02}", at.day()),
        "_2" => format!("{:2}", at.day()),
        "2" => at.day().to_string(),
        "15" => format!("{:02}", at.hour()),
        "03" => format!("{twelve:02}"),
        "3" => twelve.to_string(),
        "04" => format!("{:02}", at.minute()),
        "4" => at.minute().to_string(),
        "05" => format!("{:02}", at.second()),
        "5" => at.second().to_string(),
        "06" => format!("{:02}", at.year().rem_euclid(100)),
        "2006" => format!("{:04}", at.year()),
        "_2006" => format!("_{:04}", at.year()),
        "PM" => if at.hour() >= 12 { "PM" } else { "AM" }.to_string(),
        "pm" => if at.hour() >= 12 { "pm" } else { "am" }.to_string(),
        part if part.starts_with(['.', ',']) => fraction_text(at.nanosecond(), part, length - 1),
        part => zone_text(moment.offset_seconds(), part),
    }
}

pub fn format(values: &[Value]) -> Answer {
    let (moment, wanted) = moment(values.first())?;
    let named = LAYOUTS.iter().find(|(name, _)| *name == wanted).map(|(_, layout)| *layout);
    let mut rest = if wanted.is_empty() { NANO } else { named.unwrap_or(&wanted) };
    let (at, mut out) = (moment.local(), String::new());
    while let Some(c) = rest.chars().next() {
        match part_at(rest) {
            Some((part, length)) => {
                out.push_str(&part_text(&moment, &at, part, length));
                rest = &rest[length..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Ok(Value::from(out))
}

/// A duration of OPA may also count days, weeks and years of 365 days; everything else is Go's.
pub fn parse_duration_ns(values: &[Value]) -> Answer {
    let whole = text(values, 0)?;
    let wrong = || Refusal::from(format!("time: invalid duration {whole:?}"));
    let (negative, mut rest) = match whole.strip_prefix(['-', '+']) {
        Some(rest) => (whole.starts_with('-'), rest),
        None => (false, whole),
    };
    if rest == "0" {
        return Ok(Value::from(0_i64));
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let size = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let (number, after) = rest.split_at(size);
        let unit_size = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_size);
        rest = next;
        let one: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            "w" => 7 * 86_400_000_000_000,
            "y" => 365 * 86_400_000_000_000,
            _ => return Err(wrong()),
        };
        let (before, behind) = number.split_once('.').unwrap_or((number, ""));
        if (before.is_empty() && behind.is_empty()) || behind.contains('.') || before.len() > 19 {
            return Err(wrong());
        }
        total += before.parse::<i128>().unwrap_or(0) * one;
        if !behind.is_empty() {
            let kept = &behind[..behind.len().min(18)];
            total += kept.parse::<i128>().unwrap_or(0) * one / 10_i128.pow(kept.len() as u32);
        }
        if total > i128::from(i64::MAX) + i128::from(negative) {
            return Err(wrong());
        }
    }
    let signed = if negative { -total } else { total };
    i64::try_from(signed).map(Value::from).map_err(|_| wrong())
}
