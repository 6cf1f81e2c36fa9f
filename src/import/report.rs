//! What an import did.

use std::fmt;

/// How many refused rows a report names.
const NAMED: usize = 1_000;

/// What became of the rows of a file.
///
/// A row counts once; only a person whose supervisor alone was refused counts twice: as what became of the person,
/// and as refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that brought something new.
    pub created: u64,
    /// Rows that changed what was there.
    pub updated: u64,
    /// Rows that say what is there already.
    pub unchanged: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// The first 1,000 of the refused rows, by line.
    pub refusals: Vec<RefusedRow>,
}

/// A row that was refused. It holds no value of the row: a report may be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// The line of the file, the header being line 1; in a JSON list the position of the entry, from 1.
    pub line: u64,
    /// The column, where one is to blame.
    pub column: Option<&'static str>,
    /// Why, in plain words.
    pub reason: String,
}

impl Report {
    /// Counts a refused row, and names it where it is among the first.
    pub(super) fn refuse(&mut self, row: RefusedRow) {
        self.refused += 1;
        let place = self.refusals.partition_point(|earlier| earlier.line <= row.line);
        if place < NAMED {
            self.refusals.insert(place, row);
            self.refusals.truncate(NAMED);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, refused, refusals } = self;
        write!(f, "created {created}, updated {updated}, unchanged {unchanged}, refused {refused}")?;
        for row in refusals {
            write!(f, "\n{row}")?;
        }
        let unnamed = *refused - refusals.len() as u64;
        if unnamed > 0 {
            write!(f, "\nand {unnamed} more refused")?;
        }
        Ok(())
    }
}

impl fmt::Display for RefusedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(column) = self.column {
            write!(f, "{column}: ")?;
        }
        f.write_str(&self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: u64) -> RefusedRow {
        RefusedRow { line, column: line.is_multiple_of(2).then_some("nip"), reason: "is not 18 digits".to_owned() }
    }

    #[test]
    fn the_first_thousand_by_line_are_named_whenever_they_come() {
        let mut report = Report::default();
        for line in (2..1_502).rev() {
            report.refuse(refused(line));
        }
        assert_eq!(report.refused, 1_500);
        let lines: Vec<_> = report.refusals.iter().map(|row| row.line).collect();
        assert_eq!(lines, (2..1_002).collect::<Vec<_>>());
        assert!(report.to_string().ends_with("\nand 500 more refused"));
    }

    #[test]
    fn it_reads_as_counts_and_then_lines() {
        let mut report = Report { created: 3, ..Report::default() };
        report.refuse(refused(12));
        report.refuse(refused(7));
        assert_eq!(
            report.to_string(),
            "created 3, updated 0, unchanged 0, refused 2\nline 7: is not 18 digits\nline 12: nip: is not 18 digits"
        );
    }
}
