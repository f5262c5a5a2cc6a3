#!/usr/bin/env python3
"""Holds `weir window check --batch` against dateutil and Python's zoneinfo, case by generated case.

Usage: run.py WEIR [COUNT] [SEED]      COUNT cases (400), in ten time zones, most of them around changes of the clock
Exits 77, and says so, without dateutil (Debian: python3-dateutil).
Every rule is walked from its start in local time; each start is read in its zone with the offset before a gap and as
the first of two; occurrences that touch are joined: nothing of that is shared with what is tested.
"""
import json
import random
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

try:
    from dateutil.rrule import rrulestr
except ImportError:
    print("SKIPPED: there is no dateutil to hold windows against (Debian: python3-dateutil)", file=sys.stderr)
    sys.exit(77)

UTC = timezone.utc
DAYS = "MO TU WE TH FR SA SU".split()
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "Pacific/Apia",
         "America/Sao_Paulo", "Europe/Dublin", "Africa/Casablanca", "Asia/Tehran"]
FREQUENCIES = "YEARLY YEARLY MONTHLY MONTHLY WEEKLY WEEKLY DAILY DAILY HOURLY MINUTELY SECONDLY".split()
INTERVAL_MAX = {"SECONDLY": 5000, "MINUTELY": 500, "HOURLY": 50}
DURATIONS = [1, 5, 60, 600, 1800, 3600, 3600, 7200, 14400, 14400, 43200, 86400, 90000, 172800, 604800]
OCCURRENCES_MAX = 400  # after the moment; a reference that needs more takes no part
SECONDS_MAX = 0.3      # of CPU, for one reference


class TooLong(Exception):
    pass


def alarm(*_):
    raise TooLong


def some(values, most):
    return ",".join(map(str, sorted(random.sample(list(values), random.randint(1, most)))))


def chance(part):
    return random.random() < part


def week_days(frequency, numbered):
    if frequency in ("YEARLY", "MONTHLY") and numbered and chance(0.5):
        every = [number + day for number in ("1", "2", "3", "4", "5", "-1", "-2") for day in DAYS]
        return ",".join(random.sample(every, random.randint(1, 2)))
    return ",".join(random.sample(DAYS, random.randint(1, 3)))


def rule_parts():
    frequency = random.choice(FREQUENCIES)
    parts = ["FREQ=" + frequency]
    below_day = frequency in INTERVAL_MAX
    if chance(0.5):
        parts.append(f"INTERVAL={random.randint(1, INTERVAL_MAX.get(frequency, 6))}")
    if chance(0.25):
        parts.append("BYMONTH=" + some(range(1, 13), 3))
    by_week = frequency == "YEARLY" and chance(0.2)
    if by_week:
        # Not 52 and 53: dateutil takes the first days of some years for week 53 (2022-01-01 is in the 52nd of 2021).
        parts.append("BYWEEKNO=" + some([1, 2, 10, 20, 51, -1, -2], 2))
    if (below_day or frequency == "YEARLY") and chance(0.1):
        parts.append("BYYEARDAY=" + some([1, 2, 60, 88, 100, 200, 301, 365, 366, -1, -366], 3))
    if frequency != "WEEKLY" and chance(0.25):
        parts.append("BYMONTHDAY=" + some([1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -5, -31], 3))
    if chance(0.4):
        parts.append("BYDAY=" + week_days(frequency, not by_week))
    if chance(0.25):
        parts.append("BYHOUR=" + some(random.choice([range(24), [1, 2, 3]]), 2))
    if chance(0.15):
        parts.append("BYMINUTE=" + some(range(60), 2))
    if chance(0.08):
        parts.append("BYSECOND=" + some(range(60), 2))
    # The first week of a weekly rule is cut off at its start by dateutil, so its positions differ there.
    if frequency != "WEEKLY" and chance(0.2) and any(part.startswith("BY") for part in parts):
        parts.append("BYSETPOS=" + some([1, 2, 3, -1, -2], 2))
    if chance(0.2):
        parts.append("WKST=" + random.choice(DAYS))
    return parts


changes_of = {}


def changes(zone, year):
    """(moment, local time before, local time after) of each change of the clock."""
    if (zone, year) not in changes_of:
        tz, at, found = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), []
        for _ in range(366 * 48):
            after = at + timedelta(minutes=30)
            if at.astimezone(tz).utcoffset() != after.astimezone(tz).utcoffset():
                found.append((after, at.astimezone(tz).replace(tzinfo=None), after.astimezone(tz).replace(tzinfo=None)))
            at = after
        changes_of[zone, year] = found
    return changes_of[zone, year]


def case():
    zone = random.choice(ZONES)
    year = {"America/Sao_Paulo": 2018, "Asia/Tehran": 2021}.get(zone, random.choice([2011, 2023, 2024, 2025, 2026]))
    parts, found = rule_parts(), changes(zone, year)
    if found and chance(0.6):
        change = random.choice(found)
        start = change[1] + timedelta(minutes=random.choice([-60, -30, 0, 15, 30, 45, 60, 90, 120, 150]),
                                      days=-random.choice([0, 1, 7, 14, 28, 364, 365]))
        at = change[0] + timedelta(seconds=random.randint(-1, 1) * random.randint(0, random.choice([7200, 144000])))
    else:
        start = datetime(year, 1, 1) + timedelta(minutes=random.randint(0, 365 * 1440))
        at = start.replace(tzinfo=UTC) + timedelta(seconds=random.randint(-86400, random.choice([86400, 9000000])))
    if chance(0.15):
        parts.append(f"COUNT={random.randint(1, 40)}")
    elif chance(0.15):
        until = start + timedelta(seconds=random.randint(0, 40 * 86400))
        parts.append("UNTIL=" + until.strftime("%Y%m%dT%H%M%S"))
    return ";".join(parts), start, timedelta(seconds=random.choice(DURATIONS)), zone, at


def joined(rule, start, duration, zone, at):
    """Openings from before the moment on; and whether these are all."""
    tz, spans, later = ZoneInfo(zone), [], 0
    for local in rrulestr(rule, dtstart=start):
        if local + duration + timedelta(hours=50) < at.replace(tzinfo=None):
            continue
        opens = local.replace(tzinfo=tz).astimezone(UTC)  # fold=0: the offset before a gap, the first of two
        spans.append((opens, opens + duration))
        later += opens > at
        if later > OCCURRENCES_MAX:
            break
    openings = []
    for opens, closes in sorted(spans):
        if openings and opens <= openings[-1][1]:
            openings[-1][1] = max(openings[-1][1], closes)
        else:
            openings.append([opens, closes])
    return openings, later <= OCCURRENCES_MAX


def expected(rule, start, duration, zone, at):
    """What must be answered; None when the reference has not seen far enough."""
    openings, all_seen = joined(rule, start, duration, zone, at)
    for i, (opens, closes) in enumerate(openings):
        after = openings[i + 1][0] if i + 1 < len(openings) else None
        if opens <= at < closes:
            return {"open": True, "closes": closes, "opens": after} if after or all_seen else None
        if opens > at:
            return {"open": False, "closes": None, "opens": opens}
    return {"open": False, "closes": None, "opens": None}


def near(one):
    """The same case at a moment where the reference opens or closes, or just beside it."""
    rule, start, duration, zone, at = one
    openings, _ = joined(rule, start, duration, zone, at)
    if not openings:
        return one
    moment = random.choice(random.choice(openings[:20]))
    return rule, start, duration, zone, moment + timedelta(seconds=random.choice([-1, 0, 0, 1, 30]))


def generate(count):
    cases = []
    signal.signal(signal.SIGVTALRM, alarm)
    while len(cases) < count:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_MAX)
        try:
            one = case()
            if chance(0.7):
                one = near(one)
            want = expected(*one)
        except (TooLong, OverflowError, ValueError):  # too costly, or dateutil itself refuses the rule
            continue
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if want is not None:
            cases.append((one, want))
    return cases


def text(moment):
    return moment and moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def as_line(rule, start, duration, zone, at):
    return json.dumps({"rrule": rule, "start": start.isoformat(), "duration": f"PT{int(duration.total_seconds())}S",
                       "timezone": zone, "at": text(at)})


def main(weir, count=400, seed=1):
    random.seed(int(seed))
    cases = generate(int(count))
    lines = [as_line(*one) for one, _ in cases]
    done = subprocess.run([weir, "window", "check", "--batch"], input="\n".join(lines) + "\n", capture_output=True,
                          text=True, timeout=600)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(cases), f"{len(answers)} answers to {len(cases)} lines; {done.stderr}"
    wrong = opened = never = 0
    for line, (_, want), got in zip(lines, cases, answers):
        want = {"open": want["open"], "closes": text(want["closes"]), "opens": text(want["opens"])}
        opened += want["open"]
        if "never fires" in got.get("error", {}).get("message", "") and not any(want.values()):
            never += 1
        elif got != want:
            wrong += 1
            print(f"{line}\n  dateutil {want}\n  weir     {got}")
    print(f"{len(cases)} cases, {opened} of them open, {never} never fire; {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
