//! The structure of a civil servant's identity number.
//!
//! | Kind | The 18 digits |
//! | --- | --- |
//! | NIP of a PNS | day of birth 8, month of appointment 6, sex 1, serial 3 |
//! | NI PPPK | day of birth 8, year of the contract 4 and its code 2, sex 1, serial 3 |
//!
//! A number of the right structure proves nothing about who carries it.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use entity::employee::Employment;

/// Nobody younger is appointed.
const YOUNGEST: i32 = 15;
/// Nobody born before this year is a civil servant any more.
const EARLIEST_BIRTH: i32 = 1900;
/// A number may be issued for an appointment of the coming year.
const YEARS_AHEAD: i32 = 1;

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NipFault {
    /// Not 18 digits.
    Form,
    /// Digits 1 to 8 are no day of the past.
    Birth,
    /// Digits 9 to 14 are no appointment (PNS) or contract (PPPK) that a person of that age can have.
    Appointment,
    /// Digit 15 is neither 1 nor 2.
    Sex,
}

impl fmt::Display for NipFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "is not 18 digits",
            Self::Birth => "digits 1 to 8 are no date of birth (YYYYMMDD)",
            Self::Appointment => {
                "digits 9 to 14 are no possible appointment (PNS: YYYYMM; PPPK: year and contract code)"
            }
            Self::Sex => "digit 15 is neither 1 (male) nor 2 (female)",
        })
    }
}

impl std::error::Error for NipFault {}

/// Checks the structure and the dates of a number, as of `today`.
pub fn check(nip: &str, employment: Employment, today: NaiveDate) -> Result<(), NipFault> {
    if nip.len() != 18 || !nip.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NipFault::Form);
    }
    let birth = NaiveDate::parse_from_str(&nip[..8], "%Y%m%d").map_err(|_| NipFault::Birth)?;
    if birth > today || birth.year() < EARLIEST_BIRTH {
        return Err(NipFault::Birth);
    }
    let year: i32 = nip[8..12].parse().map_err(|_| NipFault::Form)?;
    let is_possible = match employment {
        Employment::Pns => NaiveDate::parse_from_str(&format!("{}01", &nip[8..14]), "%Y%m%d")
            .is_ok_and(|month| years_later(birth, YOUNGEST) <= last_day(month)),
        Employment::Pppk => birth.year() + YOUNGEST <= year,
    };
    if !is_possible || year > today.year() + YEARS_AHEAD {
        return Err(NipFault::Appointment);
    }
    match nip.as_bytes()[14] {
        b'1' | b'2' => Ok(()),
        _ => Err(NipFault::Sex),
    }
}

/// The same day some years later; the 1st of March for a 29th of February.
fn years_later(day: NaiveDate, years: i32) -> NaiveDate {
    let year = day.year() + years;
    day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1)).unwrap_or(NaiveDate::MAX)
}

/// The last day of the month that begins on `first`.
fn last_day(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(chrono::Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use Employment::{Pns, Pppk};
    use NipFault::{Appointment, Birth, Form, Sex};

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
    }

    #[test]
    fn numbers_of_the_right_structure_pass() {
        for (nip, employment) in [
            ("198701152010011001", Pns),
            ("198701152010012999", Pns),
            ("200002292020032001", Pns),
            ("199001012023211001", Pppk),
            ("199001012023992001", Pppk),
            ("200501152020011001", Pns),
            ("200001012027012001", Pns),
        ] {
            assert_eq!(check(nip, employment, today()), Ok(()), "{nip}");
        }
    }

    #[test]
    fn each_fault_is_named() {
        for (nip, employment, fault) in [
            ("", Pns, Form),
            ("19870115201001100", Pns, Form),
            ("1987011520100110011", Pns, Form),
            ("19870115201001100A", Pns, Form),
            ("１９８７０１", Pns, Form),
            ("1987 1152010011001", Pns, Form),
            ("+98701152010011001", Pns, Form),
            ("198702302010011001", Pns, Birth),
            ("198713012010011001", Pns, Birth),
            ("190002292010011001", Pns, Birth),
            ("189912312010011001", Pns, Birth),
            ("202611242045011001", Pns, Birth),
            ("000000000000000000", Pns, Birth),
            ("198701152010001001", Pns, Appointment),
            ("198701152010131001", Pns, Appointment),
            ("198701152001121001", Pns, Appointment),
            ("198701151986011001", Pns, Appointment),
            ("198701152028011001", Pns, Appointment),
            ("199001012004211001", Pppk, Appointment),
            ("199001012028211001", Pppk, Appointment),
            ("199001010000001001", Pppk, Appointment),
            ("198701152010010001", Pns, Sex),
            ("198701152010013001", Pns, Sex),
            ("199001012023213001", Pppk, Sex),
        ] {
            assert_eq!(check(nip, employment, today()), Err(fault), "{nip}");
        }
    }

    #[test]
    fn a_contract_code_is_no_month() {
        assert_eq!(check("199001012023211001", Pns, today()), Err(Appointment));
    }

    #[test]
    fn the_fifteenth_birthday_may_fall_in_the_month_of_appointment() {
        assert_eq!(check("200001312015011001", Pns, today()), Ok(()));
        assert_eq!(check("200001312014121001", Pns, today()), Err(Appointment));
        assert_eq!(check("200402292019021001", Pns, today()), Err(Appointment));
        assert_eq!(check("200402292019031001", Pns, today()), Ok(()));
    }
}
