//! What collides: somebody cannot be in two places.

use crate::clock::Instant;

/// A stretch of time that somebody is to be somewhere, up to but without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
}

impl Stretch {
    /// Whether both want the same moment.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}

/// The first of `wanted` that wants a moment of `taken`, with what takes it.
#[must_use]
pub fn collision<'a, W, T>(wanted: &'a [(Stretch, W)], taken: &'a [(Stretch, T)]) -> Option<(&'a W, &'a T)> {
    wanted.iter().find_map(|(stretch, class)| {
        let (_, by) = taken.iter().find(|(other, _)| other.overlaps(stretch))?;
        Some((class, by))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(from: i64, until: i64) -> Stretch {
        let at = |hour: i64| Instant::UNIX_EPOCH + chrono::TimeDelta::hours(hour);
        Stretch { from: at(from), until: at(until) }
    }

    #[test]
    fn back_to_back_is_no_collision() {
        let class = stretch(8, 10);
        for (other, collides) in [
            (stretch(6, 8), false),
            (stretch(10, 12), false),
            (stretch(9, 11), true),
            (stretch(7, 9), true),
            (stretch(8, 10), true),
            (stretch(7, 11), true),
            (stretch(9, 10), true),
        ] {
            assert_eq!((class.overlaps(&other), other.overlaps(&class)), (collides, collides), "{other:?}");
        }
        let (wanted, taken) = ([(stretch(1, 2), "a"), (stretch(8, 10), "b")], [(stretch(9, 12), "c")]);
        assert_eq!(collision(&wanted, &taken), Some((&"b", &"c")));
    }
}
