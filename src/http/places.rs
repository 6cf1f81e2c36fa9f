//! How many of something there may be at once: of all, and of each who holds them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::allowance::Payer;

/// For whom a place counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Everybody together.
    All,
    /// Everybody at an address, with a token and without.
    Line(IpAddr),
    /// An account, or the strangers at an address.
    One(Payer),
}

/// The places that are taken. A clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Places(Arc<Mutex<HashMap<Holder, usize>>>);

impl Places {
    fn taken(&self) -> MutexGuard<'_, HashMap<Holder, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place that counts for each of these, of whom each has so many at most.
    ///
    /// # Errors
    /// The first of them that has no more; nothing is taken then.
    pub fn take<const N: usize>(&self, counted: [(Holder, usize); N]) -> Result<Place, Full> {
        let mut taken = self.taken();
        let full = counted.iter().find(|(holder, most)| taken.get(holder).is_some_and(|taken| taken >= most));
        if let Some((holder, most)) = full {
            return Err(Full { holder: *holder, most: *most });
        }
        for (holder, _) in counted {
            *taken.entry(holder).or_default() += 1;
        }
        Ok(Place { places: self.clone(), holders: counted.map(|(holder, _)| holder).to_vec() })
    }
}

/// Who has no more places, and how many they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// Who.
    pub holder: Holder,
    /// How many.
    pub most: usize,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Places,
    holders: Vec<Holder>,
}

impl Place {
    /// From now on it counts for one instead of another.
    ///
    /// # Errors
    /// When that one has no more; it counts as before then.
    pub fn pass(&mut self, from: Holder, to: (Holder, usize)) -> Result<(), Full> {
        let mut other = self.places.take([to])?;
        if let Some(place) = self.holders.iter().position(|holder| *holder == from) {
            std::mem::swap(&mut self.holders[place], &mut other.holders[0]);
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        for holder in &self.holders {
            if let Some(count) = taken.get_mut(holder) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(holder);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(last: u8) -> Holder {
        Holder::Line(IpAddr::from([203, 0, 113, last]))
    }

    #[test]
    fn what_is_given_back_is_there_again() {
        let places = Places::default();
        let take = |last| places.take([(Holder::All, 3), (line(last), 2)]);
        let (one, _two) = (take(1).unwrap(), take(1).unwrap());
        assert_eq!(take(1).unwrap_err(), Full { holder: line(1), most: 2 });
        let three = take(2).unwrap();
        assert_eq!(take(2).unwrap_err(), Full { holder: Holder::All, most: 3 });
        drop(one);
        drop(three);
        assert!(take(1).is_ok());
        assert_eq!(places.taken().len(), 2, "nothing is kept of who has none");
    }

    #[test]
    fn a_place_passes_from_one_to_another() {
        let places = Places::default();
        let mut place = places.take([(Holder::All, 9), (line(1), 1)]).unwrap();
        place.pass(line(1), (line(2), 1)).unwrap();
        let mut other = places.take([(Holder::All, 9), (line(1), 1)]).unwrap();
        assert_eq!(other.pass(line(1), (line(2), 1)).unwrap_err().holder, line(2));
        assert!(places.take([(line(1), 1)]).is_err(), "it counts as before");
        drop(place);
        other.pass(line(1), (line(2), 1)).unwrap();
        drop(other);
        assert!(places.taken().is_empty());
    }
}
