#!/usr/bin/env python3
"""Computes from the recordings, apart from Vigie, the figures that Vigie must show.

Usage: expected.py            writes expected.json beside this file
       expected.py --check    compares instead; exit code 1 when it differs

Standard library only. What each figure means stands in README.md.
"""

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
    figures = {"household": household(), "office": office()}
    text = json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
    target = HERE / "expected.json"
    if "--check" not in sys.argv:
        target.write_text(text)
    elif target.read_text() != text:
        sys.exit("expected.json is not what the recordings give: run expected.py and look at the difference")


if __name__ == "__main__":
    main()
