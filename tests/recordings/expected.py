#!/usr/bin/env python3
"""Computes from the recordings, apart from Vigie, the figures that Vigie must show.

Usage: expected.py            writes expected.json beside this file
       expected.py --check    compares instead; exit code 1 when it differs

Standard library only. What each figure means stands in README.md.
"""

import bisect
import csv
import datetime as dt
import json
import pathlib
import sys
import zoneinfo

HERE = pathlib.Path(__file__).parent
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
MISSING = ("?", "")
QUARTER = dt.timedelta(minutes=15)


def stamp(at):
    return at.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def household():
    """Wh of each civil day by meter, from the energy of each minute."""
    scale = {
        "Global_active_power": ("maison", 1000 / 60),
        "Sub_metering_1": ("cuisine", 1.0),
        "Sub_metering_2": ("buanderie", 1.0),
        "Sub_metering_3": ("ballon", 1.0),
    }
    days = {meter: {} for meter, _ in scale.values()}
    base = set()
    rows = missing = 0
    with open(HERE / "household-power-2006-12.csv", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            rows += 1
            begin = dt.datetime.strptime(row["Date"] + " " + row["Time"], "%d/%m/%Y %H:%M:%S")
            missing += row["Global_active_power"] in MISSING
            for column, (meter, factor) in scale.items():
                if row[column] in MISSING:
                    continue  # a missing minute adds nothing
                if meter not in base:
                    base.add(meter)  # the first state of a register is only a base
                    continue
                # The register grows at the end of the minute; the minute belongs to the day it began in.
                day = begin.date().isoformat()
                days[meter][day] = days[meter].get(day, 0.0) + float(row[column]) * factor
    rounded = {meter: {day: round(wh, 3) for day, wh in found.items()} for meter, found in days.items()}
    return {"timezone": "Europe/Paris", "rows": rows, "missing_minutes": missing, "wh_by_day": rounded}


def load():
    """The load curve of the house, from its register read between quarter hours by straight lines."""
    utc, minute, total = dt.timezone.utc, dt.timedelta(minutes=1), 0.0
    readings = []
    with open(HERE / "household-power-2006-12.csv", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["Global_active_power"] in MISSING:
                continue
            begin = dt.datetime.strptime(row["Date"] + " " + row["Time"], "%d/%m/%Y %H:%M:%S")
            total += float(row["Global_active_power"]) * 1000 / 60
            readings.append((begin.replace(tzinfo=PARIS).astimezone(utc) + minute, total))
    times, totals = [at for at, _ in readings], [wh for _, wh in readings]

    def register(at):
        after = bisect.bisect_left(times, at)
        if times[after] == at:
            return totals[after]
        share = (at - times[after - 1]) / (times[after] - times[after - 1])
        return totals[after - 1] + share * (totals[after] - totals[after - 1])

    first = times[0].replace(minute=times[0].minute // 15 * 15) + QUARTER  # the first whole quarter of an hour
    quarters = []
    while first + QUARTER <= times[-1]:
        quarters.append((first, (register(first + QUARTER) - register(first)) * 4))
        first += QUARTER
    falling = sorted((watts for _, watts in quarters), reverse=True)

    def exceeded(percent):
        return falling[max(0, -(-percent * len(falling) // 100) - 1)]

    fields, nights = {}, {}
    for start, watts in quarters:
        local = start.astimezone(PARIS)
        fields.setdefault((local.weekday(), local.hour), []).append(watts)
        if 1 <= local.hour < 5:
            nights.setdefault(local.date().isoformat(), []).append(watts)
    mean = lambda found: round(sum(found) / len(found), 3)
    return {
        "quarters": len(quarters),
        "mean_w": mean(falling),
        "peak_w": round(falling[0], 3),
        "baseload_w": round(exceeded(95), 3),
        "duration_curve_w": [round(exceeded(percent), 3) for percent in range(0, 101, 10)],
        "heat_map_w": [[mean(fields[day, hour]) for hour in range(24)] for day in range(7)],
        "nights_w": {date: mean(found) for date, found in sorted(nights.items())},
    }


def office():
    """CO2 by quarter hour, and the door registers by civil day."""
    quarters, doors, level, rows = {}, {}, None, 0
    with open(HERE / "office-999169.csv", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            at = dt.datetime.fromisoformat(row["timestamp"])
            if row["source"] == "bms" and row["co2_ppm"]:
                utc = at.astimezone(dt.timezone.utc)
                start = utc.replace(minute=utc.minute // 15 * 15, second=0, microsecond=0)
                quarters.setdefault(start, []).append(float(row["co2_ppm"]))
            elif row["source"] == "people_counter" and row["people"]:
                people = float(row["people"])
                if level is not None:  # the first state of the registers is only a base
                    day = doors.setdefault(at.astimezone(PARIS).date().isoformat(), {"in": 0.0, "out": 0.0})
                    day["in"] += max(people - level, 0.0)
                    day["out"] += max(level - people, 0.0)
                level = people
    co2 = [
        {
            "start": stamp(start),
            "end": stamp(start + QUARTER),
            "count": len(values),
            "min": min(values),
            "max": max(values),
            "mean": round(sum(values) / len(values), 4),
        }
        for start, values in sorted(quarters.items())
    ]
    return {"timezone": "Europe/Paris", "rows": rows, "co2_by_quarter_hour": co2, "door_by_day": doors}


def main():
    figures = {"household": household() | {"load": load()}, "office": office()}
    text = json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
    target = HERE / "expected.json"
    if "--check" not in sys.argv:
        target.write_text(text)
    elif target.read_text() != text:
        sys.exit("expected.json is not what the recordings give: run expected.py and look at the difference")


if __name__ == "__main__":
    main()
