//! People of a day and their places by the hour: desks, courses and events by timetable, the workshop in the afternoon.

use domain::Instant;
use jiff::civil::{Date, Weekday};

use super::chance::{Chance, millis, whole};
use super::floor::{Floor, Room, Use};
use super::habits::Habits;

/// A stay of one person in one zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    /// When the way there begins.
    pub(super) from: Instant,
    /// When the person gets up again.
    pub(super) until: Instant,
    /// The zone, by its index in the site.
    pub(super) zone: usize,
}

/// The share of the building's capacity that is there in the fullest hour of a working day.
const FULLEST_SHARE: f64 = 0.6;

/// All persons of one day, each with their visits in order.
pub(super) fn people_of(
    date: Date,
    floor: &Floor,
    capacity: u32,
    habits: &Habits,
    chance: &mut Chance,
) -> Vec<Vec<Visit>> {
    let mut day = Day { date, habits, coffee: floor.coffee_corner(), chance, people: Vec::new() };
    let scale = scale(floor, capacity);
    for (zone, room) in floor.stays() {
        match date.weekday() {
            Weekday::Saturday if room.purpose == Use::Workshop => {
                let count = day.some(room, 0.15 * scale);
                day.makers(zone, count, 10.0, 15.0);
            }
            Weekday::Saturday | Weekday::Sunday => {}
            weekday => day.working_day(zone, room, scale, weekday),
        }
    }
    day.people
}

/// Share of its seats that is taken in a zone of this use in the fullest hour.
const fn usual_share(purpose: Use) -> f64 {
    match purpose {
        Use::Conference => 0.70,
        Use::Training => 0.45,
        Use::Workshop => 0.33,
        Use::Coworking => 0.75,
        Use::Offices => 0.55,
        Use::Passage => 0.0,
    }
}

/// Brings the sum over all zones to the share of the whole building.
fn scale(floor: &Floor, capacity: u32) -> f64 {
    let usual: f64 =
        floor.stays().map(|(_, room)| usual_share(room.purpose) * f64::from(room.capacity)).sum();
    (FULLEST_SHARE * f64::from(capacity) / usual.max(1.0)).clamp(0.1, 1.6)
}

struct Day<'a> {
    date: Date,
    habits: &'a Habits,
    coffee: Option<usize>,
    chance: &'a mut Chance,
    people: Vec<Vec<Visit>>,
}

impl Day<'_> {
    fn working_day(&mut self, zone: usize, room: &Room, scale: f64, weekday: Weekday) {
        let share = usual_share(room.purpose) * scale;
        match room.purpose {
            Use::Conference => {
                if self.chance.yes(0.6) {
                    let count = self.some(room, share);
                    self.session(zone, count, 9.5, 12.0);
                }
                let count = self.some(room, share);
                self.session(zone, count, 13.6, 16.5);
            }
            Use::Training => {
                for (likely, from, until) in [(0.6, 9.0, 12.2), (0.65, 13.5, 17.0)] {
                    if self.chance.yes(likely) {
                        let count = self.some(room, share / 0.65);
                        self.session(zone, count, from, until);
                    }
                }
            }
            Use::Workshop => {
                let morning = self.some(room, 0.3 * share);
                self.makers(zone, morning, 9.5, 11.0);
                let afternoon = self.some(room, share);
                self.makers(zone, afternoon * 3 / 4, 13.0, 13.9);
                self.makers(zone, afternoon * 3 / 4, 14.0, 17.0);
                let open_evening = matches!(weekday, Weekday::Tuesday | Weekday::Thursday);
                let evening = self.some(room, if open_evening { 0.7 * share } else { 0.1 * share });
                self.makers(zone, evening, 18.0, 19.5);
            }
            Use::Coworking | Use::Offices => {
                let count = self.some(room, share * 1.15);
                (0..count).for_each(|_| self.desk(zone));
            }
            Use::Passage => {}
        }
    }

    /// About this share of the seats, never more than there are.
    fn some(&mut self, room: &Room, share: f64) -> u32 {
        let mean = share * f64::from(room.capacity);
        whole(self.chance.normal(mean, 0.08 * mean)).min(room.capacity)
    }

    /// A person at a desk: most of the day with lunch, or half of it.
    fn desk(&mut self, zone: usize) {
        let part = self.chance.between(0.0, 1.0);
        let mut begin = self.chance.normal(8.8, 0.6).max(7.5);
        let mut end = self.chance.normal(17.7, 0.8).min(20.0);
        if part < 0.08 {
            end = self.chance.normal(12.3, 0.3);
        } else if part < 0.2 {
            begin = self.chance.normal(13.3, 0.2);
        }
        let lunch = self.chance.normal(12.2, 0.25);
        let back = lunch + self.chance.normal(0.8, 0.12).max(0.3);
        let goes_out = self.chance.yes(0.6) && begin < lunch && back < end;
        let mut visits = Vec::new();
        if goes_out {
            self.with_coffee(&mut visits, zone, begin, lunch);
            self.with_coffee(&mut visits, zone, back, end);
        } else {
            self.with_coffee(&mut visits, zone, begin, end);
        }
        self.people.push(visits);
    }

    /// A group that comes and goes together.
    fn session(&mut self, zone: usize, count: u32, from: f64, until: f64) {
        for _ in 0..count {
            let begin = from + self.chance.between(-0.17, 0.05);
            let end = until + self.chance.between(0.0, 0.12);
            let pause = f64::midpoint(from, until) + self.chance.between(0.0, 0.05);
            let mut visits = vec![self.visit(zone, begin, pause)];
            if let Some(hall) = self.coffee.filter(|_| self.chance.yes(0.6)) {
                visits.push(self.visit(hall, pause, pause + 0.2));
                visits.push(self.visit(zone, pause + 0.2, end));
            } else {
                visits.push(self.visit(zone, pause, end));
            }
            self.people.push(visits);
        }
    }

    /// People who come to make something, some time between `from` and `until`.
    fn makers(&mut self, zone: usize, count: u32, from: f64, until: f64) {
        for _ in 0..count {
            let begin = self.chance.between(from, until);
            let end = (begin + self.chance.normal(2.2, 0.6).max(0.5)).min(22.0);
            let visit = self.visit(zone, begin, end);
            self.people.push(vec![visit]);
        }
    }

    fn with_coffee(&mut self, visits: &mut Vec<Visit>, zone: usize, from: f64, until: f64) {
        let pause = self.chance.between(from + 0.3, from + 2.5);
        match self.coffee {
            Some(hall) if pause + 0.3 < until && self.chance.yes(0.5) => {
                let back = pause + self.chance.between(0.08, 0.25);
                visits.push(self.visit(zone, from, pause));
                visits.push(self.visit(hall, pause, back));
                visits.push(self.visit(zone, back, until));
            }
            _ => visits.push(self.visit(zone, from, until)),
        }
    }

    fn visit(&self, zone: usize, from: f64, until: f64) -> Visit {
        Visit { from: self.at(from), until: self.at(until), zone }
    }

    fn at(&self, hour: f64) -> Instant {
        self.habits.instant(self.date, millis(hour * 3600.0) / 1000)
    }
}
